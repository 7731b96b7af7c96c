"""`tuanyuan make fashion｜product`: pictures of things to wear and to sell."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from tuanyuan.cli.console import Json
from tuanyuan.cli.make.making import carry_out, hints, sized
from tuanyuan.cli.make.options import Background, Beauty, Candidates, Out, Photo, Seed, Size, Style, Watermark
from tuanyuan.domain.order import MOST_CANDIDATES, Order


class Placement(StrEnum):
    """How goods are placed."""

    AUTO = "auto"
    STANDING = "standing"
    LYING = "lying"


def fashion(
    garment: Annotated[str, typer.Argument(metavar="GARMENT", help="衣服照片。 A photo of the garment.")],
    out: Out,
    model: Annotated[
        str | None, typer.Option("--model", metavar="PHOTO", help="穿着者的照片。 A photo of who wears it.")
    ] = None,
    background: Background = None,
    style: Style = None,
    candidates: Candidates = MOST_CANDIDATES,
    size: Size = None,
    seed: Seed = 1001,
    beauty: Beauty = 1,
    free: Watermark = False,
    as_json: Json = False,
) -> None:
    """由服装图做时尚照片。 A fashion picture from a photo of a garment."""
    shown = hints([garment, *([model] if model else [])], None)
    order = Order(shown, "fashion", background, style, candidates, sized(size), seed, beauty, free)
    carry_out(order, out, as_json)


def product(
    photo: Photo,
    out: Out,
    background: Background = None,
    style: Style = None,
    placement: Annotated[
        Placement, typer.Option("--placement", help="立着还是平放。 Standing, or lying flat.")
    ] = Placement.AUTO,
    reflection: Annotated[
        bool | None,
        typer.Option("--reflection/--no-reflection", help="台面映出倒影；默认看布光。 Mirrored below, or not."),
    ] = None,
    candidates: Candidates = MOST_CANDIDATES,
    size: Size = None,
    seed: Seed = 1001,
    free: Watermark = False,
    as_json: Json = False,
) -> None:
    """做可直接上架的商品图。 A shop-ready picture of a product."""
    order = Order(
        photos=hints([photo], None),
        feature="product",
        background=background,
        style=style,
        candidates=candidates,
        size=sized(size),
        seed=seed,
        watermark=free,
        options={"placement": placement.value, **({} if reflection is None else {"reflection": reflection})},
    )
    carry_out(order, out, as_json)
