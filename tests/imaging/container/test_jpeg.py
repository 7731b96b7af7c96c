"""JPEG segments: what belongs to the picture and what does not."""

from __future__ import annotations

import pytest
from doubles import photos

from tuanyuan.imaging.container import jpeg
from tuanyuan.imaging.container.errors import ContainerError


def test_the_picture_ends_at_its_end_marker():
    data = photos.jpeg()
    assert jpeg.walk(data).end == len(data)
    assert jpeg.walk(data + b"trailer").end == len(data)
    assert jpeg.walk(data[:-2]).end == len(data) - 2


def test_scans_are_counted():
    assert jpeg.walk(photos.jpeg()).scans == 1
    assert jpeg.walk(photos.many_scans(7)).scans == jpeg.walk(photos.jpeg(progressive=True)).scans + 7


def test_only_the_picture_reaches_the_decoder():
    plain = photos.jpeg()
    dressed = photos.jpeg(exif=photos.exif(6), comment=b"note", icc_profile=photos.swapped_profile(), xmp=b"<x/>")
    assert jpeg.bare(dressed + b"trailer", jpeg.walk(dressed + b"trailer")) == plain


def test_a_thumbnail_s_markers_are_not_the_picture_s():
    thumbnail = photos.segment(0xE1, b"Exif\0\0" + photos.jpeg())
    parts = jpeg.walk(photos.after_start(photos.jpeg(), thumbnail))
    assert parts.scans == 1
    assert parts.segments[0].payload[:4] == b"Exif"


def test_fill_bytes_before_a_marker_are_allowed():
    data = photos.jpeg()
    filled = data[:2] + b"\xff" * 9 + data[2:]
    assert [s.marker for s in jpeg.walk(filled).segments] == [s.marker for s in jpeg.walk(data).segments]


def test_a_profile_with_a_piece_missing_is_none():
    whole = photos.jpeg(icc_profile=bytes(100_000))
    parts = jpeg.walk(whole)
    assert jpeg.icc_profile(parts) == bytes(100_000)
    first = next(s for s in parts.segments if s.marker == jpeg.APP2)
    assert jpeg.icc_profile(jpeg.walk(whole[: first.start] + whole[first.end :])) is None


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe0\0\1"])
def test_broken(data):
    with pytest.raises(ContainerError):
        jpeg.walk(data)


def test_a_long_run_of_fill_bytes_is_walked_in_one_pass():
    run = photos.jpeg()[:-2] + b"\xff" * 2_000_000 + b"\0"
    assert jpeg.walk(run).end == len(run)
