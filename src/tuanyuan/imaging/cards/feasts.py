"""Templates for the feasts of the year: Spring Festival, Mid-Autumn; and birthdays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tuanyuan.imaging.cards import festive, flora, frames, mounting, paper, sky
from tuanyuan.imaging.cards import palettes as colours
from tuanyuan.imaging.cards.design import Palette, Room, Texts, across, columns, photo_area
from tuanyuan.imaging.cards.paths import circle
from tuanyuan.imaging.cards.sheet import Array, Ink, Sheet, colour
from tuanyuan.imaging.cards.window import Window, fitted


class SpringFestival:
    """春节: vermilion paper, fretted gold, lanterns, plum blossom; the photo in a begonia window."""

    title, caption, seal = "新春快乐", "HAPPY SPRING FESTIVAL", "大吉"
    palettes: Mapping[str, Palette] = colours.SPRING_FESTIVAL

    def windows(self, room: Room, aspect: float, second: bool) -> tuple[Window, ...]:
        """The begonia, or an arch; at last a mat of the photo's own shape."""
        area = photo_area(room, 292, 400)
        shapes = [fitted("begonia", aspect, area, 0.84, 1.5), fitted("arch", aspect, area, 0.8, 1.25)]
        return (*(shapes[::-1] if second else shapes), fitted("mat", aspect, area))

    def texts(self, room: Room, window: Window) -> Texts:
        """Columns where it lies."""
        texts = columns(room, window, "kai", 46, 136)
        x, y, w, h = texts.words
        # The blossoms stand at the left of the signature.
        return texts if room.wide else replace(texts, words=(x, y, w, h - 44))

    def ground(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Paper, lattice beside a narrow window, border, mat."""
        sheet.cover(paper.ground(*sheet.measure, *palette.paper))
        frames.fretted(sheet, foil)
        room = Room(sheet.width, sheet.height)
        area = photo_area(room, 292, 400)
        side = window.x - area[0]
        if side > 90:
            for x in (area[0], window.x + window.w + 36):
                frames.lattice(sheet, (x, window.y, side - 36, window.h), 62, foil, 0.55)
        mounting.mat(sheet, window, palette.mat, foil)

    def ornaments(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Lanterns from the top, a branch of plum from below."""
        del palette
        mounting.rim(sheet, window, foil)
        room = Room(sheet.width, sheet.height)
        if room.wide:
            flora.plum_branch(sheet.at(44, room.foot - 8, 0.55), colour("#43201a"))
            return
        for x in (206.0, sheet.width - 206):
            festive.lantern(sheet.at(x, frames.MARGIN, 0.86), 34, foil)
        festive.couplet_dot(sheet.at(sheet.width / 2, 262, 0.9), foil)
        flora.plum_branch(sheet.at(44, room.foot - 6, 0.66), colour("#43201a"))


class MidAutumn:
    """中秋: the photo is the moon over a night of indigo, osmanthus above it, clouds below."""

    title, caption, seal = "月圆人圆", "HAPPY MID-AUTUMN FESTIVAL", "团圆"
    palettes: Mapping[str, Palette] = colours.MID_AUTUMN

    def windows(self, room: Room, aspect: float, second: bool) -> tuple[Window, ...]:
        """The moon; a wide soft window where a group does not fit into it."""
        area = photo_area(room, 150 if not room.wide else 104, 492)
        soft = fitted("soft", aspect, area, 0.8, 1.5)
        moon = fitted("moon", 1.0, area)
        return (*((soft, moon) if second else (moon, soft)), fitted("mat", aspect, area))

    def texts(self, room: Room, window: Window) -> Texts:
        """The title under the moon where it stands."""
        texts = columns(room, window, "song", 42, 128)
        if room.wide:
            return texts
        top = max(window.y + window.h + 56, room.foot - 420)
        return Texts(
            (200, top, room.width - 400, 124),
            texts.title_style,
            (130, top + 146, room.width - 260, room.foot - 118 - top - 146),
            texts.words_style,
            texts.signature,
        )

    def ground(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Night from above, the moon's halo, stars."""
        sheet.cover(paper.downwards(*sheet.measure, *palette.paper))
        frames.double_rule(sheet, foil, 30)
        x, y = window.x + window.w / 2, window.y + window.h / 2
        if window.shape == "moon":
            for grown, share in ((120.0, 0.16), (62.0, 0.22)):
                sheet.fill([circle(x, y, window.w / 2 + grown)], palette.mat, share, blur=26)
            sheet.fill([window.outline(22)], palette.mat)
        else:
            radius = min(window.w, window.h) * 0.5 + 84
            top = max(radius + 60, window.y + radius - 74)
            sheet.fill([circle(x, min(y, top), radius)], palette.mat, 0.20, blur=16)
            mounting.mat(sheet, window, palette.mat, foil, 18)
        inks: tuple[Ink, ...] = (foil, palette.mat)
        for k in range(26):
            px = 70 + (sheet.width - 140) * ((0.31 + 0.7548777 * k) % 1)
            if Room(sheet.width, sheet.height).wide and px > window.x + window.w + 40:
                continue  # words stand there
            py = 70 + (min(window.y + window.h, sheet.height - 300) - 80) * ((0.11 + 0.5698403 * k) % 1)
            sky.star(sheet.at(px, py, 0.5 + 0.16 * (k % 4)), inks[k % 2], opacity=0.55)

    def ornaments(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Clouds at the moon's foot, a branch over its shoulder."""
        mounting.rim(sheet, window, foil, 5)
        low, high, line = palette.accents
        foot = window.y + window.h
        if window.shape == "soft":  # aside: nothing may lie over a group's feet, or over the photo's own mark
            sky.cloud(sheet.at(window.x + 40, foot + 46, 0.56), (low, high), line)
        elif window.shape == "moon":
            sky.cloud(sheet.at(window.x + window.w * 0.08, foot, 0.88), (low, high), line)
            sky.cloud(sheet.at(window.x + window.w * 0.96, foot - 40, 0.64), (low, high), line)
        leaves = (colour("#2f5d4c"), colour("#7fa383"))
        room = Room(sheet.width, sheet.height)
        x, y, size = (window.x + window.w + 28, 92.0, 0.58) if room.wide else (sheet.width - 72, 104.0, 0.74)
        flora.osmanthus(sheet.at(x, y, size, 6), leaves, (colour("#d9992b"), colour("#ffe08a")))


class Birthday:
    """生日: cream paper, pennants and balloons in quiet colours, confetti of foil."""

    title, caption, seal = "生日快乐", "HAPPY BIRTHDAY", "长乐"
    palettes: Mapping[str, Palette] = colours.BIRTHDAY

    def windows(self, room: Room, aspect: float, second: bool) -> tuple[Window, ...]:
        """A soft box, or an arch."""
        area = photo_area(room, 222, 484)
        if room.wide:
            area = area[0], area[1] + 64, area[2], area[3] - 64
        soft, arch = fitted("soft", aspect, area, 0.85, 1.5), fitted("arch", aspect, area, 0.8, 1.3)
        return (*((arch, soft) if second else (soft, arch)), fitted("mat", aspect, area))

    def texts(self, room: Room, window: Window) -> Texts:
        """The title between photo and words: the pennants hang above."""
        texts = across(room, window, "kai", 44, 124)
        if room.wide:
            return texts
        top = window.y + window.h + 44
        top += max(0.0, (room.foot - 430 - top) * 0.4)
        return Texts(
            (230, top, room.width - 460, 136),
            texts.title_style,
            (236, top + 150, room.width - 472, room.foot - 118 - top - 150),
            texts.words_style,
            texts.signature,
        )

    def ground(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Confetti thickly above, thinly below."""
        sheet.cover(paper.ground(*sheet.measure, *palette.paper))
        x, y, w, h = frames.inside(sheet)
        inks: list[Ink] = [*palette.accents, foil]
        wide = Room(sheet.width, sheet.height).wide
        festive.confetti(sheet, (x + 10, y + 14, w - 20, 120 if wide else 220), 34, inks, 3)
        festive.confetti(sheet, (x + 18, y + 240, 26, h - 300), 9, inks, 5)
        festive.confetti(sheet, (x + w - 44, y + 240, 26, h - 300), 9, inks, 9)
        frames.double_rule(sheet, foil)
        if not wide:
            self._balloons(sheet, palette, window, foil)
        mounting.mat(sheet, window, palette.mat, foil, 18, 0.22)

    def _balloons(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        a, b, c, d, e = palette.accents
        foot = window.y + window.h
        for x, y, size, ink in (
            (118.0, foot + 40, 0.86, a),
            (188.0, foot + 122, 0.72, b),
            (108.0, foot + 188, 0.62, c),
            (sheet.width - 124, foot + 66, 0.80, d),
            (sheet.width - 176, foot + 158, 0.62, e),
        ):
            festive.balloon(sheet.at(x, y, size), (ink * 0.86, ink * 0.45 + 0.55), foil, 170)

    def ornaments(self, sheet: Sheet, palette: Palette, window: Window, foil: Array) -> None:
        """Pennants across the top."""
        mounting.rim(sheet, window, foil, 3)
        room = Room(sheet.width, sheet.height)
        middle = sheet.width / 2
        inks = list(palette.accents)
        festive.bunting(sheet, (42, 66), (middle, 58), 46, inks, foil)
        festive.bunting(sheet, (middle, 58), (sheet.width - 42, 66), 46, inks[2:] + inks[:2], foil)
        if room.wide:
            a, b, c, _, _ = palette.accents
            foot = room.foot
            for x, y, size, ink in (
                (92.0, foot - 206, 0.66, a),
                (152.0, foot - 138, 0.52, b),
                (84.0, foot - 112, 0.44, c),
            ):
                festive.balloon(sheet.at(x, y, size), (ink * 0.86, ink * 0.45 + 0.55), foil, 60)
