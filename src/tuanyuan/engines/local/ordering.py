"""From a job's request to the local engine's order: pure and strict: a wrong choice is told before it costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.photo import MOST_PEOPLE
from tuanyuan.domain.reunion import (
    LARGEST,
    LEAST_SIDE,
    MOST_BEAUTY,
    MOST_SIDE,
    SMALLEST,
    Order,
    PersonHint,
    parse_size,
)

FEATURE = "reunion"
BACKGROUND = "new-year-wall"
SEEDS = 2**31
# What `resolution` stands for, 4:3.
RESOLUTIONS = {"1080p": (1440, 1080), "2k": (1920, 1440), "4k": (4096, 3072)}


def reunion_order(request: JobRequest, candidates: int, watermark: bool) -> Order:
    """The portrait that is asked for, with the engine's defaults where nothing is said.

    WrongUsage option_invalid names the first field that is not understood: nothing is guessed and nothing ignored.
    Whether there is such a background is for the catalogue to say, and for the workshop.
    """
    _refuse_unless(request.feature == FEATURE, "feature", FEATURE)
    _refuse_unless(1 <= len(request.photos) <= MOST_PEOPLE, "photos", f"1–{MOST_PEOPLE}")
    _refuse_unless(len(set(request.photos)) == len(request.photos), "photos", f"1–{MOST_PEOPLE}")
    _refuse_unless(request.style is None, "style", "–")
    background = BACKGROUND if request.background is None else request.background
    for name in request.options:
        _refuse_unless(name in _OPTIONS, f"options.{name}"[:60], "、".join(_OPTIONS))
    chosen = {
        field: read(name, request.options[name]) for name, (field, read) in _OPTIONS.items() if name in request.options
    }
    both = "size" in request.options and "resolution" in request.options
    _refuse_unless(not both, "options.resolution", "size ｜ resolution")
    return Order(_people(request), background, candidates, watermark=watermark, **chosen)


def as_fields(order: Order) -> dict[str, Any]:
    """The order as JSON, for `PixelWork.make`."""
    return {
        **asdict(order),
        "people": [{**asdict(person), "faces": list(person.faces)} for person in order.people],
        "size": list(order.size),
    }


def _people(request: JobRequest) -> tuple[PersonHint, ...]:
    """One hint for each photo, in the order of the photos."""
    hints: dict[str, PersonHint] = {}
    for person in request.people:
        known = person.photo in request.photos and person.photo not in hints
        _refuse_unless(known, "people.photo", "photos")
        _refuse_unless(SMALLEST <= person.scale <= LARGEST, "people.scale", f"{SMALLEST:g}–{LARGEST:g}")
        _refuse_unless(person.row in (None, "front", "back"), "people.row", "front、back")
        _refuse_unless(all(1 <= face <= MOST_PEOPLE * 10 for face in person.faces), "people.faces", "1, 2, 3 …")
        hints[person.photo] = PersonHint(person.photo, person.scale, person.row, tuple(person.faces))
    return tuple(hints.get(photo, PersonHint(photo)) for photo in request.photos)


def _whole(least: int, most: int) -> Callable[[str, Any], int]:
    def read(name: str, value: Any) -> int:
        good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        _refuse_unless(good, f"options.{name}", f"{least}–{most}")
        return int(value)

    return read


def _size(name: str, value: Any) -> tuple[int, int]:
    allowed = f"1920x1440, {LEAST_SIDE}–{MOST_SIDE}, 3:1"
    # `parse_size` takes any Unicode digit; orders are stored, compared and cached, so they are written one way.
    _refuse_unless(isinstance(value, str) and re.fullmatch(r"[0-9]{3,4}x[0-9]{3,4}", value), f"options.{name}", allowed)
    try:
        return parse_size(value)
    except WrongUsage:
        raise WrongUsage("option_invalid", field=f"options.{name}", allowed=allowed) from None


def _resolution(name: str, value: Any) -> tuple[int, int]:
    _refuse_unless(isinstance(value, str) and value in RESOLUTIONS, f"options.{name}", "、".join(RESOLUTIONS))
    return RESOLUTIONS[value]


# Option → field of the order, and how it is read.
_OPTIONS: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "size": ("size", _size),
    "resolution": ("size", _resolution),
    "seed": ("seed", _whole(0, SEEDS)),
    "beauty_level": ("beauty", _whole(0, MOST_BEAUTY)),
}


def _refuse_unless(good: object, field: str, allowed: str) -> None:
    if not good:
        raise WrongUsage("option_invalid", field=field, allowed=allowed)
