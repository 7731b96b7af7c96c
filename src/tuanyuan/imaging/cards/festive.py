"""Things of a feast: lanterns, double happiness, balloons, bunting, a baby's lock, confetti."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np

from tuanyuan.imaging.cards.paths import Path, arc, box, circle, ellipse, smooth, tapered
from tuanyuan.imaging.cards.sheet import Array, Ink, Pen, Radial, Sheet, colour


def tassel(pen: Pen, length: float, ink: tuple[Array, Array], foil: Ink) -> None:
    """Hanging from the origin."""
    pen.fill([circle(0, 7, 7)], foil)
    pen.fill([box(-7, 13, 14, 10, 3)], foil)
    for k in range(-4, 5):
        thread = smooth([(1.4 * k, 22), (2.2 * k, 0.5 * length), (2.7 * k, length - abs(k))], closed=False)
        pen.stroke([thread], 2.2, ink[k % 2])


def lantern(pen: Pen, cord: float, foil: Ink, red: tuple[Array, Array] | None = None) -> None:
    """Hanging from the origin by a cord of that length; 150 wide, 120 high, a tassel below."""
    dark, light = red or (colour("#a3131c"), colour("#f0523c"))
    glow = colour("#ffd98a")
    pen.stroke([np.array([[0, 0], [0, cord]], np.float32)], 3, foil)
    y = cord + 70
    pen.fill([ellipse(0, y, 96, 80)], glow, 0.30, blur=26)
    body = ellipse(0, y, 75, 58)
    pen.fill([body], Radial((0, y + 4), 76, light, dark))
    pen.fill([ellipse(0, y + 6, 30, 36)], glow, 0.38, blur=12)
    for share in (0.22, 0.52, 0.80):
        pen.stroke([ellipse(0, y, 75 * share, 58)], 1.5, foil, 0.75, closed=True)
    pen.stroke([np.array([[0, y - 58], [0, y + 58]], np.float32)], 1.5, foil, 0.75)
    for top in (y - 68, y + 54):
        pen.fill([box(-31, top, 62, 14, 4)], foil)
        pen.stroke([np.array([[-29, top + 7], [29, top + 7]], np.float32)], 1.2, dark, 0.6)
    for k in (-1, 0, 1):
        tassel(pen.at(k * 20, y + 68, 0.62 if k else 0.9), 74, (light, dark), foil)


def double_happiness(pen: Pen, ink: Ink) -> None:
    """囍 as a paper cut, 100 × 100 about the origin: strokes of one width, joined into one piece."""
    for side in (-1, 1):
        x = side * 25.5
        for y, half in ((-45, 19), (-30, 14), (2, 25.5)):
            pen.fill([box(x - half, y - 3.2, 2 * half, 6.4)], ink)
        pen.fill([box(x - 3.2, -50, 6.4, 20)], ink)
        for top, half, height in ((-22, 14, 17), (13, 17, 32)):
            pen.fill(
                [box(x - half, top, 2 * half, height), box(x - half + 5.6, top + 5.2, 2 * half - 11.2, height - 10.4)],
                ink,
            )
        for way in (-1, 1):
            pen.fill(
                [
                    np.array(
                        [[x + way * 13, -6], [x + way * 7, -6], [x + way * 5.5, 2], [x + way * 11.5, 2]], np.float32
                    )
                ],
                ink,
            )


def balloon(pen: Pen, ink: tuple[Array, Array], string: Ink, length: float = 260) -> None:
    """Its middle at the origin, 100 wide, its string hanging down."""
    dark, light = ink
    cord = smooth([(0, 66), (8, 66 + length * 0.3), (-8, 66 + length * 0.65), (4, 66 + length)], closed=False)
    pen.stroke([cord], 1.6, string, 0.8)
    outline = smooth(
        [(0, -62), (34, -51), (51, -18), (44, 20), (20, 50), (0, 60), (-20, 50), (-44, 20), (-51, -18), (-34, -51)]
    )
    pen.fill([outline], Radial((-16, -24), 88, light, dark))
    pen.fill([np.array([[0, 57], [8, 69], [-8, 69]], np.float32)], dark)
    pen.fill([smooth([(-32, -20), (-24, -40), (-12, -46), (-20, -28), (-25, -8)])], colour("#ffffff"), 0.55, blur=2.2)


def bunting(
    sheet: Sheet, left: tuple[float, float], right: tuple[float, float], sag: float, inks: list[Array], cord: Ink
) -> None:
    """Pennants on a cord from one point to another."""
    t = np.linspace(0, 1, 80, dtype=np.float32)
    x = left[0] + (right[0] - left[0]) * t
    y = left[1] + (right[1] - left[1]) * t + 4 * sag * t * (1 - t)
    length = float(np.hypot(right[0] - left[0], right[1] - left[1]))
    count = max(3, round(length / 84))
    for k in range(count):
        a, b = ((k + 0.12) / count, (k + 0.88) / count)
        p = np.array([np.interp(a, t, x), np.interp(a, t, y)])
        q = np.array([np.interp(b, t, x), np.interp(b, t, y)])
        along = q - p
        tip = (p + q) / 2 + np.array([-along[1], along[0]]) * 1.22
        flag = np.array([p, q, tip], np.float32)
        sheet.fill([flag + np.float32(3)], colour("#5b4636"), 0.16, blur=4)
        ink = inks[k % len(inks)]
        sheet.fill([flag], ink)
        band = np.array([p, q, q + (tip - q) * 0.2, p + (tip - p) * 0.2], np.float32)
        sheet.fill([band], ink * 0.75 + np.float32(0.25))
    sheet.stroke([np.stack([x, y], 1).astype(np.float32)], 3, cord)


def confetti(sheet: Sheet, area: tuple[float, float, float, float], count: int, inks: list[Ink], seed: int) -> None:
    """Dots, rings and short ribbons, evenly strewn over x, y, width, height: a lattice of the golden ratio's powers."""
    x, y, w, h = area
    for k in range(count):
        px = x + w * ((0.5 + 0.7548777 * (k + seed)) % 1)
        py = y + h * ((0.5 + 0.5698403 * (k + seed)) % 1)
        ink, kind, turn = inks[k % len(inks)], k % 4, (k * 73) % 180
        pen = sheet.at(px, py, 0.8 + 0.35 * ((k * 7) % 5) / 4, turn)
        if kind == 0:
            pen.fill([circle(0, 0, 4.6)], ink, 0.9)
        elif kind == 1:
            pen.fill([box(-8, -2.6, 16, 5.2, 1.5)], ink, 0.9)
        elif kind == 2:
            pen.stroke([circle(0, 0, 5.4)], 2.2, ink, 0.85, closed=True)
        else:
            pen.stroke([smooth([(-11, 0), (-4, -5), (4, 5), (11, 0)], closed=False)], 3.2, ink, 0.85)


