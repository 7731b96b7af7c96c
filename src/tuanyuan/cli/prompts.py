"""`tuanyuan prompts`: read the words that engines are told, and try others."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuanyuan.cli.bar import Bar
from tuanyuan.cli.console import Json, emit, say
from tuanyuan.cli.generate import option_of, order_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tuanyuan.domain.job import JobRequest
    from tuanyuan.domain.prompting import Variant
    from tuanyuan.services.tuning import Tried
    from tuanyuan.settings import Settings

app = typer.Typer(help="提示词。 The words that engines are told.", no_args_is_help=True, rich_markup_mode=None)

Feature = Annotated[str, typer.Argument(metavar="FEATURE", help="功能，如 reunion。 What is made.")]
Style = Annotated[str | None, typer.Option("--style", help="风格。 A style.")]
Background = Annotated[str | None, typer.Option("--background", help="背景的名字。 A preset.")]
Option = Annotated[
    list[str] | None, typer.Option("--option", metavar="NAME=VALUE", help="参数，可多次。 A parameter, repeatable.")
]
MOST_TIMES = 20


@app.callback()
def _group() -> None:
    """提示词。 The words that engines are told."""


@app.command()
def show(
    feature: Feature,
    style: Style = None,
    background: Background = None,
    engine: Annotated[str, typer.Option("--engine", help="说给谁听。 For which engine.")] = "jimeng",
    photos: Annotated[
        int | None, typer.Option("--photos", min=1, max=20, help="几张照片。 How many photos; else the fewest.")
    ] = None,
    option: Option = None,
    as_json: Json = False,
) -> None:
    """显示提示词。 Print the words for an order."""
    from tuanyuan import settings
    from tuanyuan.domain.engine import Reference
    from tuanyuan.domain.feature import FEATURES, roles, sent
    from tuanyuan.domain.job import JobRequest
    from tuanyuan.wiring import prompting

    loaded = settings.load()
    told = prompting.capabilities(loaded, engine)
    library = prompting.library(loaded)
    library.words(feature)
    count = photos or (FEATURES[feature].least if feature in FEATURES else 1)
    order = JobRequest(feature, tuple(f"{n}.jpg" for n in range(1, count + 1)), background, style, _options(option))
    shown = [Reference(role, b"", "", 1, 1) for role in roles(feature, count)[: sent(feature, count)]]
    prompt = library.compose(order, shown, told)
    if as_json:
        emit(
            {
                "feature": feature,
                "engine": engine,
                "language": prompt.language,
                "version": prompt.version,
                "text": prompt.text,
                "negative": prompt.negative,
                "styles": list(library.words(feature).zh.styles),
            }
        )
        return
    typer.echo(prompt.text)
    typer.echo(f"✗ {prompt.negative}")
    say(f"{engine}  {prompt.language}  {len(prompt.text)} 字 characters  {prompt.version}", "dim")
    say(f"风格 styles: {'、'.join(library.words(feature).zh.styles)}", "dim")


@app.command("try")
def attempt(
    feature: Feature,
    photos: Annotated[list[str], typer.Argument(metavar="PHOTO…", help="照片，按顺序。 Photos, in order.")],
    engine: Annotated[
        str, typer.Option("--engine", metavar="NAME[:MODEL],…", help="由谁来做，可多个。 Who makes it, one or more.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="放结果的文件夹。 Folder for the results.")],
    variants: Annotated[
        Path | None,
        typer.Option("--variants", metavar="FILE.toml", help="另外要试的提示词。 Other words to be tried."),
    ] = None,
    times: Annotated[int, typer.Option("--times", min=1, max=MOST_TIMES, help="每种各做几次。 How often each.")] = 1,
    style: Style = None,
    background: Background = None,
    option: Option = None,
    abroad: Annotated[
        bool, typer.Option("--abroad-agreed", help="照片中的人同意照片出境。 Everybody agrees that photos go abroad.")
    ] = False,
    as_json: Json = False,
) -> None:
    """比较提示词：同样的照片，逐张评判。 Compare words on the same photos, every picture judged."""
    from tuanyuan import settings, wiring
    from tuanyuan.services.tuning import ranked, summary
    from tuanyuan.store.prompts import LIBRARY
    from tuanyuan.wiring import prompting

    loaded = settings.load()
    order = order_of(feature, photos, background, style, option or [])
    sets: list[tuple[str, Variant | None]] = [(LIBRARY, None)]
    if variants is not None:
        sets += [(variant.name, variant) for variant in prompting.variants(variants)]
    engines = list(dict.fromkeys(name.strip() for name in engine.split(",") if name.strip()))
    fen = prompting.estimate(loaded, engines, order, abroad) * len(sets) * times
    calls = len(engines) * len(sets) * times
    say(f"调用 {calls} 次，预计 {fen} 分  {calls} calls, about {fen} fen")
    files = wiring.uploads()
    named = tuple((name, files.read(photo)) for name, photo in zip(order.photos, photos, strict=True))
    with wiring.outbox(out) as results, Bar() as bar:
        tried = []
        for name in engines:
            tried += _tried(loaded, name, abroad, order, named, sets, times, bar)
        best = ranked(tried)
        listed = [_written(one, rank, results) for rank, one in enumerate(best, 1)]
        result = {
            "feature": feature,
            "cost_fen": sum(one.cost_fen for one in tried),
            "summary": summary(tried),
            "prompts": _told(tried),
            "pictures": listed,
        }
        results.write("result.json", json.dumps(result, ensure_ascii=False, indent=2).encode())
        results.commit()
    if as_json:
        emit(result)
    else:
        _tell(result, out)
    if not any(entry["shown"] for entry in listed):
        raise typer.Exit(1)


def _tried(
    loaded: Settings,
    engine: str,
    abroad: bool,
    order: JobRequest,
    photos: tuple[tuple[str, bytes], ...],
    sets: Sequence[tuple[str, Variant | None]],
    times: int,
    bar: Bar,
) -> list[Tried]:
    """All calls of one engine, or of the model of it that is named behind a colon."""
    from tuanyuan.services.tuning import SETUP
    from tuanyuan.wiring import prompting
    from tuanyuan.wiring.generating import desk
    from tuanyuan.worker.engine_loop import EngineLoop

    use = prompting.tuning(loaded)
    found: list[Tried] = []
    name, _, model = engine.partition(":")
    with closing(EngineLoop()) as loop, desk(loaded, name, loop.run, export=abroad) as opened:
        chosen = opened.chosen(order.feature, model or None)
        for named in sets:
            for call in range(1, times + 1):
                bar.report(0.0, f"{engine} {named[0]} {call}/{times}", "")
                found += use.attempt(opened.generating, chosen, order, photos, named, call, bar.report)
                if found[-1].reason in SETUP:
                    return found
    return found


def _written(one: Tried, rank: int, results: Any) -> dict[str, Any]:
    """Its entry in result.json; the picture goes into the outbox where it may be shown, which is labelled."""
    entry = {"rank": rank, "file": None, **one.as_dict()}
    if one.data is not None:
        entry["file"] = f"{rank:02d}-{one.engine}-{one.words}-{one.call}.jpg"
        results.write(entry["file"], one.data)
    return entry


def _told(tried: Sequence[Tried]) -> list[dict[str, str]]:
    """What each engine was told, once for each words."""
    told = {}
    for one in tried:
        prompt = one.prompt
        told[one.engine, one.words] = {
            "engine": one.engine,
            "words": one.words,
            "version": prompt.version,
            "text": prompt.text,
            "negative": prompt.negative,
        }
    return list(told.values())


def _tell(result: dict[str, Any], out: Path) -> None:
    say(f"共 {result['cost_fen']} 分  {result['cost_fen']} fen in all: {out}", "green")
    for group in result["summary"]:
        say(
            f"  {group['engine']}  {group['words']}  {group['score']:.2f}  "
            f"{group['shown']}/{group['pictures']} 可展示 shown  {group['cost_fen']} 分 fen"
        )
    for entry in result["pictures"]:
        faces = entry["faces"]
        distances = " ".join(f"{distance:.2f}" for distance in entry["face_distances"]) or "–"
        say(
            f"  {entry['rank']:2}  {'✓' if entry['shown'] else '✗'} {entry['score']:.2f}  {entry['engine']} "
            f"{entry['words']} {entry['call']}  {faces['found']}/{faces['expected']} 人 faces  {distances}  "
            f"{entry['file'] or entry['reason']}",
            None if entry["shown"] else "yellow",
        )
        if entry["warnings"]:
            say(f"        {'、'.join(entry['warnings'])}", "yellow")


def _options(told: list[str] | None) -> dict[str, Any]:
    return dict(option_of(text) for text in told or [])
