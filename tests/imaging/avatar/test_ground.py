"""Grounds are drawn from a seed: the same one gives the same pixels, another one another picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tuanyuan.imaging.avatar import grounds, landscape, lanterns, ornament, texture

SIZE = (240, 180)
RED, GREEN, GOLD, WHITE = (0.8, 0.1, 0.1), (0.1, 0.4, 0.3), (0.9, 0.7, 0.3), (1.0, 1.0, 1.0)


def blossoms(seed):
    branch = landscape.blossom_branch(SIZE, seed, start=(1.0, 0.1), heading=150, length=0.7)
    return branch.on(np.full((180, 240, 3), 0.9, np.float32), (0.2, 0.1, 0.1), (0.9, 0.4, 0.5), GOLD, seed)


DRAWN = {
    "studio": lambda seed: grounds.studio(SIZE, WHITE, GREEN, seed),
    "plaster": lambda seed: grounds.plaster(SIZE, WHITE, GREEN, seed),
    "bokeh": lambda seed: grounds.bokeh(SIZE, (0.2, 0.0, 0.0), (GOLD, WHITE), seed),
    "paper": lambda seed: texture.paper(SIZE, (0.9, 0.9, 0.8), seed),
    "mountains": lambda seed: landscape.mountains(SIZE, seed),
    "clouds": lambda seed: texture.clouded(SIZE, 60, seed),
    "grain": lambda seed: texture.fine(SIZE, 1.0, seed),
    "canvas": lambda seed: texture.weave(SIZE, seed),
    "blossoms": blossoms,
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_seed_is_a_picture(name):
    first, again, other = DRAWN[name](3), DRAWN[name](3), DRAWN[name](4)
    assert first.dtype == np.float32
    assert first.shape[:2] == (180, 240)
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=1e-3)


@pytest.mark.parametrize("name", ["studio", "plaster", "bokeh", "paper", "mountains", "blossoms"])
def test_colours_stay_in_range(name):
    drawn = DRAWN[name](5)
    assert 0 <= drawn.min() < drawn.max() <= 1


def test_a_studio_shows_no_bands():
    """Neighbouring levels mix: no row of 8-bit values is one flat run after another."""
    levels = np.rint(grounds.studio((720, 480), (0.60, 0.62, 0.64), (0.50, 0.52, 0.54), 1) * 255)[240, :, 0]
    assert (np.diff(levels) != 0).mean() > 0.3


def test_rays_alternate_round_their_middle():
    drawn = ornament.rays(SIZE, (120, 90), (RED, GREEN), 12)
    away = 80
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    ring = drawn[(90 + away * np.sin(angles)).astype(int), (120 + away * np.cos(angles)).astype(int)]
    green = ring[:, 1] > 0.25
    assert (np.diff(green.astype(int)) != 0).sum() + (green[0] != green[-1]) == 24


def test_a_disc_and_a_ring_have_their_area():
    assert ornament.disc(SIZE, (120, 90), 50).sum() == pytest.approx(np.pi * 2500, rel=0.01)
    assert ornament.ring(SIZE, (120, 90), 50, 6).sum() == pytest.approx(2 * np.pi * 50 * 6, rel=0.02)


def test_a_cloud_stays_round_its_place_and_shows_all_its_colours():
    ground = np.ones((180, 240, 3), np.float32)
    ornament.cloud(ground, (120, 100), 40, (RED, GREEN, GOLD), mirrored=False)
    changed = np.abs(ground - 1).max(2) > 0.05
    rows = np.nonzero(changed)[0]
    assert 100 - 1.2 * 40 <= rows.min() < rows.max() <= 100 + 0.8 * 40
    for colour in (RED, GREEN, GOLD):
        assert (np.abs(ground - np.array(colour)).max(2) < 0.02).sum() > 40


def test_a_mirrored_cloud_is_the_mirror():
    left, right = (np.ones((180, 241, 3), np.float32) for _ in range(2))
    ornament.cloud(left, (120, 100), 30, (RED, GREEN), mirrored=False)
    ornament.cloud(right, (120, 100), 30, (RED, GREEN), mirrored=True)
    assert np.abs(left - right[:, ::-1]).mean() < 0.01
    assert not np.allclose(left, right)


def test_the_sea_lies_below_its_line():
    painted, cover = ornament.scales(SIZE, 20, (GOLD, GREEN, WHITE), from_row=100)
    assert cover[:100].max() == 0
    assert cover[125:].min() > 0.99
    assert painted.shape == (180, 240, 3)


def test_a_lantern_is_red_and_glows():
    ground = np.full((180, 240, 3), 0.2, np.float32)
    lanterns.lantern(ground, (120, 90), 30, 2)
    red, green, _ = ground[90, 120]
    assert red > 0.7
    assert green < red - 0.2
    assert ground[90, 160, 0] > 0.215
    assert ground[2, 2] == pytest.approx([0.2, 0.2, 0.2], abs=1e-3)


def test_a_blur_at_less_size_is_the_same_blur():
    values = np.random.default_rng(1).random((300, 300), np.float32)
    values[100:200, 100:200] += 1
    assert np.abs(texture.blurred(values, 20) - cv2.GaussianBlur(values, (0, 0), 20))[60:-60, 60:-60].max() < 0.02


@pytest.mark.parametrize("seed", range(5))
def test_a_branch_reaches_into_the_picture(seed):
    branch = landscape.blossom_branch((720, 720), seed, start=(1.02, 0.05), heading=158, length=0.62)
    assert branch.shown >= 12
    assert branch.wood[:, :690].max() == 1
