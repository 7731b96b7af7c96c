"""`tuanyuan catalogue`: what can be made, on which background, by whom, at what price."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tuanyuan.cli.console import Json, emit, say, show_problem

if TYPE_CHECKING:
    from tuanyuan.domain.catalogue import Catalogue, Engine, Feature, Offer
    from tuanyuan.domain.scene import Scene


def show(as_json: Json = False) -> None:
    """列出功能、背景、引擎和价格。 What can be made, and its price."""
    from tuanyuan import settings, wiring

    catalogue = wiring.catalogue(settings.load()).show()
    if as_json:
        emit(_document(catalogue))
    else:
        _list(catalogue)


def _document(catalogue: Catalogue) -> dict[str, Any]:
    document = asdict(catalogue)
    for background in document["backgrounds"]:
        background["picture"] = str(background["picture"])
    for engine in document["engines"]:
        engine["ready"] = engine["problem"] is None
    return document


def _list(catalogue: Catalogue) -> None:
    say("功能 Features", "bold")
    for feature in catalogue.features:
        _entry(feature.ready, feature, f"{feature.credits} 积分 credits")
        say(f"      {feature.about_zh}  {feature.about_en}", "dim")
    say("背景 Backgrounds", "bold")
    for background in catalogue.backgrounds:
        _entry(True, background, " ".join(background.motion))
    say("引擎 Engines", "bold")
    for engine in catalogue.engines:
        _entry(engine.problem is None, engine, " ".join(engine.features))
        if engine.problem:
            show_problem(engine.problem)
    say("价格 Prices", "bold")
    for offer in catalogue.offers:
        _entry(offer.ready, offer, f"¥{offer.price_fen // 100}.{offer.price_fen % 100:02d}")
        say(f"      {offer.gives_zh}  {offer.gives_en}", "dim")
    say("✓ 本版本可用 ready in this version   – 尚未提供 not yet", "dim")


def _entry(ready: bool, entry: Feature | Scene | Engine | Offer, fact: str) -> None:
    mark, style = ("✓", "green") if ready else ("–", None)
    say(f"  {mark} {entry.id:<14}{entry.name_zh} {entry.name_en}  {fact}", style)
