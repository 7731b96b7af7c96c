"""What can be ordered now: the written catalogue, who makes each feature, and the state of each engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tuanyuan.domain.capabilities import Capabilities
from tuanyuan.domain.catalogue import Catalogue, CatalogueSource, Engine, makes
from tuanyuan.domain.messages import Problem, problem

Probe = Callable[[], Problem | None]
Styles = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Maker:
    """An engine as the operator has set it up. missing: names of the settings without which it is off.

    probe: looks for what else keeps it from working; None: there is nothing to look for without asking it.
    """

    id: str
    capabilities: Capabilities
    in_use: bool = True
    missing: tuple[str, ...] = ()
    probe: Probe | None = None

    def problem(self, addresses: bool) -> Problem | None:
        """Why it makes nothing, the first thing to repair; None: nothing that is known."""
        if self.missing:
            return problem("engine_keys_missing", engine=self.id, settings="、".join(self.missing))
        if not self.in_use:
            return problem("engine_not_in_use", engine=self.id)
        if not addresses and all(model.needs_address for model in self.capabilities.models):
            return problem("public_url_missing", engine=self.id)
        return self.probe() if self.probe is not None else None


def _no_styles(feature: str) -> Sequence[str]:
    del feature
    return ()


@dataclass(frozen=True)
class Catalogues:
    """The use case of `tuanyuan catalogue`. addresses: whether the world can read a file of ours.

    styles: what the `style` of a feature may be, by its id.
    """

    source: CatalogueSource
    makers: Sequence[Maker]
    addresses: bool = False
    styles: Styles = _no_styles

    def show(self) -> Catalogue:
        """The catalogue of this moment."""
        written = self.source.catalogue()
        used = {maker.id: makes(maker.capabilities, self.addresses) for maker in self.makers if maker.in_use}
        able = {maker.id: makes(maker.capabilities, addresses=True) for maker in self.makers}
        features = tuple(
            replace(
                feature.made_by(used),
                makeable=feature.made_by(able).makers,
                styles=self._styles(feature.id),
            )
            for feature in written.features
        )
        return replace(written, features=features, engines=self.engines())

    def _styles(self, feature: str) -> tuple[str, ...]:
        """Those that any engine in use has; while none makes the feature, all that are known."""
        known = tuple(self.styles(feature))
        makers = [m.capabilities for m in self.makers if m.in_use and feature in m.capabilities.features]
        if not makers or any(feature not in able.styles for able in makers):
            own = [style for able in makers for style in able.styles.get(feature, ())]
            return tuple(dict.fromkeys([*known, *own]))
        had = dict.fromkeys(style for able in makers for style in able.styles[feature])
        return tuple(sorted(had, key=lambda style: known.index(style) if style in known else len(known)))

    def engines(self) -> tuple[Engine, ...]:
        """Every engine with its state of this moment."""
        return tuple(self._listed(maker) for maker in self.makers)

    def broken(self, engine: str) -> Problem | None:
        """What the probe of an engine in use finds; None: nothing, or it has none."""
        probe = next((maker.probe for maker in self.makers if maker.id == engine and maker.in_use), None)
        return probe() if probe is not None else None

    def _listed(self, maker: Maker) -> Engine:
        able = maker.capabilities
        return Engine(
            id=maker.id,
            name_zh=able.name_zh,
            name_en=able.name_en,
            features=tuple(sorted(able.features)),
            max_people=max(model.references for model in able.models),
            max_candidates=max(model.outputs for model in able.models),
            problem=maker.problem(self.addresses),
            region=able.region,
            provider=able.provider,
            in_use=maker.in_use,
            missing=maker.missing,
        )
