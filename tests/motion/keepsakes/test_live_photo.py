"""A Live Photo's two files carry one identifier and one label, and the frames stay what they were."""

from __future__ import annotations

import json
import subprocess

import pytest
from doubles import photos
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.label import new_label
from tuanyuan.imaging.container import jpeg, movie
from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.container.exif import apple_block, orientation
from tuanyuan.imaging.label import label_clip, read_label
from tuanyuan.motion.keepsakes import live_pair, live_photo
from tuanyuan.motion.keepsakes.live_photo import identifiers

ONE = "0F3A9C51-7B1E-4D6A-9E2B-5C8D7A601234"
OTHER = "A1B2C3D4-0000-4000-8000-0123456789AB"
LABEL = new_label("J42-7Hk2Qa")


def _pair(still, clip, **changes):
    return live_pair(still, clip, **({"identifier": ONE, "still_seconds": 1.5, "label": LABEL} | changes))


def test_exiftool_and_our_reader_find_one_identifier_in_both(still, clip, exiftool):
    picture, film = _pair(still, clip.data)
    assert exiftool(picture, "a.jpg", "MediaGroupUUID") == {"Apple:MediaGroupUUID": ONE}
    assert exiftool(film, "a.mov", "ContentIdentifier") == {"Keys:ContentIdentifier": ONE}
    assert (identifiers(picture), identifiers(film)) == (ONE, ONE)
    assert exiftool(film, "a.mov", "Warning", "Error") == {}
    assert exiftool(picture, "a.jpg", "Warning", "Error") == {}


def test_both_files_carry_the_label_that_was_given_and_no_other(still, clip, exiftool):
    picture, film = _pair(still, label_clip(clip.data, new_label("the-clip")))
    assert (read_label(picture), read_label(film)) == (LABEL, LABEL)
    assert exiftool(picture, "a.jpg", "XMP-TC260:all") == {"XMP-TC260:Aigc": LABEL.to_json()}
    assert exiftool(film, "a.mov", "Keys:AIGC") == {"Keys:AIGC": LABEL.to_json()}
    assert b"the-still" not in picture
    assert b"the-clip" not in film


def test_both_key_tables_of_the_film_are_the_same(still, one_clip):
    film = _pair(still, one_clip)[1]
    apple = movie.find(film, (b"moov", b"meta"))
    guide = movie.find(film, (b"moov", b"udta", b"meta"))
    assert film[apple.body : apple.end] == film[guide.body + 4 : guide.end]
    assert film[apple.body : apple.end].count(b"AIGC") == 1


def _probed(tmp_path, film, *entries):
    (tmp_path / "probed.mov").write_bytes(film)
    asked = ["ffprobe", "-v", "error", "-show_entries", ":".join(entries), "-of", "json", str(tmp_path / "probed.mov")]
    return json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("seconds", [0.0, 0.4, 1.5])
def test_the_still_has_its_place_in_the_film(still, clip, exiftool, tmp_path, seconds):
    film = _pair(still, clip.data, still_seconds=seconds)[1]
    assert exiftool(film, "a.mov", "StillImageTime") == {"Track2:StillImageTime": 0}
    told = _probed(tmp_path, film, "stream=codec_type,codec_tag_string,start_time,duration", "format=duration")
    pictures, track = told["streams"]
    assert (pictures["codec_type"], track["codec_type"], track["codec_tag_string"]) == ("video", "data", "mebx")
    assert float(track["start_time"]) == seconds
    assert float(track["duration"]) == pytest.approx(1 / clip.fps, abs=1e-3)
    assert float(told["format"]["duration"]) == 3.0


def test_ffprobe_reads_identifier_label_and_brand(still, clip, tmp_path):
    tags = _probed(tmp_path, _pair(still, clip.data)[1], "format_tags")["format"]["tags"]
    assert tags["major_brand"] == "qt  "
    assert tags["com.apple.quicktime.content.identifier"] == ONE
    assert tags["AIGC"] == LABEL.to_json()


def test_every_frame_decodes_to_what_it_was_and_moov_stays_in_its_place(still, clip, frames):
    film = _pair(still, clip.data)[1]
    assert len(frames(film)) == 3 * clip.fps
    assert frames(film) == frames(clip.data)
    kinds = [box.kind for box in movie.boxes(film)]
    assert (kinds.index(b"moov") < kinds.index(b"mdat")) == clip.moov_first


def test_the_still_keeps_its_pixels_and_its_profile_and_names_no_maker(still, one_clip, exiftool):
    picture = _pair(still, one_clip)[0]
    assert picture.endswith(still[still.index(b"\xff\xdb") :])  # from the first quantisation table on
    parts = jpeg.walk(picture)
    assert orientation(jpeg.exif(parts)) == 1
    assert jpeg.icc_profile(parts) == jpeg.icc_profile(jpeg.walk(still))
    assert exiftool(picture, "a.jpg", "Make", "Model", "GPS:all") == {}


def test_exiftool_finds_the_still_s_exif_complete(still, one_clip, exiftool):
    picture = _pair(still, one_clip)[0]
    assert exiftool(picture, "a.jpg", "validate", "warning", "error") == {"ExifTool:Validate": "OK"}
    assert exiftool(picture, "a.jpg", "ExifIFD:ExifImageWidth", "ExifIFD:ExifImageHeight", "ColorSpace") == {
        "ExifIFD:ExifImageWidth": 192,
        "ExifIFD:ExifImageHeight": 108,
        "ExifIFD:ColorSpace": "sRGB",
    }


