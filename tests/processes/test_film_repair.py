"""Shaken clips stand still, still ones are left as they are, noise goes; with every ffmpeg that there is."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from tuanyuan.domain.clip import ClipShape
from tuanyuan.processes.film import ffmpeg as module
from tuanyuan.processes.film.ffmpeg import Ffmpeg
from tuanyuan.processes.film.steadying import DESHAKE, VIDSTAB, of_the_camera, stabiliser

SHAPE = ClipShape(640, 360, 25, 2.0)
DEBIAN = Path(shutil.which("ffmpeg") or "")


@pytest.fixture(scope="module")
def photo(samples):
    """A sample, larger than the frame, and nowhere near black."""
    grey = cv2.imread(str(samples / "group_of_three.jpg"), cv2.IMREAD_GRAYSCALE)
    return np.clip(cv2.resize(grey, (800, 507), interpolation=cv2.INTER_AREA), 60, 235)


def film(photo, offsets, *, walker=False, noise=0.0):
    """One frame for each offset (x, y in pixels) of the camera; somebody walks through the picture, if wanted."""
    rng = np.random.default_rng(11)
    for number, (x, y) in enumerate(offsets):
        shift = np.float32([[1, 0, -80 - x], [0, 1, -70 - y]])
        luma = cv2.warpAffine(photo, shift, (SHAPE.width, SHAPE.height), flags=cv2.INTER_CUBIC)
        if walker:
            cv2.ellipse(luma, (40 + 10 * number, 260), (45, 70), 0, 0, 360, 80, -1, cv2.LINE_AA)
        luma = np.clip(luma + rng.normal(0, noise, luma.shape), 16, 235).astype(np.uint8)
        yield np.vstack([luma, np.full((SHAPE.height // 2, SHAPE.width), 128, np.uint8)])


def shaken():
    """Three pixels this way and that, another way in each frame."""
    return np.random.default_rng(5).normal(0, 3, (SHAPE.count, 2))


STILL = np.zeros((SHAPE.count, 2))


def movement(frames):
    """How far each frame has moved since the first one: float N×2, pixels, by what can be seen in its upper half."""
    upper = [np.ascontiguousarray(frame[:180]) for frame in frames]
    corners = cv2.goodFeaturesToTrack(upper[0][20:-20, 20:-20], 200, 0.01, 8) + np.float32(20)
    moved = []
    for frame in upper:
        there, found, _ = cv2.calcOpticalFlowPyrLK(upper[0], frame, corners, None, winSize=(31, 31))
        moved.append(np.median((there - corners)[found.ravel() == 1].reshape(-1, 2), axis=0))
    return np.array(moved)


def shake(frames):
    """Root mean square distance from the mean place, pixels."""
    moved = movement(frames)
    return float(np.sqrt(((moved - moved.mean(axis=0)) ** 2).sum(axis=1).mean()))


def read(program, clip, **how):
    with program.frames(clip, SHAPE, **how) as frames:
        return list(frames)


@pytest.mark.parametrize("program", [None, DEBIAN], ids=["packaged", "debian"])
@pytest.mark.parametrize("walker", [False, True])
def test_a_shaken_clip_stands_still(photo, program, walker):
    ffmpeg = Ffmpeg(program, "libx264", 2)
    clip = ffmpeg.encode(film(photo, shaken(), walker=walker), SHAPE)
    assert shake(read(ffmpeg, clip)) > 3.5
    frames = read(ffmpeg, clip, stabilise=True)
    assert len(frames) == SHAPE.count
    assert shake(frames) < 0.7
    # Nothing of the picture is darker than 60, and the encoder rounds edges: no black border came in.
    assert min(int(frame[: SHAPE.height].min()) for frame in frames) > 30


def test_a_still_clip_stays_where_it_is_though_somebody_walks_through(photo):
    ffmpeg = Ffmpeg(None, "libx264", 2)
    clip = ffmpeg.encode(film(photo, STILL, walker=True, noise=1.5), SHAPE)
    frames = read(ffmpeg, clip, stabilise=True)
    assert np.abs(movement([read(ffmpeg, clip)[0], *frames])).max() < 0.1


def test_without_the_better_stabiliser_the_simple_one_does(photo, monkeypatch):
    monkeypatch.setattr(
        module.Ffmpeg, "_said", lambda _, topic: "Unknown filter" if "filter" in topic else "Encoder libx264 ["
    )
    ffmpeg = Ffmpeg(None, "libx264", 2)
    clip = ffmpeg.encode(film(photo, shaken()), SHAPE)
    frames = read(ffmpeg, clip, stabilise=True)
    assert len(frames) == SHAPE.count
    assert shake(frames) < 0.8 * shake(read(ffmpeg, clip))
    assert min(int(frame[: SHAPE.height].min()) for frame in frames) > 30


def test_noise_goes_and_the_picture_stays(photo):
    ffmpeg = Ffmpeg(None, "libx264", 2)
    slow = np.stack([np.arange(SHAPE.count) * 0.7, np.zeros(SHAPE.count)], axis=1)
    clean = np.stack([frame[:360] for frame in film(photo, slow)]).astype(float)
    noisy = ffmpeg.encode(film(photo, slow, noise=5), SHAPE)

    def error(frames):
        return float(np.mean((np.stack([frame[:360] for frame in frames]) - clean) ** 2))

    assert error(read(ffmpeg, noisy, denoise=True)) < 0.6 * error(read(ffmpeg, noisy))
    untouched = ffmpeg.encode(film(photo, slow), SHAPE)
    assert error(read(ffmpeg, untouched, denoise=True)) < 1.5 * error(read(ffmpeg, untouched)) + 2


def test_both_together(photo):
    ffmpeg = Ffmpeg(None, "libx264", 2)
    frames = read(ffmpeg, ffmpeg.encode(film(photo, shaken(), noise=5), SHAPE), denoise=True, stabilise=True)
    assert len(frames) == SHAPE.count
    assert shake(frames) < 0.7


def field(moved, place):
    return f"(LM {moved[0]} {moved[1]} {place[0]} {place[1]} 80 0.5 0.2)"


def line(fields):
    return f"Frame 2 (List {len(fields)} [{','.join(fields)}])\n"


def test_fields_that_go_their_own_way_are_left_out():
    camera = [field((3, -2), (100 * column, 90 * row)) for column in range(5) for row in range(4)]
    walker = [field((9, 0), (300, 200)), field((-14, 5), (310, 250)), field((6, -2), (10, 10))]
    assert of_the_camera("VID.STAB 1\n" + line(camera + walker)) == "VID.STAB 1\n" + line(camera)


def test_a_turn_of_the_camera_is_a_movement_of_all_fields():
    places = [(100 * column, 90 * row) for column in range(12) for row in range(8)]
    turned = [field((round(-0.01 * (y - 315)), round(0.01 * (x - 550))), (x, y)) for x, y in places]
    assert of_the_camera(line(turned)) == line(turned)


def test_where_too_little_agrees_nothing_is_said_to_move():
    scattered = [field((11 * number % 37 - 18, 17 * number % 31 - 15), (50 * number, 40)) for number in range(9)]
    assert of_the_camera(line(scattered)) == "Frame 2 (List 0 [])\n"
    assert of_the_camera("Frame 1 (List 0 [])\n") == "Frame 1 (List 0 [])\n"


def test_the_best_stabiliser_that_a_program_has():
    assert stabiliser("Unknown filter 'vidstabdetect'.") == DESHAKE
    assert stabiliser("Filter vidstabdetect\n result shakiness") == VIDSTAB
    assert stabiliser("Filter vidstabdetect\n fileformat ascii").watch == f"{VIDSTAB.watch}:fileformat=ascii"


@pytest.mark.parametrize("encoder", ["libx264"])
def test_debians_program_does_as_well(photo, encoder):
    ffmpeg = Ffmpeg(DEBIAN, encoder, 2)
    clip = ffmpeg.encode(film(photo, STILL), SHAPE, key_frame_at=1.0)
    assert ffmpeg.shape(clip) == SHAPE
    beginning = ffmpeg.cut(clip, 1.0)
    assert ffmpeg.shape(beginning) == ClipShape(640, 360, 25, 1.0)
    theirs, ours = read(ffmpeg, clip), read(Ffmpeg(None, "libx264", 2), clip)
    assert np.abs(np.stack(theirs).astype(int) - np.stack(ours)).max() <= 1
