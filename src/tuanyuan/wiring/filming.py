"""Moving pictures: who makes them, who encodes them, who finishes those of other engines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuanyuan.imaging.judge import Judge
    from tuanyuan.processes.film.ffmpeg import Ffmpeg
    from tuanyuan.services.clip_finishing import ClipFinishing
    from tuanyuan.services.filming import Filming
    from tuanyuan.services.overlaying import Overlaying
    from tuanyuan.services.picturing import Picturing
    from tuanyuan.settings import Settings


def ffmpeg(settings: Settings) -> Ffmpeg:
    """The program that encodes and decodes; started when it is needed, knowing nothing of our settings."""
    from tuanyuan.processes.film.ffmpeg import Ffmpeg
    from tuanyuan.settings import bare_environment

    return Ffmpeg(settings.ffmpeg, settings.video_encoder, settings.threads, bare_environment())


def filming_beside(picturing: Picturing, settings: Settings) -> Filming:
    """The use case of a moving picture, with the networks that pictures have loaded."""
    from tuanyuan.services.filming import Filming
    from tuanyuan.wiring.makers import film_maker

    return Filming(
        darkroom=picturing.darkroom,
        judge=picturing.judge,
        executor=picturing.executor,
        maker=film_maker(settings.models_dir, picturing.executor),
        films=ffmpeg(settings),
    )


@contextmanager
def filming(settings: Settings) -> Iterator[Filming]:
    """The use case of `tuanyuan make motion`, on the local engine."""
    from tuanyuan import wiring

    with wiring.picturing(settings) as picturing:
        yield filming_beside(picturing, settings)


@contextmanager
def overlaying(settings: Settings) -> Iterator[Overlaying]:
    """The use case of `tuanyuan merge-video`."""
    from functools import cache

    from tuanyuan import wiring
    from tuanyuan.imaging.matting import PersonCutter
    from tuanyuan.services.overlaying import Overlaying

    with wiring.darkroom(settings) as darkroom:
        cutter = cache(lambda: PersonCutter(settings.models_dir, darkroom.executor))
        yield Overlaying(wiring.pictures(settings), darkroom.finder, cutter, ffmpeg(settings))


def clip_finishing(judge: Judge, settings: Settings) -> ClipFinishing:
    """What clips of other engines go through."""
    from tuanyuan.services.clip_finishing import ClipFinishing

    return ClipFinishing(judge, ffmpeg(settings), settings.clip_denoise, settings.clip_stabilise)
