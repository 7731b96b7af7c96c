"""Oil, ink and drawing change the hand, not the person; edges join a person with a ground."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from doubles.sitters import bust as sitting

from tuanyuan.imaging.avatar import edges, flow, ink, oil
from tuanyuan.imaging.avatar.bust import Framing, framed
from tuanyuan.imaging.avatar.drawing import eyes_of, face_of, mouth_of, redrawn
from tuanyuan.imaging.enlarging import Enlarger


@pytest.fixture(scope="module")
def figure():
    return framed(sitting(40, below=5.0, shoulders=3.6), Framing(0.15, 0.45), (320, 320))


def step(noise=0.0):
    """Dark left of column 60, bright right of it."""
    picture = np.full((120, 120, 3), 0.2, np.float32)
    picture[:, 60:] = 0.8
    return picture + noise * np.random.default_rng(2).standard_normal(picture.shape).astype(np.float32)


def test_planes_are_calm_and_keep_the_edge():
    made = oil.planes(step(0.05), 5)
    assert made[20:100, 10:45].std() < 0.02
    across = made[60].mean(1)
    assert across[66] - across[54] > 0.5


def test_tangents_run_along_an_edge():
    way = flow.tangents(step()[..., 0], 3)
    assert np.abs(way[60, 60, 1]) > 0.99


def test_where_nothing_leads_it_the_hand_keeps_its_slant():
    noise = 0.5 + 0.003 * np.random.default_rng(4).standard_normal((120, 120)).astype(np.float32)
    led, own = (flow.tangents(noise, 3, hand) for hand in (0.0, 0.06))

    def agreement(way):
        """1 where neighbours ten pixels away go the same way."""
        return np.abs((way[:, 10:] * way[:, :-10]).sum(2)).mean()

    assert agreement(own) > 0.97 > agreement(led) + 0.1
    edge = flow.tangents(step()[..., 0], 3, 0.06)
    assert np.abs(edge[60, 60, 1]) > 0.97


def test_smoothing_along_an_edge_keeps_it():
    grey = step(0.1)[..., 0]
    way = flow.tangents(cv2.GaussianBlur(grey, (0, 0), 2), 6)
    made = flow.along(grey, way, 6)
    assert made[20:100, 62].std() < 0.5 * grey[20:100, 62].std()
    assert made[60, 66] - made[60, 54] > 0.45


def test_paint_shows_the_brush_but_not_over_a_spared_face():
    plain = np.full((200, 200, 3), 0.5, np.float32)
    spare = np.zeros((200, 200), np.float32)
    spare[:, 100:] = 1
    made = oil.painted(plain, 1.0, 3, spare=spare)
    assert made[:, :90].std() > 1.5 * made[:, 110:].std() > 0


def test_ink_lies_on_dark_lines_alone():
    light = np.full((120, 120), 0.9, np.float32)
    light[:, 58:61] = 0.2
    drawn = ink.lines(light, 1.0)
    assert drawn[60, 59] > 0.9
    assert drawn[:, :40].max() == 0


def test_washes_are_few_tones():
    ramp = np.tile(np.linspace(0, 1, 400, dtype=np.float32), (100, 1))
    washed = ink.washes(ramp, 1.0, 3)
    fine, own = (np.histogram(p[20:80], 40, (0, 1))[0] for p in (ramp, washed))
    assert own.max() > 1.6 * fine.max()
    assert np.abs(cv2.blur(washed, (61, 61)) - cv2.blur(ramp, (61, 61)))[:, 60:-60].max() < 0.08


def test_a_drawing_has_smooth_planes_and_the_same_colours(models_dir, portrait):
    one = portrait("man_glasses")
    crop = one.rgb[200:840, 160:800].astype(np.float32) / 255
    mesh = one.face.mesh[:, :2] - np.array([160, 200], np.float32)
    figure = framed(sitting(40, below=5.0, shoulders=3.6), Framing(0.15, 0.45), (640, 640))
    shown = replace(figure, colour=crop, alpha=np.ones((640, 640), np.float32), mesh=mesh, unit=187.0)
    made = redrawn(shown, Enlarger(models_dir), unit=40, ground=np.zeros(3, np.float32))
    assert made.shape == (640, 640, 3)
    fine = [np.abs(cv2.Laplacian(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), cv2.CV_32F)).mean() for p in (crop, made)]
    assert fine[1] < 0.5 * fine[0]
    assert np.abs(cv2.blur(made, (41, 41)) - cv2.blur(crop, (41, 41))).mean() < 0.03


def test_eyes_and_face_lie_where_the_landmarks_are(figure):
    face, eyes = face_of(figure), eyes_of(figure)
    x, y = figure.mesh[1].round().astype(int)
    assert face[y, x] > 0.9
    assert face[5, 5] < 0.01
    assert eyes[5, 5] < 0.01
    assert eyes.max() > 0.5


def test_light_falls_on_the_edge_alone(figure):
    lit = edges.rimmed(figure, figure.colour, (1.0, 1.0, 1.0), side=0.0, strength=0.8) - figure.colour
    x, y = figure.mesh[1].round().astype(int)
    assert np.abs(lit[y, x]).max() < 0.02
    assert lit[figure.alpha > 0.99].max() > 0.05


def test_light_from_one_side_falls_on_that_side(figure):
    lit = edges.rimmed(figure, figure.colour, (1.0, 1.0, 1.0), side=-1.0, strength=0.8) - figure.colour
    middle = int(figure.eyes[0])
    assert lit[:, :middle].sum() > 3 * lit[:, middle:].sum()


def test_a_border_goes_round_the_person(figure):
    ground = np.zeros((320, 320, 3), np.float32)
    made = edges.bordered(figure, ground, ((0.2, (1.0, 1.0, 1.0)),))
    near = cv2.dilate((figure.alpha > 0.5).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert made[near].min() > 0.9
    assert made[:20, :20].max() == 0


def test_a_shadow_darkens_the_ground_and_never_lightens_it(figure):
    ground = np.full((320, 320, 3), 0.8, np.float32)
    made = edges.shadowed(figure, ground, 0.4)
    assert made.max() <= 0.8 + 1e-6
    assert made.min() < 0.6


def test_a_body_fades_into_paper_before_it_ends(figure):
    faded = edges.dissolved(figure, 5, begin=1.0, end=2.2)
    row = round(float(figure.eyes[1]) + 2.3 * figure.unit)
    assert faded[row:].max() < 0.02
    above = round(float(figure.eyes[1]))
    assert np.array_equal(faded[:above], figure.alpha[:above])


def test_exposure_is_moved_by_half_a_stop_at_most(figure):
    dark = figure.colour * np.float32(0.25)
    made = edges.fitted_light(figure, dark, 55, 75)
    ratio = (made[figure.alpha > 0.9] ** 2.2).mean() / (dark[figure.alpha > 0.9] ** 2.2).mean()
    assert 1.2 < ratio < 1.45
    assert np.allclose(edges.fitted_light(figure, figure.colour, 0, 100), figure.colour, atol=1e-3)


def test_scissors_leave_no_haze_and_no_fringe(figure):
    """A hazy edge of an old green background is gone: all that is left is opaque, and of the person's own colour."""
    haze = cv2.GaussianBlur(figure.alpha, (0, 0), 4)
    green = np.array([0.0, 1.0, 0.0], np.float32)
    colour = np.where((haze > 0.97)[..., None], figure.colour, green).astype(np.float32)
    made = edges.cut_clean(replace(figure, colour=colour, alpha=haze))
    soft = (made.alpha > 0.05) & (made.alpha < 0.95)
    assert soft.sum() < 0.5 * ((haze > 0.05) & (haze < 0.95)).sum()
    left = (made.colour[..., 1] > made.colour[..., 0] + 0.4) & (made.alpha > 0.5)
    assert left.sum() < 0.02 * (made.alpha > 0.5).sum()


def test_between_the_lips(portrait):
    one = portrait("man_black_hair")
    height, width = one.rgb.shape[:2]
    plain = np.ones((height, width), np.float32)
    shown = framed(sitting(40, below=5.0, shoulders=3.6), Framing(0.15, 0.45), (320, 320))
    mouth = mouth_of(replace(shown, alpha=plain, mesh=one.face.mesh[:, :2], unit=one.face.eye_distance))
    x, y = one.face.mesh[[13, 14], :2].mean(0).round().astype(int)
    assert mouth[y, x] > 0.8
    assert mouth.sum() < 0.03 * one.face.box[2] * one.face.box[3]
