"""Every motif repeats without a seam and leaves ground to be seen."""

from __future__ import annotations

import numpy as np
import pytest

from tuanyuan.imaging.outfit.brocade import MOTIFS, TILE, damask, motif


@pytest.mark.parametrize("name", MOTIFS)
def test_a_motif_goes_on_over_the_edge_of_its_tile(name):
    tile = motif(name)
    assert tile.shape == (TILE, TILE)
    assert tile.dtype == np.float32
    assert (tile.min(), tile.max()) == (0, 1)
    assert 0.03 < tile.mean() < 0.35
    inner = np.abs(np.diff(tile, axis=0)).mean(1), np.abs(np.diff(tile, axis=1)).mean(0)
    assert np.abs(tile[0] - tile[-1]).mean() <= inner[0].max()
    assert np.abs(tile[:, 0] - tile[:, -1]).mean() <= inner[1].max()


def test_motifs_differ():
    tiles = [motif(name) for name in MOTIFS]
    assert all(np.abs(a - b).mean() > 0.05 for k, a in enumerate(tiles) for b in tiles[:k])


def test_the_ground_is_woven_evenly():
    ground = damask()
    assert np.allclose(ground, np.roll(ground, TILE // 2, 0), atol=1e-3)
    assert 0.3 < ground.mean() < 0.7


def test_an_unknown_motif_is_an_error():
    with pytest.raises(KeyError):
        motif("dragons")