def test_the_note_is_of_type_undefined():
    block = apple_block(ONE, (192, 108))
    at = block.index(b"\x92\x7c")
    assert block[at + 2 : at + 8] == b"\x00\x07\x00\x00\x00\x45"  # 69 bytes


def test_a_still_with_exif_of_its_own_keeps_none_of_it(one_clip, exiftool):
    picture = _pair(photos.jpeg(exif=photos.exif(6, gps=True)), one_clip)[0]
    assert picture.count(b"Exif\0\0") == 1
    assert exiftool(picture, "a.jpg", "Make", "GPSLatitude", "Orientation#") == {"IFD0:Orientation": 1}


def test_labelling_the_film_again_keeps_the_pair(still, clip, exiftool, frames):
    film = _pair(still, clip.data)[1]
    again = label_clip(film, new_label("second"))
    assert identifiers(again) == ONE
    assert read_label(again) == new_label("second")
    assert exiftool(again, "a.mov", "StillImageTime") == {"Track2:StillImageTime": 0}
    assert frames(again) == frames(clip.data)
    assert b"J42-7Hk2Qa" not in again


def test_files_of_two_pairs_are_told_apart(still, one_clip):
    first, second = _pair(still, one_clip), _pair(still, one_clip, identifier=OTHER)
    assert identifiers(first[0]) != identifiers(second[1])
    assert identifiers(first[1].replace(ONE.encode(), OTHER.encode())) == OTHER
    # One table says this, the other that.
    assert identifiers(first[1].replace(ONE.encode(), OTHER.encode(), 1)) is None


@pytest.mark.parametrize("written", [OTHER, ONE.lower(), ""])
def test_a_still_with_another_identifier_never_leaves(still, one_clip, written, monkeypatch):
    monkeypatch.setattr(live_photo, "apple_block", lambda _, size: apple_block(written, size))
    with pytest.raises(OurFault) as caught:
        _pair(still, one_clip)
    assert caught.value.code == "pair_unverified"


def test_a_film_with_another_identifier_never_leaves(still, one_clip, monkeypatch):
    monkeypatch.setattr(
        live_photo, "label_clip", lambda film, label: label_clip(film, label).replace(ONE.encode(), OTHER.encode())
    )
    with pytest.raises(OurFault) as caught:
        _pair(still, one_clip)
    assert caught.value.code == "pair_unverified"


def test_a_still_without_its_label_never_leaves(still, one_clip, monkeypatch):
    monkeypatch.setattr(live_photo, "embed", lambda data, _: data)
    with pytest.raises(OurFault) as caught:
        _pair(still, one_clip)
    assert caught.value.code == "label_unverified"


def test_what_makes_no_pair(still, one_clip, long_clip):
    with pytest.raises(ValueError, match="too long"):
        _pair(still, long_clip)
    for seconds in (-0.1, 3.0):
        with pytest.raises(ValueError, match="not in a clip"):
            _pair(still, one_clip, still_seconds=seconds)
    for identifier in (ONE.lower(), ONE[:-1], ONE + "\n", "GGGGGGGG" + ONE[8:]):
        with pytest.raises(ValueError, match="UUID"):
            _pair(still, one_clip, identifier=identifier)
    with pytest.raises(ValueError, match="no MP4"):
        _pair(still, still)
    with pytest.raises(ContainerError):
        _pair(one_clip, one_clip)
    with pytest.raises(ContainerError):
        _pair(still, one_clip[: len(one_clip) // 2])


@pytest.mark.parametrize("data", [b"", b"text", photos.jpeg(), photos.jpeg(exif=photos.exif(1))])
def test_other_files_have_no_identifier(data):
    assert identifiers(data) is None


def test_a_clip_as_it_was_encoded_has_no_identifier(one_clip):
    assert identifiers(one_clip) is None


def test_equal_input_makes_equal_files(still, one_clip):
    assert _pair(still, one_clip) == _pair(still, one_clip)


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_clip_makes_a_pair_or_a_value_error(still, one_clip, draw):
    data = bytearray(one_clip)
    moov = movie.movie_box(one_clip)
    for _ in range(draw.draw(st.integers(1, 3))):
        at = draw.draw(st.integers(moov.start, moov.end - 4))
        data[at : at + 4] = draw.draw(st.sampled_from([bytes(4), b"\0\0\0\1", b"\xff" * 4, b"mvhd"]))
    try:
        made = _pair(still, bytes(data), still_seconds=0.0)
    except ValueError:
        return
    assert [identifiers(file) for file in made] == [ONE, ONE]


@pytest.mark.parametrize(("kind", "at"), [(b"tkhd", 12), (b"stts", 12)])
def test_a_clip_whose_numbers_are_too_large(still, one_clip, kind, at):
    data = bytearray(one_clip)
    place = one_clip.index(kind) + 4 + at
    data[place : place + 4] = b"\xff" * 4
    data[one_clip.index(b"mdhd") + 16 : one_clip.index(b"mdhd") + 20] = b"\0\0\0\1"
    with pytest.raises(ContainerError, match="beyond 32 bits"):
        _pair(still, bytes(data))
