"""A Motion Photo is the still with the clip behind it, byte for byte, and both carry one label."""

from __future__ import annotations

import io

import numpy as np
import pytest
from doubles import photos
from PIL import Image

from tuanyuan.cli.frame import run
from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.label import new_label
from tuanyuan.imaging.container import jpeg
from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.label import label_clip, read_label
from tuanyuan.imaging.label.metadata import embed
from tuanyuan.motion.keepsakes import motion_photo
from tuanyuan.motion.keepsakes.motion_photo import is_motion_photo, parts

LABEL = new_label("the-still")  # as the fixture has it


@pytest.fixture
def video(one_clip):
    return label_clip(one_clip, LABEL)


def test_the_video_stands_at_the_end_byte_for_byte(still, video):
    made = motion_photo(still, video, still_seconds=1.5)
    assert made.endswith(video)
    assert parts(made) == (made[: -len(video)], video)
    pixels = [np.asarray(Image.open(io.BytesIO(data))) for data in (made, still)]
    assert np.array_equal(*pixels)


def test_exiftool_reads_three_vocabularies_and_the_label(still, video, exiftool):
    told = exiftool(motion_photo(still, video, still_seconds=1.4), "aMP.jpg", "struct", "XMP:all")
    length = len(video)
    assert told == {
        "XMP-TC260:Aigc": LABEL.to_json(),
        "XMP-GCamera:MotionPhoto": 1,
        "XMP-GCamera:MotionPhotoVersion": 1,
        "XMP-GCamera:MotionPhotoPresentationTimestampUs": 1400000,
        "XMP-GCamera:MicroVideo": 1,
        "XMP-GCamera:MicroVideoVersion": 1,
        "XMP-GCamera:MicroVideoOffset": length,
        "XMP-GCamera:MicroVideoPresentationTimestampUs": 1400000,
        "XMP-OpCamera:MotionPhotoPrimaryPresentationTimestampUs": 1400000,
        "XMP-OpCamera:MotionPhotoOwner": "oplus",
        "XMP-OpCamera:OLivePhotoVersion": 2,
        "XMP-OpCamera:VideoLength": length,
        "XMP-Container:Directory": [
            {"Item": {"Mime": "image/jpeg", "Semantic": "Primary", "Length": 0, "Padding": 0}},
            {"Item": {"Mime": "video/mp4", "Semantic": "MotionPhoto", "Length": length, "Padding": 0}},
        ],
    }


def test_there_is_one_packet_and_it_comes_before_the_picture(still, video):
    made = motion_photo(still, video, still_seconds=1.5)
    assert made.count(b"http://ns.adobe.com/xap/1.0/\0") == 1
    assert made.index(b"http://ns.adobe.com/xap/1.0/\0") < made.index(b"\xff\xdb")


def test_the_video_taken_out_plays_as_before_and_is_labelled(still, clip, frames, exiftool):
    taken = parts(motion_photo(still, label_clip(clip.data, LABEL), still_seconds=1.5))[1]
    assert frames(taken) == frames(clip.data)
    assert exiftool(taken, "a.mp4", "Keys:AIGC") == {"Keys:AIGC": LABEL.to_json()}


def test_taken_apart_relabelled_and_put_together_again(still, video):
    picture, clip = parts(motion_photo(still, video, still_seconds=1.5))
    second = new_label("second")
    made = motion_photo(embed(picture, second.to_json()), label_clip(clip, second), still_seconds=1.5)
    assert read_label(made) == read_label(parts(made)[1]) == second
    assert b"the-still" not in made


@pytest.mark.parametrize("missing", ["still", "clip", "clip has another"])
def test_without_one_label_on_both_there_is_none(still, one_clip, missing):
    bare = photos.jpeg()
    files = {
        "still": (bare, label_clip(one_clip, LABEL)),
        "clip": (still, one_clip),
        "clip has another": (still, label_clip(one_clip, new_label("another"))),
    }
    with pytest.raises(OurFault) as caught:
        motion_photo(*files[missing], still_seconds=1.5)
    assert caught.value.code == "label_unverified"


