"""What each model allows (contract: openai-images.md 4.2, 4.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

MODELS = (
    "gpt-image-1-mini",
    "gpt-image-1.5",
    "gpt-image-2",
    "gpt-image-2-2026-04-21",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.5-sunburst-2026-09-08",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-flare-2026-09-08",
    "gpt-image-2.6-sunburst",
    "gpt-image-2.6-flare",
    "chatgpt-image-latest",
)
SIZES = ("1024x1024", "1536x1024", "1024x1536")

_QUALITIES = ("auto", "low", "medium", "high")
_MORE_QUALITIES = (*_QUALITIES, "xhigh", "max")
_FIDELITIES = ("high", "low")
_MAX_EDGE, _MAX_PIXELS = 3840, 3840 * 2160
# Not on the contract's page; the vendor's documents have it as the least that "any size" means.
_MIN_PIXELS = 655_360
_OTHER_EDGES = range(64, 4097)


@dataclass(frozen=True)
class Rules:
    """What a model allows. fidelities: values of `input_fidelity`, none when it must be left out.

    free: of sizes, any of gpt-image-2's; foreign: a compatible server's model, with the old `response_format`.
    """

    qualities: tuple[str, ...] = _QUALITIES
    fidelities: tuple[str, ...] = ()
    free: bool = False
    markup: bool = False
    foreign: bool = False

    def size(self, text: str) -> tuple[int, int] | str:
        """Width and height of `WIDTHxHEIGHT`, or what is wrong with it."""
        if text in SIZES:
            return _pair(text)
        if not (self.free or self.foreign):
            supported = ", ".join(f"'{size}'" for size in SIZES)
            return f"Invalid value: '{text}'. Supported values are: {supported}, and 'auto'."
        if not re.fullmatch(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}", text):
            return f"Invalid size '{text}'. Expected WIDTHxHEIGHT or 'auto'."
        width, height = _pair(text)
        if self.foreign:
            if width in _OTHER_EDGES and height in _OTHER_EDGES:
                return width, height
            return f"Invalid size '{text}'. Width and height must be between 64 and 4096."
        if width % 16 or height % 16:
            return f"Invalid size '{text}'. Width and height must both be divisible by 16."
        if max(width, height) > 3 * min(width, height):
            return f"Invalid size '{text}'. The aspect ratio must be between 1:3 and 3:1."
        if max(width, height) > _MAX_EDGE or width * height > _MAX_PIXELS:
            return f"Invalid size '{text}'. The maximum supported resolution is 3840x2160."
        if width * height < _MIN_PIXELS:
            return f"Invalid size '{text}'. Requested resolution is below the current minimum pixel budget."
        return width, height


def rules(model: str) -> Rules:
    """The rules of a model, with or without the date of its snapshot."""
    name = re.sub(r"-\d{4}-\d{2}-\d{2}$", "", model)
    if name == "gpt-image-1-mini":
        return Rules(fidelities=("low",))
    if name == "gpt-image-1.5":
        return Rules(fidelities=_FIDELITIES)
    if name == "gpt-image-2":
        return Rules(free=True)
    if re.match(r"gpt-image-[2-9]\.", name):
        return Rules(_MORE_QUALITIES, free=True, markup=True)
    if name == "chatgpt-image-latest":
        return Rules()
    return Rules(_MORE_QUALITIES, _FIDELITIES, markup=False, foreign=True)


def _pair(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(width), int(height)
