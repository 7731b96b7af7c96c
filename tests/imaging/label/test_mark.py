"""The visible mark is as high as the standard asks, in its corner, and legible on anything."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles import photos

from tuanyuan.imaging.label.mark import MIN_SIDE, mark, overlay

SIZES = [
    *((1920, 1440), (1440, 1920), (1000, 1000), (720, 960), (720, 720), (1280, 720), (1080, 1920)),
    *((3024, 4032), (4032, 3024), (2400, 1800), (800, 534), (333, 777), (256, 256), (96, 96)),
    *((4000, 500), (6000, 400), (500, 4000), (200, 3000), (3000, 200), (64, 2000)),
]


def _ink(width, height, background=40):
    """Where the letters cover more than half of a pixel, seen on a plain picture."""
    marked, _ = mark(np.full((height, width, 3), background, np.uint8))
    return marked[..., 0] > (background + 255) / 2


def _box(ink):
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return rows[0], rows[-1] + 1, columns[0], columns[-1] + 1


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_ink_is_five_percent_of_the_shorter_side(width, height):
    ink = _ink(width, height)
    top, bottom, left, right = _box(ink)
    short = min(width, height)
    assert bottom - top >= 0.05 * short
    if short >= 400:
        assert bottom - top <= 0.06 * short
    margin = max(1, 0.02 * short)
    assert width - right == pytest.approx(margin, abs=2)
    assert height - bottom == pytest.approx(margin, abs=2)
    assert left >= margin - 2


def test_every_single_letter_is_high_enough():
    ink = _ink(2000, 1500)
    top, bottom, left, right = _box(ink)
    columns = ink[top:bottom, left:right].any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], columns.astype(int), [0]])))
    letters = [ink[top:bottom, left + a : left + b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    assert len(letters) == 4  # A I 生 成
    for letter in letters:
        rows = np.flatnonzero(letter.any(axis=1))
        assert rows[-1] + 1 - rows[0] >= 75


def _luminance(rgb):
    """Relative luminance (WCAG 2.2)."""
    level = rgb / 255
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def _plain(*colour):
    return np.full((700, 1000, 3), colour, np.uint8)


_CHECKS = np.indices((700, 1000)).sum(0) // 8 % 2 * 255
_STRIPES = np.indices((700, 1000))[1] // 40 % 2 * 255


@pytest.mark.parametrize(
    "background",
    [
        *(_plain(level) for level in (0, 90, 180, 255)),
        *(_plain(*colour) for colour in ((200, 20, 30), (255, 230, 0), (0, 255, 255), (240, 200, 170))),
        np.random.default_rng(0).integers(0, 256, (700, 1000, 3), dtype=np.uint8),
        np.dstack([_CHECKS] * 3).astype(np.uint8),
        np.dstack([_STRIPES] * 3).astype(np.uint8),
    ],
)
def test_contrast_on_any_background(background):
    coverage = mark(_plain(0))[0][..., 0]
    touched = (coverage > 20).astype(np.uint8)
    beside = cv2.dilate(touched, np.ones((5, 5))) - cv2.dilate(touched, np.ones((3, 3)))
    marked = mark(background)[0]
    ink = _luminance(marked[coverage > 250]).mean()
    contrast = (ink + 0.05) / (_luminance(marked[beside > 0]) + 0.05)
    assert contrast.min() >= 3  # WCAG 2.2 for large letters, at the worst pixel
    assert np.median(contrast) >= 4.5


def test_dark_pictures_get_only_a_faint_glow():
    marked = mark(_plain(60))[0].astype(int)
    assert (60 - marked).max() <= 60 * 0.32


def test_only_the_corner_changes_and_the_input_stays():
    rgb = photos.grainy(1000, 700)
    before = rgb.copy()
    marked, alpha = mark(rgb)
    assert np.array_equal(rgb, before)
    assert alpha is None
    assert np.array_equal(marked[:600], rgb[:600])
    assert np.array_equal(marked[:, :800], rgb[:, :800])
    assert not np.array_equal(marked, rgb)


def test_on_transparency_the_mark_is_opaque_and_legible_on_white():
    rgb, alpha = _plain(10), np.zeros((700, 1000), np.uint8)
    marked, opacity = mark(rgb, alpha)
    assert (alpha == 0).all()
    ink = mark(_plain(0))[0][..., 0] > 250
    assert (opacity[ink] >= 250).all()
    assert (marked[ink] >= 250).all()
    assert (opacity[:600] == 0).all()
    assert np.array_equal(marked[:600], rgb[:600])
    on_paper = (marked * (opacity[..., None] / 255) + 255 * (1 - opacity[..., None] / 255)).round().astype(np.uint8)
    assert np.abs(on_paper.astype(int) - mark(_plain(255))[0]).max() <= 3


def test_too_small_for_a_mark_is_an_error_never_a_picture_without_one():
    assert mark(np.zeros((MIN_SIDE, MIN_SIDE, 3), np.uint8))[0].max() > 200
    with pytest.raises(ValueError, match="too small"):
        mark(np.zeros((MIN_SIDE - 1, 500, 3), np.uint8))


def _put(placed, frame):
    """As `Overlay` says it."""
    x0, y0, x1, y1 = placed.box
    out = frame.astype(np.float32)
    out[y0:y1, x0:x1] = 255 * placed.ink[..., None] + out[y0:y1, x0:x1] * (1 - placed.cover[..., None])
    return np.rint(out).astype(np.uint8)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_overlay_put_on_the_picture_is_the_mark(width, height):
    rgb = photos.grainy(width, height)
    placed = overlay(rgb)
    assert np.abs(_put(placed, rgb).astype(int) - mark(rgb)[0]).max() <= 1
    assert placed.cover.dtype == placed.ink.dtype == np.float32
    assert placed.ink.min() >= 0
    assert placed.cover.max() <= 1
    assert (placed.cover >= placed.ink).all()


@pytest.mark.parametrize(("width", "height"), [(w, h) for w, h in SIZES if w % 2 == h % 2 == 0])
def test_the_overlay_begins_and_ends_at_even_pixels(width, height):
    x0, y0, x1, y1 = overlay(np.zeros((height, width, 3), np.uint8)).box
    assert all(edge % 2 == 0 for edge in (x0, y0, x1, y1))
    assert 0 <= x0 < x1 <= width
    assert 0 <= y0 < y1 <= height


def _contrast(marked):
    """At the worst pixel beside the letters, and in the middle of them (WCAG 2.2)."""
    coverage = mark(_plain(0))[0][..., 0]
    touched = (coverage > 20).astype(np.uint8)
    beside = cv2.dilate(touched, np.ones((5, 5))) - cv2.dilate(touched, np.ones((3, 3)))
    contrast = (_luminance(marked[coverage > 250]).mean() + 0.05) / (_luminance(marked[beside > 0]) + 0.05)
    return contrast.min(), np.median(contrast)


def test_a_clip_that_turns_bright_behind_its_mark_keeps_the_contrast():
    worst, median = _contrast(_put(overlay(_plain(20), brightest=True), _plain(255)))
    assert worst >= 3
    assert median >= 4.5
    # Without it the glow is only what the dark still needs.
    assert _contrast(_put(overlay(_plain(20)), _plain(255)))[0] < 3


def test_too_small_for_an_overlay():
    with pytest.raises(ValueError, match="too small"):
        overlay(np.zeros((MIN_SIDE - 1, 500, 3), np.uint8))
