"""`tuanyuan make reunion`: every bad input is a sentence in both languages, a status, and not one file."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from doubles import defects, photos

from tuanyuan.domain.messages import MESSAGES
from tuanyuan.imaging.label import read_label

SMALL = ("--size", "640x480", "--candidates", "1")


@pytest.fixture
def tool(tuanyuan, models_dir, monkeypatch) -> Callable:
    """A command that finds the model weights."""
    monkeypatch.setenv("TUANYUAN_MODELS_DIR", str(models_dir))
    return tuanyuan


@pytest.fixture
def good(samples) -> str:
    """Somebody whose photo can be used."""
    return str(samples / "man_black_hair.jpg")


@pytest.fixture
def refused(tool, good) -> Callable:
    """Order a portrait of a good photo and the given ones; the error's codes, once all else is found as it must be."""

    def order(*bad: str, status: int = 1) -> list[str]:
        before = files()
        told = tool("make", "reunion", good, *bad, *SMALL, "--out", "out")
        assert (told.status, told.out) == (status, "")
        assert "Traceback" not in told.err
        as_json = tool("make", "reunion", good, *bad, *SMALL, "--out", "out", "--json")
        assert as_json.status == status
        error = as_json.json["error"]
        photos_told = [p for photo in error.get("photos", []) for p in photo["problems"]] or [error]
        for problem in photos_told:
            for text in ("message_zh", "message_en", "advice_zh", "advice_en"):
                assert problem[text] in told.err
        assert files() == before
        return [problem["code"] for problem in photos_told]

    return order


def files() -> list[str]:
    """Everything in the working folder."""
    return sorted(str(path) for path in Path().rglob("*"))


def written(name: str, data: bytes) -> str:
    Path(name).write_bytes(data)
    return name


def on_grey(rgb, scale, side=900):
    """The photo reduced, on a large grey wall."""
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    wall = np.full((side, side, 3), 128, np.uint8)
    wall[300 : 300 + small.shape[0], 350 : 350 + small.shape[1]] = small
    return wall


def back_of_the_head(portrait):
    """Hair where the face was."""
    face = defects.hull(portrait.rgb.shape, portrait.face.mesh, 0.25).astype(np.uint8)
    hair = np.random.default_rng(0).normal((45, 35, 30), 8, portrait.rgb.shape).clip(0, 255)
    return defects.blended(portrait.rgb, hair, face, 6)


