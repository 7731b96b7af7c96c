"""`tuanyuan generate`: one call of one engine, judged and labelled; for trying an engine, a model, a sentence."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuanyuan.cli.bar import Bar
from tuanyuan.cli.console import Json, emit, say
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.order import MOST_CANDIDATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tuanyuan.domain.job import JobRequest
    from tuanyuan.services.generating import Generated
    from tuanyuan.store.outbox import Outbox


def generate(
    photos: Annotated[list[str], typer.Argument(metavar="PHOTO…", help="照片，按顺序。 Photos, in order.")],
    engine: Annotated[str, typer.Option("--engine", help="由谁来做。 Who makes it.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="放结果的文件夹。 Folder for the results.")],
    feature: Annotated[str, typer.Option("--feature", help="做什么。 What is made.")] = "reunion",
    model: Annotated[str | None, typer.Option("--model", help="型号；默认为首选。 Model; else its first.")] = None,
    background: Annotated[str | None, typer.Option("--background", help="背景。 A preset.")] = None,
    style: Annotated[str | None, typer.Option("--style", help="风格。 A style.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", metavar="NAME=VALUE", help="参数，可多次。 A parameter, repeatable.")
    ] = None,
    prompt: Annotated[
        str | None, typer.Option("--prompt", help="代替提示词库。 Instead of the library's words.")
    ] = None,
    candidates: Annotated[int, typer.Option("--candidates", min=1, max=MOST_CANDIDATES, help="做几张。 How many.")] = 1,
    abroad: Annotated[
        bool, typer.Option("--abroad-agreed", help="照片中的人同意照片出境。 Everybody agrees that photos go abroad.")
    ] = False,
    as_json: Json = False,
) -> None:
    """调用一次某个引擎。 One call of one engine."""
    from tuanyuan import settings, wiring
    from tuanyuan.domain.engine import Prompt
    from tuanyuan.wiring.generating import desk
    from tuanyuan.worker.engine_loop import EngineLoop

    order = order_of(feature, photos, background, style, option or [])
    files = wiring.uploads()
    named = tuple((name, files.read(photo)) for name, photo in zip(order.photos, photos, strict=True))
    words = None if prompt is None else Prompt(prompt, version="command line")
    with (
        closing(EngineLoop()) as loop,
        desk(settings.load(), engine, loop.run, export=abroad) as opened,
        wiring.outbox(out) as results,
        Bar() as bar,
    ):
        chosen = opened.chosen(feature, model)
        made = opened.generating.once(chosen, order, named, bar.report, words, candidates)
        listed = write(made, results, f"{feature}-{engine}")
        result = {"feature": feature, **made.as_dict(), "photos": dict(zip(order.photos, photos, strict=True))}
        result["candidates"] = listed
        if listed:
            results.write("result.json", json.dumps(result, ensure_ascii=False, indent=2).encode())
            results.commit()
    if as_json:
        emit(result)
    else:
        _tell(made, listed, out)
    if not listed:
        raise typer.Exit(1)


def write(made: Generated, results: Outbox, stem: str) -> list[dict[str, Any]]:
    """The pictures into the outbox; their entries for result.json, best first."""
    from tuanyuan.services.keepsakes import handed_over

    listed = []
    for rank, picture in enumerate(made.pictures, 1):
        names = handed_over(f"{stem}-{rank}", picture.data, picture.files, results)
        facts = {key: value for key, value in picture.facts.items() if key != "source"}
        listed.append({**names, **facts, "rank": rank, "width": picture.width, "height": picture.height})
    return listed


def order_of(
    feature: str, photos: Sequence[str], background: str | None, style: str | None, options: Sequence[str]
) -> JobRequest:
    """The order in the service's words. WrongUsage option_invalid."""
    from tuanyuan.domain import parameters
    from tuanyuan.domain.feature import FEATURES
    from tuanyuan.domain.job import JobRequest

    if feature not in FEATURES:
        raise WrongUsage("option_invalid", field="--feature", allowed="、".join(FEATURES))
    taking = FEATURES[feature]
    if not taking.least <= len(photos) <= taking.most:
        raise WrongUsage("option_invalid", field="PHOTO", allowed=f"{taking.least}–{taking.most}")
    told = dict(option_of(text) for text in options)
    parameters.read(told)
    names = tuple(f"{number}-{Path(photo).name}" for number, photo in enumerate(photos, 1))
    return JobRequest(feature, names, background, style, told)


def option_of(text: str) -> tuple[str, Any]:
    """`name=value`; numbers, true and false as such, anything else as a word."""
    name, separator, value = text.partition("=")
    if not separator:
        raise WrongUsage("option_invalid", field="--option", allowed="NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _tell(made: Generated, listed: Sequence[dict[str, Any]], out: Path) -> None:
    say(f"{made.engine} {made.model}  {made.seconds:.1f} s  {made.cost_fen} 分 fen", "green" if listed else "yellow")
    for entry in listed:
        people = "  ".join(
            f"#{p['person']} {p['face_distance']:.2f}" for p in entry["people"] if p["face_distance"] is not None
        )
        say(f"  {entry['rank']}  {out / entry['file']}  {entry['score']:.2f}  {people}")
    for reason in made.rejected:
        say(f"  ✗ {reason}", "yellow")
