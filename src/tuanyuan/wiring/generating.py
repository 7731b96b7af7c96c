"""One engine by itself, for the operator's commands: nothing of the service is needed, but where it lends addresses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuanyuan.domain.engine import Engine
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.feature import MOTION
from tuanyuan.domain.user import Identity, User
from tuanyuan.services.briefing import Briefing
from tuanyuan.services.closing import closed
from tuanyuan.services.generating import OPERATOR, Generating
from tuanyuan.services.tries import Chosen
from tuanyuan.wiring.engines import KEYED, build_one
from tuanyuan.wiring.studio import Studio, new_id, now, open_studio, pixel_work

if TYPE_CHECKING:
    from tuanyuan.domain.ports import PixelWork
    from tuanyuan.services.attempts import Run
    from tuanyuan.services.lending import Lending
    from tuanyuan.settings import Settings

NAMES = ("local", *KEYED)


@dataclass(frozen=True)
class Desk:
    """An engine and the use case that asks it."""

    engine: Engine
    generating: Generating

    def chosen(self, feature: str, model: str | None = None) -> Chosen:
        """The engine with a model: the one of that id, else its first that makes the feature.

        WrongUsage engine_model_unknown: also one that makes clips where pictures are wanted, or the other way round.
        """
        media = "clip" if feature == MOTION else "picture"
        models = [m for m in self.engine.capabilities.models if m.media == media]
        fitting = [m for m in models if (m.id == model if model else feature in m.features)]
        if not fitting:
            known = "、".join(m.id for m in models if model or feature in m.features) or "–"
            raise WrongUsage("engine_model_unknown", given=model or feature, engine=self.engine.name, known=known)
        return Chosen(self.engine, fitting[0])


@contextmanager
def desk(settings: Settings, name: str, run: Run, *, export: bool = False) -> Iterator[Desk]:
    """An engine by name, in use or not. Where the studio has a public address, its database and store lend copies.

    run: runs a coroutine to its end, each on the same event loop.

    WrongUsage engine_unknown. OurFault setting_missing.
    """
    from tuanyuan.store.prompts import PromptFiles

    if name not in NAMES:
        raise WrongUsage("engine_unknown", given=name, known="、".join(NAMES))
    with ExitStack() as closing:
        pixels = pixel_work(settings, closing)
        engine = build_one(name, settings, pixels)
        closing.callback(lambda: run(closed({name: engine})))
        briefing = Briefing(pixels, PromptFiles(settings.scenes_dir), _lending(settings, engine, pixels, closing))
        yield Desk(engine, Generating(briefing, now, new_id, run, settings.region, export))


def _lending(settings: Settings, engine: Engine, pixels: PixelWork, closing: ExitStack) -> Lending | None:
    """Only for an engine that reads by address: what it opens is served by the studio that runs at PUBLIC_URL."""
    if not settings.public_url or not any(model.needs_address for model in engine.capabilities.models):
        return None
    studio = closing.enter_context(open_studio(settings, pixels=pixels, engines={engine.name: engine}))
    _operator(studio)
    return studio.lending


def _operator(studio: Studio) -> None:
    """Whose the lent copies are: an account that nobody can log in to."""
    with studio.units.begin() as unit:
        if unit.users.find(OPERATOR) is None:
            user = User(OPERATOR, "guest", studio.clock(), name="操作员 operator")
            unit.users.add(user, Identity("guest", "operator", OPERATOR))
