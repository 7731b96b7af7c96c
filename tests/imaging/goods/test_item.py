"""What is to be shown is measured: its box, its old shadow, where it stands."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles import goods

from tuanyuan.imaging.goods.item import ground, item, outline_colours, scaled, without_old_shadow
from tuanyuan.imaging.matting import Cutout


def cutout(kind, size=240):
    thing = goods.drawn(kind, size)
    return Cutout(thing.colour.astype(np.float32), thing.alpha)


def test_an_item_is_cut_to_its_box():
    one = cutout("carton")
    thing = item(one)
    ys, xs = np.nonzero(one.alpha > 1 / 255)
    assert thing.size == (np.ptp(xs) + 7, np.ptp(ys) + 7)
    assert thing.alpha.sum() == pytest.approx(one.alpha.sum(), rel=1e-5)


def test_an_empty_cutout_is_no_item():
    with pytest.raises(ValueError, match="nothing"):
        item(Cutout(np.zeros((9, 9, 3), np.float32), np.zeros((9, 9), np.float32)))


def test_a_shadow_in_the_file_is_taken_away_and_nothing_else():
    one = cutout("mug")
    alpha = one.alpha.copy()
    cv2.ellipse(alpha, (110, 222), (60, 8), 0, 0, 360, 0.5, -1)
    colour = np.where((one.alpha > 0)[..., None], one.colour, 0.05).astype(np.float32)
    assert np.array_equal(without_old_shadow(Cutout(colour, alpha)).alpha, one.alpha)
    assert without_old_shadow(one) is one


def test_a_thing_gets_smaller_without_a_fringe():
    one = item(cutout("ball"))
    one.colour[one.alpha == 0] = [0, 1, 0]
    small = scaled(one, 0.5)
    assert small.size == (round(one.size[0] / 2), round(one.size[1] / 2))
    edge = (small.alpha > 0.2) & (small.alpha < 0.8)
    assert small.colour[edge][:, 0].min() > 0.45


def test_a_box_stands_on_its_lower_edge_and_an_arch_does_not_touch():
    alpha = np.zeros((100, 200), np.float32)
    alpha[20:80, 40:160] = 1
    alpha[60:80, 80:120] = 0
    foot = ground(alpha)
    assert foot.line[50] == foot.line[100] == 80
    assert foot.touch[50] > 0.95
    assert foot.touch[100] < 1e-6
    assert foot.touch[10] == 0


def test_a_handle_in_the_air_touches_nothing():
    foot = ground(item(cutout("mug")).alpha)
    width = len(foot.touch)
    assert foot.touch[round(0.35 * width)] > 0.9
    assert foot.touch[round(0.93 * width)] < 0.1


def test_the_colours_along_the_outline_are_the_outlines():
    alpha, colour = np.zeros((80, 80), np.float32), np.full((80, 80, 3), 0.1, np.float32)
    alpha[10:70, 10:70] = 1
    colour[20:60, 20:60] = [0.9, 0, 0]
    lab = outline_colours(item(Cutout(colour, alpha)))
    assert np.abs(lab[:, 1:]).max() < 1
    assert lab[:, 0].mean() == pytest.approx(9, abs=1.5)
