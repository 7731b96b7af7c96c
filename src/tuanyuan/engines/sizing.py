"""The size that a model can make which is nearest to the one wanted: the shape first, then the area."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import floor, log, sqrt

from tuanyuan.domain.capabilities import Model

# Shapes as near to each other as this, in log(width / height), count as the same one: 2752×1536 is still 16:9.
SAME_SHAPE = 0.03
# Steps of the grid looked at on either side of where a side would fall.
_AROUND = (-1, 0, 1, 2)


def fitted(size: tuple[int, int], model: Model) -> tuple[int, int]:
    """Width and height in pixels for a request for `size`, within the model's bounds.

    Of a model with `shapes`: the one nearest in shape, of those as near the one nearest in area. Else the same shape
    (not longer than `ratio`), grown or shrunk into `least_area`..`most_area`, both sides multiples of `step`. A size
    that fits is not changed. Bounds that no size on the grid fulfils give the size that is nearest to them.
    """
    if model.shapes:
        return _nearest(size, model.shapes)
    area = min(max(size[0] * size[1], model.least_area), model.most_area)
    shape = min(max(size[0] / size[1], 1 / model.ratio), model.ratio)
    sizes = list(product(_around(sqrt(area * shape), model.step), _around(sqrt(area / shape), model.step)))
    return min([made for made in sizes if _allowed(made, model)] or sizes, key=lambda made: _far(made, shape, area))


def _nearest(size: tuple[int, int], shapes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    wanted = _shape(size)
    least = min(abs(_shape(made) - wanted) for made in shapes)
    same = [made for made in shapes if abs(_shape(made) - wanted) <= least + SAME_SHAPE]
    return min(same, key=lambda made: abs(log(made[0] * made[1] / (size[0] * size[1]))))


def _around(side: float, step: int) -> list[int]:
    return sorted({max(1, floor(side / step) + more) * step for more in _AROUND})


def _allowed(made: tuple[int, int], model: Model) -> bool:
    area = made[0] * made[1]
    return model.least_area <= area <= model.most_area and max(made) <= min(made) * model.ratio


def _far(made: tuple[int, int], shape: float, area: float) -> float:
    """How far a size is from the shape (width / height) and area wanted, as a sum of logarithms."""
    return abs(_shape(made) - log(shape)) + abs(log(made[0] * made[1] / area))


def _shape(size: tuple[int, int]) -> float:
    return log(size[0] / size[1])
