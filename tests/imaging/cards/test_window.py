"""The photo in its window: heads whole, its own mark whole or out of sight."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.imaging.cards.window import crop, fitted, heads
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.label.inner_mark import inner_mark
from tuanyuan.imaging.label.mark import mark


def disc(side: int = 400) -> np.ndarray:
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    return (np.hypot(x, y) < side / 2).astype(np.float32)


def test_a_head_at_the_side_is_brought_into_the_window() -> None:
    part = crop((1600, 900), [(1200, 300, 1400, 560)], None, np.ones((400, 400), np.float32))
    assert part is not None
    assert part.x0 < 1200 < 1400 < part.x1
    assert part.y0 < 300 < 560 < part.y1
    assert part.x1 - part.x0 == pytest.approx(part.y1 - part.y0)
    assert 0 <= part.x0 < part.x1 <= 1600.01


def test_heads_further_apart_than_the_window_is_wide_cannot_be_shown_in_it() -> None:
    keep = [(20.0, 300.0, 220.0, 560.0), (1380.0, 300.0, 1580.0, 560.0)]
    assert crop((1600, 900), keep, None, np.ones((400, 400), np.float32)) is None
    assert crop((1600, 900), keep, None, np.ones((225, 400), np.float32)) is not None


def test_a_head_in_the_corner_of_a_square_photo_does_not_go_into_a_disc() -> None:
    keep = [(10.0, 10.0, 210.0, 260.0), (790.0, 740.0, 990.0, 990.0)]
    assert crop((1000, 1000), keep, None, np.ones((400, 400), np.float32)) is not None
    assert crop((1000, 1000), keep, None, disc()) is None


def test_what_lies_over_the_photo_is_kept_off_heads() -> None:
    clear = np.ones((400, 400), np.float32)
    clear[:, :200] = 0
    part = crop((1000, 1000), [(400, 300, 600, 560)], None, clear)
    assert part is not None
    assert (400 - part.x0) / (part.x1 - part.x0) >= 0.49


@pytest.mark.parametrize("clear", [np.ones((300, 400), np.float32), disc()])
def test_a_mark_is_seen_whole_or_not_at_all(clear) -> None:
    box = (1180.0, 830.0, 1560.0, 890.0)
    part = crop((1600, 900), [(900, 200, 1200, 560)], box, clear)
    assert part is not None
    h, w = clear.shape
    scale = w / (part.x1 - part.x0)
    shown = np.zeros((h, w), bool)
    x0, x1 = (int(np.clip((v - part.x0) * scale, 0, w)) for v in (box[0], box[2]))
    y0, y1 = (int(np.clip((v - part.y0) * scale, 0, h)) for v in (box[1], box[3]))
    shown[y0:y1, x0:x1] = True
    seen = (clear > 0.5)[shown].sum() / ((box[2] - box[0]) * (box[3] - box[1]) * scale**2)
    assert seen < 0.01 or seen > 0.97


def test_the_studios_own_mark_is_found_and_nothing_else_is_taken_for_it(samples) -> None:
    for name in ("group_of_three", "woman_long_hair", "man_turned", "astronaut"):
        rgb = decode((samples / f"{name}.jpg").read_bytes(), name=name).rgb
        assert inner_mark(rgb) is None
        box = inner_mark(mark(rgb)[0])
        assert box is not None
        changed = np.nonzero(np.abs(mark(rgb)[0].astype(int) - rgb).max(2) > 120)
        assert box[0] <= changed[1].min() + 2
        assert box[2] >= changed[1].max() - 2


def test_windows_keep_to_their_area_and_proportions() -> None:
    window = fitted("soft", 2.0, (100, 100, 600, 600), 0.8, 1.5)
    assert (window.w, window.h) == (600, 400)
    assert (window.x, window.y) == (100, 200)


def test_a_head_is_more_than_its_landmarks() -> None:
    assert heads([(100, 100, 100, 200)]) == [(78.0, 0.0, 222.0, 332.0)]
