"""An Android Motion Photo: a JPEG with an MP4 behind its end, and XMP that says so.

Motion Photo format 1.0 (developer.android.com/media/platform/motion-photo-format), its forerunner MicroVideo for
older albums, and what OPPO and OnePlus add. Written to the published format and read back; not tried on a phone.
"""

from __future__ import annotations

from tuanyuan.domain.errors import OurFault
from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.container.movie import is_movie
from tuanyuan.imaging.label.metadata import embed, read_payloads, xmp_packets
from tuanyuan.imaging.label.xmp import Properties, attributes
from tuanyuan.imaging.source import recognise
from tuanyuan.motion.keepsakes.live_photo import clip_seconds

_GOOGLE = "http://ns.google.com/photos/1.0"
_CAMERA, _CONTAINER, _ITEM = f"{_GOOGLE}/camera/", f"{_GOOGLE}/container/", f"{_GOOGLE}/container/item/"
_OPPO = "http://ns.oplus.com/photos/1.0/camera/"


def motion_photo(still: bytes, clip: bytes, *, still_seconds: float) -> bytes:
    """The JPEG `still` with the MP4 `clip` behind it, byte for byte and with nothing after it.

    Both carry one and the same label already, which stays; other XMP of the still is replaced. `still_seconds` is
    where the still stands in the clip. The file's name should end in `MP.jpg`. Raises ValueError for other files or
    a still outside the clip, ContainerError for a broken file, OurFault label_unverified where the labels are not
    one, and pair_unverified where what is read back differs.
    """
    if recognise(still) != "jpeg":
        raise ValueError("the still is no JPEG")
    seconds = clip_seconds(clip)
    if not 0 <= still_seconds < seconds:
        raise ValueError(f"the still at {still_seconds:g} s is not in a clip of {seconds:g} s")
    labels = read_payloads(still)
    if len(labels) != 1 or read_payloads(clip) != labels:
        raise OurFault("label_unverified")
    picture = embed(still, labels[0], _properties(len(clip), round(still_seconds * 1_000_000)))
    file = picture + clip
    if read_payloads(file) != labels:
        raise OurFault("label_unverified")
    if parts(file) != (picture, clip):
        raise OurFault("pair_unverified")
    return file


def parts(data: bytes) -> tuple[bytes, bytes]:
    """The JPEG and the MP4 of a Motion Photo, also of a phone's own.

    Raises ContainerError where there is no video, or its length is told in two ways, or it is not there.
    """
    length = _told_length(data)
    if length is None:
        raise ContainerError("no Motion Photo")
    picture, clip = data[:-length], data[-length:]
    if length > len(data) or not is_movie(clip):
        raise ContainerError("no video where one should be")
    return picture, clip


def is_motion_photo(data: bytes) -> bool:
    """True if the file is a JPEG that says it holds a video, be it there or not."""
    return recognise(data) == "jpeg" and bool(_told_lengths(data))


def _told_length(data: bytes) -> int | None:
    told = _told_lengths(data)
    if len(set(told)) > 1:
        raise ContainerError("two lengths of one video")
    if told and not (told[0].isascii() and told[0].isdigit() and 0 < len(told[0]) < 16 and int(told[0])):
        raise ContainerError("no length")
    return int(told[0]) if told else None


def _told_lengths(data: bytes) -> list[str]:
    """What the two formats say of the video's length; MicroVideo counts from the end of the file."""
    said = [found for xmp in xmp_packets(data) for found in attributes(xmp)]
    items = [
        f[f"{_ITEM} Length"] for f in said if f.get(f"{_ITEM} Semantic") == "MotionPhoto" and f"{_ITEM} Length" in f
    ]
    return items + [f[f"{_CAMERA} MicroVideoOffset"] for f in said if f"{_CAMERA} MicroVideoOffset" in f]


def _properties(length: int, microseconds: int) -> Properties:
    time, size = str(microseconds), str(length)
    return Properties(
        {"GCamera": _CAMERA, "Container": _CONTAINER, "Item": _ITEM, "OpCamera": _OPPO},
        {
            "GCamera:MotionPhoto": "1",
            "GCamera:MotionPhotoVersion": "1",
            "GCamera:MotionPhotoPresentationTimestampUs": time,
            "GCamera:MicroVideo": "1",
            "GCamera:MicroVideoVersion": "1",
            "GCamera:MicroVideoOffset": size,
            "GCamera:MicroVideoPresentationTimestampUs": time,
            "OpCamera:MotionPhotoPrimaryPresentationTimestampUs": time,
            "OpCamera:MotionPhotoOwner": "oplus",
            "OpCamera:OLivePhotoVersion": "2",
            "OpCamera:VideoLength": size,
        },
        "<Container:Directory><rdf:Seq>"
        + _item('Item:Mime="image/jpeg" Item:Semantic="Primary" Item:Length="0" Item:Padding="0"')
        + _item(f'Item:Mime="video/mp4" Item:Semantic="MotionPhoto" Item:Length="{size}" Item:Padding="0"')
        + "</rdf:Seq></Container:Directory>",
    )


def _item(properties: str) -> str:
    return f'<rdf:li rdf:parseType="Resource"><Container:Item {properties}/></rdf:li>'
