"""The identifier of a Live Photo is written as iPhones do, and read from any block without surprise."""

from __future__ import annotations

import io

import pytest
from doubles import photos
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tuanyuan.imaging.container import jpeg
from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.container.exif import apple_block, apple_identifier, orientation

ONE = "0F3A9C51-7B1E-4D6A-9E2B-5C8D7A601234"
BLOCK = apple_block(ONE, (4032, 3024))


def test_it_reads_back():
    assert apple_identifier(BLOCK) == ONE
    assert orientation(BLOCK) == 1


def test_the_note_is_the_published_one_byte_for_byte():
    note = (
        bytes.fromhex("4170706c6520694f5300 0001 4d4d 0001 0011 0002 00000025 00000020 00000000") + ONE.encode() + b"\0"
    )
    assert len(note) == 69
    assert note in BLOCK


def test_pillow_reads_the_same_from_the_block():
    block = Image.Exif()
    block.load(BLOCK)
    assert dict(block) == {0x0112: 1, 0x011A: 72, 0x011B: 72, 0x0128: 2, 0x0213: 1, 0x8769: BLOCK.index(b"\0\7\x90\0")}
    inner = block.get_ifd(0x8769)
    assert (inner[0xA002], inner[0xA003], inner[0xA001], inner[0x9000]) == (4032, 3024, 1, b"0232")


@pytest.mark.parametrize("block", [b"", b"text", photos.exif(6), b"MM\0*\xff\xff\xff\xff"])
def test_other_blocks_have_none(block):
    assert apple_identifier(block.removeprefix(b"Exif\0\0")) is None


def test_another_makers_note_is_none_of_apples():
    assert apple_identifier(BLOCK.replace(b"Apple iOS", b"Other iOS")) is None


@given(st.integers(0, len(BLOCK) - 2), st.binary(min_size=1, max_size=4))
def test_changed_bytes_never_raise(at, changed):
    found = apple_identifier(BLOCK[:at] + changed + BLOCK[at + len(changed) :])
    assert found is None or isinstance(found, str)


@given(st.integers(0, len(BLOCK)))
def test_a_cut_block_never_raises(length):
    assert (apple_identifier(BLOCK[:length]) == ONE) == (length >= len(BLOCK) - 2)  # the text's end, padding


@pytest.mark.parametrize("progressive", [True, False])
def test_a_block_is_put_behind_jfif_and_takes_the_place_of_another(progressive):
    given = photos.jpeg(exif=photos.exif(6), progressive=progressive)
    made = jpeg.with_exif(given, BLOCK)
    parts = jpeg.walk(made)
    assert [segment.marker for segment in parts.segments][:2] == [jpeg.APP0, jpeg.APP1]
    assert jpeg.exif(parts) == BLOCK
    assert made.count(jpeg.EXIF) == 1
    assert jpeg.size(parts) == (96, 64)
    assert Image.open(io.BytesIO(made)).tobytes() == Image.open(io.BytesIO(given)).tobytes()


def test_a_size_that_is_not_told():
    frameless = jpeg.SOI + jpeg.segment(jpeg.COM, b"x") + b"\xff\xda\0\2\xff\xd9"
    with pytest.raises(ContainerError, match="frame"):
        jpeg.size(jpeg.walk(frameless))
