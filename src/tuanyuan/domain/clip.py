"""A moving picture: its measure, its effects, and the files in which it leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

# What can move round the people of a picture.
Effect = Literal["fireworks", "lanterns", "snow", "petals", "confetti", "warm"]
EFFECTS: tuple[Effect, ...] = ("fireworks", "lanterns", "snow", "petals", "confetti", "warm")

# What phones take for a moving picture is three seconds long at most; its still is the frame in the middle.
LIVE_SECONDS = 3.0
STILL_SECONDS = 1.5
RATES = (10, 25, 30)
# Of a clip that is made here: its shorter side.
SHORT_SIDES = {"720p": 720, "1080p": 1080}
LONGEST_SIDE, MOST_RATE = 1920, 30
# The files in which a moving picture leaves beside its still, and what their names end in: an MP4; a small animated
# WebP to look at; the two files of an Apple Live Photo, which share a name; an Android Motion Photo, known by its "MP".
KINDS = {
    "motion": ".mp4",
    "preview": ".webp",
    "live_photo": "-live.jpg",
    "live_video": "-live.mov",
    "motion_photo": "MP.jpg",
}


@dataclass(frozen=True)
class ClipShape:
    """width, height: pixels, even. fps: frames a second. seconds: its length."""

    width: int
    height: int
    fps: int
    seconds: float

    @property
    def count(self) -> int:
        """How many frames."""
        return round(self.seconds * self.fps)

    def within(self, side: int, rate: int) -> ClipShape:
        """The same with even sides of at most `side` pixels, and at most `rate` frames a second."""
        factor = min(1.0, side / max(self.width, self.height))
        width, height = (2 * round(length * factor / 2) for length in (self.width, self.height))
        return replace(self, width=width, height=height, fps=min(self.fps, rate))

    @property
    def live_seconds(self) -> float:
        """How much of it phones take for a moving picture."""
        return min(LIVE_SECONDS, self.seconds)

    @property
    def still_seconds(self) -> float:
        """The moment that stands for it where nothing moves."""
        return min(STILL_SECONDS, self.live_seconds / 2)
