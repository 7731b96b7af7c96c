"""The inner loops of filling, compiled by numba.

Randomised correspondence: Barnes et al., "PatchMatch", SIGGRAPH 2009; here each target's search begins from its
neighbours' answers and ends around its own. Voting: Wexler, Shechtman, Irani, "Space-Time Completion", PAMI 2007.
"""

from __future__ import annotations

import numpy as np
from numba import njit

REACH = 3


@njit(cache=True, nogil=True)
def _mixed(h):
    """Wang's integer hash."""
    h = (h ^ np.uint32(61)) ^ (h >> np.uint32(16))
    h = h * np.uint32(9)
    h = h ^ (h >> np.uint32(4))
    h = h * np.uint32(0x27D4EB2D)
    return h ^ (h >> np.uint32(15))


@njit(cache=True, fastmath=True, nogil=True)
def _cost(picture, weight, y, x, v, u, limit):
    """Weighted mean square difference of the patches round (y, x) and (v, u); given up beyond `limit`."""
    total = np.float32(0)
    sum_ = np.float32(0)
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            w = weight[y + dy, x + dx]
            sum_ += w
            for c in range(3):
                d = picture[y + dy, x + dx, c] - picture[v + dy, u + dx, c]
                total += w * d * d
        # `sum_` is at most the patch's size: what lies above that bound already can only grow.
        if total > limit * np.float32((2 * REACH + 1) ** 2):
            return np.float32(1e30)
    return total / max(sum_, np.float32(1e-6))


@njit(cache=True, fastmath=True, nogil=True)
def search(picture, weight, usable, number, targets, field, cost, radius, seed, sweep):
    """Improve in place `field` (n, 2), the source (row, column) of each of `targets` (n, 2), and its `cost` (n,).

    picture: float32 (h, w, 3), padded by REACH. weight: float32 (h, w), how far each pixel is known. usable: uint8
    (h, w), 1 where a whole patch is known. number: int32 (h, w), each target's index, else -1. radius: how far from the
    target its source may lie. Sweeps alternate in direction.
    """
    height, width = usable.shape
    count = len(targets)
    forth = sweep % 2 == 0
    step = 1 if forth else -1
    for k in range(count):
        i = k if forth else count - 1 - k
        y, x = targets[i, 0], targets[i, 1]
        best = _cost(picture, weight, y, x, field[i, 0], field[i, 1], np.float32(1e30))
        v, u = field[i, 0], field[i, 1]
        for side in range(2):
            ny, nx = (y - step, x) if side == 0 else (y, x - step)
            if ny < 0 or nx < 0 or ny >= height or nx >= width:
                continue
            j = number[ny, nx]
            if j < 0:
                continue
            cv, cu = field[j, 0] + (y - ny), field[j, 1] + (x - nx)
            if cv < REACH or cu < REACH or cv >= height - REACH or cu >= width - REACH or usable[cv, cu] == 0:
                continue
            c = _cost(picture, weight, y, x, cv, cu, best)
            if c < best:
                best, v, u = c, cv, cu
        around = radius
        h = _mixed(np.uint32(i) * np.uint32(0x9E3779B1) ^ np.uint32(sweep) * np.uint32(0x85EBCA77) ^ np.uint32(seed))
        while around >= 1:
            h = _mixed(h + np.uint32(0x9E3779B9))
            cv = v + int(h % np.uint32(2 * around + 1)) - around
            h = _mixed(h + np.uint32(0x9E3779B9))
            cu = u + int(h % np.uint32(2 * around + 1)) - around
            around //= 2
            cv = min(max(cv, REACH), height - REACH - 1)
            cu = min(max(cu, REACH), width - REACH - 1)
            if usable[cv, cu] == 0 or abs(cv - y) > radius or abs(cu - x) > radius:
                continue
            c = _cost(picture, weight, y, x, cv, cu, best)
            if c < best:
                best, v, u = c, cv, cu
        field[i, 0], field[i, 1], cost[i] = v, u, best


@njit(cache=True, fastmath=True, nogil=True)
def vote(picture, number, holes, field, cost, softness, sharp, out):
    """What the patches round each of `holes` (n, 2) say of it, into `out` (n, 3).

    Each weighs exp(-cost / softness). sharp: 0 their mean … 1 what the best alone says, which keeps the grain.
    """
    for i in range(len(holes)):
        y, x = holes[i, 0], holes[i, 1]
        total = np.float32(0)
        r = g = b = np.float32(0)
        least = np.float32(1e30)
        v0, u0 = y, x
        for dy in range(-REACH, REACH + 1):
            for dx in range(-REACH, REACH + 1):
                j = number[y + dy, x + dx]
                if j < 0:
                    continue
                v, u = field[j, 0] - dy, field[j, 1] - dx
                away = cost[j] * (1 + np.float32(0.15) * (abs(dy) + abs(dx)))
                w = np.exp(-cost[j] / softness) + np.float32(1e-6)
                total += w
                r += w * picture[v, u, 0]
                g += w * picture[v, u, 1]
                b += w * picture[v, u, 2]
                if away < least:
                    least, v0, u0 = away, v, u
        if total > 0:
            out[i, 0] = (1 - sharp) * r / total + sharp * picture[v0, u0, 0]
            out[i, 1] = (1 - sharp) * g / total + sharp * picture[v0, u0, 1]
            out[i, 2] = (1 - sharp) * b / total + sharp * picture[v0, u0, 2]
