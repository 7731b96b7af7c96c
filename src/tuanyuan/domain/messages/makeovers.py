"""Words about new backgrounds for group photos, and about masks."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "people_inseparable": (
        "{file} 里要留下的人和要去掉的人紧挨着，分开会缺手少臂",
        "In {file} those who stay and those who go hold each other: parting them would leave somebody without a limb",
        "请把挨在一起的人都留下，或换一张他们彼此分开站的照片。",
        "Keep the people who touch, all of them, or use a photo in which they stand apart.",
    ),
    "body_hidden": (
        "{file} 里有人的身体被桌子等挡住，或和背景分不清，换了背景会悬在空中",
        "In {file} somebody's body is hidden, or cannot be told from the background: it would hang in the air",
        "请换一张每个人从头到腰都露出来、与背景分明的照片。",
        "Use a photo that shows everybody from head to waist and apart from the background.",
    ),
    "people_parted": (
        "旁边的人是贴着身体裁掉的，边缘可能不够干净",
        "Somebody beside them was cut away along the body, so the edge there may show",
        "请放大看一看衣袖和手；不满意时把两人都留下，或换一张分开站的照片。",
        "Look at sleeves and hands at full size; if it shows, keep both or use a photo in which they stand apart.",
    ),
    "background_not_taken": (
        "这个功能不用选背景：{feature}",
        "This feature takes no background: {feature}",
        "请去掉背景后再试。",
        "Leave the background out and try again.",
    ),
    "mask_other_shape": (
        "蒙版和照片的形状不一样：{file}",
        "The mask does not have the photo's shape: {file}",
        "请用 tuanyuan mask --clothes 从同一张照片得到蒙版，修改后不要裁剪。",
        "Take the mask of the same photo with `tuanyuan mask --clothes`, and do not crop it when you correct it.",
    ),
}
