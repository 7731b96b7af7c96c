"""Small clips of H.264 as the studio's encoder makes them, and what exiftool and ffmpeg say of a file."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from doubles import photos

from tuanyuan.domain.label import new_label
from tuanyuan.imaging.label import label_picture

SIZE = (192, 108)
# Frames a second, B-frames, `moov` before the frames.
FORMS = {
    "10 fps, moov last": (10, 0, False),
    "25 fps, moov first, B-frames": (25, 2, True),
    "30 fps, moov last, B-frames": (30, 2, False),
    "30 fps, moov first": (30, 0, True),
}


@dataclass(frozen=True)
class Clip:
    """An MP4 and how it was made."""

    data: bytes
    fps: int
    moov_first: bool


def encode(folder: Path, *, fps: int, b_frames: int, moov_first: bool, seconds: float = 3) -> bytes:
    """An MP4 of moving bars."""
    file = folder / f"{fps}-{b_frames}-{moov_first}-{seconds}.mp4"
    picture = f"testsrc2=size={SIZE[0]}x{SIZE[1]}:rate={fps}:duration={seconds}"
    options = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", str(b_frames)]
    flags = ["-movflags", "+faststart"] if moov_first else []
    subprocess.run(
        ["ffmpeg", "-v", "error", "-threads", "1", "-f", "lavfi", "-i", picture, *options, *flags, str(file)],
        check=True,
    )
    return file.read_bytes()


@pytest.fixture(scope="session", params=FORMS)
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    fps, b_frames, moov_first = FORMS[request.param]
    data = encode(tmp_path_factory.mktemp("clip"), fps=fps, b_frames=b_frames, moov_first=moov_first)
    return Clip(data, fps, moov_first)


@pytest.fixture(scope="session")
def one_clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """For what does not depend on how a clip was made."""
    return encode(tmp_path_factory.mktemp("one"), fps=25, b_frames=2, moov_first=True)


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return encode(tmp_path_factory.mktemp("long"), fps=10, b_frames=0, moov_first=True, seconds=3.2)


@pytest.fixture(scope="session")
def still() -> bytes:
    """A labelled picture; its label is another than the one that the tests write."""
    return label_picture(photos.grainy(*SIZE), new_label("the-still"), "jpeg")


@pytest.fixture
def exiftool(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Asks exiftool for `tags` of a file; names with their family-1 group, a value or a list of values."""

    def ask(data: bytes, name: str, *tags: str) -> dict[str, Any]:
        (tmp_path / name).write_bytes(data)
        asked = ["exiftool", "-json", "-ee", "-G1", "-a", *(f"-{tag}" for tag in tags), str(tmp_path / name)]
        told = subprocess.run(asked, capture_output=True, check=True)
        return {key: value for key, value in json.loads(told.stdout)[0].items() if key != "SourceFile"}

    return ask


@pytest.fixture
def frames(tmp_path: Path) -> Callable[[bytes], list[str]]:
    """Time and check sum of each decoded frame, without a complaint of the decoder."""

    def decode(data: bytes) -> list[str]:
        (tmp_path / "decoded").write_bytes(data)
        asked = [
            "ffmpeg",
            "-v",
            "warning",
            "-xerror",
            "-i",
            str(tmp_path / "decoded"),
            "-map",
            "0:v",
            "-f",
            "framemd5",
            "-",
        ]
        told = subprocess.run(asked, capture_output=True, text=True, check=True)
        # The still's track has no frames to decode, which ffmpeg mentions.
        complaints = [line for line in told.stderr.splitlines() if "codec with id 0" not in line]
        assert complaints == []
        return [line for line in told.stdout.splitlines() if not line.startswith("#")]

    return decode


@pytest.fixture
def noise() -> list[np.ndarray]:
    """Six frames that differ, uint8 (90, 160, 3)."""
    return [photos.grainy(160, 90, seed=number) for number in range(6)]
