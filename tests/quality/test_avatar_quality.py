"""What a customer may rely on: in every style the person is recognised and undistorted, and the styles differ."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles.avatars import Album

from tuanyuan.domain.order import Order, PhotoHint, Plan
from tuanyuan.engines.local.avatar import STYLES, Avatar
from tuanyuan.imaging.avatar import styles
from tuanyuan.imaging.identity import distance

SIDE = 560
SIZE = (SIDE, SIDE)
PEOPLE = ("man_glasses", "woman_headscarf")
# Distance to the own photo: a photograph, and a painting or drawing.
PHOTOGRAPHIC, DRAWN = 0.20, 0.36


def order(**options):
    return Order((PhotoHint("a"),), feature="avatar", size=SIZE, **options)


@pytest.fixture(scope="module")
def made(models_dir, executor, judge, portrait):
    """Each style's first picture of each person."""
    maker, album = Avatar(models_dir, executor), Album(judge)
    pictures = {}
    for name in PEOPLE:
        prepared = maker.prepare([album(portrait(name))], order(), None, None)
        for style in STYLES:
            look = f"{style}/{styles.STYLES[style].palettes[0]}/standard"
            pictures[name, style] = maker.render(prepared, order(), Plan(0, look))
    return pictures


@pytest.fixture(scope="module")
def judged(made, judge, portrait):
    album = Album(judge)
    found = {}
    for (name, style), one in made.items():
        own = album(portrait(name)).likenesses
        found[name, style] = judge.judge(one.picture, own, one.meshes, one.backdrop)
    return found


@pytest.mark.parametrize("style", STYLES)
def test_the_person_is_recognised(judged, style):
    worst = PHOTOGRAPHIC if style in ("business", "film", "festive") else DRAWN
    assert max(judged[name, style].people[0].face_distance for name in PEOPLE) <= worst


@pytest.mark.parametrize("style", STYLES)
def test_the_face_is_undistorted_and_alone(judged, style):
    for name in PEOPLE:
        (person,) = judged[name, style].people
        assert person.squash <= 0.06
        assert person.residual <= 0.04
        assert judged[name, style].strangers == 0


def test_another_person_would_not_pass(made, identity, portrait):
    """The thresholds tell people apart: nobody's avatar is within them of the other person's photo."""
    for name, other in (PEOPLE, PEOPLE[::-1]):
        stranger = identity.describe(portrait(other).rgb, portrait(other).face.mesh)
        for style in STYLES:
            one = made[name, style]
            assert distance(identity.describe(one.picture, one.meshes[0]), stranger) > DRAWN + 0.1


def test_a_squashed_avatar_would_be_seen(made, judge, portrait):
    one = made["man_glasses", "cartoon"]
    squashed = cv2.resize(one.picture, (SIDE, SIDE - 100), interpolation=cv2.INTER_AREA)
    mesh = one.meshes[0] * np.array([1, (SIDE - 100) / SIDE], np.float32)
    own = Album(judge)(portrait("man_glasses")).likenesses
    assert judge.judge(squashed, own, (mesh,)).people[0].squash > 0.08


def test_styles_differ_by_far_more_than_noise(made):
    for name in PEOPLE:
        small = [cv2.resize(made[name, style].picture, (40, 40), interpolation=cv2.INTER_AREA) for style in STYLES]
        for i, a in enumerate(small):
            for b in small[i + 1 :]:
                assert np.abs(a.astype(float) - b).mean() > 12


def test_no_picture_is_burnt_or_black(made):
    for one in made.values():
        level = one.picture.max(2)
        assert (level >= 254).mean() < 0.30
        assert (level <= 3).mean() < 0.15


def test_the_head_is_whole_and_of_a_portraits_size(made):
    for one in made.values():
        low, high = one.meshes[0].min(0), one.meshes[0].max(0)
        assert (low > 0.08 * SIDE).all()
        assert (high < 0.85 * SIDE).all()
        assert 0.22 <= (high - low)[0] / SIDE <= 0.55


def test_drawn_styles_are_no_photographs(made):
    """The face's pores are gone from a drawing, and still there in a photograph."""

    def pores(one):
        low, high = one.meshes[0].min(0).astype(int), one.meshes[0].max(0).astype(int)
        face = cv2.cvtColor(one.picture[low[1] : high[1], low[0] : high[0]], cv2.COLOR_RGB2GRAY).astype(np.float32)
        return np.median(np.abs(face - cv2.GaussianBlur(face, (0, 0), 1.0)))

    photograph = pores(made["man_glasses", "business"])
    assert pores(made["man_glasses", "cartoon"]) < 0.6 * photograph
    assert pores(made["man_glasses", "guochao"]) < 0.7 * photograph
