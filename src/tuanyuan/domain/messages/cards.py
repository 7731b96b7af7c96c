"""Words about greeting cards."""

from __future__ import annotations

# code: (message_zh, message_en, advice_zh, advice_en)
MESSAGES: dict[str, tuple[str, str, str, str]] = {
    "card_template_unknown": (
        "没有这种贺卡：{given}",
        "There is no such card: {given}",
        "请从这些里选一种：{allowed}。",
        "Choose one of these: {allowed}.",
    ),
    "card_words_too_long": (
        "祝福语有 {given} 个字，最多 {limit} 个字",
        "The words have {given} characters, {limit} at most",
        "请把祝福语写短一些。",
        "Please shorten the words.",
    ),
    "card_signature_too_long": (
        "落款有 {given} 个字，最多 {limit} 个字",
        "The signature has {given} characters, {limit} at most",
        "请只写称呼和名字，例如“孙女小满 敬上”。",
        'Write only who you are, for example "Your grandchild Xiaoman".',
    ),
    "card_words_do_not_fit": (
        "祝福语在这张贺卡上放不下",
        "The words do not fit on this card",
        "请少分几行，或写短一些，或把很长的单词断开。",
        "Use fewer lines or fewer words, and break up very long ones.",
    ),
    "card_letters_missing": (
        "这些字写不出来：{letters}",
        "These characters cannot be written: {letters}",
        "请换成别的字；表情符号请去掉。",
        "Use other characters instead, and leave emoji out.",
    ),
    "card_face_covered": (
        "贺卡的花边挡住了照片里的人",
        "The card's ornaments cover somebody in the photo",
        "请换一种贺卡样式，或换一张人物离边缘远一些的照片。",
        "Choose another card, or a photo in which people stand further from the edge.",
    ),
}