def lower_face_hidden(portrait, share):
    """A grey cloth over the lower part of the face."""
    x, y, width, height = (int(v) for v in portrait.face.box)
    rgb = portrait.rgb.copy()
    rgb[y + int(height * (1 - share)) : y + int(1.3 * height), x - width // 5 : x + int(1.2 * width)] = 90
    return rgb


def test_a_portrait_is_made_and_stands_up_to_the_judge(tool, samples):
    photos_ = [str(samples / "man_glasses.jpg"), str(samples / "woman_long_hair.jpg")]
    made = tool("make", "reunion", *photos_, *SMALL, "--out", "deep/out")
    assert (made.status, made.out) == (0, "")
    assert "做好了 1 张" in made.err
    assert "100%" in made.err
    assert files() == ["deep", "deep/out", "deep/out/result.json", "deep/out/reunion-1.jpg"]
    picture = "deep/out/reunion-1.jpg"
    assert read_label(Path(picture).read_bytes()).label == "1"
    shown = tool("label", "show", picture, "--json")
    assert (shown.status, shown.json["label"]["Label"]) == (0, "1")
    both = [part for photo in photos_ for part in ("--photo", photo)]
    assert tool("judge", picture, *both).status == 0
    missing = tool("judge", picture, *both, "--photo", str(samples / "elderly_man.jpg"), "--json")
    assert missing.status == 1
    assert [p["warnings"] for p in missing.json["people"]] == [[], [], ["person_missing"]]


def test_the_result_is_on_stdout_when_asked_and_odd_photos_are_taken(tool, portrait):
    one = np.ascontiguousarray(np.rot90(portrait("man_glasses").rgb))
    written("turned.jpg", photos.jpeg(one, exif=photos.exif(6)))
    written("really_a_png.jpg", photos.save(portrait("woman_long_hair").rgb, "PNG"))
    made = tool("make", "reunion", "turned.jpg", "really_a_png.jpg", *SMALL, "--out", "out", "--json")
    assert made.status == 0
    assert made.json["feature"] == "reunion"
    assert all(p["face_distance"] <= 0.35 for p in made.json["candidates"][0]["people"])


def test_nobody_in_the_photo(refused):
    assert refused(written("wall.jpg", photos.jpeg(photos.grainy(900, 800)))) == ["no_face"]


def test_the_back_of_a_head(refused, portrait):
    assert refused(written("back.jpg", photos.jpeg(back_of_the_head(portrait("woman_long_hair"))))) == ["no_face"]


def test_a_face_that_looks_away(refused, samples):
    assert refused(str(samples / "woman_face_down.jpg")) == ["face_turned_away"]


def test_a_face_below_80_pixels(refused, portrait):
    small = on_grey(portrait("man_glasses").rgb, 0.15)
    assert refused(written("far.jpg", photos.jpeg(small))) == ["face_too_small"]


def test_a_face_that_is_not_sure(refused, portrait):
    hidden = lower_face_hidden(portrait("woman_long_hair"), 0.7)
    assert "face_unsure" in refused(written("masked.jpg", photos.jpeg(hidden)))


def test_a_blurred_face(refused, portrait):
    blurred = cv2.GaussianBlur(portrait("woman_long_hair").rgb, (0, 0), 8)
    assert refused(written("shaken.jpg", photos.jpeg(blurred))) == ["face_blurred"]


def test_a_photo_on_its_side(refused, portrait):
    lying = np.ascontiguousarray(np.rot90(portrait("man_glasses").rgb))
    assert "photo_sideways" in refused(written("lying.jpg", photos.jpeg(lying)))


def test_six_people(refused, samples):
    assert refused(str(samples / "group_of_three.jpg"), *more(samples)) == ["too_many_people"]


def more(samples):
    return [str(samples / f"{name}.jpg") for name in ("man_glasses", "woman_headscarf")]


def test_the_same_person_twice(refused, portrait):
    again = cv2.resize(portrait("man_black_hair").rgb, None, fx=0.9, fy=0.9, interpolation=cv2.INTER_AREA)
    assert refused(written("again.jpg", photos.jpeg(again))) == ["same_person_twice"]


def test_a_face_number_that_is_not_there(tool, good):
    outcome = tool("make", "reunion", good, "--person", "photo=man_black_hair.jpg,faces=2", "--out", "out")
    assert outcome.status == 1
    assert MESSAGES["faces_not_there"][2] in outcome.err
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("cut.jpg", photos.jpeg(photos.grainy(900, 800))[:-20_000], "file_damaged"),
        ("empty.jpg", b"", "file_empty"),
        ("text.jpg", b"This is text, whatever its name says.\n" * 9, "file_not_a_photo"),
        ("picture.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "file_not_a_photo"),
        ("both.jpg", photos.jpeg(photos.grainy(900, 800)) + photos.zip_file(), "file_suspicious"),
        ("bomb.png", photos.png_header_only(20000, 20000), "file_too_many_pixels"),
        ("lies.jpg", photos.with_jpeg_size(photos.jpeg(photos.grainy(900, 800)), 65000, 65000), "file_too_many_pixels"),
        ("large.jpg", photos.jpeg() + bytes(11_000_000), "file_too_large"),
    ],
    ids=["truncated", "0-byte", "text", "svg", "polyglot", "bomb", "lying-header", "too-large"],
)
def test_a_file_that_is_no_honest_photo(refused, name, data, code):
    assert refused(written(name, data)) == [code]


def test_a_photo_that_is_not_there(refused):
    assert refused("nobody.jpg") == ["file_missing"]


