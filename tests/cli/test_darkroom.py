"""Odd photos are converted, not refused; the single tools do what they say and leave nothing else."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from doubles import photos
from PIL import Image

HEIC = Path(__file__).parents[1] / "fixtures" / "portrait.heic"
UPRIGHT = "man_glasses"


@pytest.fixture
def tool(tuanyuan, models_dir, monkeypatch) -> Callable:
    """A command that finds the model weights."""
    monkeypatch.setenv("TUANYUAN_MODELS_DIR", str(models_dir))
    return tuanyuan


@pytest.fixture(scope="session")
def rgb(portrait):
    """A portrait at 720×720."""
    return cv2.resize(portrait(UPRIGHT).rgb, (720, 720), interpolation=cv2.INTER_AREA)


def turned_by_exif(rgb):
    return photos.jpeg(np.ascontiguousarray(np.rot90(rgb)), exif=photos.exif(6))


def with_place_and_thumbnail(rgb):
    return photos.jpeg(rgb, exif=photos.exif(1, gps=True) + photos.jpeg(np.zeros((60, 80, 3), np.uint8)))


def sixteen_bit(rgb):
    deep = rgb[..., ::-1].astype(np.uint16) * 257
    return cv2.imencode(".png", deep)[1].tobytes()


def palette_with_transparency(rgb):
    image = Image.fromarray(rgb).quantize(255)
    return photos.save(image, "PNG", transparency=254)


def animated(rgb):
    first, second = Image.fromarray(rgb), Image.fromarray(255 - rgb)
    return photos.save(first, "GIF", save_all=True, append_images=[second], duration=100)


ODD = {
    "turned.jpg": turned_by_exif,
    "gps.jpg": with_place_and_thumbnail,
    "cmyk.jpg": lambda rgb: photos.save(Image.fromarray(rgb).convert("CMYK"), "JPEG", quality=95),
    "deep.png": sixteen_bit,
    "palette.png": palette_with_transparency,
    "really_a_png.jpg": lambda rgb: photos.save(rgb, "PNG"),
    "broken_icc.jpg": lambda rgb: photos.jpeg(rgb, icc_profile=b"not a profile at all" * 20),
    "animated.gif": animated,
    "moving.webp": lambda rgb: photos.save(
        Image.fromarray(rgb), "WEBP", save_all=True, append_images=[Image.fromarray(255 - rgb)], quality=90
    ),
    "全家福 照片 (1) 🏮.jpg": photos.jpeg,
    "photo.heic": lambda _: HEIC.read_bytes(),
}


@pytest.mark.parametrize("name", ODD)
def test_it_is_converted_not_refused(tool, rgb, name):
    Path(name).write_bytes(ODD[name](rgb))
    outcome = tool("check", name, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    (photo,) = outcome.json["photos"]
    assert (photo["file"], photo["ok"], photo["problems"]) == (name, True, [])
    assert (photo["width"], photo["height"]) == (720, 720)
    (face,) = photo["faces"]
    x, y, width, height = (round(v * 0.72) for v in (269, 263, 417, 511))  # where it is in the sample
    assert face["box"] == pytest.approx([x, y, width, height], abs=0.05 * width)
    assert abs(face["roll"]) < 10


def test_compressing_takes_place_and_thumbnail_away_and_keeps_the_face(tool, rgb):
    Path("gps.jpg").write_bytes(with_place_and_thumbnail(rgb))
    assert tool("compress", "gps.jpg", "--out", "small").status == 0
    assert [p.name for p in Path("small").iterdir()] == ["gps.jpg"]
    left = subprocess.run(
        ["exiftool", "-json", "-G", "small/gps.jpg"], capture_output=True, text=True, check=True
    ).stdout
    (tags,) = json.loads(left)
    assert not [tag for tag in tags if "GPS" in tag or "Thumbnail" in tag or "Make" in tag]
    assert tool("check", "small/gps.jpg").status == 0


def test_a_turned_photo_is_compressed_upright(tool, rgb):
    tall = np.ascontiguousarray(rgb[:, 60:660])
    Path("turned.jpg").write_bytes(turned_by_exif(tall))
    tool("compress", "turned.jpg", "--out", "small")
    with Image.open("small/turned.jpg") as image:
        assert image.size == (600, 720)
        assert not image.getexif()


def test_a_mask_and_a_cutout(tool, rgb):
    Path("me.jpg").write_bytes(photos.jpeg(rgb))
    outcome = tool("mask", "me.jpg", "--out", "cut", "--json")
    assert outcome.status == 0
    files = {"photo": "me.jpg", "file": "me-cutout.png", "mask": "me-mask.png"}
    assert outcome.json["files"] == [{**files, "by": "local", "not_by": [], "cost_fen": 0}]
    assert sorted(p.name for p in Path("cut").iterdir()) == ["me-cutout.png", "me-mask.png"]
    with Image.open("cut/me-cutout.png") as cutout, Image.open("cut/me-mask.png") as mask:
        alpha = np.asarray(cutout)[..., 3]
        assert cutout.size == mask.size == (720, 720)
        assert np.array_equal(alpha, np.asarray(mask)[..., 0])
    assert alpha[360, 340] == 255
    assert alpha[:20, :20].max() == 0


def test_goods_and_clothes_are_not_cut_out_at_once(tool):
    outcome = tool("mask", "me.jpg", "--goods", "--clothes", "--out", "cut", "--json")
    assert (outcome.status, outcome.json["error"]["code"]) == (2, "option_invalid")
    assert not Path("cut").exists()


def test_a_photo_without_a_face_has_no_mask(tool):
    Path("wall.jpg").write_bytes(photos.jpeg(photos.grainy(900, 800)))
    outcome = tool("mask", "wall.jpg", "--out", "cut", "--json")
    assert outcome.status == 1
    assert outcome.json["error"]["code"] == "no_face"
    assert not Path("cut").exists()


def test_check_tells_all_photos_and_fails_for_one(tool, rgb):
    Path("good.jpg").write_bytes(photos.jpeg(rgb))
    Path("empty.jpg").write_bytes(b"")
    outcome = tool("check", "good.jpg", "empty.jpg", "missing.jpg")
    assert outcome.status == 1
    assert "✓ good.jpg  720×720" in outcome.err
    assert "✗ empty.jpg" in outcome.err
    assert "这个文件是空的：empty.jpg  This file is empty: empty.jpg" in outcome.err
    assert "找不到文件：missing.jpg  No such file: missing.jpg" in outcome.err


def test_two_photos_of_one_name_do_not_overwrite_each_other(tool, rgb):
    for folder in ("a", "b"):
        Path(folder).mkdir()
        Path(folder, "me.jpg").write_bytes(photos.jpeg(rgb))
    outcome = tool("compress", "a/me.jpg", "b/me.jpg", "--out", "small", "--json")
    assert [f["file"] for f in outcome.json["files"]] == ["me-1.jpg", "me-2.jpg"]
    assert len(list(Path("small").iterdir())) == 2


def test_one_bad_photo_keeps_all_compressed_ones_back(tool, rgb):
    Path("good.jpg").write_bytes(photos.jpeg(rgb))
    Path("bad.jpg").write_bytes(b"text")
    outcome = tool("compress", "good.jpg", "bad.jpg", "--out", "small")
    assert outcome.status == 1
    assert not Path("small").exists()


def test_a_photo_has_no_label(tool, rgb):
    Path("me.jpg").write_bytes(photos.jpeg(rgb))
    outcome = tool("label", "show", "me.jpg", "--json")
    assert (outcome.status, outcome.json) == (1, {"file": "me.jpg", "label": None})


def test_the_judge_wants_a_face_in_every_photo(tool, rgb):
    Path("me.jpg").write_bytes(photos.jpeg(rgb))
    Path("wall.jpg").write_bytes(photos.jpeg(photos.grainy(900, 800)))
    outcome = tool("judge", "me.jpg", "--photo", "wall.jpg", "--json")
    assert outcome.status == 1
    assert outcome.json["error"]["code"] == "no_face"


def test_the_judge_knows_who_is_in_a_picture(tool, rgb, samples):
    Path("me.jpg").write_bytes(photos.jpeg(rgb))
    same = tool("judge", "me.jpg", "--photo", str(samples / f"{UPRIGHT}.jpg"), "--json")
    assert (same.status, same.json["passed"], same.json["warnings"]) == (0, True, [])
    assert same.json["people"][0]["face_distance"] < 0.2
    other = tool("judge", "me.jpg", "--photo", str(samples / "elderly_man.jpg"))
    assert other.status == 1
    assert "这张脸不像本人" in other.err
    assert "This face does not look like the person" in other.err


def test_the_frames_behind_the_first_are_never_seen(tool, rgb):
    wall = Image.new("RGB", (720, 720), (120, 130, 140))
    first_without_face = photos.save(wall, "GIF", save_all=True, append_images=[Image.fromarray(rgb)])
    with Image.open(io.BytesIO(first_without_face)) as film:
        assert film.n_frames == 2
    Path("late.gif").write_bytes(first_without_face)
    outcome = tool("check", "late.gif", "--json")
    assert outcome.status == 1
    assert [p["code"] for p in outcome.json["photos"][0]["problems"]] == ["no_face"]
