"""Loops of closed-form matting and of foreground estimation, compiled by numba.

Closed form: Levin, Lischinski, Weiss, "A Closed-Form Solution to Natural Image Matting", PAMI 2008: in every 3×3
window alpha is a linear function of colour. For a window with mean mu and inverse covariance G, the Laplacian's
row of pixel i sums  delta_ij - (1 + (I_i - mu)' G (I_j - mu)) / 9  over the windows that hold i.
Only windows that touch an unknown pixel are ever visited.
Foreground: Germer et al., "Fast Multi-Level Foreground Estimation", ICPR 2020.
"""

from __future__ import annotations

import numpy as np
from numba import njit

WINDOW = 9


@njit(cache=True, fastmath=True, nogil=True)
def window_statistics(image, ys, xs, epsilon, mean, inverse, state):
    """Mean and inverse covariance (6 values) of every window that touches one of the pixels (ys, xs)."""
    height, width, _ = image.shape
    for n in range(len(ys)):
        for cy in range(max(1, ys[n] - 1), min(height - 2, ys[n] + 1) + 1):
            for cx in range(max(1, xs[n] - 1), min(width - 2, xs[n] + 1) + 1):
                if state[cy, cx]:
                    continue
                state[cy, cx] = 1
                r = g = b = rr = rg = rb = gg = gb = bb = 0.0
                for y in range(cy - 1, cy + 2):
                    for x in range(cx - 1, cx + 2):
                        p = np.float64(image[y, x, 0])
                        q = np.float64(image[y, x, 1])
                        s = np.float64(image[y, x, 2])
                        r += p
                        g += q
                        b += s
                        rr += p * p
                        rg += p * q
                        rb += p * s
                        gg += q * q
                        gb += q * s
                        bb += s * s
                r /= WINDOW
                g /= WINDOW
                b /= WINDOW
                rr = rr / WINDOW - r * r + epsilon
                rg = rg / WINDOW - r * g
                rb = rb / WINDOW - r * b
                gg = gg / WINDOW - g * g + epsilon
                gb = gb / WINDOW - g * b
                bb = bb / WINDOW - b * b + epsilon
                c0 = gg * bb - gb * gb
                c1 = rb * gb - rg * bb
                c2 = rg * gb - rb * gg
                d = 1.0 / (rr * c0 + rg * c1 + rb * c2)
                mean[cy, cx, 0] = r
                mean[cy, cx, 1] = g
                mean[cy, cx, 2] = b
                inverse[cy, cx, 0] = c0 * d
                inverse[cy, cx, 1] = c1 * d
                inverse[cy, cx, 2] = c2 * d
                inverse[cy, cx, 3] = (rr * bb - rb * rb) * d
                inverse[cy, cx, 4] = (rg * rb - rr * gb) * d
                inverse[cy, cx, 5] = (rr * gg - rg * rg) * d


@njit(cache=True, fastmath=True, nogil=True)
def laplacian_rows(image, ys, xs, mean, inverse, rows):
    """The 25 neighbours' coefficients of each pixel (ys, xs) into rows (N, 25)."""
    height, width, _ = image.shape
    ninth = np.float32(1 / WINDOW)
    for n in range(len(ys)):
        y0, x0 = ys[n], xs[n]
        r, g, b = image[y0, x0, 0], image[y0, x0, 1], image[y0, x0, 2]
        for t in range(25):
            rows[n, t] = 0
        for cy in range(max(1, y0 - 1), min(height - 2, y0 + 1) + 1):
            for cx in range(max(1, x0 - 1), min(width - 2, x0 + 1) + 1):
                dr, dg, db = r - mean[cy, cx, 0], g - mean[cy, cx, 1], b - mean[cy, cx, 2]
                v = inverse[cy, cx]
                v0 = v[0] * dr + v[1] * dg + v[2] * db
                v1 = v[1] * dr + v[3] * dg + v[4] * db
                v2 = v[2] * dr + v[4] * dg + v[5] * db
                q = np.float32(1) - v0 * mean[cy, cx, 0] - v1 * mean[cy, cx, 1] - v2 * mean[cy, cx, 2]
                for y in range(cy - 1, cy + 2):
                    t = (y - y0 + 2) * 5 + cx - 1 - x0 + 2
                    for j in range(3):
                        x = cx - 1 + j
                        rows[n, t + j] -= (q + v0 * image[y, x, 0] + v1 * image[y, x, 1] + v2 * image[y, x, 2]) * ninth
                rows[n, 12] += np.float32(1)


@njit(cache=True, fastmath=True, nogil=True)
def _apply(rows, n, flat, p, stride):
    s = np.float32(0)
    for dy in range(5):
        start = p + (dy - 2) * stride - 2
        for dx in range(5):
            s += rows[n, dy * 5 + dx] * flat[start + dx]
    return s


