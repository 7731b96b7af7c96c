"""A contact sheet: a row for each order, what was given on the left, what came of it on the right."""

from __future__ import annotations

import textwrap
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tuanyuan.domain.label import new_label
from tuanyuan.imaging.label import label_picture

HEIGHT, GAP, LINE = 300, 10, 18
MOST_WIDTH = 2400
PAPER, INK, GREY = (250, 249, 246), (30, 30, 30), (120, 118, 112)
QUALITY = 82


@dataclass(frozen=True)
class Row:
    """given: photos. made: pictures with a caption each. refused: why there are none, in words; empty: there are.

    height: of its pictures, in pixels.
    """

    title: str
    given: tuple[Image.Image, ...]
    made: tuple[tuple[Image.Image, str], ...] = ()
    refused: str = ""
    height: int = HEIGHT


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write the sheet, labelled like every picture that shows results."""
    drawn = [_row(row) for row in rows]
    width = max(row.width for row in drawn)
    sheet = Image.new("RGB", (width, sum(row.height for row in drawn)), PAPER)
    y = 0
    for row in drawn:
        sheet.paste(row, (0, y))
        y += row.height
    labelled = label_picture(np.asarray(sheet), new_label(uuid.uuid4().hex), "jpeg", quality=QUALITY)
    path.write_bytes(labelled)


def _row(row: Row) -> Image.Image:
    font = ImageFont.load_default(14)
    cells = [(picture, "") for picture in row.given] + list(row.made)
    sized = [(_sized(picture, row.height), caption) for picture, caption in cells]
    lines: list[list[tuple[Image.Image, str]]] = [[]]
    for picture, caption in sized:
        taken = sum(one.width + GAP for one, _ in lines[-1])
        if lines[-1] and taken + picture.width > MOST_WIDTH:
            lines.append([])
        lines[-1].append((picture, caption))
    width = max(sum(picture.width + GAP for picture, _ in line) for line in lines) + GAP
    told = textwrap.wrap(row.refused, 70)
    width = max(width, 640 + sum(p.width + GAP for p, _ in sized) if told else 0)
    step = row.height + LINE + GAP
    canvas = Image.new("RGB", (width, LINE + 6 + step * len(lines)), PAPER)
    pen = ImageDraw.Draw(canvas)
    pen.text((GAP, 4), row.title, INK, font)
    y = LINE + 6
    for line in lines:
        x = GAP
        for picture, caption in line:
            canvas.paste(picture, (x, y))
            pen.text((x, y + row.height + 1), caption, GREY, font)
            x += picture.width + GAP
        for number, words in enumerate(told):
            pen.text((x, y + 20 + number * LINE), words, INK, font)
        y += step
    return canvas


def _sized(picture: Image.Image, height: int) -> Image.Image:
    width = max(1, round(picture.width * height / picture.height))
    return picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
