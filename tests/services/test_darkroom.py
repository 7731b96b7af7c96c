"""Which faces of a photo count, and in whose pixels they are told."""

from __future__ import annotations

import numpy as np
import pytest
from doubles.photos import jpeg, save
from doubles.picturing import OneByOne
from doubles.sitters import face_at

from tuanyuan.domain.errors import Rejected
from tuanyuan.services.darkroom import Darkroom


class Files(dict):
    """Files by name."""

    read = dict.__getitem__


class Seen:
    """A finder that sees what it is told, the largest first."""

    def __init__(self, *faces):
        self.faces = sorted(faces, key=lambda f: -f.eye_distance)
        self.asked = []

    def find(self, rgb):
        self.asked.append(rgb.shape)
        return self.faces


def photos(*faces, files=None):
    grey = save(np.full((800, 1200, 3), 128, np.uint8), "PNG")
    return Darkroom(Files({"a.png": grey, **(files or {})}), Seen(*faces), OneByOne())


LEFT, MIDDLE, RIGHT = face_at(200, 400, 60), face_at(600, 400, 50), face_at(1000, 400, 55)


def test_faces_are_numbered_from_the_left():
    photo = photos(MIDDLE, RIGHT, LEFT).open("a.png")
    assert photo.faces == (LEFT, MIDDLE, RIGHT)
    assert [p.code for p in photo.report.problems] == ["more_faces_than_chosen"]


@pytest.mark.parametrize(
    ("chosen", "kept"), [((1,), (LEFT,)), ((2, 3), (MIDDLE, RIGHT)), ((3, 1), (LEFT, RIGHT)), ((2, 2), (MIDDLE,))]
)
def test_faces_can_be_chosen(chosen, kept):
    assert photos(LEFT, MIDDLE, RIGHT).open("a.png", chosen).faces == kept


def test_a_number_beyond_the_last_face_is_refused():
    with pytest.raises(Rejected) as caught:
        photos(LEFT, MIDDLE).open("a.png", (3,))
    assert caught.value.code == "faces_not_there"
    assert "2" in caught.value.problem.message_en


@pytest.mark.parametrize(("size", "counted"), [(24, True), (23, False)])
def test_a_passer_by_does_not_count(size, counted):
    photo = photos(LEFT, face_at(900, 300, size)).open("a.png")
    assert len(photo.faces) == (2 if counted else 1)


def test_a_large_photo_is_searched_small_and_told_in_its_own_pixels():
    studio = photos(face_at(600, 500, 60), files={"large.jpg": jpeg(np.full((3000, 4000, 3), 90, np.uint8))})
    photo = studio.open("large.jpg")
    assert studio.finder.asked == [(1500, 2000, 3)]
    assert photo.rgb.shape == (1500, 2000, 3)
    assert (photo.report.width, photo.report.height) == (4000, 3000)
    (told,) = photo.report.faces
    assert told.box == pytest.approx([v * 2 for v in photo.faces[0].box])


def test_transparency_is_white_paper():
    rgba = np.zeros((800, 900, 4), np.uint8)
    photo = photos(LEFT, files={"cut.png": save(rgba, "PNG")}).open("cut.png")
    assert (photo.rgb == 255).all()


def test_a_check_never_raises_for_a_photo():
    reports = photos(LEFT, files={"bad.jpg": b"text"}).check(["a.png", "bad.jpg"])
    assert [(r.file, r.ok, [p.code for p in r.problems]) for r in reports] == [
        ("a.png", True, []),
        ("bad.jpg", False, ["file_not_a_photo"]),
    ]