def test_what_makes_no_motion_photo(still, video):
    for seconds in (-0.1, 3.0):
        with pytest.raises(ValueError, match="not in a clip"):
            motion_photo(still, video, still_seconds=seconds)
    with pytest.raises(ValueError, match="no JPEG"):
        motion_photo(photos.save(photos.quarters(), "PNG"), video, still_seconds=1.5)
    with pytest.raises(ValueError, match="no MP4"):
        motion_photo(still, still, still_seconds=1.5)


def _changed(made, length, **other):
    """The same file whose XMP tells other lengths."""
    start = made.index(b"\xff\xe1")
    end = start + 2 + int.from_bytes(made[start + 2 : start + 4], "big")
    xmp = made[start + 4 : end]
    for name, value in other.items():
        old = f'{name.replace("_", ":")}="{length}"'.encode()
        assert xmp.count(old) == 1
        xmp = xmp.replace(old, f'{name.replace("_", ":")}="{value}"'.encode())
    return made[:start] + jpeg.segment(jpeg.APP1, xmp) + made[end:]


def test_a_length_that_is_not_true_is_found_out(still, video):
    made, length = motion_photo(still, video, still_seconds=1.5), len(video)
    with pytest.raises(ContainerError, match="two lengths"):
        parts(_changed(made, length, Item_Length=length - 1))
    with pytest.raises(ContainerError, match="two lengths"):
        parts(_changed(made, length, GCamera_MicroVideoOffset=length + 1))
    for wrong in (length - 1, length + 1, 10**9):
        with pytest.raises(ContainerError, match="no video"):
            parts(_changed(made, length, Item_Length=wrong, GCamera_MicroVideoOffset=wrong))
    for wrong in ("0", "-1", "many", "\u0661", "9" * 5000):
        with pytest.raises(ContainerError, match="no length"):
            parts(_changed(made, length, Item_Length=wrong, GCamera_MicroVideoOffset=wrong))


def test_a_cut_or_lengthened_file_is_found_out(still, video):
    made = motion_photo(still, video, still_seconds=1.5)
    for broken in (made[:-1], made + b"\0", made[: -len(video)]):
        assert is_motion_photo(broken)
        with pytest.raises(ContainerError, match="no video"):
            parts(broken)


def test_an_ordinary_picture_is_none(still):
    assert not is_motion_photo(still)
    with pytest.raises(ContainerError):
        parts(still)


def test_one_that_does_not_read_back_never_leaves(still, video, monkeypatch):
    # By its full name: the package's attribute of this name is the function.
    import sys

    module = sys.modules["tuanyuan.motion.keepsakes.motion_photo"]
    monkeypatch.setattr(module, "parts", lambda data: (data, video))
    with pytest.raises(OurFault) as caught:
        motion_photo(still, video, still_seconds=1.5)
    assert caught.value.code == "pair_unverified"


@pytest.mark.parametrize(
    ("inside", "told", "words"),
    [
        ("the-still", "same", "has the same label"),
        ("other", "different", "has another label"),
        (None, "none", "has no AI label"),
        ("broken", "unreadable", "cannot be read"),
    ],
)
def test_the_command_says_what_the_video_inside_carries(still, one_clip, tmp_path, capsys, inside, told, words):
    labelled = label_clip(one_clip, LABEL)
    made = motion_photo(still, labelled, still_seconds=1.5)
    picture = made[: -len(labelled)]
    length = str(len(labelled)).encode()
    if inside == "other":
        made = picture + label_clip(one_clip, new_label("the-video"))
    elif inside is None:
        made = picture.replace(length, str(len(one_clip)).encode()) + one_clip
    elif inside == "broken":
        made = made[:-9]
    file = tmp_path / "aMP.jpg"
    file.write_bytes(made)
    assert run(["label", "show", str(file), "--json"]) == 0
    assert f'"video": "{told}"' in capsys.readouterr().out
    assert run(["label", "show", str(file)]) == 0
    shown = capsys.readouterr()
    assert words in shown.out + shown.err
    assert "the-still" in shown.out + shown.err
