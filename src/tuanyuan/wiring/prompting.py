"""The prompt library for the operator's commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tuanyuan.domain.errors import Conflict, OurFault, WrongUsage
from tuanyuan.wiring.engines import KEYED, manifests, missing

if TYPE_CHECKING:
    from tuanyuan.domain.capabilities import Capabilities
    from tuanyuan.domain.job import JobRequest
    from tuanyuan.domain.prompting import Variant
    from tuanyuan.services.tuning import Tuning
    from tuanyuan.settings import Settings
    from tuanyuan.store.prompts import PromptFiles


def library(settings: Settings) -> PromptFiles:
    """The words as they are written."""
    from tuanyuan.store.prompts import PromptFiles

    return PromptFiles(settings.scenes_dir)


def tuning(settings: Settings) -> Tuning:
    """The use case of `tuanyuan prompts try`."""
    from tuanyuan.services.tuning import Tuning

    return Tuning(library(settings))


def variants(file: Path) -> tuple[Variant, ...]:
    """An operator's words to be tried. WrongUsage setting_invalid."""
    from tuanyuan.store.prompts import read_variants

    return read_variants(file)


def capabilities(settings: Settings, engine: str) -> Capabilities:
    """What an engine that is told words can do, in use or not. WrongUsage engine_unknown."""
    if engine not in KEYED:
        raise WrongUsage("engine_unknown", given=engine, known="、".join(KEYED))
    return manifests(settings)[engine].capabilities


def estimate(settings: Settings, engines: Sequence[str], order: JobRequest, abroad: bool) -> int:
    """What one picture of each engine costs together, in fen; what keeps one from being asked is told before that.

    engines: by name, or "name:model".
    WrongUsage engine_unknown, engine_model_unknown, option_invalid. OurFault setting_missing, public_url_missing.
    Conflict abroad_not_agreed. And what `compose` raises.
    """
    from tuanyuan.engines import asked

    use = tuning(settings)
    fen = 0
    for name, _, model_id in (engine.partition(":") for engine in engines):
        told = capabilities(settings, name)
        for setting in missing(manifests(settings)[name], settings):
            raise OurFault("setting_missing", name=setting)
        fitting = [model for model in told.models if order.feature in model.features and model_id in ("", model.id)]
        if not fitting:
            known = "、".join(model.id for model in told.models if order.feature in model.features) or "–"
            raise WrongUsage("engine_model_unknown", given=model_id or order.feature, engine=name, known=known)
        if settings.region == "cn" and told.region == "abroad" and not abroad:
            raise Conflict("abroad_not_agreed", engine=name)
        if fitting[0].needs_address and not settings.public_url:
            raise OurFault("public_url_missing", engine=name)
        asked.check(order, told)
        use.words(order, told, fitting[0])
        fen += fitting[0].price_fen
    return fen
