"""How surely a line or a spot is damage: log odds of a logistic regression, linear but for a few products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

# A feature further from the mean than this many spreads says no more than one that is as far.
FARTHEST = 4.0
ALWAYS = "always"


@dataclass(frozen=True, eq=False)
class Evidence:
    """mean, spread: (n,) of the features. products: p pairs of features' numbers. weights: (1 + n + p,)."""

    mean: Array
    spread: Array
    products: Sequence[tuple[int, int]]
    weights: Array

    def odds(self, features: Array) -> Array:
        """Log odds (m,) of `features` (m, n)."""
        return np.asarray(terms(features, self.mean, self.spread, self.products) @ self.weights, np.float32)


def terms(features: Array, mean: Array, spread: Array, products: Sequence[tuple[int, int]]) -> Array:
    """What is weighed: 1, each of `features` (m, n) in spreads from its mean, and products of two; (m, 1 + n + p)."""
    z = np.clip((features - mean) / spread, -FARTHEST, FARTHEST)
    first, second = np.array(products, int).reshape(-1, 2).T
    return np.column_stack([np.ones(len(z)), z, z[:, first] * z[:, second]])


def numbered(product: str, names: Sequence[str]) -> tuple[int, int]:
    """Places among the features' `names` of the two in "one*other"."""
    one, other = product.split("*")
    return names.index(one), names.index(other)


@cache
def evidence(table: str, names: tuple[str, ...]) -> Evidence:
    """The evidence that `table` holds for features of these `names`.

    A row each: always and its weight; each feature, its mean, spread and weight; products of two and their weights.
    """
    lines = [line.split() for line in table.strip().splitlines()]
    rows = {name: [float(number) for number in numbers] for name, *numbers in lines}
    mean, spread, own = np.array([rows.pop(name) for name in names], np.float32).T
    always = rows.pop(ALWAYS)
    weights = np.concatenate([always, own, *rows.values()])
    return Evidence(mean, spread, [numbered(product, names) for product in rows], np.asarray(weights, np.float32))
