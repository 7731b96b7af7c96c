"""Who makes each feature on this computer. A new one is a module of the local engine and a line below."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuanyuan.domain.ports import Maker
    from tuanyuan.domain.ports.film import FilmMaker

# feature: module, class
MAKERS = {
    "reunion": ("reunion", "LocalReunion"),
    "makeover": ("makeover", "Makeover"),
    "tryon": ("tryon", "TryOn"),
    "fashion": ("fashion", "Fashion"),
    "avatar": ("avatar", "Avatar"),
    "product": ("product", "Product"),
    "restore": ("restore", "Restore"),
    "card": ("card", "CardMaker"),
}

# Who lets a picture move.
FILM_MAKER = ("motion", "Motion")


def makers(models: Path, executor: Executor) -> Callable[[str], Maker]:
    """The maker of a feature by its id; each loads its networks when it is first asked for. KeyError: there is none."""

    @cache
    def maker(feature: str) -> Maker:
        module, name = MAKERS[feature]
        made: Maker = getattr(import_module(f"tuanyuan.engines.local.{module}"), name)(models, executor)
        return made

    return maker


def film_maker(models: Path, executor: Executor) -> Callable[[], FilmMaker]:
    """Who lets a picture move; loads its networks when it is first asked for."""

    @cache
    def maker() -> FilmMaker:
        module, name = FILM_MAKER
        made: FilmMaker = getattr(import_module(f"tuanyuan.engines.local.{module}"), name)(models, executor)
        return made

    return maker
