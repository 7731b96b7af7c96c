"""A tang jacket closes straight down, a cheongsam over to the wearer's right; fastenings sit on the opening."""

from __future__ import annotations

import numpy as np
import pytest
from doubles.sitters import face_at

from tuanyuan.imaging.clothes.figure import figure
from tuanyuan.imaging.outfit.closing import closing
from tuanyuan.imaging.outfit.frogs import frog

PIT = np.array([200, 220], np.float32)


@pytest.fixture
def body():
    return figure(face_at(200, 100, 40), None)


def test_a_tang_jacket_is_fastened_in_a_straight_row(body):
    closed = closing("tang", body, PIT)
    assert np.abs(closed.line[:, 0] - 200).max() < 0.5
    apart = np.diff(closed.fastened[:, 1])
    assert apart == pytest.approx(np.full(len(apart), apart[0]), abs=0.1)
    assert len(closed.fastened) >= 7
    assert np.abs(closed.angles).max() < 1e-3


def test_a_cheongsam_is_fastened_at_the_wearers_right(body):
    closed = closing("cheongsam", body, PIT)
    assert closed.line[0] == pytest.approx(PIT, abs=0.1)
    # The wearer's right is the picture's left.
    assert closed.line[-1, 0] < 200 - 0.8 * body.unit
    assert closed.line[-1, 1] > 220 + 0.8 * body.unit
    away = np.linalg.norm(closed.fastened[:, None] - closed.line[None], axis=2).min(1)
    assert away.max() < 2
    assert len(closed.fastened) == 3


@pytest.mark.parametrize("kind", ["straight", "coiled"])
def test_a_fastening_is_long_thin_lit_and_turns(kind):
    alpha, light = frog(kind, 60, 0.0, 0.0)
    rows, columns = np.nonzero(alpha.max(1) > 0.5)[0], np.nonzero(alpha.max(0) > 0.5)[0]
    assert 54 <= len(columns) <= 66
    assert len(rows) < 0.6 * len(columns)
    assert light[alpha > 0.9].std() > 0.02
    upright, _ = frog(kind, 60, np.pi / 2, 0.0)
    assert np.abs(upright - np.rot90(alpha)).mean() < 0.03


def test_light_from_the_other_side_shines_on_the_other_side():
    (alpha, left), (_, right) = frog("straight", 80, np.pi / 2, -1.0), frog("straight", 80, np.pi / 2, 1.0)
    middle = alpha.shape[1] // 2
    cord = alpha > 0.9
    west, east = cord.copy(), cord.copy()
    west[:, middle:] = False
    east[:, : middle + 1] = False
    assert left[west].mean() > right[west].mean()
    assert right[east].mean() > left[east].mean()
