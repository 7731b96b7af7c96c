"""Every style of an avatar: how it is framed, in which palettes it comes, and who paints it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tuanyuan.imaging.avatar import drawn, painted, photographic
from tuanyuan.imaging.avatar.bust import Bust, Framing
from tuanyuan.imaging.avatar.photographic import Picture
from tuanyuan.imaging.enlarging import Enlarger

Painter = Callable[[Bust, str, int, Enlarger], Picture]

# Factor on the size of the face.
CROPS = {"standard": 1.0, "close": 1.16, "wide": 0.92}
# A closer face lies a little lower, for its hair.
LOWER = 0.10


@dataclass(frozen=True)
class Style:
    """palettes: best first. paint(bust, palette, seed, enlarger) gives picture and ground, both uint8 H×W×3."""

    framing: Framing
    palettes: tuple[str, ...]
    paint: Painter

    def framed(self, crop: str) -> Framing:
        """The framing of one of `CROPS`."""
        factor = CROPS[crop]
        eyes = self.framing.eyes + LOWER * (factor - 1)
        return replace(self.framing, unit=self.framing.unit * factor, eyes=eyes)


def _plain(paint: Callable[[Bust, str, int], Picture]) -> Painter:
    """A painter that needs no network."""
    return lambda bust, palette, seed, _: paint(bust, palette, seed)


STYLES: dict[str, Style] = {
    "business": Style(Framing(0.155, 0.45), tuple(photographic.BUSINESS), _plain(photographic.business)),
    "film": Style(Framing(0.165, 0.45), tuple(photographic.FILM), _plain(photographic.film)),
    "classical": Style(Framing(0.145, 0.45, floor=0.84, wings=0.42), tuple(painted.CLASSICAL), painted.classical),
    "guochao": Style(Framing(0.140, 0.45, floor=0.93), tuple(drawn.GUOCHAO), drawn.guochao),
    "ink": Style(Framing(0.150, 0.43, floor=0.82, wings=0.42), tuple(painted.INK), _plain(painted.ink)),
    "oil": Style(Framing(0.160, 0.43), tuple(painted.OIL), _plain(painted.oil)),
    "cartoon": Style(Framing(0.150, 0.46, floor=0.92, wings=0.37), tuple(drawn.CARTOON), drawn.cartoon),
    "festive": Style(Framing(0.150, 0.47), tuple(photographic.FESTIVE), _plain(photographic.festive)),
}
