"""Colours of video: ITU-R BT.709, limited range."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.motion.planes import planes, small, to_frame, to_rgb


# Levels of the 100 % colour bars in ITU-R BT.709-6, 8 bits.
@pytest.mark.parametrize(
    ("rgb", "yuv"),
    [
        ((0, 0, 0), (16, 128, 128)),
        ((255, 255, 255), (235, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((0, 0, 255), (32, 240, 118)),
        ((255, 255, 0), (219, 16, 138)),
    ],
)
def test_the_colour_bars_have_their_levels(rgb: tuple[int, int, int], yuv: tuple[int, int, int]) -> None:
    frame = to_frame(np.full((8, 12, 3), rgb, np.uint8))
    assert frame.shape == (12, 12)
    assert [int(plane.min()) for plane in planes(frame)] == list(yuv)
    assert [int(plane.max()) for plane in planes(frame)] == list(yuv)


def test_the_planes_lie_one_after_the_other() -> None:
    frame = np.arange(6 * 4, dtype=np.uint8).reshape(6, 4)
    y, u, v = planes(frame)
    assert y.tolist() == frame[:4].tolist()
    assert u.ravel().tolist() == [16, 17, 18, 19]
    assert v.ravel().tolist() == [20, 21, 22, 23]
    v[:] = 9
    assert frame[5].tolist() == [9, 9, 9, 9]


def test_there_and_back_a_soft_picture_is_itself_but_for_rounding() -> None:
    ys, xs = np.mgrid[:64, :96]
    rgb = np.dstack([40 + xs * 1.5, 60 + ys * 2, 200 - xs]).astype(np.uint8)
    assert np.abs(to_rgb(to_frame(rgb)).astype(int) - rgb).max() <= 2


def test_a_small_one_has_the_frame_s_aspect_and_colours() -> None:
    rgb = np.zeros((108, 192, 3), np.uint8)
    rgb[:, :96], rgb[:, 96:] = (200, 40, 30), (20, 60, 180)
    seen = small(to_frame(rgb), 64)
    assert seen.shape == (36, 64, 3)
    assert np.abs(seen[:, :30].astype(int) - (200, 40, 30)).max() <= 2
    assert np.abs(seen[:, 34:].astype(int) - (20, 60, 180)).max() <= 2
