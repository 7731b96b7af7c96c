"""`tuanyuan make restore｜card`: old photos, and cards from finished pictures."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from tuanyuan.cli.console import Json
from tuanyuan.cli.make.making import carry_out, hints, sized
from tuanyuan.cli.make.options import Beauty, Candidates, Out, Photo, Seed, Size, Style, Watermark
from tuanyuan.domain import parameters
from tuanyuan.domain.order import MOST_CANDIDATES, Order


class Orientation(StrEnum):
    """How a card is held."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


def restore(
    photo: Photo,
    out: Out,
    style: Style = None,
    candidates: Candidates = MOST_CANDIDATES,
    seed: Seed = 1001,
    beauty: Beauty = 0,
    free: Watermark = False,
    as_json: Json = False,
) -> None:
    """修复老旧或模糊的照片。 An old or blurred photo restored, with a picture of before and after."""
    order = Order(hints([photo], None), "restore", None, style, candidates, None, seed, beauty, free)
    carry_out(order, out, as_json)


def card(
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="成片。 A finished picture.")],
    out: Out,
    template: Annotated[
        str | None, typer.Option("--template", help="模板，见 tuanyuan catalogue。 See `tuanyuan catalogue`.")
    ] = None,
    words: Annotated[
        str | None, typer.Option("--words", help="祝福语；\\n 换行。 The wish; \\n for a new line.")
    ] = None,
    signature: Annotated[str | None, typer.Option("--signature", help="落款。 From whom.")] = None,
    orientation: Annotated[
        Orientation, typer.Option("--orientation", help="竖版或横版。 Upright or wide.")
    ] = Orientation.PORTRAIT,
    candidates: Candidates = 1,
    size: Size = None,
    seed: Seed = 1001,
    as_json: Json = False,
) -> None:
    """用成片和祝福语做一张贺卡。 A greeting card from a finished picture and words."""
    said = {"words": None if words is None else words.replace("\\n", "\n"), "signature": signature}
    options = {name: value for name, value in said.items() if value is not None}
    known = parameters.read({**options, "orientation": orientation.value})
    order = Order(
        photos=hints([picture], None),
        feature="card",
        style=template,
        candidates=candidates,
        size=sized(size),
        seed=seed,
        options={name: known[name] for name in (*options, "orientation")},
    )
    carry_out(order, out, as_json)
