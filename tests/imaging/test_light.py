"""People come into one light by a bounded step, and keep their own skin."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles.sitters import SKIN, bust

from tuanyuan.imaging.light import MOST, group_tone, harmonise, skin_tone
from tuanyuan.imaging.matting import Cutout
from tuanyuan.imaging.sitter import scaled, sitter

NAMES = ["elderly_man", "man_black_hair", "woman_headscarf", "woman_long_hair"]


@pytest.fixture(scope="module")
def group(portrait, cutter):
    """Four people as their photos show them."""
    sitters = []
    for name in NAMES:
        photo, faces = scaled(portrait(name).rgb, portrait(name).faces, 0.3)
        sitters.append(sitter(cutter.cut(photo, faces)[0], faces))
    return sitters


@pytest.fixture(scope="module")
def tones(group):
    return [skin_tone(s.cutout.colour, s.faces[0]) for s in group]


def toned(one, level):
    """The same sitter in more or less light."""
    return sitter(Cutout(np.clip(one.cutout.colour * level, 0, 1).astype(np.float32), one.cutout.alpha), one.faces)


def test_skin_is_measured_on_the_skin():
    expected = cv2.cvtColor(np.float32([[SKIN]]), cv2.COLOR_RGB2LAB)[0, 0]
    one = bust(40)
    assert skin_tone(one.cutout.colour, one.faces[0]) == pytest.approx(expected, abs=0.5)


def test_a_group_is_moved_towards_its_middle():
    assert group_tone([np.array([40, 1, 2]), np.array([60, 9, 3]), np.array([90, 5, 4])]) == pytest.approx([60, 5, 3])


def test_skin_tones_come_closer_and_nobody_goes_past_the_middle(group, tones):
    target = group_tone(tones)
    after = [skin_tone(harmonise(s, [t], target), s.faces[0]) for s, t in zip(group, tones, strict=True)]
    before_spread, after_spread = np.std(tones, axis=0), np.std(after, axis=0)
    assert after_spread.sum() < 0.85 * before_spread.sum()
    for was, now in zip(tones, after, strict=True):
        step = now - was
        assert (np.abs(step) <= MOST + 2).all()
        towards = np.abs(target - was) > 3
        assert (np.sign(step) == np.sign(target - was))[towards].mean() > 0.6


@pytest.mark.parametrize("target", [(95.0, 0.0, 0.0), (5.0, 40.0, 60.0)])
def test_however_far_the_middle_is_the_step_stays_small(group, tones, target):
    for one, tone in zip(group, tones, strict=True):
        moved = skin_tone(harmonise(one, [tone], np.float32(target)), one.faces[0])
        assert (np.abs(moved - tone) <= MOST + 2).all()


def test_black_stays_black_and_white_stays_white():
    one = bust(40)
    colour = one.cutout.colour.copy()
    colour[:20], colour[-30:] = 1.0, 0.0
    lit = harmonise(
        sitter(Cutout(colour, one.cutout.alpha), one.faces), [np.float32([70, 15, 15])], np.float32([90, 0, 0])
    )
    assert lit[-30:].max() < 0.02
    assert cv2.cvtColor(lit, cv2.COLOR_RGB2LAB)[:20, :, 0].min() > 97


def test_a_face_half_in_shadow_is_evened_but_not_flattened():
    one = bust(40)
    colour = one.cutout.colour.copy()
    colour[:, : colour.shape[1] // 2] *= 0.55
    dark_side = sitter(Cutout(colour, one.cutout.alpha), one.faces)
    tone = skin_tone(colour, one.faces[0])
    lit = harmonise(dark_side, [tone], tone)

    def difference(picture):
        lightness = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)[..., 0]
        x, y = (int(v) for v in one.eyes)
        return lightness[y : y + 20, x + 10 : x + 30].mean() - lightness[y : y + 20, x - 30 : x - 10].mean()

    assert 0.3 * difference(colour) < difference(lit) < 0.9 * difference(colour)


def test_soft_light_is_left_alone():
    one = bust(40)
    tone = skin_tone(one.cutout.colour, one.faces[0])
    lit = harmonise(one, [tone], tone)
    face = one.cutout.colour[..., 0] == np.float32(SKIN[0])
    assert np.abs(lit - one.cutout.colour)[face].max() < 0.02


def test_the_sitter_is_not_changed(group, tones):
    before = group[0].cutout.colour.copy()
    lit = harmonise(group[0], [tones[0]], np.float32([50, 0, 0]))
    assert np.array_equal(group[0].cutout.colour, before)
    assert 0 <= lit.min() <= lit.max() <= 1
    assert lit.dtype == np.float32
