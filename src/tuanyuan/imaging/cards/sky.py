"""What moves above: auspicious clouds, waves, cranes, stars."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np

from tuanyuan.imaging.cards.paths import arc, box, circle, smooth, spiral, tapered
from tuanyuan.imaging.cards.sheet import Array, Ink, Linear, Pen, Sheet, colour


def cloud(pen: Pen, body: tuple[Array, Array], line: Ink, opacity: float = 1.0) -> None:
    """祥云: bars with round ends that carry curled heads; about 300 × 130, the middle of its foot at the origin."""
    low, high = body
    for x, y, w in ((-150, -20, 210), (-70, 4, 230), (-110, -44, 210)):
        bar = box(x, y, w, 22, 11)
        pen.fill([bar], Linear((0, -130), (0, 26), high, low), opacity)
        pen.stroke([bar], 1.8, line, 0.8 * opacity, closed=True)
    for x, y, radius, way in ((-62, -52, 33, 1), (66, -50, 36, -1), (2, -78, 48, 1)):
        pen.fill([circle(x, y, radius)], Linear((x, y - radius), (x, y + radius), high, low), opacity)
        pen.stroke([circle(x, y, radius)], 1.8, line, 0.85 * opacity, closed=True)
        for share, far in ((0.78, 1.15), (0.50, 0.9)):
            curl = spiral(x, y, radius * share, radius * 0.16, 90, way * far)
            pen.fill([tapered(curl, 2.6, 1.2)], line, 0.85 * opacity)


def waves(
    sheet: Sheet, left: float, right: float, foot: float, rows: int, size: float, low: Array, high: Array, line: Ink
) -> None:
    """海水: rows of scales, each of rings within one another; rows stand on `foot`, the lowest in front."""
    for row in range(rows - 1, -1, -1):
        y = foot - row * size * 0.46
        share = row / max(1, rows - 1)
        x = left - size + (size if row % 2 else 0.0)
        while x < right + size:
            scale = np.concatenate(
                [arc(x, y, size, 180, 360), np.array([[x + size, y + size], [x - size, y + size]], np.float32)]
            )
            sheet.fill([scale], low + (high - low) * np.float32(share))
            for ring in (0.97, 0.76, 0.55, 0.34):
                sheet.stroke([arc(x, y, size * ring, 180, 360)], size * 0.03, line, 0.75)
            x += 2 * size


def star(pen: Pen, ink: Ink, points: int = 4, waist: float = 0.22, opacity: float = 1.0) -> None:
    """Of radius 10."""
    angles = [pi * k / points - pi / 2 for k in range(2 * points)]
    outline = [
        (10 * (1 if k % 2 == 0 else waist) * cos(a), 10 * (1 if k % 2 == 0 else waist) * sin(a))
        for k, a in enumerate(angles)
    ]
    pen.fill([np.array(outline, np.float32)], ink, opacity)


def crane(pen: Pen, line: Ink) -> None:
    """仙鹤 flying to the right, about 330 × 250 about the origin."""
    white, shade, black, red = colour("#fffdf6"), colour("#d9d2c4"), colour("#26222a"), colour("#c8232c")
    for y in (10, 17):
        legs = smooth([(-58, y), (-110, y + 16), (-172, y + 26)], closed=False)
        pen.fill([tapered(legs, 4.6, 2)], black)
    _wing(pen.at(20, -8, 0.86, -104), white * 0.93, shade, black, line)
    tail = smooth([(-44, -2), (-78, -4), (-112, 14), (-84, 20), (-96, 32), (-66, 28), (-40, 24)])
    pen.fill([tail], black)
    body = smooth([(-66, 8), (-30, -16), (22, -20), (60, -16), (74, -8), (54, 12), (10, 28), (-36, 26)])
    pen.fill([body], Linear((0, -20), (0, 28), white, shade))
    neck = smooth([(52, -8), (92, -22), (112, -52), (140, -62), (160, -60)], closed=False)
    pen.fill([tapered(neck, 25, 9)], Linear((60, 0), (150, -60), white, white))
    front = smooth([(70, -8), (98, -22), (116, -46), (138, -57)], closed=False)
    pen.fill([tapered(front, 3, 9)], black)
    pen.fill([smooth([(138, -66), (152, -72), (167, -66), (170, -58), (156, -52), (140, -55)])], white)
    pen.fill([smooth([(146, -70), (155, -75), (165, -69), (156, -65)])], red)
    pen.fill([np.array([[165, -66], [203, -57], [165, -56]], np.float32)], colour("#b98d3e"))
    pen.fill([circle(160, -63, 2.2)], black)
    pen.stroke([body], 1.6, line, 0.6, closed=True)
    _wing(pen.at(-4, 2, 1.0, -62), white, shade, black, line)


def _wing(pen: Pen, white: Array, shade: Array, black: Array, line: Ink) -> None:
    """Raised from the shoulder at the origin, to the right and up; its long feathers black."""
    for k in range(9):
        reach, turn = 92 + 7.5 * k, 58 - 7.4 * k
        root = (12.0 + 6 * k, 2.0 - 1.2 * k)
        one = pen.at(*root, 1, turn)
        feather = smooth([(0, -7), (reach * 0.6, -9.5), (reach, 0), (reach * 0.6, 9.5), (0, 7)])
        one.fill([feather], Linear((reach * 0.5, 0), (reach * 0.72, 0), white, black))
        one.stroke([feather], 1.2, line, 0.55, closed=True)
    for k in range(8):
        reach, turn = 58 + 7 * k, 52 - 7.6 * k
        one = pen.at(6.0 + 7 * k, -1.0 - 1.6 * k, 1, turn)
        feather = smooth([(0, -7), (reach * 0.6, -9), (reach, 0), (reach * 0.6, 9), (0, 7)])
        one.fill([feather], Linear((0, 0), (reach, 0), white, shade))
        one.stroke([feather], 1.1, line, 0.5, closed=True)
    arm = smooth([(-16, 6), (10, -14), (60, -22), (110, -26), (166, -34), (118, -10), (60, 4), (10, 14)])
    pen.fill([arm], Linear((0, 10), (120, -20), white, white))
    pen.stroke([arm], 1.3, line, 0.5, closed=True)
