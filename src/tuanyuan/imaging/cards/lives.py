"""Templates for the feasts of a life: weddings, a baby's first month, the birthdays of the old."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tuanyuan.imaging.cards import festive, flora, frames, mounting, paper, sky
from tuanyuan.imaging.cards import palettes as colours
from tuanyuan.imaging.cards.design import Palette, Room, Texts, across, columns, middle_of_column, photo_area
from tuanyuan.imaging.cards.paths import circle
from tuanyuan.imaging.cards.sheet import Array, Ink, Sheet, colour
from tuanyuan.imaging.cards.typesetting import Style
from tuanyuan.imaging.cards.window import Window, fitted


class Wedding:
    """婚庆: ivory or red, a gate with peonies at its foot under double happiness."""

    title, caption, seal = "百年好合", "WITH LOVE ON YOUR WEDDING DAY", "喜"
    palettes: Mapping[str, Palette] = colours.WEDDING

    def windows(self, room: Room, aspect: float, second: bool) -> tuple[Window, ...]:
        """The gate, or a moon gate 月洞门."""
        area = photo_area(room, 238, 466)
        arch, moon = fitted("arch", aspect, area, 0.82, 1.28), fitted("moon", 1.0, area)
        return (
            *((moon, arch) if second else (arch, moon)),
            fitted("begonia", aspect, area, 0.8, 1.6),
            fitted("mat", aspect, area),
        )

    def texts(self, room: Room, window: Window) -> Texts:
        """Title under the gate; in the right column it leaves room for the double happiness."""
        texts = across(room, window, "song", 40, 118)
        if room.wide:
            x, y, w, _ = texts.title
            return Texts(
                (x, y + 118, w, 150),
                texts.title_style,
                (texts.words[0], y + 300, texts.words[2], texts.signature[1] - y - 316),
                texts.words_style,
                texts.signature,
            )
        top = max(window.y + window.h + 54, room.foot - 412)
        return Texts(
            (230, top, room.width - 460, 128),
            texts.title_style,
            (200, top + 146, room.width - 400, room.foot - 118 - top - 146),
            texts.words_style,
            texts.signature,
        )

    def ground(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """The double happiness in a ring of foil."""
        sheet.cover(paper.ground(*sheet.measure, *palette.paper))
        frames.double_rule(sheet, foil, 36)
        room = Room(sheet.width, sheet.height)
        if room.wide:
            x = middle_of_column(room)
            y, size = 172.0, 1.05
        else:
            x, y, size = room.width / 2, 138.0, 1.08
        ink: Ink = foil if palette.title is None else palette.accents[0]
        festive.double_happiness(sheet.at(x, y, size), ink)
        for side in (-1, 1):
            sheet.at(x + side * 176, y, 0.8).fill([np.array([[0, -8], [8, 0], [0, 8], [-8, 0]], np.float32)], foil)
            sheet.stroke([np.array([[x + side * 84, y], [x + side * 160, y]], np.float32)], 2.2, foil)
        mounting.mat(sheet, window, palette.mat, foil, 20, 0.25)

    def ornaments(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Peonies and leaves at both feet of the gate."""
        mounting.rim(sheet, window, foil)
        foot = window.y + window.h
        wide = Room(sheet.width, sheet.height).wide
        left = window.x + (22 if window.x < 180 else -16)  # beside a narrow gate, or they would meet over the title
        right = sheet.width - left if not wide else window.x + window.w - 20
        for flip, x, size in (
            (False, max(134.0, left), 0.86),
            (True, min(sheet.width - 118, right), 0.56 if wide else 0.74),
        ):
            pen = sheet.at(x, min(foot - 14, sheet.height - frames.FOOT - 92 * size), size, 0, flip)
            for px, py, turn, length in (
                (-70, -40, 232, 104),
                (-56, 16, 172, 116),
                (40, 40, 24, 120),
                (8, 56, 66, 96),
                (58, 6, -12, 92),
                (-30, -84, 262, 90),
            ):
                flora.leaf(
                    pen.at(px, py, 1, turn), length, flora.LEAF if palette.title is not None else flora.GOLDEN_LEAF
                )
            flora.peony(pen.at(-62, -34, 0.50, 20), flora.BLUSH)
            flora.peony(pen.at(56, 34, 0.44, 50), flora.IVORY)
            flora.peony(pen.at(-4, 6, 0.80), flora.CRIMSON)


