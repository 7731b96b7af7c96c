"""Words about cutting out and restoring: why a way did not do it."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "nothing_cut_out": (
        "没有抠出任何主体",
        "Nothing was cut out",
        "请换一张主体清楚、与背景分明的照片。",
        "Use a photo whose subject stands out from its background.",
    ),
    "face_changed": (
        "修复后的人脸不像本人，没有采用",
        "Restoring changed a face, so it was not used",
        "请换一张更清晰的照片或扫描件再试。",
        "Try a sharper photo or scan.",
    ),
    "faces_sharp_already": (
        "人脸已经清晰，没有送去修复",
        "The faces are sharp already, so the photo was not sent",
        "不用做什么；仍要修复时请用 --by 指定由谁来做。",
        "Nothing is to be done; name who is to restore it with --by if you want it all the same.",
    ),
}
