"""Pixel work: everything that needs a processor for long, in processes that can be killed one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

from tuanyuan.domain.photo import PhotoReport

# (share done 0..1, message in Chinese, in English)
Progress = Callable[[float, str, str], None]


@dataclass(frozen=True)
class Made:
    """The files of a finished feature by name, and the content of result.json."""

    files: dict[str, bytes]
    result: dict[str, Any]


@dataclass(frozen=True)
class Prepared:
    """A photo ready to be sent to an engine: upright, sRGB, stripped. data: a JPEG or PNG file."""

    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True)
class Wish:
    """What an engine's pictures should be. photos: names, in the order of the order. chosen: faces to keep, by photo.

    size: width, height asked for. watermark: of the free tier.
    """

    feature: str
    photos: tuple[str, ...]
    size: tuple[int, int]
    chosen: Mapping[str, tuple[int, ...]]
    watermark: bool = False


@dataclass(frozen=True)
class Finished:
    """One picture after looking at it. data: a labelled JPEG; None: it may not be shown, and `reason` says why.

    facts: score, people, warnings, produce_id, as in result.json; source: digest of the pixels as they came, for an
    engine may write something new into the file of the same picture. files: of a clip, whose `data` is its still: the
    labelled files in which it leaves, by their kinds (`domain.clip.KINDS`).
    """

    data: bytes | None
    width: int
    height: int
    reason: str
    facts: dict[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


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

        photos: name (the photo's id) and bytes. order: the fields of `domain.order.Order` as JSON.
        """
        ...

    def fit(self, feature: str, photos: Sequence[tuple[str, bytes]], order: dict[str, Any]) -> None:
        """Whether photos will do for a feature on this computer, before anything is charged. Rejected, with advice."""
        ...

    def prepare(
        self, photos: Sequence[tuple[str, bytes]], most_bytes: int, most_side: int, most_pixels: int
    ) -> Sequence[Prepared]:
        """Photos, each within the bounds of an engine, in their order.

        photos: name and bytes. Rejected when one cannot be read, or cannot be made that small.
        """
        ...

    def remember(
        self, photos: Sequence[tuple[str, bytes]], feature: str, chosen: Mapping[str, tuple[int, ...]]
    ) -> Future[bytes]:
        """Begin to look at who should be in a picture; what comes of it is for `finish` alone, and is kept nowhere.

        photos, chosen: as `finish` and its wish have them. Cancelled before its turn it is never begun. Fails where
        the photos cannot be opened; NotNow busy, at once or later, where pictures wait to be made.
        """
        ...

    def finish(
        self, pictures: Sequence[bytes], photos: Sequence[tuple[str, bytes]], wish: Wish, remembered: bytes = b""
    ) -> Sequence[Finished]:
        """What an engine made, opened as anything from outside, judged, marked and labelled, in their order.

        photos: name and bytes as they were sent. remembered: what `remember` made of them; empty: they are looked at
        now. Never raises because of a picture.
        """
        ...

    def preview(self, picture: bytes, long_side: int) -> bytes:
        """A small labelled JPEG of a finished, labelled picture."""
        ...
