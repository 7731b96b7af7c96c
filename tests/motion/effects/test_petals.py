"""Petals and confetti turn in the air as sheets do; what they share with snow is in test_snow.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tuanyuan.motion.effects import snow
from tuanyuan.motion.effects.falling_paths import hidden
from tuanyuan.motion.effects.falling_sheets import Sheets, fall, opened, sheet, turned
from tuanyuan.motion.effects.petals import Confetti, Petals, warm
from tuanyuan.motion.layers import Pose, layers
from tuanyuan.motion.stage import Head, make_stage

GOLD = (0.9, 0.7, 0.3)


def one(**what) -> Sheets:
    """A flat, matt, opaque piece of paper, 24 by 16 half-size pixels, facing the viewer; `what` of it is otherwise."""
    usual = {
        "wide": 8.0,
        "long": 12.0,
        "blur": 0.0,
        "thick": 1.0,
        "base": GOLD,
        "tip": GOLD,
        "back": (0.1, 0.2, 0.9),
        "bend": (0.0, 0.0),
        "spin": (0.0, 0.0),
        "tilt": (0.0, 0.0),
        "roll": (0.0, 0.0),
        "rock": 0.0,
        "thin": 0.07,
        "gloss": 0.0,
        "through": 0.1,
        "notch": -1.0,
    }
    return Sheets(**{name: np.array([value], np.float32) for name, value in (usual | what).items()})


def drawn(sheets, x=32.0, y=32.0, age=0.0, moved=(0.0, 0.0), shown=1.0, swing=np.pi / 2):
    into = layers(64, 64)
    sheet(sheets, 0, age, swing, (x, y, 1.0), moved, shown, into.front, into.touched)
    return into.front


@pytest.mark.parametrize("roll", [0.0, 0.06, 0.12, 0.19])
def test_a_piece_covers_the_area_that_it_shows(roll):
    shown = drawn(one(roll=(0.0, roll)))[..., 3].sum()
    assert shown == pytest.approx(16 * 24 * np.cos(2 * np.pi * roll), rel=0.03)


def test_foil_in_shade_is_amber_and_paper_only_darker():
    """Gold that loses its light evenly looks olive."""
    turned_off = {"tilt": (0.0, 0.86)}
    foil, paper = (drawn(one(gloss=gloss, **turned_off))[32, 32] for gloss in (0.001, 0.0))
    assert foil[0] < 0.95 * GOLD[0]
    assert foil[1] / foil[0] < 0.97 * GOLD[1] / GOLD[0]
    assert paper[1] / paper[0] == pytest.approx(GOLD[1] / GOLD[0], rel=1e-3)


def test_petals_near_the_lens_are_too_soft_to_look_cut_out():
    petals = Petals(make_stage(np.full((720, 1280, 3), 90, np.uint8), np.zeros((720, 1280), np.float32), ()), 5.0, 3)
    sheets = petals.sheets
    near = sheets.long > 0.05 * 360
    assert near.sum() > 2
    assert (sheets.blur[near] > 0.25 * sheets.long[near]).all()
    assert sheets.notch.max() < 0.14


def test_a_piece_has_two_sides():
    front, back = drawn(one())[32, 32], drawn(one(roll=(0.0, 0.5)))[32, 32]
    assert front[0] > 2 * front[2]
    assert back[2] > 2 * back[0]


def test_a_petal_has_a_narrow_foot_and_a_nick_in_its_tip():
    petal = drawn(one(notch=0.3))[..., 3]
    assert petal[32].sum() > 12
    assert petal[24].sum() < petal[40].sum()
    assert petal[42, 32] < 0.5 < min(petal[42, 29], petal[42, 35])
    assert drawn(one(notch=0.0))[42, 32, 3] > 0.5


def test_foil_flashes_when_it_mirrors_the_light_and_paper_does_not():
    turns = np.linspace(0, 0.2, 41)
    foil, paper = (
        np.array([drawn(one(gloss=gloss, roll=(0.0, -turn), tilt=(0.0, 0.06)))[32, 32, :3].sum() for turn in turns])
        for gloss in (1.0, 0.0)
    )
    assert foil.max() > 1.35 * np.median(foil)
    assert paper.max() < 1.2 * np.median(paper)


def test_what_moves_is_drawn_out_along_its_way_and_covers_no_more():
    still, moving = drawn(one())[..., 3], drawn(one(), moved=(10.0, 0.0))[..., 3]
    assert moving.sum() == pytest.approx(still.sum(), rel=0.03)
    assert moving[32, 21] > 0.05 > still[32, 21]
    np.testing.assert_allclose(moving.sum(1) > 0.05, still.sum(1) > 0.05)


def test_a_small_piece_does_not_twinkle():
    for spin in (0.0, 0.07, 0.12):
        for size in (0.8, 1.5, 3.0):
            small = one(wide=0.6 * size, long=size, spin=(0.0, spin), roll=(0.0, 0.1))
            sums = [
                drawn(small, 32 + x, 32 + y, moved=(0.2, 0.9))[..., 3].sum()
                for x in np.linspace(0, 1, 6)
                for y in np.linspace(0, 1, 6)
            ]
            assert np.ptp(sums) / np.mean(sums) < 0.02


def test_blur_spreads_a_petal_and_keeps_its_light():
    sharp, soft = (drawn(one(notch=0.1, blur=blur))[..., 3] for blur in (0.0, 4.0))
    assert soft.sum() == pytest.approx(sharp.sum(), rel=0.15)
    assert np.abs(np.diff(soft, axis=1)).max() < 0.5 * np.abs(np.diff(sharp, axis=1)).max()


@pytest.mark.parametrize("notch", [-1.0, 0.1])
def test_on_edge_a_sheet_is_a_sliver_of_its_own_length(notch):
    for roll in (0.23, 0.249, 0.251, 0.27):
        plane = drawn(one(notch=notch, roll=(0.0, roll), spin=(0.0, 0.1), bend=(0.3, 0.2), thin=0.2))[..., 3]
        ys, xs = np.nonzero(plane > 0.02)
        assert 15 < np.hypot(np.ptp(xs), np.ptp(ys)) < 29
        assert plane.sum() < 0.4 * 16 * 24


def test_axes_are_turned_together():
    a, b, normal = turned(0.4, 1.1, -2.3)
    np.testing.assert_allclose(np.cross(a, b), normal, atol=1e-6)
    np.testing.assert_allclose([np.dot(a, a), np.dot(b, b)], 1, atol=1e-6)
    # Opened by just as much as it is open, nothing changes.
    np.testing.assert_allclose(opened(a, normal, abs(normal[2])), a[:2], atol=1e-6)


@pytest.mark.parametrize(("kind", "turns"), [(Petals, 0.7), (Confetti, 1.2)])
def test_sheets_turn_at_a_pace_that_the_eye_follows(kind, turns):
    stage = make_stage(np.zeros((720, 1280, 3), np.uint8), np.zeros((720, 1280), np.float32), [])
    for seconds in (3.0, 10.0):
        sheets = kind(stage, seconds, 1).sheets
        for way in (sheets.spin, sheets.tilt, sheets.roll):
            assert 0 < np.abs(way[:, 0]).max() / seconds < turns


def test_warming_leaves_nothing_to_compile():
    stage = replace(
        make_stage(np.zeros((360, 640, 3), np.uint8), np.zeros((360, 640), np.float32), []),
        heads=(Head(160, 90, 22, 30),),
    )
    snow.warm()
    warm()
    loops = hidden, fall, snow._fall
    ready = [len(loop.signatures) for loop in loops]
    for kind in (Petals, Confetti, snow.Snow):
        kind(stage, 5.0, 1).draw(1.0, Pose((160, 90)), layers(320, 180))
    assert all(ready)
    assert [len(loop.signatures) for loop in loops] == ready
