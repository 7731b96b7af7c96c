"""What moves in a picture of an unknown place: what its light and its colours speak for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tuanyuan.imaging.faces import Face
from tuanyuan.motion.choosing import suiting
from tuanyuan.motion.stage import Stage, make_stage

SCENES = Path(__file__).resolve().parents[2] / "scenes"
WIDTH, HEIGHT = 320, 240


def stage(wall: np.ndarray | tuple[int, int, int], *, people: bool = True, clothes=(90, 60, 40)) -> Stage:
    """Somebody in the middle, before a wall of a colour or before a picture."""
    rgb = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    rgb[:] = wall
    covered = np.zeros((HEIGHT, WIDTH), np.float32)
    if not people:
        return make_stage(rgb, covered, ())
    rgb[80:, 110:210] = clothes
    covered[80:, 110:210] = 1
    mesh = np.zeros((468, 3), np.float32)
    mesh[0, :2], mesh[1:, :2] = (135, 90), (185, 150)
    return make_stage(rgb, covered, (Face(mesh, 1, 0, 0, 0, 100),))


def room(name: str) -> np.ndarray:
    picture = cv2.cvtColor(cv2.imread(str(SCENES / name / "picture.jpg")), cv2.COLOR_BGR2RGB)
    return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize(
    ("wall", "effect"),
    [
        ((12, 14, 24), "fireworks"),
        ((190, 25, 20), "lanterns"),
        ((96, 150, 90), "petals"),
        ((205, 206, 200), "petals"),
        ((214, 226, 240), "petals"),  # flakes would be lost before it
        ((120, 135, 165), "snow"),
        ((170, 172, 178), "snow"),
        ((190, 165, 120), "warm"),
        ((150, 138, 124), "warm"),
    ],
)
def test_light_and_colour_of_the_wall_decide(wall: tuple[int, int, int], effect: str) -> None:
    assert suiting(stage(wall)) == effect


@pytest.mark.parametrize("grey", [90, 150, 235])
def test_a_picture_without_colours_gets_what_has_none(grey: int) -> None:
    """Grey has no hue: read as degrees it is 0, which is red."""
    assert suiting(stage((grey, grey, grey), clothes=(70, 70, 70))) == "snow"


def test_a_pale_rose_wall_is_not_festive() -> None:
    """Bright is not strong: a wall's lightness says nothing about its colour."""
    assert suiting(stage((240, 214, 212))) != "lanterns"
    assert suiting(stage((240, 40, 36))) == "lanterns"


def test_what_people_wear_does_not_decide() -> None:
    for clothes in ((200, 20, 20), (20, 160, 30), (10, 10, 10)):
        assert suiting(stage((150, 138, 124), clothes=clothes)) == "warm"


def test_what_lies_below_does_not_decide() -> None:
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    picture[:] = (150, 138, 124)
    picture[175:] = (190, 25, 20)
    assert suiting(stage(picture)) == "warm"


def test_goods_get_warm_light_and_a_night_its_fireworks() -> None:
    assert suiting(stage((190, 25, 20), people=False)) == "warm"
    assert suiting(stage((12, 14, 24), people=False)) == "fireworks"


def test_nothing_behind_gets_warm_light() -> None:
    full = stage((12, 14, 24))
    covered = make_stage(full.rgb, np.ones((HEIGHT, WIDTH), np.float32), ())
    assert suiting(covered) == "warm"


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("new-year-wall", "lanterns"),
        ("palace", "lanterns"),  # golden silk between red columns is no place for snow
        ("rosewood", "warm"),
        ("guochao", "warm"),
        ("mansion", "warm"),
        ("studio", "warm"),
    ],
)
def test_the_rooms_of_the_studio(name: str, effect: str) -> None:
    assert suiting(stage(room(name))) == effect
