"""Who is to make a picture now: gathers what the router must know, and asks it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from tuanyuan.domain import parameters
from tuanyuan.domain.capabilities import Grade
from tuanyuan.domain.consent import EXPORT_ABROAD
from tuanyuan.domain.engine import Engine
from tuanyuan.domain.errors import Conflict, NotNow, Rejected, StudioError, WrongUsage
from tuanyuan.domain.feature import sent
from tuanyuan.domain.health import Health
from tuanyuan.domain.job import Job, JobRequest
from tuanyuan.domain.ports import Clock, Unit
from tuanyuan.domain.routes import Routes
from tuanyuan.domain.routing import Ask, Route, Standing, route
from tuanyuan.domain.user import User
from tuanyuan.services.admission import Admission, china_midnight
from tuanyuan.services.tries import Chosen

log = structlog.get_logger(__name__)
# Reasons that pass by themselves, or by an operator's hand: then nothing is wrong with the order.
PASSING = frozenset({"setup", "resting", "probe_under_way", "daily_stop"})
# Clothes that are changed, not only recoloured.
OUTFITS = frozenset({"tang", "cheongsam", "hanfu", "suit"})


@dataclass(frozen=True)
class Router:
    """region: where the studio runs. addresses: whether the world can read a file of ours by its address.

    problem: what keeps an engine from working, as a message code; None: nothing that is known.
    """

    engines: Mapping[str, Engine]
    routes: Routes
    clock: Clock
    admission: Admission
    region: str = "cn"
    addresses: bool = False
    problem: Callable[[str], str | None] = field(default=lambda _name: None)

    @property
    def features(self) -> frozenset[str]:
        """What any engine in use makes."""
        return frozenset(feature for engine in self.engines.values() for feature in engine.capabilities.features)

    def route(
        self,
        unit: Unit,
        user: User,
        order: JobRequest,
        candidates: int,
        credits: int = 0,
        tried: Collection[str] = (),
        spent_fen: int = 0,
    ) -> Route:
        """The engines that may make this order, the best first, and why the others may not.

        credits: the price of the job. tried: engines that had their turn. spent_fen: what the job has cost so far.
        """
        ask = self._ask(unit, user, order, candidates, credits, tried, spent_fen)
        return route(ask, self.routes, self._standings(unit), self.clock())

    def chosen(self, found: Route, order: JobRequest) -> list[Chosen]:
        """The steps whose engines understand the order, with their models. WrongUsage: there are, and none does."""
        steps, refused = [], None
        for number, step in enumerate(found.steps):
            engine = self.engines[step.engine]
            try:
                engine.check(order)
            except WrongUsage as error:
                refused = refused or error
                continue
            model = engine.capabilities.model(step.model)
            if model is not None:
                steps.append(Chosen(engine, model, {**found.as_dict(), "step": number}))
        if refused is not None and not steps:
            raise refused
        return steps

    def allowed(self, unit: Unit, job: Job, engine: Engine, cost_fen: int) -> None:
        """Whether a call may be made that costs so much: a route is some minutes old by then.

        Rejected over_the_ceiling; Conflict export_consent_needed.
        """
        if engine.capabilities.region == "abroad" and self.region == "cn" and not _export(unit, job.user_id):
            raise Conflict("export_consent_needed")
        ceiling = self.routes.ceiling(job.request.tier, job.request.feature, job.cost)
        if cost_fen and sum(attempt.cost_fen for attempt in unit.jobs.attempts(job.id)) + cost_fen > ceiling:
            raise Rejected("over_the_ceiling")

    def _ask(
        self,
        unit: Unit,
        user: User,
        order: JobRequest,
        candidates: int,
        credits: int,
        tried: Collection[str],
        spent_fen: int,
    ) -> Ask:
        return Ask(
            feature=order.feature,
            edition=user.edition,
            tier=order.tier,
            grade=grade(user, order),
            outfit=order.feature == "tryon" or bool(OUTFITS & {order.style, order.options.get("cloth_style")}),
            references=sent(order.feature, len(order.pictures)),
            mask=order.mask is not None,
            size=parameters.size_of(order.options),
            candidates=candidates,
            ceiling_fen=self.routes.ceiling(order.tier, order.feature, credits),
            region=self.region,
            export=_export(unit, user.id),
            addresses=self.addresses,
            asked=frozenset(order.options),
            spent_fen=spent_fen,
            tried=frozenset(tried),
            seconds=parameters.clip_seconds(order.options),
        )

    def _standings(self, unit: Unit) -> list[Standing]:
        """Every engine as it stands now."""
        at = self.clock()
        health = unit.engines.health()
        at_work = unit.engines.under_way()
        costs = any(not engine.capabilities.complete for engine in self.engines.values())
        spent = unit.engines.spent(china_midnight(at)) if costs else {}
        return [
            Standing(
                engine=name,
                capabilities=engine.capabilities,
                health=health.get(name, Health(name)),
                problem=self.problem(name),
                open={model: count for (other, model), count in at_work.items() if other == name},
                recent_calls=self._recent(unit, engine),
                spent_today_fen=spent.get(name, 0),
                daily_stop_fen=self.admission.stops.get(name),
            )
            for name, engine in self.engines.items()
        ]

    def _recent(self, unit: Unit, engine: Engine) -> int:
        limits = engine.capabilities.limits
        if limits.rate is None or engine.capabilities.complete:
            return 0
        return unit.engines.calls(engine.name, self.clock() - timedelta(seconds=limits.period))


def _export(unit: Unit, user_id: str) -> bool:
    consent = unit.consents.standing(user_id, EXPORT_ABROAD)
    return consent is not None and consent.granted


def grade(user: User, order: JobRequest) -> Grade:
    """Which interface of a provider is asked for: the dearer one for a premium pass, high quality, a business."""
    wanted = order.tier == "premium" or user.settings.quality == "high" or user.edition == "business"
    return "enhanced" if wanted and order.tier != "free" else "standard"


def refusal(found: Route, order: JobRequest, features: Collection[str]) -> StudioError:
    """Why a route without a step leads nowhere, in words for the user who ordered."""
    reasons = {skip.reason for skip in found.skipped}
    if order.feature not in features:
        return Rejected("feature_not_ready", feature=order.feature)
    if "needs_export_consent" in reasons:
        return Conflict("export_consent_needed")
    if reasons & PASSING:
        return NotNow("engine_not_ready", feature=order.feature)
    if "parameter_not_understood" in reasons:
        skip = next(skip for skip in found.skipped if skip.reason == "parameter_not_understood")
        return WrongUsage("option_invalid", field=f"options.{skip.detail}", allowed="–")
    if "over_ceiling" in reasons:
        return Rejected("over_the_ceiling")
    return NotNow("engine_not_ready", feature=order.feature)


def told(found: Route, **facts: Any) -> None:
    """Log a choice with its reasons."""
    log.info("routed", **facts, **found.as_dict())
