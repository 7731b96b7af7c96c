"""A picture, step by step: what is refused, made again, ranked, left out, written."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from doubles.picturing import GOOD, MISSING, SIDE, WEAK, Results, Shop, brightness, level

from tuanyuan.domain.errors import PhotosRejected, Rejected
from tuanyuan.domain.judgement import Judgement
from tuanyuan.domain.order import PhotoHint
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.label import read_label


def test_four_candidates_are_made_labelled_and_handed_over_at_once():
    shop = Shop()
    result = shop.make()
    names = [f"reunion-{rank}.jpg" for rank in (1, 2, 3, 4)]
    assert [*shop.results.files] == [*names, "result.json"]
    assert shop.results.committed
    assert json.loads(shop.results.files["result.json"]) == result
    labels = [read_label(shop.results.files[name]) for name in names]
    assert {label.label for label in labels} == {"1"}
    assert len({label.produce_id for label in labels}) == 4
    assert shop.maker.prepared == [[1, 1, 1]]
    assert len(shop.maker.tried) == 4


def test_the_result_has_the_promised_shape():
    shop = Shop(verdicts={(0, 0): replace(GOOD, face_distance=0.123456)})
    result = shop.make(candidates=1, seed=7)
    assert list(result) == ["feature", "engine", "seed", "scene", "candidates", "timings"]
    timings = result.pop("timings")
    assert set(timings) == {"check", "prepare", "candidates", "label", "total"}
    assert all(v >= 0 for v in timings.values())
    (candidate,) = result.pop("candidates")
    assert result == {"feature": "reunion", "engine": "cardboard", "seed": 7, "scene": "wall"}
    assert 0 < candidate.pop("score") < 1
    assert candidate.pop("produce_id") == read_label(shop.results.files["reunion-1.jpg"]).produce_id
    assert candidate == {
        "file": "reunion-1.jpg",
        "rank": 1,
        "width": SIDE[0],
        "height": SIDE[1],
        "light": "daylight",
        "crop": "standard",
        "attempt": 0,
        "people": [
            {"photo": "a.jpg", "person": 1, "box": [10, 10, 40, 50], "face_distance": 0.1235, "warnings": []},
            {"photo": "b.jpg", "person": 1, "box": [10, 10, 40, 50], "face_distance": 0.1, "warnings": []},
            {"photo": "c.jpg", "person": 1, "box": [10, 10, 40, 50], "face_distance": 0.1, "warnings": []},
        ],
        "warnings": [],
    }


def test_a_weak_candidate_is_made_again_with_other_parameters_until_it_passes():
    shop = Shop(verdicts={(1, 0): WEAK})
    result = shop.make()
    tried = [p for p in shop.maker.tried if p.number == 1]
    assert [p.attempt for p in tried] == [0, 1]
    assert tried[0].order != tried[1].order
    assert len(shop.maker.tried) == 5
    assert sorted(c["attempt"] for c in result["candidates"]) == [0, 0, 0, 1]
    assert all(not p["warnings"] for c in result["candidates"] for p in c["people"])


def test_after_two_remakes_the_best_is_kept_and_says_what_is_wrong_with_it():
    verdicts = {(2, a): replace(WEAK, leftover=v) for a, v in enumerate((0.09, 0.07, 0.08))}
    shop = Shop(verdicts=verdicts)
    last = shop.make()["candidates"][-1]
    assert [p.attempt for p in shop.maker.tried if p.number == 2] == [0, 1, 2]
    assert last["attempt"] == 1
    assert last["people"][0]["warnings"] == ["old_background_left"]
    assert brightness(shop.results.files[last["file"]]) == pytest.approx(level(2, 1), abs=2)


def test_a_remake_that_is_worse_does_not_replace_what_passed():
    shop = Shop(verdicts={(0, 0): WEAK, (0, 1): GOOD, (0, 2): replace(GOOD, face_distance=0.0)})
    shop.make()
    assert [p.attempt for p in shop.maker.tried if p.number == 0] == [0, 1]


def test_the_best_candidate_is_first():
    distances = {0: 0.30, 1: 0.05, 2: 0.20, 3: 0.10}
    shop = Shop(verdicts={(n, 0): replace(GOOD, face_distance=d) for n, d in distances.items()})
    result = shop.make()
    assert [c["rank"] for c in result["candidates"]] == [1, 2, 3, 4]
    assert [c["people"][0]["face_distance"] for c in result["candidates"]] == [0.05, 0.1, 0.2, 0.3]
    scores = [c["score"] for c in result["candidates"]]
    assert scores == sorted(scores, reverse=True)
    painted = [brightness(shop.results.files[c["file"]]) for c in result["candidates"]]
    assert painted == pytest.approx([level(n, 0) for n in (1, 3, 2, 0)], abs=2)


@pytest.mark.parametrize(
    "below",
    [
        MISSING,
        replace(GOOD, face_distance=0.6),
        replace(GOOD, nearest_other=0.05),
        Judgement((GOOD, GOOD, GOOD), strangers=1),
        Judgement((GOOD, GOOD, GOOD), doubled=(0,)),
    ],
)
def test_a_candidate_below_the_floor_is_never_shown(below):
    shop = Shop(verdicts={(3, attempt): below for attempt in range(3)})
    result = shop.make()
    assert len(result["candidates"]) == 3
    assert [*shop.results.files] == ["reunion-1.jpg", "reunion-2.jpg", "reunion-3.jpg", "result.json"]
    painted = [brightness(shop.results.files[c["file"]]) for c in result["candidates"]]
    assert painted == pytest.approx([level(n, 0) for n in (0, 1, 2)], abs=2)


def test_too_few_good_ones_are_a_refusal_that_says_why():
    failing = {(n, attempt): WEAK for n in (0, 1, 2) for attempt in range(3)}
    shop = Shop(verdicts=failing)
    error = shop.refused()
    assert error.code == "result_not_good"
    assert "old_background_left" in error.problem.message_en
    assert len(shop.maker.tried) == 3 * 3 + 1


def test_two_good_of_four_are_enough():
    failing = {(n, attempt): WEAK for n in (0, 1) for attempt in range(3)}
    result = Shop(verdicts=failing).make()
    assert [bool(c["people"][0]["warnings"]) for c in result["candidates"]] == [False, False, True, True]


def test_everything_wrong_with_all_photos_is_told_at_once():
    shop = Shop(bad={"a.jpg": "face_blurred", "c.jpg": "file_damaged"})
    error = shop.refused()
    assert isinstance(error, PhotosRejected)
    assert [(r.file, [p.code for p in r.problems]) for r in error.reports] == [
        ("a.jpg", ["face_blurred"]),
        ("c.jpg", ["file_damaged"]),
    ]
    assert error.code == "face_blurred"
    assert shop.photos.opened == ["a.jpg", "b.jpg", "c.jpg"]
    assert shop.maker.prepared == []


def test_six_people_are_too_many():
    shop = Shop({"all.jpg": ("anna", "bert", "cleo", "dora"), "two.jpg": ("emil", "finn")})
    error = shop.refused()
    assert error.code == "too_many_people"
    assert "6" in error.problem.message_zh
    assert shop.maker.prepared == []


def test_six_photos_are_too_many_before_one_is_opened():
    shop = Shop({f"{n}.jpg": (n,) for n in ("anna", "bert", "cleo", "dora", "emil", "finn")})
    error = shop.refused()
    assert error.code == "photos_count"
    assert "1–5" in error.problem.message_zh
    assert shop.photos.opened == []


def test_five_of_six_may_be_chosen():
    faces = {"all.jpg": ("anna", "bert", "cleo", "dora"), "two.jpg": ("emil", "finn")}
    shop = Shop(faces)
    result = shop.make(PhotoHint("all.jpg"), PhotoHint("two.jpg", faces=(2,)))
    assert shop.maker.prepared == [[4, 1]]
    people = [(p["photo"], p["person"]) for p in result["candidates"][0]["people"]]
    assert people == [("all.jpg", 1), ("all.jpg", 2), ("all.jpg", 3), ("all.jpg", 4), ("two.jpg", 2)]


@pytest.mark.parametrize("again", ["anna", "anna'"])
def test_the_same_person_twice_is_refused_by_name_of_both_photos(again):
    shop = Shop({"a.jpg": ("anna",), "b.jpg": ("bert",), "me.jpg": (again,)})
    error = shop.refused()
    assert error.code == "same_person_twice"
    assert "a.jpg" in error.problem.message_en
    assert "me.jpg" in error.problem.message_en
    assert shop.maker.prepared == []


def test_an_unknown_background_is_refused_before_any_photo_is_opened():
    shop = Shop()
    error = shop.refused(background="moon")
    assert error.code == "background_unknown"
    assert "wall" in error.problem.advice_en
    assert shop.photos.opened == []


@pytest.mark.parametrize("candidates", [1, 2, 3])
def test_fewer_candidates_cost_less_work(candidates):
    shop = Shop()
    assert len(shop.make(candidates=candidates)["candidates"]) == candidates
    assert len(shop.maker.tried) == candidates


def test_the_free_tier_gets_a_watermark_and_the_label():
    plain, free = Shop(), Shop()
    plain.make(candidates=1)
    free.make(candidates=1, watermark=True)
    with_words, without = (decode(s.results.files["reunion-1.jpg"], name="x").rgb for s in (free, plain))
    assert np.abs(with_words.astype(int) - without).max() > 20
    assert read_label(free.results.files["reunion-1.jpg"]) is not None


def test_progress_goes_forward_in_both_languages_and_ends_with_the_files():
    shop = Shop(verdicts={(1, 0): WEAK})
    shop.make()
    shares = [share for share, _, _ in shop.progress]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(zh and en for _, zh, en in shop.progress)
    assert sum("picture" in en for _, _, en in shop.progress) == 4


def test_a_disk_that_fills_up_while_writing_leaves_no_commit():
    class FullDisk(Results):
        def write(self, name, data):
            if name == "reunion-2.jpg":
                raise Rejected("output_disk_full", folder="out")
            super().write(name, data)

    shop = Shop()
    shop.results = FullDisk()
    with pytest.raises(Rejected) as caught:
        shop.make()
    assert caught.value.code == "output_disk_full"
    assert not shop.results.committed
    assert shop.progress[-1][0] < 1.0
