"""From a job's request to the local engine's order: pure and strict: a wrong choice is told before it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tuanyuan.domain import card, parameters
from tuanyuan.domain.capabilities import Parameter
from tuanyuan.domain.clip import EFFECTS, RATES, SHORT_SIDES, Effect
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.feature import FEATURES, MOTION
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.order import LARGEST, SMALLEST, Order, PhotoHint
from tuanyuan.domain.photo import MOST_PEOPLE

# What each parameter does here; the rest is not understood.
PARAMETERS = {
    "seed": Parameter("sent", "Order.seed"),
    "size": Parameter("sent", "Order.size"),
    "resolution": Parameter("sent", "Order.size"),
    "beauty_level": Parameter("sent", "Order.beauty"),
    "light_unify": Parameter("emulated", "everybody is always brought into one light"),
    "person_adapt": Parameter("emulated", "everybody is always scaled by their eyes, children less"),
    "cloth_style": Parameter("sent", "Order.options (tang, cheongsam)"),
    "placement": Parameter("sent", "Order.options"),
    "reflection": Parameter("sent", "Order.options"),
    "words": Parameter("sent", "Order.options"),
    "signature": Parameter("sent", "Order.options"),
    "orientation": Parameter("sent", "Order.options"),
    "fps": Parameter("sent", "Order.options (10, 25, 30)"),
    "video_length": Parameter("sent", "Order.options"),
    "dynamic_type": Parameter("sent", "Order.style"),
    "motion_bucket_id": Parameter("sent", "Order.options"),
}
_ANY = frozenset({"seed", "size", "resolution"})
_PEOPLE = _ANY | {"beauty_level"}
_CLIP = frozenset({"fps", "video_length", "dynamic_type", "motion_bucket_id"})
# The features that this computer makes, each with the parameters that it takes.
UNDERSTOOD: Mapping[str, frozenset[str]] = {
    "reunion": _PEOPLE | {"light_unify", "person_adapt"},
    "makeover": _PEOPLE | {"cloth_style"},
    "tryon": _PEOPLE,
    "fashion": _PEOPLE,
    "avatar": _PEOPLE,
    "product": _ANY | {"placement", "reflection"},
    "restore": frozenset({"seed", "beauty_level"}),
    "card": _ANY | {"words", "signature", "orientation"},
    MOTION: frozenset({"seed", "resolution", *_CLIP}),
}
# Of features that have styles: those that this computer has.
STYLES: Mapping[str, tuple[str, ...]] = {
    "avatar": ("business", "film", "classical", "guochao", "ink", "oil", "cartoon", "festive"),
    "fashion": ("studio", "editorial"),
    "product": ("softbox", "window", "rim", "high-key", "top", "warm"),
    "restore": ("faithful", "colour"),
    "card": tuple(template.id for template in card.TEMPLATES),
    MOTION: EFFECTS,
}
OUTFITS = ("tang", "cheongsam")
# Features that take a mask of the clothes.
MASKED = frozenset({"makeover"})
# What is always done here cannot be left out.
_ALWAYS = {"light_unify": "auto", "person_adapt": True}
# What an order says of itself; all else goes on as an option of the feature.
_OWN = _PEOPLE | _ALWAYS.keys()
# The effect that `dynamic_type` asks for, where no style does.
EFFECT_OF: Mapping[str, Effect] = {
    "festival": "fireworks",
    "snow": "snow",
    "lanterns": "lanterns",
    "petals": "petals",
    "calm": "warm",
}


def local_order(request: JobRequest, candidates: int, watermark: bool) -> Order:
    """What is asked for, with the feature's defaults where nothing is said.

    WrongUsage option_invalid names the first field that is not understood: nothing is guessed and nothing ignored.
    Whether there is such a background is for the catalogue to say, and for the workshop.
    """
    feature = request.feature
    _refuse_unless(feature in UNDERSTOOD, "feature", "、".join(UNDERSTOOD))
    taking, known = FEATURES[feature], UNDERSTOOD[feature]
    pictures = request.pictures
    _refuse_unless(taking.least <= len(pictures) <= taking.most, "photos", f"{taking.least}–{taking.most}")
    _refuse_unless(len(set(pictures)) == len(pictures), "photos", f"{taking.least}–{taking.most}")
    styles = STYLES.get(feature, ())
    _refuse_unless(request.style is None or request.style in styles, "style", "、".join(styles) or "–")
    _refuse_unless(request.background is None or taking.place, "background", "–")
    _refuse_unless(request.mask is None or feature in MASKED, "mask", "–")
    for name in request.options:
        _refuse_unless(name in known, f"options.{name}"[:60], "、".join(sorted(known)))
    chosen = parameters.read(request.options)
    for name, always in _ALWAYS.items():
        _refuse_unless(chosen[name] == always, f"options.{name}", str(always).lower())
    _refuse_unless(chosen["cloth_style"] in (None, *OUTFITS), "options.cloth_style", "、".join(OUTFITS))
    style, sized = request.style, chosen["size"] or chosen["resolution"]
    if feature == MOTION:
        # A clip keeps its picture's shape; here the size says only how fine it is.
        style, sized = _moving(request, chosen), None
    return Order(
        photos=_hints(request),
        feature=feature,
        background=request.background,
        style=style,
        candidates=min(candidates, taking.candidates),
        size=parameters.size_of(chosen) if sized else None,
        seed=int(chosen["seed"]),
        beauty=int(chosen["beauty_level"]),
        watermark=watermark,
        options={name: chosen[name] for name in sorted(_own_options(feature)) if name in request.options},
        mask=request.mask,
    )


def _moving(request: JobRequest, chosen: Mapping[str, Any]) -> str | None:
    """The effect that is asked for; None: the one that suits. WrongUsage option_invalid: a rate or size of others."""
    rate, fine = request.options.get("fps", RATES[-1]), request.options.get("resolution", "1080p")
    _refuse_unless(rate in RATES, "options.fps", "、".join(map(str, RATES)))
    _refuse_unless(fine in SHORT_SIDES, "options.resolution", "、".join(SHORT_SIDES))
    asked = EFFECT_OF[chosen["dynamic_type"]] if "dynamic_type" in request.options else None
    return request.style or asked


def _own_options(feature: str) -> frozenset[str]:
    """The parameters that the maker of a feature reads itself."""
    return _CLIP - {"dynamic_type"} | {"resolution"} if feature == MOTION else UNDERSTOOD[feature] - _OWN


def as_fields(order: Order) -> dict[str, Any]:
    """The order as JSON, for `PixelWork.make`."""
    return {
        **asdict(order),
        "photos": [{**asdict(hint), "faces": list(hint.faces)} for hint in order.photos],
        "size": list(order.size) if order.size else None,
    }


def _hints(request: JobRequest) -> tuple[PhotoHint, ...]:
    """One hint for each photo, in the order of the photos."""
    hints: dict[str, PhotoHint] = {}
    for person in request.people:
        known = person.photo in request.pictures and person.photo not in hints
        _refuse_unless(known, "people.photo", "photos")
        _refuse_unless(SMALLEST <= person.scale <= LARGEST, "people.scale", f"{SMALLEST:g}–{LARGEST:g}")
        _refuse_unless(person.row in (None, "front", "back"), "people.row", "front、back")
        _refuse_unless(all(1 <= face <= MOST_PEOPLE * 10 for face in person.faces), "people.faces", "1, 2, 3 …")
        hints[person.photo] = PhotoHint(person.photo, person.scale, person.row, tuple(person.faces))
    return tuple(hints.get(photo, PhotoHint(photo)) for photo in request.pictures)


def _refuse_unless(good: object, field: str, allowed: str) -> None:
    if not good:
        raise WrongUsage("option_invalid", field=field, allowed=allowed)
