"""What the doctor says of the engines: which are ready, what the others lack, which one rests. Asks none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tuanyuan.domain.doctor import Check
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.health import Health
from tuanyuan.domain.messages import Problem, problem
from tuanyuan.domain.ports import Clock
from tuanyuan.domain.route_words import RESTS
from tuanyuan.services.catalogue import Maker

AUTO = "auto"
_REGIONS = {
    "here": "本机或自己的网络 here",
    "cn": "境内 mainland China",
    "abroad": "境外 abroad",
}


@dataclass(frozen=True)
class EngineChecks:
    """asked: TUANYUAN_ENGINES as it is set. makers, strange, exposed: see `wiring.listing`; they may raise.

    addresses: whether the world can read a file of ours. region: where the studio runs. health: by engine; None: there
    are no books to read it from.
    """

    makers: Callable[[], Sequence[Maker]]
    asked: str
    strange: Callable[[], Sequence[str]]
    exposed: Callable[[], Sequence[str]]
    addresses: bool
    region: str
    production: bool
    health: Callable[[], Mapping[str, Health] | None]
    clock: Clock

    def examine(self) -> Iterator[Check]:
        """One check for each engine, and what holds for all of them."""
        try:
            makers, strange, exposed = self.makers(), self.strange(), self.exposed()
        except StudioError as error:
            yield Check("engines", self.asked, error.problem)
            return
        health = self.health() or {}
        yield self._named(makers, strange)
        for maker in makers:
            yield self._engine(maker, health.get(maker.id, Health(maker.id)))
        yield self._region(makers)
        if self.production:
            yield from self._production(makers, exposed)

    def _named(self, makers: Sequence[Maker], strange: Sequence[str]) -> Check:
        """TUANYUAN_ENGINES: every name is an engine, and there is one at least."""
        used = ", ".join(maker.id for maker in makers if maker.in_use)
        wrong: Problem | None = None
        if strange:
            wrong = problem("setting_invalid", name="TUANYUAN_ENGINES", detail=", ".join(strange))
        elif not used:
            wrong = problem("setting_missing", name="TUANYUAN_ENGINES")
        return Check("engines", f"{self.asked}: {used}", wrong)

    def _engine(self, maker: Maker, health: Health) -> Check:
        """Ready, or why not. Only an engine that was named without its keys keeps the studio from starting."""
        wrong = maker.problem(self.addresses) or self._rest(health)
        able = maker.capabilities
        facts = [_REGIONS[able.region], able.provider, " ".join(sorted(able.features))]
        if not self.addresses and any(model.needs_address for model in able.models):
            models = ", ".join(model.id for model in able.models if model.needs_address)
            facts.append(f"没有 without TUANYUAN_PUBLIC_URL: – {models}")
        if health.success_rate is not None:
            facts.append(f"{health.success_rate:.0%} / {len(health.recent)}")
        if health.p95 is not None:
            facts.append(f"p95 {health.p95:.1f} s")
        needed = maker.in_use and bool(maker.missing) and self.asked != AUTO
        return Check(f"engine {maker.id}", " · ".join(fact for fact in facts if fact), wrong, needed=needed)

    def _rest(self, health: Health) -> Problem | None:
        if health.state(self.clock()) != "resting" or health.rests_until is None:
            return None
        zh, en = RESTS.get(health.why, (health.why, health.why))
        until = health.rests_until.isoformat(timespec="seconds")
        return problem("engine_rests", engine=health.engine, until=until, why_zh=zh, why_en=en)

    def _region(self, makers: Sequence[Maker]) -> Check:
        """What TUANYUAN_REGION means for the engines in use."""
        abroad = ", ".join(m.id for m in makers if m.in_use and m.capabilities.region == "abroad")
        if self.region != "cn":
            return Check("region", f"{self.region}: 不检查出境授权 no consent to send abroad is asked for")
        if not abroad:
            return Check("region", "cn: 启用的引擎都不在境外 no engine in use is abroad")
        return Check("region", f"cn: {abroad} 需要用户的出境授权 only with the user's consent `export_abroad`")

    @staticmethod
    def _production(makers: Sequence[Maker], exposed: Sequence[str]) -> Iterator[Check]:
        fake = any(maker.id == "fake" for maker in makers)
        wrong = problem("setting_not_in_production", name="TUANYUAN_ENGINES", value="fake") if fake else None
        yield Check("no fake engine", "production", wrong)
        for name in exposed:
            yield Check(name, "http://…", problem("setting_not_in_production", name=name, value="http://…"))
