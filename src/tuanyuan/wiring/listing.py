"""Every engine there is, in use or not, for the catalogue and the doctor. Nobody is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tuanyuan.domain.errors import StudioError
from tuanyuan.services.catalogue import Maker, Probe, Styles
from tuanyuan.wiring.engines import KEYED, keyed, local_limits, manifest, manifests, missing, names

if TYPE_CHECKING:
    from tuanyuan.domain.engine import Engine
    from tuanyuan.engines.manifest import Manifest
    from tuanyuan.settings import Settings
    from tuanyuan.store.prompts import PromptFiles

LOCAL, FAKE = "local", "fake"
# Addresses of an engine that asks several services.
_URLS = {"restoration": ("aliyun_facebody_url", "aliyun_oss_url", "tencent_image_url")}


def makers(settings: Settings, probes: Mapping[str, Probe]) -> tuple[Maker, ...]:
    """`local`, then every engine that a key switches on; the fake one only where it is in use."""
    from tuanyuan.engines.local.engine import able

    used = names(settings)
    found = [Maker(LOCAL, able(local_limits(settings)), LOCAL in used, probe=probes.get(LOCAL))]
    for name, told in manifests(settings).items():
        maker = Maker(name, told.capabilities, name in used, tuple(missing(told, settings)), probes.get(name))
        found.append(_built(maker, told, settings) if maker.in_use and not maker.missing else maker)
    if FAKE in used:
        from tuanyuan.engines.fake.engine import FakeEngine

        found.append(Maker(FAKE, FakeEngine().capabilities))
    return tuple(found)


def _built(maker: Maker, told: Manifest, settings: Settings) -> Maker:
    """As it is with its keys: an engine may leave models out, or not start at all. Building it asks nobody."""
    import asyncio

    from tuanyuan.services.closing import closed

    try:
        engine = keyed(told, settings)
    except StudioError as error:
        wrong = error.problem
        return replace(maker, probe=lambda: wrong)
    asyncio.run(closed({maker.id: engine}))
    return replace(maker, capabilities=engine.capabilities)


def makers_of(engines: Mapping[str, Engine], probes: Mapping[str, Probe]) -> tuple[Maker, ...]:
    """The engines of a running studio."""
    return tuple(Maker(name, engine.capabilities, probe=probes.get(name)) for name, engine in engines.items())


def styles_of(prompts: PromptFiles) -> Styles:
    """The styles of a feature, from the prompt library."""

    def styles(feature: str) -> tuple[str, ...]:
        return tuple(prompts.words(feature).zh.styles) if feature in prompts.features else ()

    return styles


def strange(settings: Settings) -> list[str]:
    """Names in TUANYUAN_ENGINES that are no engine."""
    return [name for name in names(settings) if name not in (LOCAL, FAKE, *KEYED)]


def exposed(settings: Settings) -> list[str]:
    """Settings that lead an engine in use to an address without TLS: its fake, or a relay that anybody can listen to.

    Not where the address is what switches it on: that is a server of the operator's own.
    """
    found = []
    for name in names(settings):
        for setting in _URLS.get(name, (f"{name}_url",)):
            url = getattr(settings, setting, None)
            if name in KEYED and url and not url.startswith("https://") and setting not in manifest(name, {}).keys:
                found.append(f"TUANYUAN_{setting.upper()}")
    told = manifests(settings)
    for name in names(settings):
        # The operator's own file may name an address, too; what the setting says counts before it.
        if name in KEYED and f"{name}_url" not in told[name].keys and not getattr(settings, f"{name}_url", None):
            found += [] if told[name].url.startswith("https://") else ["TUANYUAN_ENGINES_FILE"]
    return found
