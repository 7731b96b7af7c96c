"""Log odds of damage are what the table says, and every table fits the features that are measured."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.imaging.restoration import fitted, ridges, spots
from tuanyuan.imaging.restoration.evidence import FARTHEST, evidence

TABLE = """
always -1.5
long 2 0.5 3
white -1 2 0.25
white*long 0.5
"""


def odds(*features):
    return float(evidence(TABLE, ("long", "white")).odds(np.array([features], np.float32))[0])


def test_features_and_products_are_weighed():
    assert odds(2, -1) == -1.5
    assert odds(2.5, -1) == pytest.approx(-1.5 + 3)
    assert odds(2.5, 3) == pytest.approx(-1.5 + 3 + 2 * 0.25 + 2 * 0.5)


def test_what_is_very_far_says_no_more_than_what_is_far():
    assert odds(2 + FARTHEST * 0.5, -1) == odds(1e6, -1) == pytest.approx(-1.5 + 3 * FARTHEST)


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (fitted.BRIGHT_LINES, ridges.FEATURES),
        (fitted.DARK_LINES, ridges.FEATURES),
        (fitted.BRIGHT_SPOTS, spots.FEATURES),
        (fitted.DARK_SPOTS, spots.FEATURES),
    ],
)
def test_without_anything_special_nothing_is_damage(table, names):
    """Of pieces and spots that are found at all, what is like most of them is content."""
    fit = evidence(table, names)
    assert float(fit.odds(fit.mean[None])[0]) < -4


def test_a_white_line_over_an_even_ground_is_damage_and_a_grey_one_over_a_texture_is_not():
    fit = evidence(fitted.BRIGHT_LINES, ridges.FEATURES)
    seen = {name: fit.mean.copy() for name in ("scratch", "strand")}
    for name, white, contrast, ground in (("scratch", 0.1, 0.6, 0.05), ("strand", -2.0, 0.2, 0.6)):
        for feature, value in (("whiteness", white), ("contrast", contrast), ("ground", ground)):
            seen[name][ridges.FEATURES.index(feature)] = value
    scratch, strand = fit.odds(np.stack(list(seen.values())))
    assert scratch > 1 > -6 > strand
