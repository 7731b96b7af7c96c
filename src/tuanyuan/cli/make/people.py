"""`tuanyuan make reunion｜makeover｜tryon｜avatar`: pictures of people."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from tuanyuan.cli.console import Json
from tuanyuan.cli.make.making import carry_out, hints, sized
from tuanyuan.cli.make.options import (
    Background,
    Beauty,
    Candidates,
    Hints,
    Out,
    Photo,
    Seed,
    Size,
    Style,
    Watermark,
)
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.order import MOST_CANDIDATES, Order, PhotoHint


class Outfit(StrEnum):
    """What can be made of somebody's own top."""

    TANG = "tang"
    CHEONGSAM = "cheongsam"


def reunion(
    photos: Annotated[
        list[str],
        typer.Argument(metavar="PHOTO…", help="每人一张照片，最多五个人。 One photo each, five people at most."),
    ],
    out: Out,
    background: Background = None,
    candidates: Candidates = MOST_CANDIDATES,
    engine: Annotated[str, typer.Option("--engine", help="由谁来做。 Who makes it.")] = "local",
    size: Size = None,
    seed: Seed = 1001,
    beauty: Beauty = 1,
    person: Hints = None,
    free: Watermark = False,
    as_json: Json = False,
) -> None:
    """把分开拍的照片合成全家福。 One family portrait from separate photos."""
    if engine != "local":
        raise WrongUsage("engine_unknown", given=engine, known="local")
    order = Order(hints(photos, person), "reunion", background, None, candidates, sized(size), seed, beauty, free)
    carry_out(order, out, as_json)


def makeover(
    photo: Photo,
    out: Out,
    background: Background = None,
    outfit: Annotated[
        Outfit | None,
        typer.Option("--outfit", help="把本人的纯色上衣改成唐装或旗袍上衣。 Their own plain top made festive."),
    ] = None,
    clothes_mask: Annotated[
        str | None,
        typer.Option(
            "--clothes-mask",
            metavar="FILE",
            help="衣服的蒙版，白色是衣服；先用 tuanyuan mask --clothes 得到。 A mask, white where the clothes are.",
        ),
    ] = None,
    candidates: Candidates = MOST_CANDIDATES,
    size: Size = None,
    seed: Seed = 1001,
    beauty: Beauty = 1,
    person: Hints = None,
    free: Watermark = False,
    as_json: Json = False,
) -> None:
    """给合影换背景，可选唐装或旗袍。 A new background for a photo, with festive clothes if wanted."""
    order = Order(
        photos=hints([photo], person),
        feature="makeover",
        background=background,
        candidates=candidates,
        size=sized(size),
        seed=seed,
        beauty=beauty,
        watermark=free,
        options={"cloth_style": outfit.value} if outfit else {},
        mask=clothes_mask,
    )
    carry_out(order, out, as_json)


def tryon(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="人物照片。 A photo of the person.")],
    garment: Annotated[str, typer.Argument(metavar="GARMENT", help="衣服照片。 A photo of the garment.")],
    out: Out,
    candidates: Candidates = 1,
    seed: Seed = 1001,
    beauty: Beauty = 1,
    free: Watermark = False,
    as_json: Json = False,
) -> None:
    """看看这件衣服穿在身上的样子，只是预览。 A preview of a garment on a person."""
    shown = (PhotoHint(person), PhotoHint(garment))
    carry_out(Order(shown, "tryon", None, None, candidates, None, seed, beauty, free), out, as_json)


def avatar(
    photos: Annotated[
        list[str],
        typer.Argument(metavar="PHOTO…", help="同一个人的 1–20 张照片。 One to twenty photos of one person."),
    ],
    out: Out,
    style: Style = None,
    candidates: Candidates = MOST_CANDIDATES,
    size: Size = None,
    seed: Seed = 1001,
    beauty: Beauty = 1,
    free: Watermark = False,
    as_json: Json = False,
) -> None:
    """由一个人的照片生成一组风格肖像。 A set of stylised portraits of one person."""
    shown = hints(photos, None)
    carry_out(Order(shown, "avatar", None, style, candidates, sized(size), seed, beauty, free), out, as_json)
