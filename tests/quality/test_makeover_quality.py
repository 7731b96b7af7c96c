"""What a customer may rely on of a new background: everybody recognisable, whole, and nothing left of the old one."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from tuanyuan.domain.judgement import MOST_LEFTOVER
from tuanyuan.domain.order import PhotoHint
from tuanyuan.imaging.judge import surroundings
from tuanyuan.imaging.judge.leftover import leftover
from tuanyuan.imaging.light import skin_tone

SIZE = (1440, 1080)


@pytest.fixture(scope="module")
def group(make):
    """Three people of one photo before the red wall."""
    return make("group_of_three", feature="makeover", size=SIZE, candidates=4)


@pytest.fixture(scope="module")
def one(make):
    return make("woman_long_hair", feature="makeover", size=SIZE, candidates=2)


def test_everybody_is_recognisable_in_every_candidate(group, one):
    for made in (group, one):
        assert max(p["face_distance"] for p in made.people) < 0.25
        assert [
            p for p in made.people if {"face_distorted", "face_covered", "old_background_left"} & set(p["warnings"])
        ] == []
        assert [c["warnings"] for c in made.candidates] == [[]] * len(made.candidates)


def test_four_are_there_and_differ_in_look_and_crop(group):
    assert len(group.candidates) == 4
    assert len({c["look"] for c in group.candidates}) == 4
    assert len({c["crop"] for c in group.candidates}) == 3


def test_everybody_is_there_once(group, finder):
    for picture in group.pictures:
        assert len([f for f in finder.find(picture, thorough=True) if f.confidence >= 0.7]) == 3


def test_of_the_chosen_nothing_but_them_is_there(make, finder):
    made = make(PhotoHint("group_of_three", faces=(1,)), feature="makeover", size=(960, 720), candidates=1)
    assert [p["person"] for p in made.people] == [1]
    assert "people_parted" in made.people[0]["warnings"]
    assert len(finder.find(made.pictures[0], thorough=True)) == 1


def test_no_patch_of_the_old_room_is_between_the_people(group, portrait):
    """The wall and the window between the heads were yellow and light; the new wall is red."""
    known = portrait("group_of_three")
    for picture, candidate in zip(group.pictures, group.candidates, strict=True):
        assert worst_leftover(known, picture, candidate) < MOST_LEFTOVER


def test_a_patch_of_the_old_room_would_be_seen(group, portrait):
    known = portrait("group_of_three")
    picture, candidate = group.pictures[0].copy(), group.candidates[0]
    face, (x, y, w, h) = known.faces[2], candidate["people"][2]["box"]
    sx, sy, sw, sh = (round(v) for v in face.box)
    beside = known.rgb[sy : sy + sh, sx - round(0.6 * sw) : sx - round(0.3 * sw)]
    left = x - round(0.6 * w)
    picture[y : y + h, left : left + round(0.3 * w)] = cv2.resize(beside, (round(0.3 * w), h))
    assert worst_leftover(known, picture, candidate) > MOST_LEFTOVER


def worst_leftover(known, picture, candidate):
    """The largest area of old background round the two short-haired heads, in face areas."""
    worst = 0.0
    for number in (1, 2):
        face, person = known.faces[number], candidate["people"][number]
        somebody = np.zeros(known.rgb.shape[:2], np.float32)
        for other in known.faces:
            x, y, w, h = (int(v) for v in other.box)
            wider = 0.25 if other is not known.faces[0] else 0.9
            somebody[max(0, y - h) :, max(0, round(x - wider * w)) : round(x + (1 + wider) * w)] = 1
            somebody[round(y + 0.9 * h) :, max(0, round(x - 1.3 * w)) : round(x + 2.3 * w)] = 1
        around = surroundings(known.rgb, somebody, face.box)
        assert around.empty.mean() > 0.1
        worst = max(worst, leftover(around, picture, tuple(map(float, person["box"]))))
    return worst


def test_skin_keeps_its_own_tone(group, portrait):
    """Nobody is made fair: the order of lightness stays, and no tone moves far."""
    known = portrait("group_of_three")
    before = [skin_tone(known.rgb / np.float32(255), f) for f in known.faces]
    for picture, candidate in zip(group.pictures, group.candidates, strict=True):
        scaled = [
            SimpleNamespace(box=p["box"], mesh=_moved(f, p["box"]))
            for f, p in zip(known.faces, candidate["people"], strict=True)
        ]
        after = [skin_tone(picture / np.float32(255), f) for f in scaled]
        assert np.argsort([t[0] for t in after]).tolist() == np.argsort([t[0] for t in before]).tolist()
        assert max(np.abs(a[0] - b[0]) for a, b in zip(after, before, strict=True)) < 16


def _moved(face, box):
    x, y, w, h = face.box
    mesh = face.mesh.copy()
    mesh[:, 0] = (mesh[:, 0] - x) / w * box[2] + box[0]
    mesh[:, 1] = (mesh[:, 1] - y) / h * box[3] + box[1]
    return mesh


def test_the_body_reaches_the_lower_edge(one):
    """Under the chin, down to the last row, is somebody: no bust floats before the red wall."""
    for picture, candidate in zip(one.pictures, one.candidates, strict=True):
        ((x, y, w, h),) = [person["box"] for person in candidate["people"]]
        assert y + h < picture.shape[0]
        hem, wall = picture[-4:, x + w // 3 : x + 2 * w // 3], picture[-4:, :6]
        assert np.abs(hem.mean((0, 1)) - wall.mean((0, 1))).max() > 30
