"""What a customer may rely on: everybody is there, once, recognisable, in one scale and one light, cleanly cut out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tuanyuan.domain.order import PhotoHint
from tuanyuan.imaging.identity import distance
from tuanyuan.imaging.label import read_label
from tuanyuan.imaging.light import skin_tone

FIVE = ["elderly_man", "woman_long_hair", "man_black_hair", "woman_headscarf", "man_glasses"]


def people_in(picture, finder):
    """Faces that are surely faces."""
    return [f for f in finder.find(picture, thorough=True) if f.confidence >= 0.7]


def matched(picture, finder, identity, portraits):
    """Each portrait's face in the picture, by likeness; no face twice."""
    found = people_in(picture, finder)
    descriptors = [identity.describe(picture, f.mesh) for f in found]
    faces = []
    for own in portraits:
        known = identity.describe(own.rgb, own.face.mesh)
        faces.append(found[int(np.argmin([distance(known, d) for d in descriptors]))])
    assert len({id(f) for f in faces}) == len(portraits)
    return faces


@pytest.fixture(scope="session")
def portraits(portrait):
    return [portrait(name) for name in FIVE]


@pytest.fixture(scope="session")
def seen(family, finder, identity, portraits):
    """For each candidate the faces of the five, in their order."""
    return [matched(picture, finder, identity, portraits) for picture in family.pictures]


def test_four_candidates_are_left_with_their_description(family):
    left = sorted(path.name for path in family.folder.iterdir())
    assert left == ["result.json", "reunion-1.jpg", "reunion-2.jpg", "reunion-3.jpg", "reunion-4.jpg"]
    assert json.loads((family.folder / "result.json").read_text("utf-8")) == family.result
    assert [p.shape for p in family.pictures] == [(960, 1280, 3)] * 4


def test_everybody_is_recognisable_in_every_candidate(family):
    distances = [p["face_distance"] for p in family.people]
    assert len(distances) == 20
    assert max(distances) <= 0.35
    assert np.median(distances) <= 0.25


def test_every_check_is_passed(family):
    assert [c["warnings"] for c in family.candidates] == [[]] * 4
    checks = {"face_covered", "face_distorted", "old_background_left", "person_hardly_recognised"}
    assert [p for p in family.people if checks & set(p["warnings"])] == []


def test_everybody_is_there_exactly_once(family, finder, seen):
    assert [len(people_in(picture, finder)) for picture in family.pictures] == [5] * 4
    assert [len(faces) for faces in seen] == [5] * 4


def test_the_boxes_are_where_the_faces_are(family, seen):
    for candidate, faces in zip(family.candidates, seen, strict=True):
        for person, face in zip(candidate["people"], faces, strict=True):
            assert person["box"] == pytest.approx(face.box, abs=0.1 * face.width)
        assert [Path(p["photo"]).stem for p in candidate["people"]] == FIVE


def test_heads_are_of_one_size(seen):
    for faces in seen:
        sizes = np.array([f.eye_distance for f in faces])
        assert sizes.std() / sizes.mean() <= 0.08


def test_skin_is_in_one_light(family, portraits, seen):
    before = np.std([skin_tone(p.rgb / np.float32(255), p.face) for p in portraits], axis=0)
    for picture, faces in zip(family.pictures, seen, strict=True):
        after = np.std([skin_tone(picture / np.float32(255), f) for f in faces], axis=0)
        assert after.sum() < 0.9 * before.sum()


def test_candidates_differ_in_arrangement_light_and_crop(family, seen):
    assert len({c["light"] for c in family.candidates}) == 4
    assert len({c["crop"] for c in family.candidates}) > 1
    orders = {tuple(np.argsort([f.box[0] for f in faces])) for faces in seen}
    assert len(orders) >= 2
    small = [picture[::8, ::8].astype(float) for picture in family.pictures]
    assert min(np.abs(a - b).mean() for i, a in enumerate(small) for b in small[i + 1 :]) > 5


def test_the_best_is_first(family):
    scores = [c["score"] for c in family.candidates]
    assert scores == sorted(scores, reverse=True)
    assert [c["rank"] for c in family.candidates] == [1, 2, 3, 4]


def test_every_file_carries_its_own_label(family):
    labels = [read_label(family.data(candidate)) for candidate in family.candidates]
    assert {label.label for label in labels} == {"1"}
    assert len({label.produce_id for label in labels}) == 4


def test_a_child_is_smaller_lower_and_in_front(make, finder, identity, portrait):
    names = ["elderly_man", "woman_long_hair", "woman_headscarf"]
    child = PhotoHint("woman_headscarf", scale=0.75, row="front")
    made = make(*names[:2], child, size=(960, 720), candidates=2)
    assert not [p for p in made.people if "face_covered" in p["warnings"]]
    for picture in made.pictures:
        *grown_ups, small = matched(picture, finder, identity, [portrait(name) for name in names])
        grown_up = np.mean([f.eye_distance for f in grown_ups])
        assert small.eye_distance / grown_up == pytest.approx(0.75, rel=0.1)
        assert small.eyes[1] > max(f.eyes[1] for f in grown_ups)


def test_of_a_group_photo_everybody_is_kept(make, finder):
    made = make("group_of_three", "man_glasses", size=(1280, 960), candidates=1)
    (candidate,) = made.candidates
    assert [p["person"] for p in candidate["people"]] == [1, 2, 3, 1]
    assert [Path(p["photo"]).stem for p in candidate["people"]] == ["group_of_three"] * 3 + ["man_glasses"]
    assert max(p["face_distance"] for p in candidate["people"]) <= 0.35
    assert len(people_in(made.pictures[0], finder)) == 4


def test_of_a_group_photo_only_the_chosen_are_kept(make, finder):
    made = make(PhotoHint("group_of_three", faces=(3,)), "man_glasses", size=(960, 720), candidates=1)
    (candidate,) = made.candidates
    assert [(Path(p["photo"]).stem, p["person"]) for p in candidate["people"]] == [
        ("group_of_three", 3),
        ("man_glasses", 1),
    ]
    assert max(p["face_distance"] for p in candidate["people"]) <= 0.35
    assert len(people_in(made.pictures[0], finder)) == 2


def test_the_customers_own_background_is_used(make, tmp_path):
    Image.new("RGB", (1200, 900), (40, 120, 60)).save(tmp_path / "green.png")
    made = make("man_glasses", size=(640, 480), candidates=1, background=str(tmp_path / "green.png"))
    assert made.result["scene"] == "own"
    red, green, blue = made.pictures[0][10:60, 10:60].reshape(-1, 3).mean(0)
    assert green > red + 30
    assert green > blue + 30


def test_a_seed_gives_the_same_pixels_and_another_seed_others(make):
    who, options = ["man_glasses", "woman_long_hair"], {"size": (640, 480), "candidates": 1}
    first, again, other = (make(*who, seed=seed, **options) for seed in (5, 5, 6))
    assert np.array_equal(first.pictures[0], again.pictures[0])
    assert not np.array_equal(first.pictures[0], other.pictures[0])
    numbers = [[c.pop("produce_id") for c in made.candidates] for made in (first, again)]
    assert first.candidates == again.candidates
    ids = [read_label(made.data(made.candidates[0])).produce_id for made in (first, again)]
    assert ids[0] != ids[1]
    assert numbers == [[number] for number in ids]
