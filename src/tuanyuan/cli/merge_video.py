"""`tuanyuan merge-video`: an effect laid over a clip."""

from __future__ import annotations

from typing import Annotated

import typer

from tuanyuan.cli.bar import Bar
from tuanyuan.cli.console import Json, emit, say
from tuanyuan.cli.make.clips import Choice, EffectWanted
from tuanyuan.cli.make.options import Out, Seed


def merge_video(
    clip: Annotated[str, typer.Argument(metavar="CLIP", help="视频，MP4 或 MOV。 A clip: MP4 or MOV.")],
    out: Out,
    effect: EffectWanted = Choice.AUTO,
    seed: Seed = 1001,
    as_json: Json = False,
) -> None:
    """给视频叠加特效，人物前后都有。 An effect laid over a clip, behind and in front of its people."""
    from tuanyuan import settings, wiring
    from tuanyuan.wiring.filming import overlaying

    with overlaying(settings.load()) as studio, wiring.outbox(out) as results, Bar() as bar:
        result = studio.make(clip, effect.chosen, seed, results, bar.report)
    if as_json:
        emit(result)
        return
    say(f"{clip} → {out / str(result['files']['motion'])}  {result['effect']}", "green")
