"""Greeting cards as they are offered: templates, the words they bring, and how much may be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tuanyuan.domain.errors import Rejected, WrongUsage
from tuanyuan.domain.order import Order

Orientation = Literal["portrait", "landscape"]

MOST_WORDS, MOST_SIGNATURE = 80, 24
SIZES: dict[Orientation, tuple[int, int]] = {"portrait": (1080, 1440), "landscape": (1440, 1080)}
OPTIONS = ("words", "signature", "orientation")


@dataclass(frozen=True)
class CardTemplate:
    """words: what stands on the card when the customer writes nothing."""

    id: str
    name_zh: str
    name_en: str
    words: str


TEMPLATES = (
    CardTemplate("spring-festival", "春节", "Spring Festival", "岁岁平安，年年有余。\n愿家人常聚，万事顺心！"),
    CardTemplate("mid-autumn", "中秋", "Mid-Autumn Festival", "海上生明月，天涯共此时。\n愿人长久，月常圆。"),
    CardTemplate("birthday", "生日", "Birthday", "愿你岁岁年年，平安喜乐，\n日日都有好心情。"),
    CardTemplate("wedding", "婚庆", "Wedding", "两情相悦，白首同心。\n愿你们一生相伴，幸福美满。"),
    CardTemplate("full-moon", "满月", "Baby's first month", "小小新月，今日初圆。\n愿宝宝健康平安，快快长大。"),
    CardTemplate("longevity", "寿宴", "Longevity", "福如东海长流水，\n寿比南山不老松。"),
)


@dataclass(frozen=True)
class Wanted:
    """What an order asks of a card."""

    template: CardTemplate
    words: str
    signature: str
    size: tuple[int, int]


def wanted(order: Order) -> Wanted:
    """Read an order. WrongUsage option_invalid; Rejected card_template_unknown, card_…_too_long."""
    chosen = order.style or TEMPLATES[0].id
    template = next((one for one in TEMPLATES if one.id == chosen), None)
    if template is None:
        raise Rejected("card_template_unknown", given=chosen[:40], allowed="、".join(one.id for one in TEMPLATES))
    words, signature = _text(order, "words"), _text(order, "signature")
    orientation = order.options.get("orientation") or "portrait"
    if orientation not in SIZES:
        raise WrongUsage("option_invalid", field="options.orientation", allowed="、".join(SIZES))
    if _letters(words) > MOST_WORDS:
        raise Rejected("card_words_too_long", given=_letters(words), limit=MOST_WORDS)
    if _letters(signature) > MOST_SIGNATURE:
        raise Rejected("card_signature_too_long", given=_letters(signature), limit=MOST_SIGNATURE)
    return Wanted(template, words if words.strip() else template.words, signature, order.size or SIZES[orientation])


def _text(order: Order, name: str) -> str:
    given = order.options.get(name)
    if given is None:
        return ""
    if not isinstance(given, str):
        raise WrongUsage("option_invalid", field=f"options.{name}", allowed="文字 text")
    return given


def _letters(text: str) -> int:
    """Line breaks do not count."""
    return sum(letter not in "\r\n" for letter in text)
