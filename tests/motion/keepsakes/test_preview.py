"""The preview moves, endlessly, and is labelled like every other file."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tuanyuan.domain.label import new_label
from tuanyuan.imaging.container import webp
from tuanyuan.imaging.label import label_clip, read_label
from tuanyuan.motion.keepsakes import preview

LABEL = new_label("J42-7Hk2Qa")


def _shown(data):
    """(milliseconds, pixels) of each frame."""
    image = Image.open(io.BytesIO(data))
    found = []
    for number in range(image.n_frames):
        image.seek(number)
        image.load()
        found.append((image.info["duration"], np.asarray(image.convert("RGB")).astype(int)))
    return found


def test_every_frame_is_there_in_order_for_its_time(noise):
    shown = _shown(preview(iter(noise), 70, LABEL))
    assert [time for time, _ in shown] == [70] * 6
    for number, (_, pixels) in enumerate(shown):
        distances = [np.abs(pixels - frame).mean() for frame in noise]
        assert np.argmin(distances) == number
        assert distances[number] < 8


def test_it_never_ends_and_carries_the_label(noise, exiftool):
    data = preview(noise, 100, LABEL)
    assert Image.open(io.BytesIO(data)).info["loop"] == 0
    assert read_label(data) == LABEL
    assert exiftool(data, "a.webp", "XMP-TC260:all") == {"XMP-TC260:Aigc": LABEL.to_json()}
    assert exiftool(data, "a.webp", "Warning", "Error") == {}


def test_a_second_label_replaces_the_first_and_leaves_the_animation(noise):
    once = preview(noise, 100, LABEL)
    twice = label_clip(once, new_label("second"))
    assert read_label(twice) == new_label("second")
    assert LABEL.produce_id.encode() not in twice
    kept = [[chunk for chunk in webp.chunks(data) if chunk.kind in (b"ANIM", b"ANMF")] for data in (once, twice)]
    assert kept[0] == kept[1]
    assert len(kept[0]) == 7


def test_no_frame_makes_no_preview():
    with pytest.raises(ValueError, match="not enough"):
        preview([], 70, LABEL)
