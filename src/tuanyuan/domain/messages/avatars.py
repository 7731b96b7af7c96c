"""Words about avatars."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "avatar_person_unclear": (
        "照片里有 {count} 个人，分不清头像要做谁",
        "There are {count} people in the photos, and it is not clear whose avatar is wanted",
        "请只发送同一个人的照片；合影请先裁剪，只留本人。",
        "Send photos of one person only; crop a group photo to that person first.",
    ),
    "avatar_others_left_out": (
        "有的照片里是别人，没有使用",
        "Some photos show somebody else and were not used",
        "不用做什么；若本人就在其中，请换一张更清楚的正面照。",
        "Nothing is to be done; if it is the same person after all, send a clearer photo from the front.",
    ),
    "avatar_not_alike": (
        "这个风格画出来不像本人，没有采用",
        "In this style the picture was not like the person, so it was not used",
        "请换一张光线均匀、更清晰的正面照，或选另一种风格。",
        "Send a sharper photo from the front in even light, or choose another style.",
    ),
}
