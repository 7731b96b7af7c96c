"""Reducing by exact halves gives what averaging in one step gives."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tuanyuan.imaging.reducing import reduce


@pytest.mark.parametrize("size", [(256, 256), (160, 120), (333, 77), (1, 1)])
def test_a_reduced_photo_is_its_local_mean(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (901, 1203, 3), dtype=np.uint8)
    photo = cv2.GaussianBlur(noise, (0, 0), 3)

    reduced = reduce(photo, size)

    in_one_step = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    assert reduced.dtype == np.uint8
    assert reduced.shape == (size[1], size[0], 3)
    assert np.abs(reduced.astype(int) - in_one_step.astype(int)).mean() < 2.0


def test_a_plane_of_floats_keeps_its_type_and_mean() -> None:
    plane = np.random.default_rng(2).random((640, 480), np.float32)

    reduced = reduce(plane, (60, 80))

    assert reduced.dtype == np.float32
    assert reduced.mean() == pytest.approx(plane.mean(), abs=1e-4)


def test_a_smaller_picture_is_enlarged() -> None:
    assert reduce(np.full((4, 6), 7, np.uint8), (12, 8)).tolist() == [[7] * 12] * 8
