"""A clip carries one label where the guide wants it; labels of others are found and replaced; frames stay."""

from __future__ import annotations

import io
import json
import subprocess

import numpy as np
import pytest
from doubles import photos
from PIL import Image

from tuanyuan.domain.errors import OurFault, Rejected
from tuanyuan.domain.label import new_label
from tuanyuan.imaging.container import movie, movie_keys, webp
from tuanyuan.imaging.container.errors import ContainerError
from tuanyuan.imaging.label import gate, label_clip, read_label
from tuanyuan.imaging.label.metadata import embed, read_payloads
from tuanyuan.imaging.label.xmp import packet

LABEL = new_label("J42-7Hk2Qa")
OLD = new_label("from-elsewhere", "Another Studio")
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
FORMS = [("mp4", "+faststart"), ("mp4", "0"), ("mov", "+faststart"), ("mov", "0")]


def _encoded(folder, kind, flags, *more):
    file = folder / f"clip.{kind}"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=1"]
    sound = ["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", "-shortest"]
    options = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", flags, *more]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-threads", "1", *picture, *sound, *options, str(file)], check=True)
    return file.read_bytes()


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def clip(request, tmp_path_factory):
    return _encoded(tmp_path_factory.mktemp("clip"), *request.param)


@pytest.fixture(scope="module", params=["mp4", "mov"])
def labelled_by_another(request, tmp_path_factory):
    """With the label where ffmpeg puts it, and with a place."""
    more = ["-metadata", f"AIGC={OLD.to_json()}", "-metadata", "location=+39.9+116.4/"]
    return _encoded(tmp_path_factory.mktemp("another"), request.param, "+faststart+use_metadata_tags", *more)


def _exiftool(tmp_path, data, *tags):
    (tmp_path / "asked").write_bytes(data)
    told = subprocess.run(
        ["exiftool", "-json", "-G1", "-a", *(f"-{tag}" for tag in tags), str(tmp_path / "asked")],
        capture_output=True,
        check=True,
    )
    return {key: value for key, value in json.loads(told.stdout)[0].items() if key != "SourceFile"}


