"""The landmarks of a top are where it has them, at every size, and what is no such top is said to be none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles.tops import MIDDLE, SIZE, Cut, shape

from tuanyuan.imaging.tryon.silhouette import measure
from tuanyuan.imaging.tryon.sleeve import Unclear


@pytest.mark.parametrize("worn", [False, True])
@pytest.mark.parametrize("cut", [Cut(), Cut(half=110, off=70), Cut(half=150, hem=560, off=150)])
def test_landmarks_are_where_the_top_has_them(cut, worn):
    found = measure(shape(cut), worn=worn)
    assert found.axis == pytest.approx(MIDDLE, abs=3)
    assert found.chest == pytest.approx(2 * cut.half, rel=0.12)
    assert found.hem[:, 1] == pytest.approx(np.full(9, cut.hem), abs=3)
    assert found.necks[:, 0] == pytest.approx([MIDDLE - cut.neck, MIDDLE + cut.neck], abs=8)
    assert found.necks[:, 1] == pytest.approx([cut.top, cut.top], abs=8)
    for side, sleeve in zip((-1, 1), found.sleeves, strict=True):
        wrist = MIDDLE + side * (cut.half + cut.off)
        assert sleeve.outer[-1, 0] == pytest.approx(wrist + side * cut.sleeve / 2, abs=14)
        assert sleeve.inner[-1, 0] == pytest.approx(wrist - side * cut.sleeve / 3, abs=14)
        assert sleeve.outer[-1, 1] > cut.cuff - 40
        assert (np.diff(sleeve.outer[:, 1]) > 0).all()


def test_landmarks_follow_the_size():
    large = cv2.resize(shape().astype(np.uint8), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST) > 0
    small, double = measure(shape(), worn=False), measure(large, worn=False)
    scaled = small.scaled(2.0, (2 * SIZE[1], 2 * SIZE[0]))
    for name in ("necks", "tips", "pits", "hem"):
        assert getattr(scaled, name) == pytest.approx(getattr(double, name), abs=9)
    assert scaled.sleeves[0].area.shape == (2 * SIZE[0], 2 * SIZE[1])


def test_arms_that_touch_the_trunk_are_not_free():
    mask = shape().astype(np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 401), np.uint8)) > 0
    with pytest.raises(Unclear) as caught:
        measure(closed, worn=True)
    assert caught.value.what == "gap"


def test_a_waistcoat_has_no_sleeves():
    mask = np.zeros(SIZE, bool)
    mask[150:620, 270:530] = True
    with pytest.raises(Unclear) as caught:
        measure(mask, worn=False)
    assert caught.value.what == "gap"


@pytest.mark.parametrize("share", [0.0, 0.02])
def test_nothing_and_a_speck_are_no_top(share):
    mask = np.zeros(SIZE, bool)
    mask[: int(share * SIZE[0]), :20] = True
    with pytest.raises(Unclear):
        measure(mask, worn=True)
