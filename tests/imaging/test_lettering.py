"""Letters come from the font that travels with the studio."""

from __future__ import annotations

import pytest

from tuanyuan.imaging.lettering import coverage


def test_the_ink_is_cropped_tight():
    ink = coverage("团圆照相馆免费试看", 60.0)
    assert ink.max() == 1.0
    assert ink.min() == 0.0
    for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]):
        assert edge.max() > 0
    assert ink.shape[0] == pytest.approx(56, abs=4)
    assert ink.shape[1] == pytest.approx(9 * 60, abs=10)


@pytest.mark.parametrize("words", ["人工智能合成生AI", "AI generated 0123456789"])
def test_all_our_words_have_letters(words):
    assert coverage(words, 20.0).any()


def test_a_letter_that_is_missing_is_an_error_not_a_box():
    with pytest.raises(ValueError, match="福"):
        coverage("团福", 20.0)
