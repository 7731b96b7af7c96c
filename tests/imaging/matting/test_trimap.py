"""What is sure stays sure: a face is always body, far away is always background, edges are left to be solved."""

from __future__ import annotations

import numpy as np
import pytest
from doubles import defects

from tuanyuan.imaging.matting.closed_form import solve_alpha
from tuanyuan.imaging.matting.foreground import foreground_colours
from tuanyuan.imaging.matting.segmentation import Segmentation
from tuanyuan.imaging.matting.trimap import BACKGROUND, BODY, UNKNOWN, Trimap, make_trimap


@pytest.fixture(scope="module")
def known(portrait):
    return portrait("man_glasses")


def seeing(probability):
    return Segmentation(probability.astype(np.float32), np.zeros(probability.shape, np.float32))


def test_a_face_is_body_even_if_the_networks_see_nobody(known):
    regions = make_trimap(known.rgb, seeing(np.zeros((320, 320))), known.faces).regions
    assert (regions[defects.hull(known.rgb.shape, known.face.mesh, -0.03)] == BODY).all()
    assert (regions[~defects.hull(known.rgb.shape, known.face.mesh, 0.15)] == BACKGROUND).all()


def test_the_edge_is_unknown_and_both_sides_of_it_are_known(known, cutter):
    _, seen = cutter.cut(known.rgb, known.faces)
    regions = make_trimap(known.rgb, seen, known.faces).regions
    assert set(np.unique(regions)) == {BACKGROUND, UNKNOWN, BODY}
    assert regions.shape == known.rgb.shape[:2]
    inside = seen.probability > 0.5
    row = int(known.face.eyes[1])
    across = regions[row]
    first = np.nonzero(across)[0][0]
    assert (across[: first - 1] == BACKGROUND).all()
    assert across[first] == UNKNOWN
    assert across[int(known.face.eyes[0])] == BODY
    assert 0.02 < (regions == UNKNOWN).mean() < 0.25
    assert (regions == BODY).mean() == pytest.approx(inside.mean(), abs=0.15)


def test_another_person_is_background(portrait):
    group = portrait("group_of_three")
    both = np.zeros((203, 320), np.float32)
    scale = 320 / group.rgb.shape[1]
    for face in (group.faces[0], group.faces[2]):
        x, y, w, h = (v * scale for v in face.box)
        both[int(y - h / 2) : 203, int(x - w / 2) : int(x + 1.5 * w)] = 1
    regions = make_trimap(group.rgb, seeing(both), [group.faces[2]]).regions
    assert (regions[defects.hull(group.rgb.shape, group.faces[2].mesh, -0.05)] == BODY).all()
    assert (regions[defects.hull(group.rgb.shape, group.faces[0].mesh)] == BACKGROUND).all()


def ramp(width=96, height=64):
    """A flat red front over a flat blue back, with a soft edge of known alpha; the middle is to be solved."""
    columns = np.clip((np.arange(width) - 32) / 32, 0, 1).astype(np.float32)
    alpha = np.repeat(columns[None], height, 0)
    front, back = np.array([0.8, 0.2, 0.1], np.float32), np.array([0.1, 0.3, 0.7], np.float32)
    image = alpha[..., None] * front + (1 - alpha[..., None]) * back
    regions = np.full((height, width), UNKNOWN, np.uint8)
    regions[:, :24], regions[:, 72:] = BACKGROUND, BODY
    small = (height // 2, width // 2)
    body = np.zeros(small, bool)
    body[:, 36:] = True
    return image, alpha, Trimap(regions, body, np.full(small, 1e-6, np.float32)), body.astype(np.float32), front


def test_a_soft_edge_is_solved_from_the_colours_not_taken_from_the_mask():
    image, alpha, trimap, mask, _ = ramp()
    grain = np.random.default_rng(0).normal(0, 0.03, image.shape)
    found = solve_alpha(np.clip(image + grain, 0, 1).astype(np.float32), trimap, mask)
    edge = (alpha > 0) & (alpha < 1)
    stretched_mask = np.repeat(np.repeat(mask, 2, 0), 2, 1)
    assert np.abs(found - alpha)[edge].mean() < 0.3 * np.abs(stretched_mask - alpha)[edge].mean()
    assert (found[trimap.regions == BODY] == 1).all()
    assert (found[trimap.regions == BACKGROUND] == 0).all()


def test_the_front_colour_is_unmixed():
    image, alpha, _, _, front = ramp()
    colours = foreground_colours(image, alpha)
    seen = alpha > 0.15
    assert np.abs(colours - front)[seen].max() < 0.06
    assert np.abs(image - front)[seen & (alpha < 0.9)].mean() > 0.15
    assert colours.dtype == np.float32
