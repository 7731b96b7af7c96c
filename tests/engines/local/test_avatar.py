"""One person's avatars: the best photo, styles or palettes that differ, advice when it is not clear who is meant."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from doubles.avatars import Album

from tuanyuan.domain.errors import Rejected, WrongUsage
from tuanyuan.domain.order import Order, PhotoHint, Plan
from tuanyuan.engines.local.avatar import FRAME, SET, STYLES, Avatar
from tuanyuan.imaging.faces.face import sharpness

SIZE = (480, 480)


@pytest.fixture(scope="module")
def maker(models_dir, executor):
    return Avatar(models_dir, executor)


@pytest.fixture(scope="module")
def shot(portrait, judge):
    album = Album(judge)
    return lambda name, alias=None: album(portrait(name), alias)


@pytest.fixture(scope="module")
def blurred(shot, judge):
    """`blurred(name)`: the same person, out of focus."""

    def made(name):
        one = shot(name)
        rgb = cv2.GaussianBlur(one.rgb, (0, 0), 5)
        face = replace(one.faces[0], sharpness=sharpness(rgb, one.faces[0].mesh))
        return replace(one, name="blurred", rgb=rgb, faces=(face,), likenesses=(judge.likeness(rgb, face),))

    return made


def order(*names, **options):
    return Order(tuple(PhotoHint(name) for name in names), feature="avatar", size=SIZE, **options)


def test_a_set_has_four_styles_and_another_seed_has_the_others(maker):
    odd, even = ([plan.look.split("/")[0] for plan in maker.plans(None, order("a", seed=s))] for s in (1001, 1002))
    assert odd == list(SET[:4])
    assert sorted(odd + even) == sorted(STYLES)
    assert len(STYLES) == 8


def test_another_seed_brings_other_palettes(maker):
    first, next_ = ({plan.look for plan in maker.plans(None, order("a", seed=s))} for s in (1001, 1003))
    assert not first & next_


@pytest.mark.parametrize("style", STYLES)
def test_a_style_comes_in_four_palettes(maker, style):
    plans = maker.plans(None, order("a", style=style))
    assert [plan.number for plan in plans] == [0, 1, 2, 3]
    assert {plan.look.split("/")[0] for plan in plans} == {style}
    assert len({plan.look.split("/")[1] for plan in plans}) == 4
    assert {plan.look.split("/")[2] for plan in plans} == {"standard", "close", "wide"}


def test_no_more_candidates_than_asked(maker):
    assert len(maker.plans(None, order("a", candidates=1))) == 1


def test_an_unknown_style_is_refused(maker, shot):
    with pytest.raises(WrongUsage) as caught:
        maker.fit([shot("man_glasses")], order("a", style="baroque"))
    assert caught.value.code == "option_invalid"
    assert "guochao" in caught.value.problem.message_en + caught.value.problem.advice_en


def test_two_people_equally_often_are_refused_with_advice(maker, shot):
    photos = [shot("man_glasses"), shot("woman_headscarf")]
    for refused in (
        lambda: maker.fit(photos, order("a", "b")),
        lambda: maker.prepare(photos, order("a", "b"), None, None),
        lambda: maker.fit([shot("group_of_three")], order("a")),
    ):
        with pytest.raises(Rejected) as caught:
            refused()
        assert caught.value.code == "avatar_person_unclear"
    assert "3" in caught.value.problem.message_zh
    assert "crop a group photo" in caught.value.problem.advice_en


def test_somebody_elses_photo_is_left_out_and_noted(maker, shot):
    photos = [shot("woman_headscarf"), shot("man_glasses", "first"), shot("man_glasses", "second")]
    prepared = maker.prepare(photos, order("a", "b", "c"), None, None)
    assert prepared.people == ((1, 0),)
    assert prepared.left_out == ("woman_headscarf",)
    made = maker.render(prepared, order("a", "b", "c"), Plan(0, "business/steel/standard"))
    assert made.notes == (("avatar_others_left_out",),)
    assert made.facts["left_out"] == ["woman_headscarf"]


def test_the_sharper_photo_is_taken_and_the_blurred_one_never(maker, shot, blurred):
    photos = [blurred("man_glasses"), shot("man_glasses")]
    prepared = maker.prepare(photos, order("a", "b"), None, None)
    assert prepared.people == ((1, 0),)
    assert [choice.number for choice in prepared.choices] == [1]


def test_nearly_as_good_photos_take_turns(maker, shot):
    photos = [shot("man_glasses", "first"), shot("man_glasses", "second")]
    prepared = maker.prepare(photos, order("a", "b"), None, None)
    plans = [Plan(number, "film/ochre/standard") for number in (0, 1)]
    made = [maker.render(prepared, order("a", "b"), plan) for plan in plans]
    assert [one.facts["photo"] for one in made] == ["first", "second"]
    again = maker.render(prepared, order("a", "b"), replace(plans[1], attempt=1))
    assert again.facts["photo"] == "first"


@pytest.fixture(scope="module")
def subject(maker, shot):
    return maker.prepare([shot("man_glasses")], order("man_glasses"), None, None)


def test_a_rendering_says_what_it_is(maker, subject):
    made = maker.render(subject, order("a"), Plan(0, "guochao/jade/close"))
    assert made.picture.shape == made.backdrop.shape == (480, 480, 3)
    assert made.picture.dtype == made.backdrop.dtype == np.uint8
    assert made.faults == ()
    assert made.notes == ((),)
    assert {k: made.facts[k] for k in ("style", "palette", "crop", "photo")} == {
        "style": "guochao",
        "palette": "jade",
        "crop": "close",
        "photo": "man_glasses",
    }
    assert made.facts["marks"]["sharp"] == 1.0
    assert made.meshes[0].shape == (468, 2)
    assert 0 < made.composition <= 1


def test_hair_that_the_photo_cuts_meets_the_edge_but_a_sticker_is_whole(maker, shot):
    prepared = maker.prepare([shot("woman_blonde")], order("a"), None, None)
    for look, cut in (("business/steel/standard", True), ("cartoon/mint/standard", False)):
        made = maker.render(prepared, order("a"), Plan(0, look))
        apart = np.abs(made.picture[0].astype(int) - made.backdrop[0]).max(1) > 25
        assert (apart.mean() > 0.1) == cut


@pytest.mark.parametrize("look", ["business/navy/standard", "cartoon/mint/standard", "ink/rouge/standard"])
def test_the_same_order_gives_the_same_pixels(maker, subject, look):
    first, again = (maker.render(subject, order("a"), Plan(1, look)) for _ in range(2))
    assert np.array_equal(first.picture, again.picture)


def test_beauty_evens_the_face(maker, shot):
    levels, pictures = [], []
    for beauty in (0, 5):
        prepared = maker.prepare([shot("man_glasses")], order("a", beauty=beauty), None, None)
        made = maker.render(prepared, order("a", beauty=beauty), Plan(0, "business/steel/standard"))
        x, y = made.meshes[0][[280, 330]].mean(0)
        cheek = made.picture[int(y) - 8 : int(y) + 8, int(x) - 8 : int(x) + 8].mean(2)
        levels.append((cheek - cv2.GaussianBlur(cheek, (0, 0), 4)).std())
        pictures.append(made.picture)
    assert levels[1] < 0.92 * levels[0]
    assert np.array_equal(pictures[0][:60], pictures[1][:60])


def test_without_a_size_it_is_square(maker, shot):
    plain = Order((PhotoHint("a"),), feature="avatar", candidates=1)
    prepared = maker.prepare([shot("man_black_hair")], plain, None, None)
    made = maker.render(prepared, plain, maker.plans(prepared, plain)[0])
    assert made.picture.shape[1::-1] == FRAME


def test_a_small_face_is_enlarged_and_told(maker, shot):
    one = shot("astronaut")
    prepared = maker.prepare([one], order("a"), None, None)
    assert prepared.choices[0].enlarged > 1.5
    made = maker.render(prepared, order("a"), Plan(0, "business/steel/standard"))
    assert "photo_enlarged" in made.notes[0]


def test_what_is_not_alike_is_not_shown(maker, subject, shot):
    """The same picture, held against somebody else."""
    stranger = shot("woman_headscarf").likenesses[0].descriptor
    other = replace(subject, choices=(replace(subject.choices[0], descriptor=stranger),))
    plan = Plan(0, "business/light/standard")
    assert maker.render(other, order("a"), plan).faults == ("avatar_not_alike",)
    assert maker.render(subject, order("a"), plan).faults == ()


def test_a_remake_is_closer_and_then_plain(maker):
    first = maker.changed(Plan(2, "ink/blue/wide"))
    assert (first.look, first.attempt, first.number) == ("ink/blue/close", 1, 2)
    second = maker.changed(first)
    assert (second.look, second.attempt) == ("business/steel/standard", 2)
    assert maker.changed(second) is None
