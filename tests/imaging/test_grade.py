"""The last look is the same each time, keeps tones in their order, and shows no bands."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.imaging.grade import Grade, apply_grade

NEUTRAL = Grade(exposure=0, warmth=0, contrast=0, vignette=0, grain=0)


def flat(level, height=80, width=120):
    return np.full((height, width, 3), level, np.float32)


def ramp(low=0.2, high=0.3, height=120, width=1024):
    """A smooth wall: 25 levels of 8 bits across a thousand columns."""
    row = np.linspace(low, high, width, dtype=np.float32)
    return np.broadcast_to(row[None, :, None], (height, width, 3)).copy()


@pytest.mark.parametrize("level", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_a_neutral_grade_changes_nothing_but_the_dither(level):
    out = apply_grade(flat(level), NEUTRAL, seed=1)
    assert out.dtype == np.uint8
    assert np.abs(out - 255 * level).max() <= 1
    assert out.mean() == pytest.approx(255 * level, abs=0.6)


def test_the_same_seed_gives_the_same_pixels_and_another_one_other_grain():
    picture = ramp()
    first = apply_grade(picture, Grade(), seed=1001)
    assert np.array_equal(first, apply_grade(picture, Grade(), seed=1001))
    other = apply_grade(picture, Grade(), seed=1002)
    assert not np.array_equal(first, other)
    assert np.abs(first.astype(int) - other).mean() < 5
    assert first.mean() == pytest.approx(other.mean(), abs=0.2)


@pytest.mark.parametrize("grade", [NEUTRAL, Grade(grain=0), Grade(exposure=0.2, warmth=0.5, contrast=0.4, grain=0)])
def test_a_smooth_wall_shows_no_bands(grade):
    out = apply_grade(ramp(), grade, seed=7).astype(float)[..., 1]
    columns = out.mean(0)
    smooth = np.convolve(columns, np.ones(33) / 33, "valid")
    steps = np.diff(smooth)
    assert steps.max() < 0.15  # bands would climb by a whole level at one place
    # Every level between the darkest and the lightest is used, and mixed with its neighbours rather than alone.
    used = np.unique(out)
    assert len(used) == used.max() - used.min() + 1
    alone = [np.ptp(out[:, x]) == 0 for x in range(out.shape[1])]
    assert np.mean(alone) < 0.2


def test_grain_is_as_strong_as_asked():
    quiet = apply_grade(flat(0.5), Grade(vignette=0, grain=0.002), seed=1).astype(float).std()
    loud = apply_grade(flat(0.5), Grade(vignette=0, grain=0.02), seed=1).astype(float).std()
    assert quiet < 1.2
    assert 2 < loud < 10


def test_brighter_stays_brighter():
    levels = np.linspace(0, 1, 64, dtype=np.float32)
    for grade in (Grade(), Grade(contrast=1.0), Grade(exposure=0.3, warmth=-1)):
        out = [
            apply_grade(flat(v, 8, 8), Grade(grade.exposure, grade.warmth, grade.contrast, 0, 0), seed=1).mean()
            for v in levels
        ]
        assert (np.diff(out) > -0.3).all()


def test_each_control_does_what_its_name_says():
    grey = flat(0.4)
    base = apply_grade(grey, NEUTRAL, seed=1).astype(float)
    assert apply_grade(grey, Grade(0.5, 0, 0, 0, 0), seed=1).mean() == pytest.approx(base.mean() * 2**0.5, abs=1)
    warm = apply_grade(grey, Grade(0, 1, 0, 0, 0), seed=1).astype(float).mean((0, 1))
    cool = apply_grade(grey, Grade(0, -1, 0, 0, 0), seed=1).astype(float).mean((0, 1))
    assert warm[0] > warm[2]
    assert cool[0] < cool[2]
    contrast = [apply_grade(flat(v), Grade(0, 0, 1, 0, 0), seed=1).mean() for v in (0.25, 0.75)]
    assert contrast[0] < 255 * 0.25 - 5
    assert contrast[1] > 255 * 0.75 + 5


def test_a_vignette_darkens_the_corners_and_not_the_middle():
    out = apply_grade(flat(0.6, 300, 400), Grade(0, 0, 0, 0.3, 0), seed=1).astype(float)
    middle, corner = out[120:150, 190:210].mean(), out[-10:, :10].mean()
    assert middle == pytest.approx(255 * 0.6, abs=2)
    assert corner < 0.85 * middle


def test_the_picture_given_is_not_changed():
    picture = ramp()
    before = picture.copy()
    apply_grade(picture, Grade(), seed=1)
    assert np.array_equal(picture, before)
