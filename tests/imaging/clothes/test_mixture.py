"""Colour models know what they were shown, and come out the same every time."""

from __future__ import annotations

import numpy as np

from tuanyuan.imaging.clothes.mixture import MOST_COST, clusters, mixture


def patch(lab, n=400, spread=2.0):
    return (np.array(lab) + np.random.default_rng(3).normal(0, spread, (n, 3))).astype(np.float32)


def test_own_colours_cost_less_than_others_and_strangers_the_most():
    model = mixture(np.concatenate([patch((40, 30, 20)), patch((70, -20, 10))]), 2)
    red, green, blue = model.cost(np.array([[(40, 30, 20), (70, -20, 10), (30, 10, -60)]], np.float32))[0]
    assert max(red, green) < 6
    assert blue == MOST_COST


def test_the_cost_is_that_of_a_gaussian():
    seen = patch((50, 0, 0), 4000)
    cost = mixture(seen, 1).cost(np.array([[(50, 0, 0), (55, 0, 0)]], np.float32))[0]
    covariance = np.cov(seen.T) + np.diag([14.0, 4.0, 4.0])
    away = np.array([[50, 0, 0], [55, 0, 0]]) - seen.mean(0)
    expected = 0.5 * np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away)
    assert np.allclose(cost, expected + 0.5 * np.linalg.slogdet(covariance)[1], atol=1e-3)


def test_slack_in_lightness_forgives_shade_and_nothing_else():
    seen = patch((60, 20, 10))
    shaded, tinted = np.array([[(40, 20, 10)]], np.float32), np.array([[(60, 0, 10)]], np.float32)
    strict, kind = mixture(seen, 1), mixture(seen, 1, lightness_slack=200.0)
    assert kind.cost(shaded)[0, 0] < strict.cost(shaded)[0, 0] - 5
    assert kind.cost(tinted)[0, 0] > 15


def test_clusters_are_found_without_chance():
    points = np.concatenate([patch((20, 0, 0)), patch((80, 0, 0)), patch((50, 40, 0))])
    groups, centres = clusters(points, 3)
    again, _ = clusters(points, 3)
    assert np.array_equal(groups, again)
    assert sorted(np.bincount(groups)) == [400, 400, 400]
    assert sorted(np.round(centres[:, 0], -1)) == [20, 50, 80]
