"""Flowers and fruit: peony, plum, osmanthus, peach, each about 100 units in its own coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np

from tuanyuan.imaging.cards.paths import Path, circle, smooth, tapered
from tuanyuan.imaging.cards.sheet import Array, Ink, Linear, Pen, colour


@dataclass(frozen=True, eq=False)
class Petals:
    """deep: at the heart, light: at the rim, edge: the fine line round a petal, heart: stamens."""

    deep: Array
    light: Array
    edge: Array
    heart: Array


CRIMSON = Petals(colour("#9c1326"), colour("#e9606a"), colour("#f4a39c"), colour("#f3cf73"))
BLUSH = Petals(colour("#d9657a"), colour("#fbdcd9"), colour("#fff3ee"), colour("#e9b949"))
IVORY = Petals(colour("#e0b98f"), colour("#fff6e6"), colour("#fffdf5"), colour("#d9a441"))
LEAF = colour("#3f6b4f"), colour("#86a878")
GOLDEN_LEAF = colour("#a97f35"), colour("#dcbd74")


def leaf(pen: Pen, length: float, inks: tuple[Array, Array] = LEAF, bend: float = 0.16) -> None:
    """From the origin to the right."""
    n = length
    outline = smooth(
        [
            (0, 0),
            (0.3 * n, -0.2 * n),
            (0.7 * n, -0.17 * n),
            (n, bend * n * 0.3),
            (0.66 * n, 0.13 * n),
            (0.28 * n, 0.13 * n),
        ]
    )
    pen.fill([outline], Linear((0, 0), (n, 0), inks[0], inks[1]))
    vein = smooth([(0.04 * n, 0), (0.5 * n, -0.02 * n), (0.94 * n, bend * n * 0.25)], closed=False)
    pen.fill([tapered(vein, 0.022 * n, 0.004 * n)], inks[1] * 0.5 + 0.5, 0.55)


def _petal(radius: float, spread: float, ruffle: float, phase: float) -> Path:
    """Pointing up from the origin: narrow at the heart, wide and wavy at the rim."""
    t = np.linspace(-1, 1, 41)
    rim = radius * (1 - 0.16 * t**4 + ruffle * np.cos(5.2 * t + phase) - 0.05 * np.exp(-((t / 0.16) ** 2)))
    angle = t * spread
    top = np.stack([rim * np.sin(angle), -rim * np.cos(angle)], 1)
    foot = np.array([[0.10 * radius, 0.02 * radius], [-0.10 * radius, 0.02 * radius]])
    return np.concatenate([top, foot]).astype(np.float32)


def peony(pen: Pen, inks: Petals = CRIMSON) -> None:
    """牡丹: rings of ruffled petals, each a little higher than the one before."""
    rings = ((100.0, 9, 0.0, 0), (86.0, 8, 0.35, -5), (69.0, 7, 0.1, -10), (51.0, 6, 0.5, -15), (34.0, 5, 0.2, -19))
    for number, (radius, count, offset, lift) in enumerate(rings):
        for k in range(count):
            turn = (k + offset) * 360 / count
            one = pen.at(0, lift, 1, turn)
            outline = _petal(radius * (1 - 0.05 * ((k * 2 + number) % 3)), pi / count * 1.28, 0.028, 1.7 * k + number)
            one.fill([outline + np.float32(1.5)], inks.deep * 0.45, 0.20, blur=3.0)
            share = 0.09 * number
            light = inks.light + (inks.edge - inks.light) * share
            one.fill([outline], Linear((0, -0.12 * radius), (0, -0.96 * radius), inks.deep, light))
            one.stroke([outline[:41]], 1.1, inks.edge, 0.85)
            for ray in (-0.5, 0.0, 0.5):
                end = (radius * 0.8 * sin(ray * pi / count), -radius * 0.8 * cos(ray * pi / count))
                line = smooth([(0, -0.25 * radius), (end[0] * 0.6, end[1] * 0.65), end], closed=False)
                one.fill([tapered(line, 1.4, 0.2)], inks.deep, 0.28)
    for k in range(13):
        angle, far = k * 2.399963, 3.6 * k**0.5
        pen.fill([circle(far * cos(angle), -21 + far * sin(angle), 2.3)], inks.heart)


def plum(pen: Pen, inks: Petals = BLUSH) -> None:
    """梅花: five round petals; about 100 across."""
    for k in range(5):
        one = pen.at(0, 0, 1, k * 72)
        outline = smooth([(0, 0), (-23, -20), (-22, -42), (0, -51), (22, -42), (23, -20)])
        one.fill([outline], Linear((0, -2), (0, -48), inks.deep, inks.light))
        one.stroke([outline], 1.0, inks.edge, 0.7, closed=True)
    for k in range(11):
        angle, far = k * 2 * pi / 11, 15 + 6 * (k % 2)
        pen.stroke([np.array([[0, 0], [far * cos(angle), far * sin(angle)]], np.float32)], 1.1, inks.heart, 0.9)
        pen.fill([circle(far * cos(angle), far * sin(angle), 2.1)], inks.heart)


def plum_branch(pen: Pen, bark: Ink, inks: Petals = BLUSH) -> None:
    """From the origin up to the right, about 420 × 300, with blossoms and buds."""
    main = smooth([(-20, 20), (70, -50), (130, -70), (210, -130), (300, -150), (400, -215)], closed=False)
    pen.fill([tapered(main, 17, 3)], bark)
    for twig in (
        [(128, -70), (150, -130), (140, -190), (165, -245)],
        [(210, -130), (260, -120), (330, -85)],
        [(70, -50), (60, -110), (30, -150)],
    ):
        pen.fill([tapered(smooth([(float(a), float(b)) for a, b in twig], closed=False), 8, 2)], bark)
    for x, y, size, turn in (
        (150, -132, 0.62, 10),
        (214, -132, 0.7, 40),
        (298, -150, 0.56, 65),
        (60, -108, 0.5, 20),
        (352, -186, 0.42, 5),
        (142, -196, 0.44, 50),
        (262, -118, 0.4, 30),
        (108, -62, 0.46, 70),
    ):
        plum(pen.at(x, y, size, turn), inks)
    for x, y in ((165, -246), (400, -216), (331, -85), (30, -150), (376, -196), (152, -222)):
        pen.fill([circle(x, y, 8.5)], Linear((x, y + 8), (x, y - 8), inks.deep, inks.light))


def osmanthus(pen: Pen, leaves: tuple[Array, Array], gold: tuple[Array, Array]) -> None:
    """桂花: a branch from the origin to the left and down, about 430 × 260, with leaves and clusters."""
    main = smooth([(40, -30), (-60, 20), (-150, 40), (-250, 95), (-370, 130)], closed=False)
    pen.fill([tapered(main, 11, 2.5)], leaves[0] * 0.62)
    second = smooth([(-105, 28), (-150, 100), (-215, 175), (-240, 215)], closed=False)
    pen.fill([tapered(second, 7, 2)], leaves[0] * 0.62)
    for x, y, length, turn in (
        (-20, 4, 105, 118),
        (-75, 22, 118, 205),
        (-140, 38, 112, 128),
        (-190, 62, 120, 212),
        (-255, 96, 108, 132),
        (-300, 112, 112, 196),
        (-366, 130, 96, 160),
        (-150, 100, 96, 40),
        (-186, 142, 104, 168),
        (-238, 214, 98, 112),
        (-222, 184, 84, 30),
        (10, -20, 100, 215),
    ):
        leaf(pen.at(x, y, 1, turn), length, leaves)
    for x, y, count in (
        (-62, 38, 15),
        (-128, 62, 17),
        (-212, 92, 17),
        (-282, 126, 14),
        (-176, 146, 14),
        (-8, 6, 11),
        (-344, 138, 9),
    ):
        for k in range(count):
            angle, far = k * 2.399963 + x, 9.2 * k**0.5
            _floret(pen.at(x + far * cos(angle), y + far * sin(angle), 0.92, k * 47.0), gold)


def _floret(pen: Pen, gold: tuple[Array, Array]) -> None:
    for k in range(4):
        one = pen.at(0, 0, 1, k * 90)
        one.fill([smooth([(0, 0), (-5.2, -6), (0, -12), (5.2, -6)])], Linear((0, 0), (0, -11), gold[0], gold[1]))
    pen.fill([circle(0, 0, 1.9)], gold[0] * 0.8)


def peach(pen: Pen) -> None:
    """寿桃: about 120 wide, its tip up, with two leaves under it."""
    leaf(pen.at(10, 52, 1, 12), 84)
    leaf(pen.at(-10, 52, 1, 12, flip=True), 84)
    cream, rose = colour("#fbe3bd"), colour("#e0546a")
    outline = smooth(
        [
            (0, -66),
            (20, -50),
            (50, -32),
            (60, 4),
            (46, 40),
            (16, 58),
            (0, 59),
            (-16, 58),
            (-46, 40),
            (-60, 4),
            (-50, -32),
            (-20, -50),
        ]
    )
    pen.fill([outline + np.float32(2)], colour("#5a1a12"), 0.25, blur=4)
    pen.fill([outline], Linear((0, -64), (0, 48), rose, cream))
    crease = smooth([(0, -64), (-16, -30), (-18, 8), (-6, 44)], closed=False)
    pen.fill([tapered(crease, 3.4, 0.6)], rose * 0.85, 0.55)
    pen.stroke([outline], 1.2, colour("#c23a50"), 0.45, closed=True)
    pen.fill([smooth([(22, -30), (40, -12), (44, 12), (34, -4)])], colour("#fff4e2"), 0.35, blur=2.5)
