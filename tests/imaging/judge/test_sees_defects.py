"""The checks can see what they are for: each defect gets its own warning, at the right person, and nobody else's."""

from __future__ import annotations

import numpy as np
import pytest
from doubles import defects
from doubles.leaks import leaking_round_heads

from tuanyuan.domain.judgement import may_be_shown
from tuanyuan.engines.local import reunion

PEOPLE = range(3)
MARGIN = 460
CLOTH = np.random.default_rng(0).normal(90, 12, (24, 24, 3)).clip(0, 255).astype(np.uint8)
BY_A_TENTH = [(1.1, 1.0), (1.0, 1.1), (0.9, 1.0), (1.0, 0.9)]


def warned(judgement):
    """{person: warnings} of those who have any."""
    return {p.person: set(p.warnings) for p in judgement.people if p.warnings}


def only(judgement, person):
    """What this person is warned of; nobody else may be warned of anything."""
    assert set(warned(judgement)) == {person}
    return warned(judgement)[person]


@pytest.mark.parametrize("number", range(4))
def test_an_untouched_picture_passes_in_every_light_and_crop(studio, engine, group, number):
    untouched = studio.portrayed(engine, group, number)
    judgement = untouched.judged(untouched.picture)
    assert warned(judgement) == {}
    assert judgement.warnings == ()
    assert judgement.passed
    assert may_be_shown(judgement)
    assert [p.person for p in judgement.people] == [0, 1, 2]


@pytest.mark.parametrize("person", PEOPLE)
def test_somebody_elses_face(portrayed, person):
    other = portrayed.photos[(person + 1) % 3]
    swapped = defects.with_face_of(portrayed.picture, portrayed.meshes[person], other.rgb, other.face.mesh)
    judgement = portrayed.judged(swapped)
    assert {"person_swapped", "person_not_recognised"} <= only(judgement, person)
    assert not may_be_shown(judgement)
    own = portrayed.photos[person]
    again = defects.with_face_of(portrayed.picture, portrayed.meshes[person], own.rgb, own.face.mesh)
    assert warned(portrayed.judged(again)) == {}


def test_a_strangers_face_in_a_persons_place(portrayed, portrait):
    stranger = portrait("man_glasses")
    replaced = defects.with_face_of(portrayed.picture, portrayed.meshes[0], stranger.rgb, stranger.face.mesh)
    judgement = portrayed.judged(replaced)
    assert "person_not_recognised" in only(judgement, 0)
    assert judgement.doubled == ()
    assert not may_be_shown(judgement)


@pytest.mark.parametrize("person", PEOPLE)
def test_somebody_is_missing(portrayed, person):
    gone = defects.without(portrayed.picture, portrayed.rendering.backdrop, portrayed.mask(person))
    judgement = portrayed.judged(gone)
    assert only(judgement, person) == {"person_missing"}
    missing = judgement.people[person]
    assert (missing.box, missing.face_distance) == (None, None)
    assert not may_be_shown(judgement)


@pytest.mark.parametrize("person", PEOPLE)
def test_somebody_is_there_twice(portrayed, person):
    wide = defects.with_margin(portrayed.picture, MARGIN)
    room = {
        "backdrop": defects.with_margin(portrayed.rendering.backdrop, MARGIN),
        "owner": np.pad(portrayed.rendering.owner, ((0, 0), (0, MARGIN))),
    }
    assert portrayed.judged(wide, **room).passed
    copied = np.pad(portrayed.mask(person), ((0, 0), (0, MARGIN)))
    judgement = portrayed.judged(defects.with_second_copy(wide, copied, MARGIN), **room)
    assert judgement.warnings == ("person_doubled",)
    assert judgement.doubled == (person,)
    assert warned(judgement) == {}
    assert not may_be_shown(judgement)


def test_a_stranger_beside_the_group(portrayed, portrait):
    guest = portrait("man_glasses").rgb[180:900, 220:680]
    wide = np.concatenate([portrayed.picture, guest], 1)
    owner = np.pad(portrayed.rendering.owner, ((0, 0), (0, guest.shape[1])))
    empty = defects.with_margin(portrayed.rendering.backdrop, guest.shape[1])
    judgement = portrayed.judged(wide, backdrop=empty, owner=owner)
    assert judgement.warnings == ("stranger_in_picture",)
    assert judgement.strangers == 1
    assert not may_be_shown(judgement)
    # The same face is no stranger where it belongs to the background: a portrait on the wall.
    on_the_wall = np.concatenate([portrayed.rendering.backdrop, guest], 1)
    assert portrayed.judged(wide, backdrop=on_the_wall, owner=owner).passed


@pytest.mark.parametrize(("across", "down"), BY_A_TENTH)
def test_the_whole_picture_squashed_by_a_tenth(portrayed, across, down):
    squashed = defects.stretched(portrayed.picture, across, down)
    judgement = portrayed.judged(
        squashed,
        expected=[mesh * np.float32([across, down]) for mesh in portrayed.meshes],
        backdrop=defects.stretched(portrayed.rendering.backdrop, across, down),
        owner=defects.stretched(portrayed.rendering.owner, across, down, nearest=True),
    )
    assert warned(judgement) == {person: {"face_distorted"} for person in PEOPLE}
    assert not judgement.passed


def test_a_picture_enlarged_evenly_is_not_squashed(portrayed):
    judgement = portrayed.judged(
        defects.stretched(portrayed.picture, 1.1, 1.1),
        expected=[mesh * np.float32(1.1) for mesh in portrayed.meshes],
        backdrop=defects.stretched(portrayed.rendering.backdrop, 1.1, 1.1),
        owner=defects.stretched(portrayed.rendering.owner, 1.1, 1.1, nearest=True),
    )
    assert judgement.passed


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(("across", "down"), BY_A_TENTH)
def test_one_face_squashed_by_a_tenth(portrayed, person, across, down):
    mesh, mask = portrayed.meshes[person], portrayed.mask(person)
    squashed = defects.with_squashed_face(portrayed.picture, mesh, across, down, mask)
    assert only(portrayed.judged(squashed), person) == {"face_distorted"}


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("side", ["left", "right", "lower"])
def test_a_face_half_covered(portrayed, person, side):
    covered = defects.with_covered_face(portrayed.picture, portrayed.meshes[person], side, CLOTH)
    assert "face_covered" in only(portrayed.judged(covered), person)


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_old_background_beside_a_head(studio, models_dir, executor, monkeypatch, side):
    monkeypatch.setattr(reunion, "PersonCutter", leaking_round_heads(side, radius=0.25))
    leaking = reunion.LocalReunion(models_dir, executor)
    group = studio.prepared(leaking)
    ever = set()
    for number in range(4):
        left = studio.portrayed(leaking, group, number)
        seen = warned(left.judged(left.picture))
        assert set(map(frozenset, seen.values())) == {frozenset({"old_background_left"})}
        # One patch may be behind a neighbour or outside the frame.
        assert len(seen) >= 2
        ever |= set(seen)
    assert ever == set(PEOPLE)
