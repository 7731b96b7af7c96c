"""A crown that the photo cuts goes on as hair: its own strands and colours, a round outline, and never a mirror."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from doubles.sitters import bust, cropped

from tuanyuan.imaging.completion import complete
from tuanyuan.imaging.crown import grow_crowns
from tuanyuan.imaging.matting import Cutout
from tuanyuan.imaging.sitter import cut_above, scaled, sitter

UNIT = 60
STRANDS = 60.0
"""Degrees by which the strands of `combed` rise to the right."""


def combed(one, degrees=STRANDS):
    """The sitter with strands all over, light and dark lines in one direction."""
    height, width = one.cutout.alpha.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across = x * np.sin(np.radians(degrees)) + y * np.cos(np.radians(degrees))
    lines = np.random.default_rng(5).standard_normal(2000, np.float32)
    lines = cv2.GaussianBlur(lines[None], (0, 0), 1.5)[0]
    shade = 0.5 + 0.35 * np.interp(across, np.arange(2000) - 700, lines).astype(np.float32)
    colour = np.clip(shade, 0, 1)[..., None] * np.array([0.9, 0.75, 0.55], np.float32)
    return replace(one, cutout=Cutout(colour.astype(np.float32), one.cutout.alpha))


CUT = combed(cropped(bust(UNIT), top=round(1.0 * UNIT)))
PLAIN = cropped(bust(UNIT), top=round(1.0 * UNIT))


def grown(one):
    """The completed sitter's colour and alpha, and how many rows are new."""
    completed = complete(one, below=0, sides=(False, False))
    return completed.cutout.colour, completed.cutout.alpha, completed.offset[1]


def detail(colour, unit):
    grey = colour.mean(2)
    return grey - cv2.GaussianBlur(grey, (0, 0), 0.12 * unit)


def mirrored(colour, alpha, rows, unit):
    """How much the new rows are the mirror of those under them: correlation of their detail, where there is hair."""
    solid = (alpha[:rows] > 0.9) & (alpha[rows : 2 * rows][::-1] > 0.9)
    above, under = detail(colour[:rows], unit)[solid], detail(colour[rows : 2 * rows], unit)[::-1][solid]
    return float(np.corrcoef(above, under)[0, 1])


def direction(colour, solid):
    """Degrees by which the lines rise to the right, -90..90, by the structure tensor."""
    grey = colour.mean(2)
    dx, dy = (cv2.Sobel(grey, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    inside = cv2.erode(solid.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    turn = np.arctan2((2 * dx * dy)[inside].sum(), (dx * dx - dy * dy)[inside].sum()) / 2
    return float(-((np.degrees(turn) + 90 + 90) % 180 - 90))


def test_the_crown_is_no_mirror():
    colour, alpha, rows = grown(CUT)
    assert rows > 0.3 * UNIT
    assert abs(mirrored(colour, alpha, rows, UNIT)) < 0.25
    kaleidoscope = np.concatenate([colour[rows : 2 * rows][::-1], colour[rows:]])
    assert mirrored(kaleidoscope, alpha, rows, UNIT) > 0.95


def test_a_real_crown_is_no_mirror(portrait, cutter):
    known = portrait("woman_blonde")
    photo, faces = scaled(known.rgb, known.faces, 0.5)
    one = sitter(cutter.cut(photo, faces)[0], faces)
    colour, alpha, rows = grown(one)
    assert rows > 0.15 * one.eye_distance
    assert abs(mirrored(colour, alpha, rows, one.eye_distance)) < 0.25


@pytest.mark.parametrize("degrees", [STRANDS, -STRANDS, 85.0])
def test_strands_go_on_in_their_own_direction(degrees):
    colour, alpha, rows = grown(combed(PLAIN, degrees))
    near = np.s_[rows - round(0.14 * UNIT) : rows]
    middle = alpha.shape[1] // 2
    part = np.s_[near, middle - UNIT // 3 : middle + UNIT // 3]
    there = direction(colour[part], alpha[part] > 0.9)
    assert abs((there - degrees + 90) % 180 - 90) < 20


def test_there_is_no_seam():
    colour, alpha, rows = grown(CUT)
    solid = alpha[rows - 1 : rows + 1].min(0) > 0.95
    step = np.abs(colour[rows] - colour[rows - 1])[solid]
    inside = np.abs(colour[rows + 1] - colour[rows])[solid]
    assert step.mean() < 1.5 * inside.mean()


def test_the_outline_is_round_and_ends_within():
    _, alpha, rows = grown(CUT)
    widths = (alpha[:rows] > 0.5).sum(1)
    assert (np.diff(widths[widths > 0]) >= 0).all()
    assert widths[-1] >= 0.9 * (alpha[rows] > 0.5).sum()
    assert widths[0] == 0
    assert alpha[0].max() < 0.2


def test_hair_gets_darker_towards_the_outline():
    colour, alpha, rows = grown(CUT)
    middle = alpha.shape[1] // 2
    column = colour[:, middle - UNIT // 2 : middle + UNIT // 2].mean((1, 2))
    top = int(np.argmax(alpha[:, middle] > 0.9))
    assert column[top : top + 4].mean() < 0.9 * column[rows - 4 : rows].mean()


def test_what_has_no_strands_gets_none():
    def steps(one):
        colour, alpha, rows = grown(one)
        middle = alpha.shape[1] // 2
        inside = np.s_[:rows, middle - UNIT // 2 : middle + UNIT // 2]
        return np.abs(np.diff(colour[inside].mean(2), axis=1))[alpha[inside][:, 1:] > 0.9].max()

    assert steps(PLAIN) < 0.012
    assert steps(CUT) > 0.03


def test_two_heads_get_a_crown_each_and_nothing_between():
    one = CUT.cutout
    gap = np.zeros((one.alpha.shape[0], UNIT), np.float32)
    alpha = np.concatenate([one.alpha, gap, one.alpha], 1)
    colour = np.concatenate([one.colour, np.zeros((*gap.shape, 3), np.float32), one.colour], 1)
    assert len(cut_above(alpha > 0.5)) == 2
    _, made = grow_crowns(colour, alpha, 24, UNIT)
    width = one.alpha.shape[1]
    assert made[:24, width : width + UNIT].max() == 0
    assert (made[:24, :width] > 0.5).sum() == pytest.approx((made[:24, -width:] > 0.5).sum(), abs=8)
    assert (made[:24, :width] > 0.5).any()


def test_a_narrow_parting_does_not_make_two_crowns():
    solid = np.zeros((10, 200), bool)
    solid[:, 40:160] = True
    solid[:, 100:106] = False
    assert cut_above(solid) == [(40, 160)]


def test_the_same_photo_gives_the_same_crown_and_another_another():
    first, again = grown(CUT)[0], grown(CUT)[0]
    assert np.array_equal(first, again)
    rows = grown(CUT)[2]
    shifted = combed(PLAIN, STRANDS + 1)
    assert not np.array_equal(first[:rows], grown(shifted)[0][:rows])
