"""Sizes of what is asked of a model: within its bounds, and as near to what was wanted as can be."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanyuan.domain.capabilities import Model
from tuanyuan.engines.sizing import fitted

FREE = Model("free", frozenset({"reunion"}), least_area=1024 * 1024, most_area=4096 * 4096)
STEPPED = Model("stepped", frozenset({"reunion"}), least_area=655_360, most_area=1536 * 1024, step=16)
SHAPED = Model("shaped", frozenset({"reunion"}), shapes=((1024, 1024), (1536, 1024), (1024, 1536)))
TWO_SCALES = Model(
    "scales",
    frozenset({"reunion"}),
    shapes=((1024, 1024), (1184, 864), (1376, 768), (2048, 2048), (2400, 1792), (2752, 1536)),
)


@pytest.mark.parametrize("size", [(1920, 1440), (1024, 1024), (4096, 4096), (3000, 1001)])
def test_a_size_that_fits_is_not_changed(size):
    assert fitted(size, FREE) == size


@pytest.mark.parametrize(
    ("size", "made"),
    [
        ((480, 480), (1024, 1024)),
        ((1200, 480), (1620, 648)),
        ((960, 720), (1183, 887)),
        ((6000, 6000), (4096, 4096)),
        ((5600, 4200), (4729, 3547)),
    ],
)
def test_too_small_grows_and_too_big_shrinks_in_the_same_shape(size, made):
    assert fitted(size, FREE) == made
    assert 1024 * 1024 <= made[0] * made[1] <= 4096 * 4096
    assert log(made[0] / made[1]) == pytest.approx(log(size[0] / size[1]), abs=0.002)


@pytest.mark.parametrize(("size", "made"), [((4000, 1000), (3465, 1155)), ((1000, 4000), (1155, 3465))])
def test_a_strip_is_made_as_long_as_it_may_be_with_the_same_area(size, made):
    assert fitted(size, FREE) == made


@pytest.mark.parametrize(
    ("size", "made"), [((1920, 1440), (1440, 1088)), ((1000, 1000), (1008, 1008)), ((1440, 1088), (1440, 1088))]
)
def test_both_sides_are_multiples_of_the_step(size, made):
    assert fitted(size, STEPPED) == made


@pytest.mark.parametrize(
    ("size", "made"),
    [
        ((1920, 1440), (1536, 1024)),
        ((1440, 1920), (1024, 1536)),
        ((1100, 1000), (1024, 1024)),
        ((4096, 1366), (1536, 1024)),
    ],
)
def test_of_given_shapes_the_nearest_is_taken(size, made):
    assert fitted(size, SHAPED) == made


@pytest.mark.parametrize(
    ("size", "made"),
    [
        ((1920, 1440), (2400, 1792)),
        ((1024, 768), (1184, 864)),
        ((1280, 720), (1376, 768)),
        ((3840, 2160), (2752, 1536)),
        ((900, 900), (1024, 1024)),
    ],
)
def test_of_the_same_shape_in_two_scales_the_nearer_area_is_taken(size, made):
    assert fitted(size, TWO_SCALES) == made


def test_bounds_that_nothing_fulfils_still_give_a_size_on_the_grid():
    nothing = Model("one", frozenset({"reunion"}), least_area=1_000_003, most_area=1_000_003, step=64)
    assert fitted((1000, 1000), nothing) == (1024, 1024)


@given(st.integers(64, 9000), st.integers(64, 9000), st.sampled_from([1, 2, 8, 16, 32]), st.floats(1.5, 16.0))
def test_every_size_is_brought_within_bounds(width, height, step, ratio):
    model = Model("any", frozenset(), least_area=921_600, most_area=16_777_216, step=step, ratio=ratio)
    made = fitted((width, height), model)
    assert made[0] % step == made[1] % step == 0
    assert 921_600 <= made[0] * made[1] <= 16_777_216
    assert max(made) / min(made) <= ratio + 1e-9
    shape = min(max(width / height, 1 / ratio), ratio)
    assert abs(log(made[0] / made[1]) - log(shape)) < 0.15
