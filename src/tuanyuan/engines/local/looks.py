"""The lights and crops that candidates differ in."""

from __future__ import annotations

from dataclasses import dataclass

from tuanyuan.imaging.grade import Grade


@dataclass(frozen=True)
class Look:
    """grade over all; backdrop: brightness of the background against the people's."""

    grade: Grade
    backdrop: float = 1.0


@dataclass(frozen=True)
class Crop:
    """closeness, headroom, size: as in `layout.Framing`. zoom: share of the scene's picture that is kept."""

    closeness: float
    headroom: float
    size: float
    zoom: float


LOOKS = {
    "daylight": Look(Grade(exposure=0.04, warmth=0.08, contrast=0.25, vignette=0.10)),
    "warm": Look(Grade(exposure=0.05, warmth=0.50, contrast=0.28, vignette=0.14)),
    "soft": Look(Grade(exposure=0.14, warmth=0.12, contrast=0.06, vignette=0.04), backdrop=1.08),
    "evening": Look(Grade(exposure=-0.02, warmth=0.42, contrast=0.36, vignette=0.30), backdrop=0.74),
}
CROPS = {
    "standard": Crop(closeness=1.0, headroom=0.16, size=1.0, zoom=0.94),
    "close": Crop(closeness=0.93, headroom=0.09, size=1.07, zoom=0.80),
    "wide": Crop(closeness=1.0, headroom=0.20, size=0.90, zoom=1.0),
}
