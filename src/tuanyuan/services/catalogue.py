"""What can be ordered now: the written catalogue with the state of each engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tuanyuan.domain.catalogue import Catalogue, CatalogueSource
from tuanyuan.domain.messages import Problem

Probe = Callable[[], Problem | None]


@dataclass(frozen=True)
class Catalogues:
    """The use case of `tuanyuan catalogue`. `probes` tell what keeps an engine from working, by engine id."""

    source: CatalogueSource
    probes: Mapping[str, Probe]

    def show(self) -> Catalogue:
        """The catalogue of this moment. An engine without a probe is a KeyError, never ready."""
        written = self.source.catalogue()
        return replace(
            written,
            engines=tuple(engine.with_problem(self.probes[engine.id]()) for engine in written.engines),
        )
