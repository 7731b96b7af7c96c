"""One order of a picture feature as this computer makes it: photos, place, style, how many, how large."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tuanyuan.domain.errors import WrongUsage

Row = Literal["front", "back"]

MOST_CANDIDATES = 4
LEAST_SIDE, MOST_SIDE = 480, 4096
# What a picture is that takes its shape from no photo.
FRAME = (1920, 1440)
SMALLEST, LARGEST = 0.5, 1.2
MOST_BEAUTY = 5


@dataclass(frozen=True)
class PhotoHint:
    """One photo of an order, and what the customer says of the people in it.

    scale: their size against a grown-up's (a child of six is about 0.8). row: where they should stand.
    faces: numbers from the left, from 1, of those to keep; empty: all.
    """

    photo: str
    scale: float = 1.0
    row: Row | None = None
    faces: tuple[int, ...] = ()


@dataclass(frozen=True)
class Order:
    """One order. photos: in the order of `domain.feature.roles`.

    background: a preset's id or a file; None: the feature's own. style: of the feature's styles; None: its own.
    size: width, height in pixels; None: the feature's own, see `frame`.
    options: the parameters that only this feature takes, by name. mask: the name of a grey picture over the first
    photo, white where the clothes are.
    """

    photos: tuple[PhotoHint, ...]
    feature: str = "reunion"
    background: str | None = None
    style: str | None = None
    candidates: int = MOST_CANDIDATES
    size: tuple[int, int] | None = None
    seed: int = 1001
    beauty: int = 1
    watermark: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    mask: str | None = None

    @property
    def frame(self) -> tuple[int, int]:
        """Width and height of a picture that takes its shape from no photo."""
        return self.size or FRAME


@dataclass(frozen=True)
class Plan:
    """How one candidate of a set is made. look: a name of the feature's own. attempt counts its re-makes."""

    number: int
    look: str
    attempt: int = 0


def parse_size(text: str) -> tuple[int, int]:
    """`1920x1440` → (1920, 1440). WrongUsage when it is not a size from 480 to 4096."""
    match = re.fullmatch(r"(\d{3,4})[x×X*](\d{3,4})", text.strip())
    sides = tuple(int(v) for v in match.groups()) if match else ()
    if len(sides) != 2 or min(sides) < LEAST_SIDE or max(sides) > MOST_SIDE or max(sides) > 3 * min(sides):
        raise WrongUsage("size_invalid", given=text, least=LEAST_SIDE, most=MOST_SIDE)
    return sides[0], sides[1]


def parse_hint(text: str) -> PhotoHint:
    """`photo=a.jpg,scale=0.8,row=front,faces=1+3` → PhotoHint. WrongUsage names the part that is not understood."""
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
    return PhotoHint(fields["photo"], scale, "front" if row == "front" else "back" if row == "back" else None, faces)
