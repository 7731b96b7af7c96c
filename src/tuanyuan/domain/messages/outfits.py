"""Words about other clothes on a person: what their photo must show for it."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "outfit_no_person": (
        "照片里没有可以换装的人：{photo}",
        "Nobody in the photo can be dressed: {photo}",
        "请发送一张正面、露出上半身的单人照片。",
        "Send a photo of one person from the front that shows the chest.",
    ),
    "outfit_small": (
        "照片里上衣露得太少：{photo}",
        "Too little of the top is in the photo: {photo}",
        "请发送至少拍到胸口的照片；整身换装请选择云端引擎。",
        "Send a photo that reaches down to the chest at least; a whole change of clothes is made by a cloud engine.",
    ),
    "outfit_turned": (
        "人侧得太多，立领和盘扣会歪：{photo}",
        "The person is turned too far for a stand-up collar to sit straight: {photo}",
        "请发送正对镜头、肩膀放平的照片。",
        "Send a photo taken from the front, with level shoulders.",
    ),
    "outfit_dark": (
        "上衣太黑，看不出衣褶：{photo}",
        "The top is so dark that its folds cannot be seen: {photo}",
        "请换一张光线好、衣服颜色浅一些的照片；整身换装请选择云端引擎。",
        "Send a photo in better light or with a lighter top; a whole change of clothes is made by a cloud engine.",
    ),
    "outfit_print": (
        "上衣不是一种颜色：{photo}",
        "The top is not of one colour: {photo}",
        "请发送穿纯色上衣、没有领带、图案、挂牌和背带的照片；整身换装请选择云端引擎。",
        "Send a photo with a plain top, without tie, print, badge or straps; "
        "a whole change of clothes is made by a cloud engine.",
    ),
    "outfit_touching": (
        "别人挡住或挨着这个人的上衣：{photo}",
        "Somebody else touches or hides this person's top: {photo}",
        "请发送一个人的照片，或几个人分开站的照片。",
        "Send a photo of one person, or of people who stand apart.",
    ),
    "outfit_covered": (
        "手臂或东西挡在胸前：{photo}",
        "Arms or things are in front of the chest: {photo}",
        "请发送双手放下、胸前没有东西的照片。",
        "Send a photo with the arms down and nothing in front of the chest.",
    ),
    "outfit_unclear": (
        "分不清上衣的边缘：{photo}",
        "The edge of the top cannot be told: {photo}",
        "请换一张衣服与头发、裤子、背景颜色分明的照片，或用 tuanyuan mask --clothes 取得蒙版，"
        "修改后用 --clothes-mask 交回。",
        "Send a photo in which the top stands out from hair, trousers and background; or take the mask of "
        "`tuanyuan mask --clothes`, correct it, and give it back with `--clothes-mask`.",
    ),
    "outfit_mask_size": (
        "衣服蒙版的尺寸与照片不同：{photo}（{given}，应为 {wanted}）",
        "The clothes mask has another size than the photo: {photo} ({given}, not {wanted})",
        "请用 tuanyuan mask --clothes 重新取得蒙版，修改时不要改变尺寸。",
        "Take the mask from `tuanyuan mask --clothes` again and keep its size while you correct it.",
    ),
    "outfit_mask_empty": (
        "衣服蒙版是空的：{photo}",
        "The clothes mask is empty: {photo}",
        "请把上衣涂成白色，其余涂成黑色。",
        "Paint the top white and all else black.",
    ),
    "outfit_mask_face": (
        "衣服蒙版盖住了脸：{photo}",
        "The clothes mask covers a face: {photo}",
        "请把脸、头发和手涂成黑色，只留上衣为白色。",
        "Paint face, hair and hands black; only the top is white.",
    ),
}
