"""Pixel work: everything that needs a processor for long, in processes that can be killed one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tuanyuan.domain.photo import PhotoReport

# (share done 0..1, message in Chinese, in English)
Progress = Callable[[float, str, str], None]


@dataclass(frozen=True)
class Made:
    """The files of a finished feature by name, and the content of result.json."""

    files: dict[str, bytes]
    result: dict[str, Any]


class PixelWork(Protocol):
    """Bounded in time and memory.

    NotNow pixel_work_killed when a bound was passed, NotNow busy when too much waits already.
    """

    def examine(self, data: bytes, name: str) -> PhotoReport:
        """Open a photo and look at its faces: `tuanyuan check`. Rejected when it cannot be read."""
        ...

    def make(
        self, feature: str, photos: Sequence[tuple[str, bytes]], order: dict[str, Any], progress: Progress
    ) -> Made:
        """Make a feature on this computer, judged and labelled. Raises what the feature's service raises.

        photos: name (the photo's id) and bytes. order: the fields of the feature's order as JSON, e.g. of
        `domain.reunion.Order`.
        """
        ...

    def preview(self, picture: bytes, long_side: int) -> bytes:
        """A small labelled JPEG of a finished, labelled picture."""
        ...
