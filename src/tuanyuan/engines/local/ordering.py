"""From a job's request to the local engine's order: pure and strict: a wrong choice is told before it costs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tuanyuan.domain import parameters
from tuanyuan.domain.capabilities import Parameter
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.photo import MOST_PEOPLE
from tuanyuan.domain.reunion import LARGEST, SMALLEST, Order, PersonHint

FEATURE = "reunion"
BACKGROUND = "new-year-wall"
# What each parameter does here; the rest is not understood.
PARAMETERS = {
    "seed": Parameter("sent", "Order.seed"),
    "size": Parameter("sent", "Order.size"),
    "resolution": Parameter("sent", "Order.size"),
    "beauty_level": Parameter("sent", "Order.beauty"),
    "light_unify": Parameter("emulated", "everybody is always brought into one light"),
    "person_adapt": Parameter("emulated", "everybody is always scaled by their eyes, children less"),
}


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
        _refuse_unless(name in PARAMETERS, f"options.{name}"[:60], "、".join(PARAMETERS))
    chosen = parameters.read(request.options)
    # What is always done here cannot be left out.
    for name, always in (("light_unify", "auto"), ("person_adapt", True)):
        _refuse_unless(chosen[name] == always, f"options.{name}", str(always).lower())
    size, seed, beauty = parameters.size_of(chosen), int(chosen["seed"]), int(chosen["beauty_level"])
    return Order(_people(request), background, candidates, size, seed, beauty, watermark)


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


def _refuse_unless(good: object, field: str, allowed: str) -> None:
    if not good:
        raise WrongUsage("option_invalid", field=field, allowed=allowed)