class FullMoon:
    """满月: apricot or mint paper, the photo as the full moon in lace and clouds, a lock of long life below."""

    title, caption, seal = "满月之喜", "ONE MONTH OLD", "长命"
    palettes: Mapping[str, Palette] = colours.FULL_MOON

    def windows(self, room: Room, aspect: float, second: bool) -> tuple[Window, ...]:
        """The moon."""
        x, y, w, h = photo_area(room, 128, 560)
        area = x + 24, y + 24, w - 48, h - 48
        moon, soft = fitted("moon", 1.0, area), fitted("soft", aspect, area, 0.8, 1.5)
        return (*((soft, moon) if second else (moon, soft)), fitted("mat", aspect, area))

    def texts(self, room: Room, window: Window) -> Texts:
        """Title and words below; the lock hangs over them."""
        texts = across(room, window, "kai", 42, 118)
        if room.wide:
            x, y, w, _ = texts.title
            return Texts(
                (x, y + 204, w, 136),
                texts.title_style,
                (texts.words[0], y + 362, texts.words[2], texts.signature[1] - y - 378),
                texts.words_style,
                texts.signature,
            )
        top = max(window.y + window.h + 148, room.foot - 412)
        return Texts(
            (250, top, room.width - 500, 122),
            texts.title_style,
            (160, top + 136, room.width - 320, room.foot - 118 - top - 136),
            texts.words_style,
            texts.signature,
        )

    def ground(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Lace round the moon, stars."""
        sheet.cover(paper.ground(*sheet.measure, *palette.paper))
        frames.double_rule(sheet, foil, 24)
        lace = palette.accents[3]
        x, y, radius = window.x + window.w / 2, window.y + window.h / 2, window.w / 2
        for k in range(24):
            px = 80 + (sheet.width - 160) * ((0.2 + 0.7548777 * k) % 1)
            py = 70 + (window.y + window.h - 60) * ((0.4 + 0.5698403 * k) % 1)
            if Room(sheet.width, sheet.height).wide and px > window.x + window.w:
                continue
            sky.star(sheet.at(px, py, 0.7 + 0.2 * (k % 3), 0), foil, 4, 0.3, 0.6)
        if window.shape == "moon":
            count = round(radius / 10.5)
            festive.scallops(sheet.at(x, y), radius + 22, count, lace, 2 * 3.14159 * (radius + 22) / count * 0.56)
            sheet.fill([window.outline(26)], palette.mat)
            for k in range(count):
                a = 2 * np.pi * (k + 0.5) / count
                sheet.fill(
                    [circle(x + (radius + 34) * float(np.cos(a)), y + (radius + 34) * float(np.sin(a)), 4)], palette.mat
                )
            sheet.stroke([window.outline(14)], 1.8, foil, closed=True)
        else:
            mounting.mat(sheet, window, palette.mat, foil, 22, 0.18)

    def ornaments(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Clouds at both sides of the moon's foot; the lock."""
        mounting.rim(sheet, window, foil)
        low, high, line, _ = palette.accents
        foot = window.y + window.h
        if window.shape == "soft":  # aside: nothing may lie over a group's feet, or over the photo's own mark
            sky.cloud(sheet.at(window.x + 34, foot + 44, 0.52), (low, high), line)
        elif window.shape == "moon":
            sky.cloud(sheet.at(window.x + window.w * 0.07, foot - 4, 0.8), (low, high), line)
            sky.cloud(sheet.at(window.x + window.w * 0.94, foot, 0.8, 0, True), (low, high), line)
        room = Room(sheet.width, sheet.height)
        if room.wide:
            x, y, size = middle_of_column(room), 232.0, 0.86
        else:
            x, y, size = room.width / 2, foot + 84, 0.5
        festive.baby_lock(sheet.at(x, y, size), foil, colour("#7a4d18"), palette.mat)
        words = Style("song", 8, 46 * size, tracking=0.08, leading=1.2)
        frames.lettered(
            sheet, "长命\n百岁", (x - 86 * size, y - 60 * size, 172 * size, 124 * size), words, palette.words
        )


class Longevity:
    """寿宴: tea-gold paper, a fan, cranes over the waves, peaches, the red roundel of long life."""

    title, caption, seal = "福寿安康", "MANY HAPPY RETURNS", "寿"
    palettes: Mapping[str, Palette] = colours.LONGEVITY

    def windows(self, room: Room, aspect: float, second: bool) -> tuple[Window, ...]:
        """The fan for groups, a begonia for those who stand."""
        area = photo_area(room, 292, 506)
        if room.wide:
            area = area[0], area[1], area[2], area[3] - 60
        fan, begonia = fitted("fan", 1.9, area), fitted("begonia", aspect, area, 0.86, 1.5)
        first = (fan, begonia) if (aspect > 1.15 and not room.wide) != second else (begonia, fan)
        return (*first, fitted("mat", aspect, area))

    def texts(self, room: Room, window: Window) -> Texts:
        """Columns where it lies."""
        texts = columns(room, window, "kai", 44, 124)
        if room.wide:
            x, y, w, h = texts.title
            return Texts(
                (x, y + 176, w, h - 176 - 60), texts.title_style, texts.words, texts.words_style, texts.signature
            )
        top = max(window.y + window.h + 34, room.foot - 480)
        return Texts(
            (220, top, room.width - 440, 130),
            texts.title_style,
            (150, top + 146, room.width - 300, room.foot - 212 - top - 146),
            texts.words_style,
            (150, room.foot - 204, room.width - 300, 80),
        )

    def ground(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Light from the roundel; waves along the foot."""
        sheet.cover(paper.ground(*sheet.measure, *palette.paper))
        room = Room(sheet.width, sheet.height)
        x, y = self._roundel(room)
        festive.rays(sheet, x, y, 760, 44, foil, 0.07)
        low, high, _ = palette.accents
        sky.waves(sheet, frames.MARGIN, sheet.width - frames.MARGIN, room.foot - 6, 3, 42, low, high, foil)
        # The waves' feet and ends do not leave the border.
        self._trimmed(sheet, palette)
        frames.double_rule(sheet, foil)
        mounting.mat(sheet, window, palette.mat, foil)

    def _roundel(self, room: Room) -> tuple[float, float]:
        return (room.width - 92 - 76, 188.0) if room.wide else (room.width / 2, 166.0)

    def _trimmed(self, sheet: Sheet, palette: Palette) -> None:
        clean = paper.ground(*sheet.measure, *palette.paper)
        x, y, w, h = (round(v * sheet.unit) for v in frames.inside(sheet))
        keep = sheet.colour[y : y + h, x : x + w].copy()
        sheet.cover(clean)
        sheet.colour[y : y + h, x : x + w] = keep

    def ornaments(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """The roundel, cranes to it, peaches in the waves."""
        mounting.rim(sheet, window, foil)
        room = Room(sheet.width, sheet.height)
        x, y = self._roundel(room)
        red, cream = palette.seal
        sheet.fill([circle(x + 3, y + 5, 76)], colour("#3a1208"), 0.3, blur=7)
        sheet.fill([circle(x, y, 76)], red)
        sheet.stroke([circle(x, y, 69)], 3.2, foil, closed=True)
        frames.lettered(sheet, "壽", (x - 120, y - 56, 240, 112), Style("song", 20, 98), cream)
        line = colour("#6b5b4b")
        if not room.wide:
            sky.crane(sheet.at(x - 272, y + 34, 0.88), line)
            sky.crane(sheet.at(x + 272, y + 34, 0.88, 0, True), line)
            sizes = ((130.0, 92.0, 0.92), (214.0, 74.0, 0.74))
        else:
            if room.foot - window.y - window.h > 190:  # nowhere over a tall photo
                sky.crane(sheet.at(window.x + window.w - 90, room.foot - 150, 0.56), line)
            sizes = ((112.0, 78.0, 0.76), (184.0, 62.0, 0.62))
        for px, up, size in sizes:
            flora.peach(sheet.at(px, room.foot - up, size))
