"""Of people who touch the wanted ones come out whole and the others go whole; what cannot be told is said."""

from __future__ import annotations

import numpy as np
import pytest
from doubles.sitters import face_at
from PIL import Image

from tuanyuan.imaging.makeover.bodies import Bodies, Body
from tuanyuan.imaging.makeover.parting import part

SHAPE = (200, 320)


def body(x0, x1, joints=()):
    """Somebody from column x0 to x1, from row 40 down. joints: (number, x, y) that are seen."""
    mask = np.zeros(SHAPE, np.float32)
    mask[40:, x0:x1] = 1
    points = np.full((33, 3), -100, np.float32)
    for number, x, y in joints:
        points[number] = x, y, 0.9
    return Body(mask, np.ones(SHAPE, bool), points, 0.9)


def scene(*columns):
    """A photo of people in stripes of one colour each, and where they are."""
    rgb = np.full((*SHAPE, 3), 30, np.uint8)
    solid = np.zeros(SHAPE, np.float32)
    for number, (x0, x1) in enumerate(columns):
        rgb[40:, x0:x1] = (200 - 60 * number, 80 + 60 * number, 120)
        solid[40:, x0:x1] = 1
    return rgb, solid


def test_each_keeps_their_own_body():
    rgb, solid = scene((60, 150), (150, 240))
    left, right = face_at(105, 70, 20), face_at(195, 70, 20)
    told = part(rgb, solid, [left], [right], [body(60, 150), body(150, 240)])
    assert told.touching
    assert told.kept[45:, 64:144].min() > 0.95
    assert told.kept[45:, 156:236].max() < 0.05
    assert (told.torn, told.left) == (0, 0)
    assert told.contested < 0.05


def test_the_border_follows_the_picture_where_the_masks_are_unsure():
    rgb, solid = scene((60, 165), (165, 240))
    left, right = face_at(105, 70, 20), face_at(200, 70, 20)
    unsure = [body(60, 165), body(165, 240)]
    for one in unsure:
        one.mask[40:, 140:190] = 0.5
    told = part(rgb, solid, [left], [right], unsure)
    assert told.kept[100:190, 146:160].min() > 0.9
    assert told.kept[100:190, 170:184].max() < 0.1


def test_an_arm_that_hangs_on_nobodys_head_goes_to_whom_it_touches():
    rgb, solid = scene((60, 150), (150, 240))
    left, right = face_at(105, 70, 20), face_at(195, 70, 20)
    one, other = body(60, 150), body(150, 240)
    other.mask[120:140, 80:110] = 1
    one.mask[120:140, 80:110] = 0
    told = part(rgb, solid, [left], [right], [one, other])
    assert told.kept[122:138, 84:106].min() > 0.9


def test_bodies_that_both_claim_the_same_are_contested():
    rgb, solid = scene((60, 240))
    left, right = face_at(105, 70, 20), face_at(195, 70, 20)
    told = part(rgb, solid, [left], [right], [body(60, 220), body(80, 240)])
    assert told.contested > 0.35


def test_joints_under_somebody_who_goes_are_torn():
    rgb, solid = scene((60, 150), (150, 240))
    left, right = face_at(105, 70, 20), face_at(195, 70, 20)
    hidden = body(60, 150, [(11, 170, 130), (13, 180, 160), (12, 70, 130)])
    assert part(rgb, solid, [left], [right], [hidden, body(150, 240)]).torn == 2


def test_a_body_of_somebody_else_is_not_believed():
    rgb, solid = scene((60, 150), (150, 240))
    left, right = face_at(105, 70, 20), face_at(195, 70, 20)
    wrong = Body(body(150, 240).mask, np.ones(SHAPE, bool), np.zeros((33, 3), np.float32), 0.0)
    told = part(rgb, solid, [left], [right], [wrong, body(150, 240)])
    assert told.kept[60:190, 90:120].min() > 0.9


def test_somebody_without_a_face_goes_whole():
    rgb, solid = scene((20, 110), (110, 180))
    only, other = face_at(65, 60, 9), face_at(300, 60, 9)
    rgb[40:, 285:315], solid[40:, 285:315] = (90, 90, 200), 1
    told = part(rgb, solid, [only], [other], [body(20, 110), body(285, 315)])
    assert told.kept[60:190, 40:100].min() > 0.9
    assert told.kept[60:190, 125:170].max() < 0.1


def test_a_thing_in_the_hand_stays():
    rgb, solid = scene((20, 110))
    only, other = face_at(65, 60, 14), face_at(300, 60, 14)
    rgb[120:150, 110:140], solid[120:150, 110:140] = (220, 220, 40), 1
    rgb[40:, 280:319], solid[40:, 280:319] = (90, 90, 200), 1
    told = part(rgb, solid, [only], [other], [body(20, 110), body(280, 319)])
    assert told.kept[124:146, 114:136].min() > 0.9


@pytest.fixture(scope="module")
def three(samples, finder):
    """The sample's photo, and its faces from left to right."""
    rgb = np.asarray(Image.open(samples / "group_of_three.jpg").convert("RGB"))
    return rgb, sorted(finder.find(rgb), key=lambda f: f.box[0])


def face_alpha(cutout, face):
    """Mean opacity over the middle of a face."""
    x, y, w, h = (int(v) for v in face.box)
    return float(cutout.alpha[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4].mean())


def test_the_network_shows_one_person_and_leaves_the_neighbour_out(three, models_dir):
    rgb, faces = three
    found = Bodies(models_dir).find(rgb, faces, (400, 254))
    assert [b.mask.shape for b in found] == [(254, 400)] * 3
    assert min(b.confidence for b in found) > 0
    for own in range(3):
        for other in range(3):
            x, y, w, h = (int(v / 4) for v in faces[other].box)
            seen = found[own].mask[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4].mean()
            assert seen > 0.9 if own == other else seen < 0.5


@pytest.mark.parametrize("kept", [(0,), (1, 2), (0, 2)])
def test_people_who_touch_are_told_apart(three, cutter, kept):
    rgb, faces = three
    others = [f for n, f in enumerate(faces) if n not in kept]
    alone, _ = cutter.cut(rgb, [faces[n] for n in kept], others)
    assert min(face_alpha(alone, faces[n]) for n in kept) > 0.95
    assert max(face_alpha(alone, f) for f in others) < 0.02


def test_of_the_one_who_goes_no_shirt_is_left(three, cutter):
    rgb, faces = three
    alone, _ = cutter.cut(rgb, [faces[0]], faces[1:])
    x, y, w, h = (int(v) for v in faces[1].box)
    assert alone.alpha[y + 2 * h : y + 4 * h, x : x + w].mean() < 0.02
    own = [int(v) for v in faces[0].box]
    chest = alone.alpha[own[1] + 2 * own[3] : own[1] + 3 * own[3], own[0] : own[0] + own[2]]
    assert chest.mean() > 0.98
