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
    for feature, shown in zip(catalogue.features, document["features"], strict=True):
        shown["photos"] = feature.photos and asdict(feature.photos)
    for engine in document["engines"]:
        engine["ready"] = engine["problem"] is None
        engine["keys_set"] = not engine["missing"]
    return document


def _list(catalogue: Catalogue) -> None:
    say("功能 Features", "bold")
    for feature in catalogue.features:
        _entry(feature.ready, feature, f"{feature.credits} 积分 credits")
        say(f"      {feature.about_zh}  {feature.about_en}", "dim")
        say(f"      {_makers(feature)}", "dim")
        if feature.here_zh:
            say(f"      {feature.here_zh}  {feature.here_en}", "dim")
        if feature.styles:
            say(f"      风格 styles: {' '.join(feature.styles)}", "dim")
    say("背景 Backgrounds", "bold")
    for background in catalogue.backgrounds:
        _entry(True, background, " ".join(background.motion))
    say("引擎 Engines", "bold")
    for engine in catalogue.engines:
        _entry(engine.problem is None, engine, " ".join((engine.region, *engine.features)))
        if engine.missing:
            say(f"      缺少设置 not set: {' '.join(engine.missing)}", "dim")
        elif engine.problem:
            show_problem(engine.problem)
    say("价格 Prices", "bold")
    for offer in catalogue.offers:
        _entry(offer.ready, offer, f"¥{offer.price_fen // 100}.{offer.price_fen % 100:02d}")
        say(f"      {offer.gives_zh}  {offer.gives_en}", "dim")
    say("✓ 现在可用 ready now   – 现在不可用 not now", "dim")


def _makers(feature: Feature) -> str:
    """Who makes it, or who would."""
    if feature.makers:
        names = " ".join(feature.makers)
        return f"由 {names} 制作  made by {names}"
    if feature.makeable:
        names = " ".join(feature.makeable)
        return f"本机做不了，需要其中一个引擎  not on this computer, it needs one of: {names}"
    return "本版本没有引擎能做  no engine of this version makes it"


def _entry(ready: bool, entry: Feature | Scene | Engine | Offer, fact: str) -> None:
    mark, style = ("✓", "green") if ready else ("–", None)
    say(f"  {mark} {entry.id:<13} {entry.name_zh} {entry.name_en}  {fact}", style)