def lock_outline() -> Path:
    """如意锁: a ruyi head's five soft lobes above a round belly; 200 × 150 about the origin."""
    half = [
        (0, -52),
        (26, -64),
        (52, -58),
        (64, -40),
        (88, -44),
        (106, -24),
        (102, 6),
        (82, 22),
        (70, 46),
        (40, 66),
        (0, 74),
    ]
    return smooth([*half, *[(-x, y) for x, y in half[-2:0:-1]]])


def baby_lock(pen: Pen, foil: Ink, line: Array, face: Array) -> None:
    """长命锁 without its words: body, rim, chain ends above, bells below."""
    outline = lock_outline()
    for side in (-1, 1):
        for k in range(9):
            t = k / 8
            pen.stroke([ellipse(side * (84 + 30 * t + 22 * t * t), -46 - 96 * t, 6.5, 9)], 3.2, foil, 1, closed=True)
    for x, y in ((-62, 56), (-32, 74), (0, 82), (32, 74), (62, 56)):
        pen.stroke([np.array([[x, y - 12], [x, y + 10]], np.float32)], 2.6, foil)
        pen.fill([circle(x, y + 20, 11)], foil)
        pen.stroke([np.array([[x - 7, y + 22], [x + 7, y + 22]], np.float32)], 2.2, line, 0.7)
        pen.fill([circle(x, y + 26, 2.2)], line, 0.8)
    pen.fill([outline + np.float32(4)], colour("#6b4a22"), 0.25, blur=7)
    pen.fill([outline], foil)
    pen.fill([outline * np.float32(0.86)], face)
    pen.stroke([outline], 2, line, 0.5, closed=True)
    pen.stroke([outline * np.float32(0.86)], 2, line, 0.6, closed=True)


def scallops(pen: Pen, radius: float, count: int, ink: Ink, lobe: float) -> None:
    """A ring of half-round lobes about a circle, as lace."""
    for k in range(count):
        a = 2 * pi * k / count
        pen.fill([circle(radius * cos(a), radius * sin(a), lobe)], ink)


def couplet_dot(pen: Pen, ink: Ink) -> None:
    """A lozenge between two lines, 20 wide."""
    pen.fill([np.array([[0, -10], [10, 0], [0, 10], [-10, 0]], np.float32)], ink)
    for side in (-1, 1):
        line = np.array([[side * 18, 0], [side * 120, 0]], np.float32)
        pen.fill([tapered(line, 2.4, 0.5)], ink)


def rays(sheet: Sheet, x: float, y: float, radius: float, count: int, ink: Ink, opacity: float) -> None:
    """Light from a point, in wedges."""
    for k in range(count):
        a, b = 360 * k / count, 360 * (k + 0.5) / count
        wedge = np.concatenate([np.array([[x, y]], np.float32), arc(x, y, radius, a, b)])
        sheet.fill([wedge], ink, opacity)
