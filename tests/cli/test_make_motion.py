"""`tuanyuan make motion` on a real finished picture, its files read by other people's tools."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tuanyuan import wiring
from tuanyuan.cli.make.clips import Choice
from tuanyuan.domain.clip import EFFECTS
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.imaging.label import read_label
from tuanyuan.motion.keepsakes.motion_photo import parts
from tuanyuan.settings import Settings
from tuanyuan.wiring.filming import filming

FILES = {"motion.jpg", "motion.mp4", "motion.webp", "motion-live.jpg", "motion-live.mov", "motionMP.jpg", "result.json"}


def probed(path: Path) -> dict[str, Any]:
    asked = ["ffprobe", "-v", "error", "-print_format", "json", "-show_streams", "-show_format", str(path)]
    return dict(json.loads(subprocess.run(asked, capture_output=True, check=True).stdout))


def exif(path: Path, *tags: str) -> dict[str, Any]:
    asked = ["exiftool", "-json", "-G1", "-ee", *tags, str(path)]
    return dict(json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)[0])


def boxes(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        found.append(kind)
        at += size
    return found


def decoded(path: Path, *options: str) -> str:
    """A digest of every frame."""
    asked = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0", *options, "-f", "framemd5", "-"]
    told = subprocess.run(asked, capture_output=True, check=True).stdout.decode()
    frames = re.findall(r"[0-9a-f]{32}", told)
    return f"{len(frames)} {hashlib.sha256(''.join(frames).encode()).hexdigest()}"


@pytest.fixture(scope="module")
def clips(models_dir: Path, scenes: Path, samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished family portrait, then moving: wide at 1080p, tall at 720p."""
    folder = tmp_path_factory.mktemp("clips")
    settings = Settings(models_dir=models_dir, scenes_dir=scenes, threads=2)
    people = tuple(PhotoHint(str(samples / f"{name}.jpg")) for name in ("woman_long_hair", "man_glasses"))
    with wiring.picturing(settings) as studio:
        for name, size in (("wide", (1920, 1080)), ("tall", (1080, 1440))):
            order = Order(people, background="palace", candidates=1, size=size)
            with wiring.outbox(folder / name) as results:
                studio.make(order, results, lambda *_: None)
    with filming(settings) as studio:
        for name, style, options in (
            ("wide", "fireworks", {}),
            ("tall", None, {"resolution": "720p", "fps": 30, "video_length": 3}),
        ):
            picture = PhotoHint(str(folder / name / "reunion-1.jpg"))
            order = Order((picture,), "motion", style=style, candidates=1, options=options)
            with wiring.outbox(folder / name / "moving") as results:
                studio.make(order, results, lambda *_: None)
    return folder


def test_the_film_is_what_phones_play(clips: Path) -> None:
    for name, size, fps, seconds in (("wide", (1920, 1080), 25, 5.0), ("tall", (720, 960), 30, 3.0)):
        told = probed(clips / name / "moving" / "motion.mp4")
        (video,) = told["streams"]
        assert (video["codec_name"], video["profile"], video["pix_fmt"]) == ("h264", "High", "yuv420p")
        assert (video["width"], video["height"], video["avg_frame_rate"]) == (*size, f"{fps}/1")
        assert {video[f"color_{what}"] for what in ("space", "transfer", "primaries")} == {"bt709"}
        assert (video["color_range"], int(video["nb_frames"])) == ("tv", fps * seconds)
        assert float(told["format"]["duration"]) == pytest.approx(seconds, abs=0.001)
        order = boxes((clips / name / "moving" / "motion.mp4").read_bytes())
        assert order[0] == b"ftyp"
        assert order.index(b"moov") < order.index(b"mdat")


def test_both_files_of_a_live_photo_have_one_identifier_and_a_still(clips: Path) -> None:
    for name, frames, fps in (("wide", 75, 25), ("tall", 90, 30)):
        folder = clips / name / "moving"
        photo, film = exif(folder / "motion-live.jpg"), exif(folder / "motion-live.mov")
        identifier = photo["Apple:MediaGroupUUID"]
        assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", identifier)
        assert film["Keys:ContentIdentifier"] == identifier
        assert any(tag.endswith(":StillImageTime") for tag in film)
        told = probed(folder / "motion-live.mov")
        video = next(stream for stream in told["streams"] if stream["codec_type"] == "video")
        marker = next(stream for stream in told["streams"] if stream["codec_type"] == "data")
        assert (video["profile"], int(video["nb_frames"])) == ("High", frames)
        assert float(told["format"]["duration"]) <= 3.0 + 1e-3
        assert float(marker["start_time"]) == pytest.approx(1.5, abs=0.02)
        assert (folder / "motion-live.mov").read_bytes()[8:12] == b"qt  "
        with Image.open(folder / "motion-live.jpg") as still:
            assert still.size == (video["width"], video["height"])
        whole = decoded(folder / "motion.mp4", "-frames:v", str(frames))
        assert decoded(folder / "motion-live.mov") == whole
        assert whole.startswith(f"{frames} ")
        assert fps * 3 == frames


