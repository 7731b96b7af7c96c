"""Old photos: what each candidate is, in which order, and that everybody stays themselves."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import cv2
import numpy as np
import pytest
from doubles.ageing import aged, grey, scratched, torn
from doubles.opened import Opened

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.messages.old_photos import MESSAGES
from tuanyuan.domain.order import Order, PhotoHint, Plan
from tuanyuan.engines.local.restore import Restore
from tuanyuan.imaging.restoration import FULL, restore

SIDE = 480


Photo = partial(Opened, role="picture", name="a.jpg")


def order(**options):
    return Order((PhotoHint("a.jpg"),), feature="restore", **options)


@pytest.fixture(scope="module")
def maker(models_dir, executor):
    return Restore(models_dir, executor)


@pytest.fixture(scope="module")
def clean(portrait, finder):
    rgb = cv2.resize(portrait("man_glasses").rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return Photo(rgb, faces=tuple(finder.find(rgb)))


@pytest.fixture(scope="module")
def old(portrait, finder):
    rgb = grey(cv2.resize(portrait("elderly_man").rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
    poor = aged(torn(scratched(rgb, 3, count=6)[0], 5)[0], 7)
    return Photo(poor, faces=tuple(finder.find(rgb)))


@pytest.fixture(scope="module")
def prepared(maker, old):
    return maker.prepare([old], order(), None, None)


@pytest.fixture(scope="module")
def renderings(maker, prepared):
    return [maker.render(prepared, order(), plan) for plan in maker.plans(prepared, order())]


def test_a_black_and_white_photo_has_four_candidates_and_the_comparison_is_last(maker, prepared):
    looks = [plan.look for plan in maker.plans(prepared, order())]
    assert looks == ["full", "gentle", "toned", "before_after"]
    coloured = [plan.look for plan in maker.plans(prepared, order(style="colour"))]
    assert coloured == ["tinted", "full", "gentle", "before_after"]


def test_a_colour_photo_is_not_coloured(maker, prepared):
    in_colour = replace(prepared, one_colour=False)
    looks = [plan.look for plan in maker.plans(in_colour, order(style="colour"))]
    assert looks == ["full", "gentle", "before_after"]


@pytest.mark.parametrize(
    ("count", "looks"), [(1, ["full"]), (2, ["full", "before_after"]), (3, ["full", "gentle", "before_after"])]
)
def test_fewer_candidates_keep_the_best(maker, prepared, count, looks):
    assert [plan.look for plan in maker.plans(prepared, order(candidates=count))] == looks


def test_an_unknown_style_is_refused_before_anything_is_done(maker, clean):
    with pytest.raises(Rejected) as refused:
        maker.fit([clean], order(style="cartoon"))
    assert refused.value.code == "style_not_here"


def test_a_small_photo_is_doubled_and_the_comparison_shows_it_twice(renderings):
    sizes = [made.picture.shape for made in renderings]
    assert sizes[:3] == [(2 * SIDE, 2 * SIDE, 3)] * 3
    assert sizes[3][1] > 1.9 * sizes[3][0]
    assert [made.facts["look"] for made in renderings] == ["full", "gentle", "toned", "before_after"]
    assert {made.facts["enlarged"] for made in renderings} == {2.0}
    assert renderings[3].meshes == ()
    assert [made.composition for made in renderings] == [1.0, 0.9, 0.8, 0.0]


def test_the_halves_of_the_comparison_are_before_and_after(renderings, old):
    pair = renderings[3].picture
    height = pair.shape[0]
    left, right = pair[:, :height], pair[:, -height:]
    was = cv2.resize(old.rgb, (height, height), interpolation=cv2.INTER_CUBIC)
    now = cv2.resize(renderings[0].picture, (height, height), interpolation=cv2.INTER_AREA)
    assert np.abs(left.astype(int) - was).mean() < 4
    assert np.abs(right.astype(int) - now).mean() < 4
    assert np.abs(left.astype(int) - right).mean() > 12


def test_everybody_stays_themselves(renderings):
    assert max(max(made.facts["face_distances"]) for made in renderings) <= 0.25
    assert [made.faults for made in renderings] == [()] * 4


def test_a_filled_face_is_told(maker, prepared):
    repair = prepared.repairs[0]
    everything = replace(repair, found=replace(repair.found, marks=np.ones(prepared.rgb.shape[:2], bool)))
    told = maker.render(replace(prepared, repairs=(everything, everything)), order(), Plan(0, "full"))
    assert told.notes == (("face_filled",),)
    assert told.meshes == ()
    assert "face_filled" in MESSAGES


def test_a_changed_face_is_a_fault_until_the_photos_own_is_back(maker, prepared):
    stranger = replace(prepared.repairs[0], away=(0.5,), picture=prepared.rgb[:, ::-1].copy())
    other = replace(prepared, repairs=(stranger, stranger))
    plan = Plan(0, "full")
    first = maker.render(other, order(beauty=0), plan)
    assert first.faults == ("face_changed",)
    last = maker.changed(maker.changed(plan))
    assert (last.attempt, maker.changed(last)) == (2, None)
    back = maker.render(other, order(beauty=0), last)
    assert back.faults == ()
    x, y = (prepared.faces[0].mesh[1, :2] * 2).round().astype(int)
    nose = np.s_[y - 20 : y + 20, x - 20 : x + 20]
    own = cv2.resize(prepared.rgb, (2 * SIDE, 2 * SIDE), interpolation=cv2.INTER_LANCZOS4)
    assert np.abs(back.picture[nose].astype(int) - own[nose]).mean() < 4
    assert np.abs(first.picture[nose].astype(int) - own[nose]).mean() > 8


def test_damage_is_gone_and_a_copy_with_damage_shows_it(prepared, old, portrait):
    rgb = grey(cv2.resize(portrait("elderly_man").rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
    where = torn(scratched(rgb, 3, count=6)[0], 5)[1]
    tone_only = restore(old.rgb).astype(int)
    full, truth = prepared.repairs[0].picture.astype(int), restore(aged(rgb, 7)).astype(int)
    assert np.abs(full - truth)[where].mean() < 0.5 * np.abs(tone_only - truth)[where].mean()


def test_a_photo_that_needs_nothing_comes_back(maker, clean):
    made = maker.prepare([clean], order(candidates=1), None, None)
    assert np.abs(made.repairs[0].picture.astype(int) - clean.rgb).mean() < 1.0
    assert made.people == ((0, 0),)
    assert len(made.repairs) == 1


def test_beauty_acts_and_nothing_is_left_to_chance(maker, prepared):
    plan = Plan(0, "full")
    plain, again, smooth = (maker.render(prepared, order(beauty=b), plan).picture for b in (0, 0, 5))
    assert np.array_equal(plain, again)
    assert not np.array_equal(plain, smooth)


def test_without_faces_damage_stays(old):
    assert not np.array_equal(restore(old.rgb), restore(old.rgb, old.faces, FULL))
