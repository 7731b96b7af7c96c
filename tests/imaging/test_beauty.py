"""美颜 evens skin by degree; who it is, the eyes, the lips and everything beside the face stay as they are."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from doubles import defects

from tuanyuan.imaging.beauty import LEFT_BROW, LEFT_EYE, LIPS, RIGHT_BROW, RIGHT_EYE, even_skin
from tuanyuan.imaging.identity import distance

NAMES = ["elderly_man", "woman_long_hair", "woman_headscarf"]
LEVELS = [1, 2, 3, 4, 5]


@pytest.fixture(scope="module", params=NAMES)
def evened(request, portrait):
    """Somebody, and their picture (float32) at every level from 0."""
    known = portrait(request.param)
    colour = known.rgb.astype(np.float32) / 255
    return known, [even_skin(colour, known.faces, level) for level in (0, *LEVELS)]


def texture(colour, face):
    """How uneven the face is: the usual height of detail finer than an eye."""
    lightness = cv2.cvtColor(colour, cv2.COLOR_RGB2LAB)[..., 0]
    detail = lightness - cv2.GaussianBlur(lightness, (0, 0), 0.06 * face.eye_distance)
    return float(np.median(np.abs(detail[defects.hull(colour.shape, face.mesh, -0.05)])))


def test_degree_0_is_the_picture_itself(portrait):
    colour = portrait("man_glasses").rgb.astype(np.float32) / 255
    assert even_skin(colour, portrait("man_glasses").faces, 0) is colour


def test_more_degrees_mean_less_texture_but_never_none(evened):
    known, pictures = evened
    unevenness = [texture(p, known.face) for p in pictures]
    assert unevenness == sorted(unevenness, reverse=True)
    assert unevenness[1] < 0.99 * unevenness[0]
    assert 0.4 * unevenness[0] < unevenness[5] < 0.85 * unevenness[0]


def test_each_degree_can_be_told_from_the_one_before(evened):
    known, pictures = evened
    skin = defects.hull(known.rgb.shape, known.face.mesh, -0.1)
    steps = [np.abs(b - a)[skin].mean() for a, b in pairwise(pictures)]
    assert min(steps) > 0.0012
    assert np.abs(pictures[5] - pictures[0])[skin].mean() > 0.006


def test_it_is_the_same_person_at_every_degree(evened, identity):
    known, pictures = evened
    own = identity.describe(known.rgb, known.face.mesh)
    for picture in pictures[1:]:
        after = identity.describe(np.rint(picture * 255).astype(np.uint8), known.face.mesh)
        assert distance(own, after) < 0.2


def test_the_face_keeps_its_form(evened, finder):
    known, pictures = evened
    (found,) = finder.find(np.rint(pictures[5] * 255).astype(np.uint8))
    moved = np.linalg.norm((found.mesh - known.face.mesh)[:, :2], axis=1)
    assert moved.mean() < 0.02 * known.face.width


@pytest.mark.parametrize("feature", [RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW, LIPS])
def test_eyes_brows_and_lips_are_not_touched(evened, feature):
    known, pictures = evened
    inside = defects.hull(known.rgb.shape, known.face.mesh[list(feature)])
    change = np.abs(pictures[5] - pictures[0])
    assert change[inside].mean() < 0.1 * change[defects.hull(known.rgb.shape, known.face.mesh, -0.1)].mean() + 5e-4


def test_nothing_beside_the_face_changes(evened):
    known, pictures = evened
    outside = ~defects.hull(known.rgb.shape, known.face.mesh, 0.08)
    assert np.abs(pictures[5] - pictures[0])[outside].max() < 1e-3


def test_only_the_faces_given_are_evened(portrait):
    group = portrait("group_of_three")
    colour = group.rgb.astype(np.float32) / 255
    change = np.abs(even_skin(colour, [group.faces[0]], 5) - colour).max(2)
    assert change[defects.hull(colour.shape, group.faces[0].mesh)].max() > 0.01
    for other in group.faces[1:]:
        assert change[defects.hull(colour.shape, other.mesh)].max() == 0


def test_the_picture_given_is_not_changed(portrait):
    colour = portrait("man_glasses").rgb.astype(np.float32) / 255
    before = colour.copy()
    out = even_skin(colour, portrait("man_glasses").faces, 5)
    assert np.array_equal(colour, before)
    assert out.dtype == np.float32
    assert 0 <= out.min() <= out.max() <= 1
