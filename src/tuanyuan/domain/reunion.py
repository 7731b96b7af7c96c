"""A family portrait as it is ordered: who, in front of what, in which variants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tuanyuan.domain.errors import WrongUsage

Row = Literal["front", "back"]

MOST_CANDIDATES = 4
LEAST_SIDE, MOST_SIDE = 480, 4096
SMALLEST, LARGEST = 0.5, 1.2
MOST_BEAUTY = 5


@dataclass(frozen=True)
class PersonHint:
    """What the customer says of the people in one photo.

    scale: their size against a grown-up's (a child of six is about 0.8). row: where they should stand.
    faces: numbers from the left, from 1, of those to keep; empty: all.
    """

    photo: str
    scale: float = 1.0
    row: Row | None = None
    faces: tuple[int, ...] = ()


@dataclass(frozen=True)
class Order:
    """One reunion portrait. `background` is a preset's id or a file; `size` is width, height in pixels."""

    people: tuple[PersonHint, ...]
    background: str = "new-year-wall"
    candidates: int = MOST_CANDIDATES
    size: tuple[int, int] = (1920, 1440)
    seed: int = 1001
    beauty: int = 1
    watermark: bool = False


@dataclass(frozen=True)
class Plan:
    """How one candidate is to differ: in arrangement (which of the group's orders, best first), light and crop.

    attempt counts its re-makes.
    """

    number: int
    order: int
    light: str
    crop: str
    attempt: int = 0


VARIANTS = (("daylight", "standard"), ("warm", "close"), ("soft", "standard"), ("evening", "wide"))


def plans(candidates: int) -> list[Plan]:
    """The first plan of each candidate."""
    return [Plan(n, n, light, crop) for n, (light, crop) in enumerate(VARIANTS[:candidates])]


def changed(plan: Plan) -> Plan:
    """What is tried after a failed check: an order not seen yet, and at last the plainest light and crop."""
    attempt = plan.attempt + 1
    light, crop = (plan.light, plan.crop) if attempt == 1 else ("daylight", "standard")
    return Plan(plan.number, plan.number + len(VARIANTS) * attempt, light, crop, attempt)


def parse_size(text: str) -> tuple[int, int]:
    """`1920x1440` → (1920, 1440). WrongUsage when it is not a size from 480 to 4096."""
    match = re.fullmatch(r"(\d{3,4})[x×X*](\d{3,4})", text.strip())
    sides = tuple(int(v) for v in match.groups()) if match else ()
    if len(sides) != 2 or min(sides) < LEAST_SIDE or max(sides) > MOST_SIDE or max(sides) > 3 * min(sides):
        raise WrongUsage("size_invalid", given=text, least=LEAST_SIDE, most=MOST_SIDE)
    return sides[0], sides[1]


def parse_person(text: str) -> PersonHint:
    """`photo=a.jpg,scale=0.8,row=front,faces=1+3` → PersonHint. WrongUsage names the part that is not understood."""
    fields: dict[str, str] = {}
    for part in re.split(r",(?=(?:photo|scale|row|faces)=)", text):
        key, _, value = part.partition("=")
        if key not in ("photo", "scale", "row", "faces") or not value or key in fields:
            raise WrongUsage("person_invalid", given=text, part=part)
        fields[key] = value
    if "photo" not in fields:
        raise WrongUsage("person_invalid", given=text, part="photo=…")
    try:
        scale = float(fields.get("scale", "1"))
        faces = tuple(int(v) for v in fields["faces"].split("+")) if "faces" in fields else ()
    except ValueError:
        raise WrongUsage("person_invalid", given=text, part="scale / faces") from None
    row = fields.get("row")
    if not SMALLEST <= scale <= LARGEST or row not in (None, "front", "back") or any(f < 1 for f in faces):
        raise WrongUsage("person_invalid", given=text, part="scale 0.5–1.2, row front｜back, faces 1+2")
    return PersonHint(fields["photo"], scale, "front" if row == "front" else "back" if row == "back" else None, faces)