def test_all_bad_photos_are_told_at_once(refused):
    wall = written("wall.jpg", photos.jpeg(photos.grainy(900, 800)))
    empty = written("empty.jpg", b"")
    assert refused(wall, empty, "nobody.jpg") == ["no_face", "file_empty", "file_missing"]


def test_a_background_that_is_no_picture(tool, good):
    written("sky.txt", b"blue")
    outcome = tool("make", "reunion", good, "--background", "sky.txt", *SMALL, "--out", "out", "--json")
    assert (outcome.status, outcome.json["error"]["code"]) == (1, "file_not_a_photo")
    unknown = tool("make", "reunion", good, "--background", "moon", *SMALL, "--out", "out", "--json")
    assert (unknown.status, unknown.json["error"]["code"]) == (1, "background_unknown")
    assert "new-year-wall" in unknown.json["error"]["advice_en"]
    assert files() == ["sky.txt"]


def test_an_output_folder_that_cannot_be_written_is_refused_before_the_work(tool, good):
    written("taken", b"a file, not a folder")
    outcome = tool("make", "reunion", good, *SMALL, "--out", "taken/out")
    assert outcome.status == 1
    assert "无法写入文件夹：taken/out" in outcome.err
    assert "The folder cannot be written to: taken/out" in outcome.err
    assert "checking the photos" not in outcome.err
    assert files() == ["taken"]


def test_a_full_disk(tool, good, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    outcome = tool("make", "reunion", good, *SMALL, "--out", "out")
    assert outcome.status == 1
    assert "磁盘空间不足，结果没有保存：out" in outcome.err
    assert "The disk is full; nothing was saved: out" in outcome.err
    assert files() == []


def test_an_earlier_result_survives_a_run_that_fails(tool, good):
    Path("out").mkdir()
    written("out/reunion-1.jpg", b"yesterday's")
    assert tool("make", "reunion", good, "nobody.jpg", *SMALL, "--out", "out").status == 1
    assert files() == ["out", "out/reunion-1.jpg"]
    assert Path("out/reunion-1.jpg").read_bytes() == b"yesterday's"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--size", "10x10"], "size_invalid"),
        (["--size", "large"], "size_invalid"),
        (["--person", "photo=nobody.jpg,scale=0.8"], "person_without_photo"),
        (["--person", "scale=0.8"], "person_invalid"),
        (["--engine", "dream"], "engine_unknown"),
        (["--candidates", "5"], "wrong_usage"),
        (["--candidates", "0"], "wrong_usage"),
        (["--beauty", "6"], "wrong_usage"),
        (["--seed", "-1"], "wrong_usage"),
    ],
)
def test_a_wrong_option_is_status_2_and_nothing_is_looked_at(tool, good, options, code):
    outcome = tool("make", "reunion", good, *options, "--out", "out", "--json")
    assert (outcome.status, outcome.json["error"]["code"]) == (2, code)
    assert files() == []


@pytest.mark.parametrize(("stop", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_in_the_middle_of_the_work(tmp_path, models_dir, samples, stop, status):
    program = "import sys; from tuanyuan.cli.frame import run; sys.exit(run(sys.argv[1:]))"
    order = ["make", "reunion", str(samples / "man_glasses.jpg"), str(samples / "elderly_man.jpg"), "--out", "out"]
    child = subprocess.Popen(
        [sys.executable, "-c", program, *order],
        cwd=tmp_path,
        env={**os.environ, "TUANYUAN_MODELS_DIR": str(models_dir), "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        begun = ""
        while "preparing" not in begun:
            line = child.stderr.readline()
            assert line, begun
            begun += line
        assert (tmp_path / "out").is_dir()
        child.send_signal(stop)
        out, rest = child.communicate()
    assert child.returncode == status
    assert out == ""
    assert rest.endswith("已停止，没有留下半成品。  Stopped; nothing half-made was left behind.\n")
    assert "Traceback" not in rest
    assert [*tmp_path.iterdir()] == []