def _frames(tmp_path, data):
    """Check sums of all frames of picture and sound, with their times."""
    (tmp_path / "decoded").write_bytes(data)
    asked = ["ffmpeg", "-v", "warning", "-xerror", "-i", str(tmp_path / "decoded"), "-f", "framemd5", "-"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert told.stderr == ""
    return [line for line in told.stdout.splitlines() if not line.startswith("#")]


def test_exiftool_and_ffprobe_read_the_label(clip, tmp_path):
    made = label_clip(clip, LABEL)
    assert read_label(made) == LABEL
    assert _exiftool(tmp_path, made, "Keys:all") == {"Keys:AIGC": LABEL.to_json()}
    assert _exiftool(tmp_path, made, "Warning", "Error") == {}
    probe = ["ffprobe", "-v", "error", "-show_entries", "format_tags=AIGC", "-of", "json", str(tmp_path / "asked")]
    told = json.loads(subprocess.run(probe, capture_output=True, check=True).stdout)
    assert told["format"]["tags"]["AIGC"] == LABEL.to_json()


def test_the_label_is_where_the_guide_wants_it(clip):
    made = label_clip(clip, LABEL)
    meta = movie.find(made, (b"moov", b"udta", b"meta"))
    assert made[meta.body : meta.body + 4] == bytes(4)
    assert made[meta.body + 8 : meta.body + 24] == b"hdlr" + bytes(8) + b"mdta"
    assert made.count(b"AIGC") == 1


def test_frames_sound_and_the_order_of_the_boxes_stay(clip, tmp_path):
    made = label_clip(clip, LABEL)
    assert len(_frames(tmp_path, clip)) > 20
    assert _frames(tmp_path, made) == _frames(tmp_path, clip)
    assert [box.kind for box in movie.boxes(made)] == [box.kind for box in movie.boxes(clip)]


def test_a_second_label_replaces_the_first(clip):
    once = label_clip(clip, LABEL)
    twice = label_clip(once, new_label("second"))
    assert read_payloads(twice) == [new_label("second").to_json()]
    assert LABEL.produce_id.encode() not in twice
    assert label_clip(twice, LABEL) == once


def test_the_label_of_another_is_read_and_replaced_and_the_place_is_gone(labelled_by_another, tmp_path):
    assert read_label(labelled_by_another) == OLD
    made = label_clip(labelled_by_another, LABEL)
    assert read_payloads(made) == [LABEL.to_json()]
    assert b"from-elsewhere" not in made
    assert b"+39.9" not in made
    assert _frames(tmp_path, made) == _frames(tmp_path, labelled_by_another)


def test_a_label_in_apples_table_alone_is_read_and_replaced(clip, tmp_path):
    both = movie_keys.with_keys(clip, {"AIGC": OLD.to_json()}, apple=True)
    # With user data that holds something else.
    given = movie.assemble(both, [_with_moov(both, b, movie.pack(b"udta")) for b in movie.boxes(both)])
    assert movie.find(given, (b"moov", b"udta", b"meta")) is None
    assert read_payloads(given) == [OLD.to_json()]
    made = label_clip(given, LABEL)
    assert read_payloads(made) == [LABEL.to_json()]
    assert b"from-elsewhere" not in made
    assert _frames(tmp_path, made) == _frames(tmp_path, clip)


@pytest.mark.parametrize("place", ["uuid in front", "uuid behind", "user data"])
def test_a_label_in_xmp_is_read_and_replaced(clip, place, tmp_path):
    box = movie.pack(b"uuid", XMP_UUID, packet(OLD.to_json()))
    if place == "uuid in front":
        first, *rest = movie.boxes(clip)
        given = movie.assemble(clip, [first, box, *(_with_moov(clip, b) for b in rest)])
    elif place == "uuid behind":
        given = clip + box
    else:
        user_data = movie.pack(b"udta", movie.pack(b"XMP_", packet(OLD.to_json())))
        given = movie.assemble(clip, [_with_moov(clip, b, user_data) for b in movie.boxes(clip)])
    assert _frames(tmp_path, given) == _frames(tmp_path, clip)
    assert read_payloads(given) == [OLD.to_json()]
    made = label_clip(given, LABEL)
    assert read_payloads(made) == [LABEL.to_json()]
    assert b"from-elsewhere" not in made
    assert _frames(tmp_path, made) == _frames(tmp_path, clip)


def _with_moov(clip, box, more=b""):
    """The box, or where it is the film's, new bytes of it, whose offsets are corrected; `more` for its user data."""
    if box.kind != b"moov":
        return box
    kept = [b for b in movie.boxes(clip, box.body, box.end) if not (more and b.kind == b"udta")]
    return movie.pack(b"moov", *(clip[b.start : b.end] for b in kept), more)


def test_two_labels_of_a_film_are_not_one(clip):
    both = label_clip(clip, LABEL) + movie.pack(b"uuid", XMP_UUID, packet(LABEL.to_json()))
    assert read_payloads(both) == [LABEL.to_json()] * 2


@pytest.mark.parametrize(
    "faulty",
    [
        lambda data, _: data,
        lambda data, payload: embed(data, payload.replace("J42", "J43")),
        lambda data, payload: embed(data, payload)[:-1],
        lambda data, payload: embed(data, payload) + movie.pack(b"uuid", XMP_UUID, packet(payload)),
    ],
)
def test_a_clip_that_does_not_read_back_never_leaves(clip, faulty, monkeypatch):
    monkeypatch.setattr(gate, "embed", faulty)
    with pytest.raises(OurFault) as caught:
        label_clip(clip, LABEL)
    assert caught.value.code == "label_unverified"


def test_an_ill_label_is_told(clip):
    assert read_label(clip) is None
    with pytest.raises(Rejected) as caught:
        read_label(embed(clip, '{"Label":"1"}'))
    assert caught.value.code == "label_unreadable"


def test_no_other_file_is_a_clip(clip):
    for other in (photos.jpeg(), photos.save(photos.quarters(), "PNG"), b"", b"text"):
        with pytest.raises(ValueError, match="neither"):
            label_clip(other, LABEL)
    with pytest.raises(ContainerError):
        label_clip(clip[:-1], LABEL)
    assert read_payloads(clip[:-1]) == []


@pytest.mark.parametrize("lossless", [True, False])
def test_an_animated_webp_is_labelled_and_keeps_its_frames(lossless, tmp_path):
    frames = [photos.grainy(64, 48, seed=seed) for seed in range(4)]
    first, *rest = map(Image.fromarray, frames)
    file = io.BytesIO()
    first.save(file, "WEBP", save_all=True, append_images=rest, duration=100, loop=0, lossless=lossless)
    made = label_clip(label_clip(file.getvalue(), OLD), LABEL)
    assert read_payloads(made) == [LABEL.to_json()]
    assert b"from-elsewhere" not in made
    assert _exiftool(tmp_path, made, "XMP-TC260:all") == {"XMP-TC260:Aigc": LABEL.to_json()}
    kept = [[c for c in webp.chunks(data) if c.kind == b"ANMF"] for data in (file.getvalue(), made)]
    assert kept[0] == kept[1]
    image = Image.open(io.BytesIO(made))
    assert (image.n_frames, image.info["loop"]) == (4, 0)
    if lossless:
        image.seek(3)
        assert np.array_equal(np.asarray(image.convert("RGB")), frames[3])


@pytest.mark.parametrize("data", [b"\0\0\0\x10ftypisom", movie.pack(b"ftyp", b"qt  ", bytes(4))])
def test_reading_a_broken_film_never_fails(data):
    assert read_payloads(data) == []