def test_the_film_in_a_motion_photo_is_the_film_byte_for_byte(clips: Path) -> None:
    folder = clips / "wide" / "moving"
    data, film = (folder / "motionMP.jpg").read_bytes(), (folder / "motion.mp4").read_bytes()
    told = exif(folder / "motionMP.jpg")
    assert (told["XMP-GCamera:MotionPhoto"], told["XMP-GCamera:MicroVideoOffset"]) == (1, len(film))
    extracted = subprocess.run(
        ["exiftool", "-b", "-Trailer", str(folder / "motionMP.jpg")], capture_output=True, check=True
    ).stdout
    assert extracted == film
    assert data[-len(film) :] == film
    assert parts(data)[1] == film


def test_every_file_carries_the_label_after_its_last_write(clips: Path) -> None:
    folder = clips / "wide" / "moving"
    result = json.loads((folder / "result.json").read_text("utf-8"))
    (candidate,) = result["candidates"]
    assert {path.name for path in folder.iterdir()} == FILES
    for name in FILES - {"result.json"}:
        told = exif(folder / name)
        labels = [value for tag, value in told.items() if tag.lower().endswith(":aigc")]
        assert labels, name
        for label in labels:
            text = label if isinstance(label, str) else json.dumps(label)
            assert json.loads(text)["ProduceID"] == candidate["produce_id"]
        own = read_label((folder / name).read_bytes())
        assert own is not None
        assert own.label == "1"
    assert probed(folder / "motion.mp4")["format"]["tags"]["AIGC"]


def test_the_mark_is_seen_from_the_first_frame_to_the_last(clips: Path, tmp_path: Path) -> None:
    asked = ["ffmpeg", "-v", "error", "-i", str(clips / "wide/moving/motion.mp4"), "-vf", r"select=not(mod(n\,24))"]
    subprocess.run([*asked, "-fps_mode", "vfr", str(tmp_path / "%d.png")], check=True)
    frames = [np.asarray(Image.open(path)) for path in sorted(tmp_path.iterdir())]
    assert len(frames) == 6
    with Image.open(clips / "wide/reunion-1.jpg") as still:
        corner = np.s_[-90:-20, -260:-20]
        letters = np.asarray(still)[corner].min(2) > 245
    assert letters.sum() > 800
    for frame in frames:
        assert frame[corner].min(2)[letters].mean() > 225
        assert np.median(frame[corner].min(2)[~letters]) < 150


def test_the_preview_moves_for_as_long_as_the_film(clips: Path) -> None:
    with Image.open(clips / "wide/moving/motion.webp") as preview:
        assert (preview.is_animated, preview.info["loop"], preview.size) == (True, 0, (480, 270))
        lengths = []
        for number in range(preview.n_frames):
            preview.seek(number)
            preview.load()
            lengths.append(preview.info["duration"])
    assert sum(lengths) == pytest.approx(5000, abs=200)


def test_the_effect_that_suits_is_chosen_and_told(clips: Path) -> None:
    made = [
        json.loads((clips / n / "moving/result.json").read_text("utf-8"))["candidates"][0] for n in ("wide", "tall")
    ]
    assert (made[0]["effect"], made[0]["fps"], made[0]["seconds"]) == ("fireworks", 25, 5.0)
    assert made[1]["effect"] in EFFECTS
    assert (made[1]["fps"], made[1]["seconds"]) == (30, 3.0)


def test_what_cannot_be_made_is_told_and_nothing_is_left(
    tuanyuan: Callable[..., Any], tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUANYUAN_MODELS_DIR", str(models_dir))
    missing = tuanyuan("make", "motion", "nobody.jpg", "--out", str(tmp_path / "out"), "--json")
    assert (missing.status, missing.json["error"]["code"]) == (1, "file_missing")
    wrong = tuanyuan("make", "motion", "a.jpg", "--effect", "rain", "--out", str(tmp_path / "out"), "--json")
    assert wrong.status == 2
    slow = tuanyuan("make", "motion", "a.jpg", "--seconds", "60", "--out", str(tmp_path / "out"), "--json")
    assert slow.status == 2
    assert not (tmp_path / "out").exists()


def test_every_effect_can_be_asked_for_by_name() -> None:
    assert [choice.value for choice in Choice] == ["auto", *EFFECTS]
    assert [choice.chosen for choice in Choice] == [None, *EFFECTS]