@njit(cache=True, fastmath=True, nogil=True)
def conjugate_gradient(rows, ys, xs, padded, weight, prior, tolerance, most):
    """Solve (L + diag(weight)) alpha = weight·prior on the unknown pixels, in place.

    padded: (H+4, W+4) alpha with known values and the start; Jacobi preconditioner. Returns the iterations.
    """
    count = len(ys)
    direction = np.zeros_like(padded)
    stride = padded.shape[1]
    alpha, step = padded.ravel(), direction.ravel()
    position = np.empty(count, np.int32)
    residual, scaled = np.empty(count, np.float32), np.empty(count, np.float32)
    image, diagonal = np.empty(count, np.float32), np.empty(count, np.float32)
    rz = start = 0.0
    for n in range(count):
        p = (ys[n] + 2) * stride + xs[n] + 2
        position[n] = p
        residual[n] = weight[n] * (prior[n] - alpha[p]) - _apply(rows, n, alpha, p, stride)
        diagonal[n] = np.float32(1) / max(rows[n, 12] + weight[n], np.float32(1e-6))
        scaled[n] = residual[n] * diagonal[n]
        step[p] = scaled[n]
        rz += residual[n] * scaled[n]
        start += residual[n] * residual[n]
    start = max(start, 1e-12)
    iterations = 0
    for iterations in range(most):  # noqa: B007  # read after the loop
        curvature = 0.0
        for n in range(count):
            p = position[n]
            image[n] = _apply(rows, n, step, p, stride) + weight[n] * step[p]
            curvature += image[n] * step[p]
        if curvature <= 1e-20:
            break
        length = np.float32(rz / curvature)
        rz_next = rest = 0.0
        for n in range(count):
            alpha[position[n]] += length * step[position[n]]
            residual[n] -= length * image[n]
            scaled[n] = residual[n] * diagonal[n]
            rz_next += residual[n] * scaled[n]
            rest += residual[n] * residual[n]
        if rest < tolerance * tolerance * start:
            break
        beta = np.float32(rz_next / rz)
        rz = rz_next
        for n in range(count):
            step[position[n]] = scaled[n] + beta * step[position[n]]
    return iterations


@njit(cache=True, fastmath=True, nogil=True)
def linear_models(image, alpha, ys, xs, mean, inverse, state, models):
    """The best a, b of alpha = a·I + b in every visited window, into models (H, W, 4)."""
    height, width, _ = image.shape
    for n in range(len(ys)):
        for cy in range(max(1, ys[n] - 1), min(height - 2, ys[n] + 1) + 1):
            for cx in range(max(1, xs[n] - 1), min(width - 2, xs[n] + 1) + 1):
                if state[cy, cx] != 1:
                    continue
                state[cy, cx] = 2
                m = c0 = c1 = c2 = 0.0
                for y in range(cy - 1, cy + 2):
                    for x in range(cx - 1, cx + 2):
                        a = alpha[y, x]
                        m += a
                        c0 += a * (image[y, x, 0] - mean[cy, cx, 0])
                        c1 += a * (image[y, x, 1] - mean[cy, cx, 1])
                        c2 += a * (image[y, x, 2] - mean[cy, cx, 2])
                m /= WINDOW
                c0 /= WINDOW
                c1 /= WINDOW
                c2 /= WINDOW
                v = inverse[cy, cx]
                a0 = v[0] * c0 + v[1] * c1 + v[2] * c2
                a1 = v[1] * c0 + v[3] * c1 + v[4] * c2
                a2 = v[2] * c0 + v[4] * c1 + v[5] * c2
                models[cy, cx, 0] = a0
                models[cy, cx, 1] = a1
                models[cy, cx, 2] = a2
                models[cy, cx, 3] = m - a0 * mean[cy, cx, 0] - a1 * mean[cy, cx, 1] - a2 * mean[cy, cx, 2]


@njit(cache=True, fastmath=True, nogil=True)
def foreground_level(image, alpha, front, back, rounds, gradient, mixed_only):
    """One pyramid level of foreground and background colours, Gauss-Seidel, in place.

    mixed_only: leave pixels alone whose alpha is all but 0 or 1; the solid ones take the picture's colour.
    """
    height, width, _ = image.shape
    for turn in range(rounds):
        for y in range(height):
            for x in range(width):
                a = alpha[y, x]
                if mixed_only and (a > 0.996 or a < 0.004):
                    if turn == 0 and a > 0.996:
                        for c in range(3):
                            front[y, x, c] = image[y, x, c]
                    continue
                rest = 1 - a
                f0 = a * image[y, x, 0]
                f1 = a * image[y, x, 1]
                f2 = a * image[y, x, 2]
                b0 = rest * image[y, x, 0]
                b1 = rest * image[y, x, 1]
                b2 = rest * image[y, x, 2]
                total = 0.0
                for k in range(4):
                    yy, xx = y, x
                    if k == 0:
                        yy = max(0, y - 1)
                    elif k == 1:
                        yy = min(height - 1, y + 1)
                    elif k == 2:
                        xx = max(0, x - 1)
                    else:
                        xx = min(width - 1, x + 1)
                    w = 1e-5 + gradient * abs(a - alpha[yy, xx])
                    total += w
                    f0 += w * front[yy, xx, 0]
                    f1 += w * front[yy, xx, 1]
                    f2 += w * front[yy, xx, 2]
                    b0 += w * back[yy, xx, 0]
                    b1 += w * back[yy, xx, 1]
                    b2 += w * back[yy, xx, 2]
                p, q, r = a * a + total, a * rest, rest * rest + total
                d = 1.0 / (p * r - q * q)
                front[y, x, 0] = min(1.0, max(0.0, (r * f0 - q * b0) * d))
                front[y, x, 1] = min(1.0, max(0.0, (r * f1 - q * b1) * d))
                front[y, x, 2] = min(1.0, max(0.0, (r * f2 - q * b2) * d))
                back[y, x, 0] = min(1.0, max(0.0, (p * b0 - q * f0) * d))
                back[y, x, 1] = min(1.0, max(0.0, (p * b1 - q * f1) * d))
                back[y, x, 2] = min(1.0, max(0.0, (p * b2 - q * f2) * d))
