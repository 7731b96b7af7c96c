"""Lanterns hang high and before nothing that matters; shells burst where it is dark enough to see them."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.motion.effects import fireworks_show, lantern_places
from tuanyuan.motion.effects.fireworks_shells import PISTIL, RING
from tuanyuan.motion.effects.lantern_places import LOWEST, MODEST, UP, Place
from tuanyuan.motion.stage import Stage, make_stage

WIDTH, HEIGHT = 320, 180
SEEDS = range(6)


def stage(rgb: np.ndarray) -> Stage:
    return make_stage(rgb, np.zeros(rgb.shape[:2], np.float32), ())


def wall(level: int = 110) -> np.ndarray:
    return np.full((2 * HEIGHT, 2 * WIDTH, 3), level, np.uint8)


def found(rgb: np.ndarray) -> list[Place]:
    return [place for seed in SEEDS for place in lantern_places.places(stage(rgb), np.random.default_rng(seed))]


def scroll() -> np.ndarray:
    """A long narrow painting high in the middle: x 90 to 230, y 4 to 22, in half-size pixels."""
    rgb = wall()
    rgb[8:44, 180:460] = np.where(np.arange(280) // 8 % 2, 180, 50).astype(np.uint8)[None, :, None]
    return rgb


def hung_before(places: list[Place]) -> int:
    return sum(85 < place.x < 235 and place.y - UP * place.radius > 22 for place in places)


def test_no_cord_hangs_before_a_painting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(scroll())
    assert hung_before(found(scroll())) == 0
    monkeypatch.setattr(lantern_places, "CROSSED", 0.0)
    assert hung_before(found(scroll())) > 0


def test_none_hangs_as_low_as_faces_are() -> None:
    tall = np.full((2 * WIDTH, 2 * HEIGHT, 3), 110, np.uint8)
    assert all(place.y <= LOWEST * HEIGHT for place in found(wall()))
    assert all(place.y <= LOWEST * WIDTH for place in found(tall))


def test_in_a_picture_full_of_things_they_are_few_and_small() -> None:
    ys, xs = np.mgrid[: 2 * HEIGHT, : 2 * WIDTH]
    full = np.repeat((90 + 70 * ((xs // 16 + ys // 16) % 2))[..., None], 3, 2).astype(np.uint8)
    places = found(full)
    assert 0 < len(places) <= lantern_places.FEW * len(SEEDS)
    assert max(place.radius for place in places) <= MODEST * HEIGHT
    assert max(place.radius for place in found(wall())) > MODEST * HEIGHT


def lit_share(rgb: np.ndarray) -> float:
    shells = [fireworks_show.plan(stage(rgb), 5.0, seed).shells for seed in SEEDS]
    return float(np.mean([(s["x"] < WIDTH / 2).mean() for s in shells]))


def test_shells_burst_where_it_is_dark(monkeypatch: pytest.MonkeyPatch) -> None:
    rgb = wall(40)
    rgb[:, :WIDTH] = 235
    assert lit_share(rgb) < 0.25
    monkeypatch.setattr(fireworks_show, "BRIGHT", 0.0)
    assert lit_share(rgb) > 0.35


def test_a_ring_has_a_heart() -> None:
    """An empty ring of light looks like a lamp."""
    shells = fireworks_show.plan(stage(wall(40)), 5.0, 3).shells
    rings = shells[shells["drag"] == np.float32(RING.drag)]
    assert len(rings)
    for ring in rings:
        inside = shells[(shells["birth"] == ring["birth"]) & (shells["drag"] == np.float32(PISTIL.drag))]
        assert [(s["x"], s["y"]) for s in inside] == [(ring["x"], ring["y"])]
        assert inside[0]["size"] < 0.6 * ring["size"]
