"""The one place that knows which concrete class stands behind which port.

Imports stand inside the functions: a command pays only for what it uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuanyuan.domain.ports import PhotoFiles, Scenes
    from tuanyuan.services.catalogue import Catalogues
    from tuanyuan.services.darkroom import Darkroom
    from tuanyuan.services.doctor import Doctor
    from tuanyuan.services.engine_checks import EngineChecks
    from tuanyuan.services.judging import Judging
    from tuanyuan.services.picturing import Picturing
    from tuanyuan.services.weights import Weights
    from tuanyuan.settings import Settings
    from tuanyuan.store.outbox import Outbox

MOST_PICTURE_BYTES = 40 * 1024 * 1024


def weights(settings: Settings) -> Weights:
    """The use cases of `tuanyuan models`."""
    from tuanyuan.services.weights import Weights
    from tuanyuan.settings import child_environment
    from tuanyuan.store.warming import WarmOnce
    from tuanyuan.store.weights import WeightFolder, read_lock
    from tuanyuan.store.wheels import PipIndex

    return Weights(
        lock=read_lock(),
        store=WeightFolder(settings.models_dir),
        index=PipIndex(child_environment()),
        warm=WarmOnce(_compile, [Path(__file__).parents[1] / pixels for pixels in ("imaging", "motion")]),
    )


def _compile() -> None:
    """Fill the compile caches of the local engine."""
    from tuanyuan.engines.local.warming import warm

    warm()


@contextmanager
def _workers(threads: int) -> Iterator[Executor]:
    """Threads for one command. Each picture operation stays on its own; what is under way ends when it is left."""
    import cv2

    cv2.setNumThreads(1)
    executor = ThreadPoolExecutor(threads)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def darkroom(settings: Settings) -> Iterator[Darkroom]:
    """The use cases of `tuanyuan check` and `compress`."""
    from tuanyuan.imaging.decode import UPLOAD
    from tuanyuan.imaging.faces import FaceFinder
    from tuanyuan.services.darkroom import Darkroom
    from tuanyuan.store.photo_files import LocalPhotoFiles

    with _workers(settings.threads) as executor:
        models = settings.models_dir
        yield Darkroom(LocalPhotoFiles(UPLOAD.bytes), FaceFinder(models), executor)


@contextmanager
def picturing(settings: Settings) -> Iterator[Picturing]:
    """The use case of `tuanyuan make …`, on the local engine."""
    from tuanyuan.services.picturing import Picturing
    from tuanyuan.wiring.makers import makers

    with judging(settings) as judging_:
        darkroom_ = judging_.darkroom
        yield Picturing(
            darkroom=darkroom_,
            backgrounds=pictures(settings),
            scenes=scenes(settings),
            makers=makers(settings.models_dir, darkroom_.executor),
            judge=judging_.judge,
            executor=darkroom_.executor,
        )


@contextmanager
def judging(settings: Settings) -> Iterator[Judging]:
    """The use case of `tuanyuan judge`."""
    from tuanyuan.imaging.identity import Identity
    from tuanyuan.imaging.judge import Judge
    from tuanyuan.services.judging import Judging

    with darkroom(settings) as darkroom_:
        yield Judging(darkroom_, pictures(settings), Judge(darkroom_.finder, Identity(settings.models_dir)))


def pictures(settings: Settings) -> PhotoFiles:
    """Finished pictures and backgrounds: larger files than an upload may be."""
    from tuanyuan.store.photo_files import LocalPhotoFiles

    del settings
    return LocalPhotoFiles(MOST_PICTURE_BYTES)


def uploads() -> PhotoFiles:
    """Photos as users send them."""
    from tuanyuan.imaging.decode import UPLOAD
    from tuanyuan.store.photo_files import LocalPhotoFiles

    return LocalPhotoFiles(UPLOAD.bytes)


def scenes(settings: Settings) -> Scenes:
    """The backgrounds to choose from."""
    from tuanyuan.store.scenes import SceneFolder

    return SceneFolder(settings.scenes_dir)


def outbox(folder: Path) -> Outbox:
    """Where a command leaves its files, all or none."""
    from tuanyuan.store.outbox import Outbox

    return Outbox(folder)


def catalogue(settings: Settings) -> Catalogues:
    """The use case of `tuanyuan catalogue`."""
    from tuanyuan.services.catalogue import Catalogues
    from tuanyuan.store.catalogue import CatalogueFiles
    from tuanyuan.store.prompts import PromptFiles
    from tuanyuan.wiring.listing import makers, styles_of

    return Catalogues(
        CatalogueFiles(settings.scenes_dir),
        makers(settings, {"local": weights(settings).problem}),
        addresses=settings.public_url is not None,
        styles=styles_of(PromptFiles(settings.scenes_dir)),
    )


def doctor(settings: Settings) -> Doctor:
    """The use case of `tuanyuan doctor`."""
    from tuanyuan.services.doctor import Doctor
    from tuanyuan.store.catalogue import CatalogueFiles
    from tuanyuan.store.machine import ThisMachine
    from tuanyuan.wiring.filming import ffmpeg

    return Doctor(
        machine=ThisMachine(),
        weights=weights(settings),
        backgrounds=CatalogueFiles(settings.scenes_dir).backgrounds,
        folders={"data_dir": settings.data_dir, "models_dir": settings.models_dir},
        engines=_engine_checks(settings).examine,
        encoder=ffmpeg(settings).version,
    )


def _engine_checks(settings: Settings) -> EngineChecks:
    from tuanyuan.services.engine_checks import EngineChecks
    from tuanyuan.wiring.books import engine_health
    from tuanyuan.wiring.listing import exposed, makers, strange
    from tuanyuan.wiring.studio import now

    return EngineChecks(
        makers=lambda: makers(settings, {}),
        asked=settings.engines,
        strange=lambda: strange(settings),
        exposed=lambda: exposed(settings),
        addresses=settings.public_url is not None,
        region=settings.region,
        production=settings.env == "production",
        health=lambda: engine_health(settings),
        clock=now,
    )
