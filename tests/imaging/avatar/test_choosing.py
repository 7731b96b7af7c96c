"""The person is who is in most photos; the best photo is sharp, frontal, evenly lit, with open eyes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tuanyuan.imaging.avatar.choosing import is_clear, marks, people, photos
from tuanyuan.imaging.faces.face import sharpness


def descriptor(*where):
    """A point of the descriptors' space; 0.6 along one axis is another person."""
    full = np.zeros(128, np.float32)
    full[: len(where)] = where
    return full


ANNA, BEN, CHEN = (0.0, 0.0), (0.7, 0.0), (0.0, 0.7)


def album(*who):
    """One photo each: a tuple of the people in it; every shot a little different."""
    return [
        ((photo, face), descriptor(*(v + 0.04 * photo for v in one)))
        for photo, shown in enumerate(who)
        for face, one in enumerate(shown)
    ]


def test_everybody_is_one_group_and_the_most_frequent_comes_first():
    groups = people(album((BEN,), (ANNA,), (ANNA, BEN), (ANNA,)))
    assert groups == [[(1, 0), (2, 0), (3, 0)], [(0, 0), (2, 1)]]


def test_one_person_alone_is_clear():
    assert is_clear(people(album((ANNA,))))
    assert is_clear(people(album((ANNA,), (ANNA,), (ANNA,))))


def test_a_majority_is_clear_and_a_tie_is_not():
    assert is_clear(people(album((ANNA,), (ANNA,), (BEN,))))
    assert is_clear(people(album((ANNA, BEN), (ANNA,))))
    assert not is_clear(people(album((ANNA,), (BEN,))))
    assert not is_clear(people(album((ANNA, BEN))))
    assert not is_clear(people(album((ANNA,), (ANNA,), (BEN,), (CHEN,), ((-0.7, 0.0),))))


def test_a_person_twice_in_one_photo_is_in_one_photo():
    groups = people(album((ANNA, ANNA), (BEN,)))
    assert photos(groups[0]) == 1
    assert not is_clear(groups)


def test_a_blurred_photo_is_worse(portrait):
    one = portrait("man_glasses")
    blurred = cv2.GaussianBlur(one.rgb, (0, 0), 8)
    worse = marks(blurred, replace(one.face, sharpness=sharpness(blurred, one.face.mesh)))
    good = marks(one.rgb, one.face)
    assert good.sharp == 1.0
    assert worse.sharp == 0.0
    assert worse.score < 0.8 * good.score


def test_a_turned_head_is_worse(portrait):
    one = portrait("man_glasses")
    good = marks(one.rgb, one.face)
    assert marks(one.rgb, replace(one.face, yaw=35.0)).score < 0.85 * good.score
    assert marks(one.rgb, replace(one.face, yaw=4.0, pitch=0.0)).frontal == 1.0


def test_hard_side_light_is_worse(portrait):
    shadow, even = portrait("woman_side_light"), portrait("man_glasses")
    assert marks(shadow.rgb, shadow.face).light < 0.75 * marks(even.rgb, even.face).light


def test_a_dark_and_a_burnt_photo_are_worse(portrait):
    one = portrait("man_glasses")
    good = marks(one.rgb, one.face).light
    for rgb in (one.rgb // 5, np.clip(one.rgb.astype(int) * 3, 0, 255).astype(np.uint8)):
        assert marks(rgb, one.face).light < 0.5 * good


def test_closed_eyes_and_a_wide_mouth_are_worse(portrait):
    one = portrait("man_glasses")
    closed = one.face.mesh.copy()
    for upper, lower in ((159, 145), (386, 374)):
        closed[upper] = closed[lower]
    assert marks(one.rgb, replace(one.face, mesh=closed)).eyes == 0.0
    assert marks(one.rgb, one.face).eyes > 0.9
    wide = one.face.mesh.copy()
    wide[14] += np.array([0, 0.6 * np.linalg.norm(wide[61] - wide[291]), 0], np.float32)
    assert marks(one.rgb, replace(one.face, mesh=wide)).mouth == 0.0


@pytest.mark.parametrize("name", ["sharp", "size", "frontal", "upright", "light", "eyes", "mouth"])
def test_every_mark_counts(portrait, name):
    one = portrait("man_glasses")
    good = marks(one.rgb, one.face)
    assert replace(good, **{name: 0.0}).score < replace(good, **{name: 1.0}).score
