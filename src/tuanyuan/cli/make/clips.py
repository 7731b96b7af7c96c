"""`tuanyuan make motion`: a finished picture that moves."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from tuanyuan.cli.bar import Bar
from tuanyuan.cli.console import Json, emit, say
from tuanyuan.cli.make.making import hints
from tuanyuan.cli.make.options import Out, Seed, Watermark
from tuanyuan.domain.clip import Effect
from tuanyuan.domain.feature import MOTION
from tuanyuan.domain.order import Order


class Choice(StrEnum):
    """The effects, and the one that suits."""

    AUTO = "auto"
    FIREWORKS = "fireworks"
    LANTERNS = "lanterns"
    SNOW = "snow"
    PETALS = "petals"
    CONFETTI = "confetti"
    WARM = "warm"

    @property
    def chosen(self) -> Effect | None:
        """The effect; None: the one that suits."""
        return None if self is Choice.AUTO else cast("Effect", self.value)


EffectWanted = Annotated[
    Choice, typer.Option("--effect", help="效果；auto 按画面挑选。 The effect; auto: the one that suits.")
]


class Resolution(StrEnum):
    """The shorter side of a clip."""

    HD = "720p"
    FULL_HD = "1080p"


class Rate(StrEnum):
    """Frames a second."""

    SLOW = "10"
    FILM = "25"
    FAST = "30"


def motion(
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="成片。 A finished picture.")],
    out: Out,
    effect: EffectWanted = Choice.AUTO,
    resolution: Annotated[
        Resolution, typer.Option("--resolution", help="短边多少像素。 Pixels of the shorter side.")
    ] = Resolution.FULL_HD,
    rate: Annotated[Rate, typer.Option("--fps", help="每秒几帧。 Frames a second.")] = Rate.FILM,
    seconds: Annotated[int, typer.Option("--seconds", min=3, max=10, help="几秒。 Its length.")] = 5,
    seed: Seed = 1001,
    free: Watermark = False,
    as_json: Json = False,
) -> None:
    """让成片动起来：视频、苹果实况照片、安卓动态照片、动图预览。 A clip, a Live Photo, a Motion Photo, a preview."""
    from tuanyuan import settings, wiring
    from tuanyuan.wiring.filming import filming

    order = Order(
        photos=hints([picture], None),
        feature=MOTION,
        style=effect.chosen,
        candidates=1,
        seed=seed,
        watermark=free,
        options={"fps": int(rate), "resolution": resolution.value, "video_length": seconds},
    )
    with filming(settings.load()) as studio, wiring.outbox(out) as results, Bar() as bar:
        result = studio.make(order, results, bar.report)
    if as_json:
        emit(result)
    else:
        _tell(result, out)


def _tell(result: dict[str, Any], out: Path) -> None:
    made = result["candidates"][0]
    measure = f"{made['width']}×{made['height']}  {made['fps']} fps  {made['seconds']:g} s"
    say(f"做好了 Made: {out}  {made['effect']}  {measure}", "green")
    words = {
        "motion": "视频 the clip",
        "preview": "动图预览 a small moving preview",
        "live_photo": "苹果实况照片的图片，与下一个文件一起导入 Live Photo: import it together with the next file",
        "live_video": "苹果实况照片的视频 its film",
        "motion_photo": "安卓动态照片 Motion Photo for Android",
    }
    for kind, name in made["files"].items():
        say(f"  {name}  {words[kind]}")
