"""A Live Photo: a JPEG and a MOV that carry one identifier, by which Apple's albums find them to be one picture.

Written to the published formats and read back; not tried on a phone.
"""

from __future__ import annotations

import re

from tuanyuan.domain.clip import LIVE_SECONDS
from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.label import AigcLabel
from tuanyuan.imaging.container import jpeg, movie_keys
from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.container.exif import apple_block, apple_identifier
from tuanyuan.imaging.container.movie import is_movie
from tuanyuan.imaging.container.movie_tracks import clock
from tuanyuan.imaging.label import label_clip
from tuanyuan.imaging.label.metadata import embed, read_payloads
from tuanyuan.motion.keepsakes.still_track import with_still_time

_UUID = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_ROUNDING = 0.05  # seconds; a film's length is that of its frames, rounded up


def live_pair(
    still: bytes, clip: bytes, *, identifier: str, still_seconds: float, label: AigcLabel
) -> tuple[bytes, bytes]:
    """The JPEG and the MOV of a Live Photo, both labelled.

    `still` is a JPEG with the visible mark, upright, `clip` an MP4 of H.264 of at most three seconds with the mark
    on its frames; `still_seconds` is where the still stands in it; `identifier` a UUID in capitals. Nothing may
    write to either file afterwards. Raises ValueError where one of these does not hold, ContainerError for a broken
    file, and OurFault label_unverified or pair_unverified where what is read back differs.
    """
    if not _UUID.fullmatch(identifier):
        raise ValueError("the identifier is no UUID in capitals")
    seconds = clip_seconds(clip)
    if seconds > LIVE_SECONDS + _ROUNDING:
        raise ValueError(f"{seconds:g} s are too long for a Live Photo")
    if not 0 <= still_seconds < seconds:
        raise ValueError(f"the still at {still_seconds:g} s is not in a clip of {seconds:g} s")
    block = apple_block(identifier, jpeg.size(jpeg.walk(still)))
    picture = embed(jpeg.with_exif(still, block), label.to_json())
    film = with_still_time(clip, still_seconds)
    film = label_clip(movie_keys.with_keys(film, {movie_keys.APPLE_IDENTIFIER: identifier}, apple=True), label)
    if read_payloads(picture) != [label.to_json()]:
        raise OurFault("label_unverified")
    if (identifiers(picture), identifiers(film)) != (identifier, identifier):
        raise OurFault("pair_unverified")
    return picture, film


def clip_seconds(clip: bytes) -> float:
    """How long an MP4 or MOV is. Raises ValueError for another file, ContainerError for a broken one."""
    if not is_movie(clip):
        raise ValueError("the clip is no MP4")
    return clock(clip).seconds


def identifiers(jpeg_or_mov: bytes) -> str | None:
    """The identifier of a Live Photo's JPEG or MOV; None where there is none, two, or the file is broken."""
    try:
        if is_movie(jpeg_or_mov):
            found = movie_keys.values(jpeg_or_mov, movie_keys.APPLE_IDENTIFIER)
            return found[0] if len(found) == 1 else None
        return apple_identifier(jpeg.exif(jpeg.walk(jpeg_or_mov)))
    except ContainerError:
        return None
