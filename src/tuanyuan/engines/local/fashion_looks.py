"""The pages that fashion candidates differ in: framing, light, tone."""

from __future__ import annotations

from dataclasses import dataclass

from tuanyuan.imaging.grade import Grade

# A page is upright; a model and a garment share two.
PAGE, SPREAD = (1440, 1920), (1920, 1440)
# What the model's side of a spread takes of its longer side, and the gutter between both.
MODEL_SHARE, GUTTER = 0.56, 0.006


@dataclass(frozen=True)
class Framing:
    """x: the middle of model or garment, share of the width. size: share of the page that a garment takes.

    headroom, lower: as in `makeover.framing.Wish`. zoom: share of the scene's picture that is kept. nearer: as in
    `goods.hanging.stood`.
    """

    x: float
    size: float
    headroom: float
    lower: float
    zoom: float
    nearer: float


@dataclass(frozen=True)
class Look:
    """backdrop: brightness of the place. paper: the product light in which a garment is laid on paper; None: it hangs.

    What lies on paper has the paper's own grade.
    """

    framing: str
    grade: Grade
    backdrop: float = 1.0
    paper: str | None = None


FRAMINGS = {
    "page": Framing(0.50, 0.66, 0.14, 6.0, 0.94, 1.0),
    "cover": Framing(0.50, 0.82, 0.09, 4.6, 0.84, 1.22),
    "margin": Framing(0.62, 0.52, 0.22, 7.5, 1.0, 1.0),
    "spread": Framing(0.38, 0.58, 0.18, 6.5, 0.90, 1.1),
}
LOOKS: dict[str, dict[str, Look]] = {
    "studio": {
        "clean": Look("page", Grade(0.03, 0.0, 0.18, 0.04, 0.003), 1.06),
        "close": Look("cover", Grade(0.04, 0.10, 0.26, 0.08, 0.003), 1.0),
        "airy": Look("margin", Grade(0.03, 0.06, 0.06, 0.0, 0.003), 1.12, paper="window"),
        "warm": Look("spread", Grade(0.03, 0.45, 0.24, 0.12, 0.005), 0.98, paper="softbox"),
    },
    "editorial": {
        "night": Look("margin", Grade(0.0, 0.04, 0.50, 0.26, 0.007), 0.52),
        "cover": Look("cover", Grade(0.02, 0.0, 0.46, 0.20, 0.006), 0.66),
        "cold": Look("page", Grade(-0.02, -0.30, 0.44, 0.24, 0.008), 0.60),
        "amber": Look("spread", Grade(0.0, 0.55, 0.46, 0.28, 0.008), 0.56),
    },
}
STYLES = tuple(LOOKS)
"""The styles that this computer can make well; the others are places that it has not."""
