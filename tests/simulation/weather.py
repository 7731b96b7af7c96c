"""What goes wrong at a provider, and when: small faults always, storms for minutes, no money for an hour."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random

from tuanyuan.engines.sandbox import FAULTS, Fault, Faults

# How likely one fault is against another. "out_of_credit" has its own times.
_WEIGHTS: Mapping[Fault, int] = {fault: 1 if fault in ("late", "refuse_input") else 3 for fault in FAULTS}
# In a storm one fault rules.
_STORMS: tuple[Fault, ...] = ("slow", "throttle", "fail", "fail_later", "cut", "malformed", "late", "broken")
_FAIR, _FOUL = (0.01, 0.12), (0.5, 0.95)
_CALM_SECONDS, _STORM_SECONDS, _POOR_SECONDS = (1200.0, 7200.0), (60.0, 900.0), (300.0, 2400.0)


class Weather(Faults):
    """The faults of one provider over a run. drawn: how often each came."""

    def __init__(
        self,
        random: Random,
        clock: Callable[[], float],
        seconds: float,
        always: Mapping[Fault, float] | None = None,
    ) -> None:
        super().__init__(slowness=random.uniform(2.0, 12.0))
        self._draw = random
        self._clock = clock
        self.drawn: Counter[str] = Counter()
        self._fair = always or self._mixed(random.uniform(*_FAIR))
        self._since: list[float] = [0.0]
        self._phases: list[Mapping[Fault, float]] = [self._fair]
        at = clock()
        self._since[0] = at
        end = at + seconds
        while always is None and (at := at + random.uniform(*_CALM_SECONDS)) < end:
            storm, lasts = self._storm()
            self._since += [at, at + lasts]
            self._phases += [storm, self._fair]
            at += lasts

    def next(self) -> Fault | None:
        """By the weather of this moment."""
        phase = self._phases[bisect_right(self._since, self._clock()) - 1]
        left = self._draw.random()
        for fault, chance in phase.items():
            left -= chance
            if left < 0:
                self.drawn[fault] += 1
                return fault
        return None

    def _storm(self) -> tuple[Mapping[Fault, float], float]:
        if self._draw.random() < 0.2:
            return {"out_of_credit": 1.0}, self._draw.uniform(*_POOR_SECONDS)
        return {self._draw.choice(_STORMS): self._draw.uniform(*_FOUL)}, self._draw.uniform(*_STORM_SECONDS)

    def _mixed(self, whole: float) -> Mapping[Fault, float]:
        weights = {
            fault: weight * self._draw.random() for fault, weight in _WEIGHTS.items() if fault != "out_of_credit"
        }
        total = sum(weights.values())
        return {fault: whole * weight / total for fault, weight in weights.items()}
