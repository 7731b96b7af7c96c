"""People come out of their photos with soft edges, in their own colours, alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles import defects

from tuanyuan.imaging.decode import decode, over_white
from tuanyuan.imaging.sitter import scaled

NAMES = ["man_glasses", "woman_long_hair", "elderly_man", "woman_headscarf"]


@pytest.fixture(scope="module")
def wall(scenes):
    """A busy background without people, uint8 (600, 600, 3)."""
    picture = decode((scenes / "new-year-wall" / "picture.jpg").read_bytes(), name="wall", long_side=1600)
    return over_white(picture)[200:800, 200:800]


@pytest.fixture(scope="module", params=NAMES)
def moved(request, portrait, cutter, finder, wall):
    """Somebody put on the wall with a known alpha, and cut out of it again."""
    known = portrait(request.param)
    photo, faces = scaled(known.rgb, known.faces, 600 / max(known.rgb.shape[:2]))
    truth, _ = cutter.cut(photo, faces)
    alpha = truth.alpha[..., None]
    height, width = truth.alpha.shape
    onto = np.rint(truth.colour * 255 * alpha + wall[:height, :width] * (1 - alpha)).clip(0, 255).astype(np.uint8)
    again, _ = cutter.cut(onto, finder.find(onto))
    return truth, again, onto


def near_the_edge(alpha):
    rim = (alpha > 0.05) & (alpha < 0.95)
    return cv2.dilate(rim.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0


def test_a_known_alpha_is_found_again(moved):
    truth, again, _ = moved
    error = np.abs(again.alpha - truth.alpha)
    assert error.mean() < 0.008
    assert error[near_the_edge(truth.alpha)].mean() < 0.06
    assert error[truth.alpha > 0.99].mean() < 0.006
    assert error[truth.alpha < 0.01].mean() < 0.003


def test_the_old_backgrounds_colour_is_gone_from_the_rim(moved):
    truth, again, onto = moved
    rim = (truth.alpha > 0.1) & (truth.alpha < 0.9) & (again.alpha > 0.3)
    before = np.abs(onto / 255 - truth.colour)[rim].mean()
    after = np.abs(again.colour - truth.colour)[rim].mean()
    assert after < 0.5 * before
    inside = truth.alpha > 0.999
    assert np.abs(again.colour - onto / 255)[inside & (again.alpha == 1)].max() < 0.02


def test_a_cutout_has_the_size_and_range_that_it_promises(portrait, cutter):
    photo, faces = scaled(portrait("man_glasses").rgb, portrait("man_glasses").faces, 0.5)
    before = photo.copy()
    cutout, seen = cutter.cut(photo, faces)
    assert cutout.alpha.shape == photo.shape[:2]
    assert cutout.colour.shape == photo.shape
    assert cutout.alpha.dtype == cutout.colour.dtype == seen.probability.dtype == np.float32
    assert 0 <= cutout.alpha.min() <= cutout.alpha.max() <= 1
    assert 0 <= cutout.colour.min() <= cutout.colour.max() <= 1
    assert max(seen.probability.shape) == 320
    assert np.array_equal(photo, before)


@pytest.mark.parametrize("name", [*NAMES, "man_straw_hat", "woman_side_light", "astronaut"])
def test_a_face_is_opaque_and_the_corners_above_are_empty(portrait, cutter, name):
    known = portrait(name)
    photo, faces = scaled(known.rgb, known.faces, 500 / max(known.rgb.shape[:2]))
    alpha = cutter.cut(photo, faces)[0].alpha
    assert alpha[defects.hull(alpha.shape, faces[0].mesh, -0.04)].min() > 0.98
    assert alpha[:20, :20].max() < 0.05
    assert alpha[:20, -20:].max() < 0.05


def test_somebody_who_stands_apart_is_left_out(portrait, cutter):
    group = portrait("group_of_three")
    photo, faces = scaled(group.rgb, group.faces, 0.5)
    for kept, left_out in (((2,), (0, 1)), ((0, 1), (2,))):
        alpha = cutter.cut(photo, [faces[i] for i in kept])[0].alpha
        assert all(alpha[defects.hull(alpha.shape, faces[i].mesh, -0.04)].min() > 0.98 for i in kept)
        assert all(alpha[defects.hull(alpha.shape, faces[i].mesh, 0.1)].max() == 0 for i in left_out)


def test_all_of_a_group_are_kept(portrait, cutter):
    photo, faces = scaled(portrait("group_of_three").rgb, portrait("group_of_three").faces, 0.5)
    alpha = cutter.cut(photo, faces)[0].alpha
    assert all(alpha[defects.hull(alpha.shape, f.mesh, -0.04)].min() > 0.98 for f in faces)


def test_the_same_photo_gives_the_same_cutout(portrait, cutter, executor):
    photo, faces = scaled(portrait("man_glasses").rgb, portrait("man_glasses").faces, 0.4)
    first, second = executor.map(lambda _: cutter.cut(photo, faces)[0], range(2))
    assert np.array_equal(first.alpha, second.alpha)
    assert np.array_equal(first.colour, second.colour)
