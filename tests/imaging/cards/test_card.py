"""A card: words on calm ground within their place, the hole where the photo goes, the AI mark's corner left alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tuanyuan.imaging.cards.card import TEMPLATES, CardSpec, Frame, WordsTooLong, check, frame, windows, with_photo
from tuanyuan.imaging.cards.window import Crop
from tuanyuan.imaging.label.mark import mark

# Half the size in which cards are made: every place and proportion is the same.
STANDING, LYING = (540, 720), (720, 540)
SETS = ((STANDING, "first"), (STANDING, "other"), (LYING, "first"))
WORDS = "祝爷爷奶奶福如东海，寿比南山！愿我们的家岁岁平安，年年有余。"
EVERY = [(name, size, palette) for name in TEMPLATES for size, palette in SETS]


@cache
def made(template: str, size: tuple[int, int], palette: str, words: str = WORDS, signature: str = "小满") -> Frame:
    return frame(CardSpec(template, words, signature, size, palette=palette))


def changed(one: Frame, other: Frame) -> np.ndarray:
    return (np.abs(one.picture.astype(int) - other.picture).max(2) > 6) | (one.alpha != other.alpha)


def within(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> np.ndarray:
    mask = np.zeros(shape[:2], bool)
    x, y, w, h = box
    mask[y : y + h, x : x + w] = True
    return mask


def luminance(rgb: np.ndarray) -> np.ndarray:
    """WCAG 2.2, relative luminance."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize(("template", "size", "palette"), EVERY)
def test_words_stand_in_their_place_beside_the_photo_and_can_be_read(template, size, palette) -> None:
    card, bare = made(template, size, palette), made(template, size, palette, "。")
    ink = changed(card, bare)
    assert ink.sum() > 900
    assert not (ink & ~within(card.words, ink.shape)).any()
    assert not (within(card.words, ink.shape) & (card.alpha < 255)).any()
    rows, columns = np.nonzero(ink)
    behind = bare.picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    ground = luminance(behind.reshape(-1, 3).astype(float))
    words = luminance(TEMPLATES[template].palettes[palette].words.astype(float) * 255)
    lighter, darker = np.maximum(words, ground), np.minimum(words, ground)
    contrast = (lighter + 0.05) / (darker + 0.05)
    assert np.percentile(contrast, 2) >= 4.5


@pytest.mark.parametrize(("template", "size", "palette"), EVERY)
def test_where_the_ai_mark_will_stand_nothing_but_paper_is(template, size, palette) -> None:
    card = made(template, size, palette)
    grey = np.full((*card.alpha.shape, 3), 120, np.uint8)
    letters = mark(grey)[0][..., 1] > 200
    rows, columns = np.nonzero(letters)
    corner = card.picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(float)
    assert card.alpha[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].min() == 255
    assert corner.std((0, 1)).max() < 6


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_frame_has_a_hole_into_which_a_photo_or_a_clip_goes(template) -> None:
    card = made(template, STANDING, "first")
    x, y, w, h = card.box
    assert (card.alpha[y : y + h, x : x + w] == 0).mean() > 0.5
    outside = ~within(card.box, card.alpha.shape)
    assert card.alpha[outside].min() == 255
    blue = np.zeros((300, 400, 3), np.uint8) + np.array([0, 0, 255], np.uint8)
    finished = with_photo(card, blue, Crop(0, 0, 400, 300, 0))
    assert (finished[card.alpha == 0] == [0, 0, 255]).all()
    assert (finished[card.alpha == 255] == card.picture[card.alpha == 255]).all()


def test_bare_leaves_the_whole_window_to_the_photo() -> None:
    spec = CardSpec("wedding", WORDS, size=STANDING)
    covered = (frame(spec).clear < 0.5).sum()
    assert (frame(replace(spec, bare=True)).clear < 0.5).sum() < covered - 1000


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_last_window_shows_a_photo_of_any_shape_whole(template) -> None:
    for size in (STANDING, LYING, (600, 600)):
        for aspect in (0.5, 0.75, 1.0, 1.5, 2.4):
            window = windows(CardSpec(template, "好", size=size, aspect=aspect))[-1]
            assert window.w / window.h == pytest.approx(aspect, rel=1e-5)
            assert window.w > 300 or window.h > 300


def test_templates_and_palettes_are_told_apart() -> None:
    sets = [(name, palette) for name in TEMPLATES for palette in ("first", "other")]
    pictures = [made(name, STANDING, palette).picture[::8, ::8].astype(int) for name, palette in sets]
    nearest = min(np.abs(a - b).mean() for n, a in enumerate(pictures) for b in pictures[:n])
    assert nearest > 5


def test_the_same_order_gives_the_same_pixels() -> None:
    spec = CardSpec("longevity", WORDS, "小满", STANDING)
    one, two = frame(spec), frame(spec)
    assert np.array_equal(one.picture, two.picture)
    assert np.array_equal(one.alpha, two.alpha)


def test_the_signature_stands_in_its_place() -> None:
    with_name, without = made("birthday", STANDING, "first"), made("birthday", STANDING, "first", WORDS, "")
    ink = changed(with_name, without)
    assert ink.sum() > 100
    assert not (ink & ~within(with_name.signature, ink.shape)).any()


def test_words_that_cannot_fit_are_refused_before_anything_is_painted() -> None:
    with pytest.raises(WordsTooLong):
        check(CardSpec("birthday", "\n".join("岁" * 40), size=STANDING))
    with pytest.raises(WordsTooLong):
        check(CardSpec("birthday", "x" * 80, size=LYING))
    check(CardSpec("birthday", "岁" * 80, "孙" * 24, size=LYING))
