"""The parameters of a picture (spec 2.7): their names, what they may be, and what holds when nothing is said.

Every engine says in its `engine.toml` how it takes each of them; docs/engines/parameters.md shows the table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.order import LEAST_SIDE, MOST_SIDE, parse_size

# One seed for each candidate of a set.
SEEDS = (1001, 1002, 1003, 1004)
MOST_SEED = 2**31
# What `resolution` stands for, 4:3.
RESOLUTIONS = {"720p": (960, 720), "1080p": (1440, 1080), "2k": (1920, 1440), "4k": (4096, 3072)}
SIZE = (1920, 1440)


@dataclass(frozen=True)
class Choice:
    """A parameter with given words."""

    default: str | None
    words: tuple[str, ...]

    def read(self, name: str, value: Any) -> str:
        """The word. WrongUsage option_invalid."""
        return str(_refuse_unless(isinstance(value, str) and value in self.words, name, "、".join(self.words), value))


@dataclass(frozen=True)
class Number:
    """A parameter with a number within bounds; `whole`: an integer."""

    default: float | None
    least: float
    most: float
    whole: bool = False

    def read(self, name: str, value: Any) -> float:
        """The number. WrongUsage option_invalid."""
        kinds = (int,) if self.whole else (int, float)
        good = isinstance(value, kinds) and not isinstance(value, bool) and self.least <= value <= self.most
        _refuse_unless(good, name, f"{self.least:.10g}–{self.most:.10g}", value)
        return int(value) if self.whole else float(value)


@dataclass(frozen=True)
class Switch:
    """A parameter that is on or off."""

    default: bool

    def read(self, name: str, value: Any) -> bool:
        """WrongUsage option_invalid unless it is true or false."""
        return bool(_refuse_unless(isinstance(value, bool), name, "true、false", value) or value)


@dataclass(frozen=True)
class Size:
    """Width x height in pixels, as "1920x1440"."""

    default: str | None = None

    def read(self, name: str, value: Any) -> str:
        """The size, as it was written. WrongUsage option_invalid."""
        allowed = f"1920x1440, {LEAST_SIDE}–{MOST_SIDE}, 3:1"
        # `parse_size` takes any Unicode digit; orders are stored, compared and cached, so they are written one way.
        _refuse_unless(isinstance(value, str) and re.fullmatch(r"[0-9]{3,4}x[0-9]{3,4}", value), name, allowed, value)
        try:
            parse_size(value)
        except WrongUsage:
            raise WrongUsage("option_invalid", field=f"options.{name}", allowed=allowed) from None
        return str(value)


@dataclass(frozen=True)
class Words:
    """Words to be set in a picture: `most` characters in composed form, and line breaks."""

    most: int
    default: str | None = None

    def read(self, name: str, value: Any) -> str:
        """The words, trimmed. WrongUsage option_invalid."""
        text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else None
        good = text is not None and len(text) <= self.most
        good = good and not any(unicodedata.category(sign)[0] == "C" for sign in (text or "").replace("\n", ""))
        return str(_refuse_unless(good, name, f"≤ {self.most}", text))


PARAMETERS: Mapping[str, Choice | Number | Switch | Size | Words] = {
    "seed": Number(SEEDS[0], 0, MOST_SEED, whole=True),
    "size": Size(),
    "resolution": Choice(None, tuple(RESOLUTIONS)),
    "beauty_level": Number(1, 0, 5, whole=True),
    "light_unify": Choice("auto", ("auto", "off")),
    "person_adapt": Switch(True),
    "edge_blur": Number(1.5, 0.0, 5.0),
    "fidelity": Number(0.7, 0.0, 1.0),
    "repair": Switch(False),
    "cloth_style": Choice(None, ("tang", "cheongsam", "hanfu", "suit")),
    "fit": Choice("regular", ("slim", "regular", "loose")),
    "mode": Choice("fusion", ("fusion", "background", "outfit")),
    "bg_type": Choice("custom", ("custom", "keep", "plain")),
    "motion_bucket_id": Number(10, 1, 255, whole=True),
    "fps": Number(None, 6, 60, whole=True),
    "video_length": Number(5, 3, 10, whole=True),
    "dynamic_type": Choice("festival", ("festival", "snow", "lanterns", "petals", "calm")),
    "placement": Choice("auto", ("auto", "standing", "lying")),
    "reflection": Switch(False),
    "words": Words(80),
    "signature": Words(24),
    "orientation": Choice("portrait", ("portrait", "landscape")),
}


def read(options: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter by name: what was asked for, else what holds when nothing is said (None: nothing).

    WrongUsage option_invalid names the first option that is unknown or out of bounds: nothing is guessed.
    """
    for name in options:
        if name not in PARAMETERS:
            raise WrongUsage("option_invalid", field=f"options.{name}"[:60], allowed="、".join(PARAMETERS))
    if "size" in options and "resolution" in options:
        raise WrongUsage("option_invalid", field="options.resolution", allowed="size ｜ resolution")
    return {
        name: parameter.read(name, options[name]) if name in options else parameter.default
        for name, parameter in PARAMETERS.items()
    }


def clip_seconds(options: Mapping[str, Any]) -> int:
    """How long a clip is wanted. WrongUsage option_invalid as in `read`."""
    return int(read(options)["video_length"])


def size_of(parameters: Mapping[str, Any], otherwise: tuple[int, int] = SIZE) -> tuple[int, int]:
    """The width and height that `size` or `resolution` ask for, in pixels."""
    if parameters.get("size"):
        return parse_size(parameters["size"])
    return RESOLUTIONS.get(str(parameters.get("resolution")), otherwise)


def seeds(first: int, count: int, before: int = 0) -> Sequence[int]:
    """One seed for each of `count` pictures, after the `before` that were made already."""
    return [(first + before + number) % MOST_SEED for number in range(count)]


def _refuse_unless(good: object, name: str, allowed: str, value: Any) -> Any:
    if not good:
        raise WrongUsage("option_invalid", field=f"options.{name}", allowed=allowed)
    return value
