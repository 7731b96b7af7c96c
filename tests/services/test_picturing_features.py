"""What differs between features: own faults of a picture, styles that change a face, places, looking beforehand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doubles.picturing import FAMILY, GOOD, Results, Shop, brightness, level

from tuanyuan.domain.order import Order, PhotoHint

LEFT = ("old_background_left",)


def test_a_picture_that_its_maker_finds_fault_with_is_made_again_and_never_shown():
    shop = Shop()
    shop.maker.faults = {(0, 0): LEFT, **{(1, a): LEFT for a in range(3)}}
    result = shop.make()
    assert [p.attempt for p in shop.maker.tried if p.number == 0] == [0, 1]
    painted = sorted(brightness(shop.results.files[c["file"]]) for c in result["candidates"])
    assert painted == pytest.approx([level(0, 1), level(2, 0), level(3, 0)], abs=2)


def test_only_faults_are_a_refusal_that_names_them():
    shop = Shop()
    shop.maker.faults = {(n, a): LEFT for n in range(4) for a in range(3)}
    assert "old_background_left" in shop.refused().problem.message_en


def test_a_style_may_change_a_face_and_nobody_is_refused_for_it():
    stranger = replace(GOOD, face_distance=0.7)
    shop = Shop({"me.jpg": ("anna",)}, verdicts={(n, 0): stranger for n in range(4)})
    result = shop.make(feature="avatar", background=None)
    assert [c["people"][0]["face_distance"] for c in result["candidates"]] == [0.7] * 4
    assert [c["people"][0]["warnings"] for c in result["candidates"]] == [[]] * 4
    assert result["scene"] is None
    assert len(shop.maker.tried) == 4


def test_what_is_noted_of_somebody_who_is_not_measured_is_told_of_the_picture():
    shop = Shop()
    shop.maker.changes = {"meshes": (), "notes": (("photo_enlarged",), (), ())}
    (candidate,) = shop.make(candidates=1)["candidates"]
    assert (candidate["people"], candidate["warnings"]) == ([], ["photo_enlarged"])


def test_looking_whether_photos_fit_makes_nothing():
    shop = Shop()
    shop.studio.fit(Order(tuple(PhotoHint(name) for name in FAMILY), background="wall"))
    assert shop.maker.fitted == [["a.jpg", "b.jpg", "c.jpg"]]
    assert shop.maker.prepared == shop.maker.tried == []
    assert shop.results == Results()


def test_a_feature_without_a_place_takes_none():
    shop = Shop({"me.jpg": ("anna",)})
    assert shop.refused(feature="avatar").code == "background_not_taken"
    assert shop.photos.opened == []


def test_people_do_not_stand_on_a_table():
    shop = Shop()
    error = shop.refused(background="table")
    assert error.code == "background_unknown"
    assert "table" not in error.problem.advice_en


def test_a_mask_comes_last_at_the_size_of_its_photo():
    shop = Shop({"me.jpg": ("anna",)})
    shop.make(feature="makeover", mask="mask.png", candidates=1)
    assert shop.maker.shown == [[("me.jpg", "person", (9, 9)), ("mask.png", "mask", (9, 9))]]


def test_a_mask_of_another_shape_is_refused():
    shop = Shop({"me.jpg": ("anna",)})
    error = shop.refused(feature="makeover", mask="wide.png")
    assert error.code == "mask_other_shape"
    assert "wide.png" in error.problem.message_en
