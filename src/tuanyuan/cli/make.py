"""`tuanyuan make`: the features."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuanyuan.cli.bar import Bar
from tuanyuan.cli.console import Json, emit, say
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.messages import MESSAGES
from tuanyuan.domain.reunion import MOST_BEAUTY, MOST_CANDIDATES, Order, PersonHint, parse_person, parse_size

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(help="做照片。 Make pictures.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """做照片。 Make pictures."""


@app.command()
def reunion(
    photos: Annotated[
        list[str],
        typer.Argument(metavar="PHOTO…", help="每人一张照片，最多五个人。 One photo each, five people at most."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="放结果的文件夹。 Folder for the results.")],
    background: Annotated[
        str, typer.Option("--background", help="背景的名字或图片。 A preset or a picture file.")
    ] = "new-year-wall",
    candidates: Annotated[
        int, typer.Option("--candidates", min=1, max=MOST_CANDIDATES, help="做几张。 How many.")
    ] = MOST_CANDIDATES,
    engine: Annotated[str, typer.Option("--engine", help="由谁来做。 Who makes it.")] = "local",
    size: Annotated[str, typer.Option("--size", metavar="WxH", help="宽x高。 Width x height.")] = "1920x1440",
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**31, help="同一个数，同样的像素。 Same seed, same pixels.")
    ] = 1001,
    beauty: Annotated[
        int, typer.Option("--beauty", min=0, max=MOST_BEAUTY, help="美颜，0 关。 Skin evened; 0 is off.")
    ] = 1,
    person: Annotated[
        list[str] | None,
        typer.Option(
            "--person",
            metavar="photo=…,scale=0.8,row=front,faces=1+2",
            help="谁更矮、站哪排、选哪几位。 Height, row, faces.",
        ),
    ] = None,
    free: Annotated[bool, typer.Option("--watermark", help="加免费版水印。 With the free tier's watermark.")] = False,
    as_json: Json = False,
) -> None:
    """把分开拍的照片合成全家福。 One family portrait from separate photos."""
    order = Order(_hints(photos, person or []), background, candidates, parse_size(size), seed, beauty, free)
    from tuanyuan import settings, wiring

    if engine != "local":
        raise WrongUsage("engine_unknown", given=engine, known="local")
    with wiring.reunion(settings.load()) as studio, wiring.outbox(out) as results, Bar() as bar:
        result = studio.make(order, results, bar.report)
    if as_json:
        emit(result)
    else:
        _tell(result, out)


def _hints(photos: Sequence[str], persons: Sequence[str]) -> tuple[PersonHint, ...]:
    """One hint for each photo, in the order of the photos."""
    given = {hint.photo: hint for hint in (parse_person(text) for text in persons)}
    by_name = {Path(photo).name: photo for photo in photos}
    for name in given:
        if name not in photos and name not in by_name:
            raise WrongUsage("person_without_photo", photo=name)
    hints = []
    for photo in photos:
        hint = given.get(photo) or given.get(Path(photo).name) or PersonHint(photo)
        hints.append(PersonHint(photo, hint.scale, hint.row, hint.faces))
    return tuple(hints)


def _tell(result: dict[str, Any], out: Path) -> None:
    say(f"做好了 {len(result['candidates'])} 张，最好的在前 Made, best first: {out}", "green")
    for candidate in result["candidates"]:
        distances = "  ".join(
            f"{Path(p['photo']).name}#{p['person']} {p['face_distance']:.2f}" for p in candidate["people"]
        )
        say(f"  {candidate['rank']}  {candidate['file']}  {candidate['score']:.2f}  {distances}")
        for p in candidate["people"]:
            for code in p["warnings"]:
                say(f"       {Path(p['photo']).name}：{MESSAGES[code][0]}  {MESSAGES[code][1]}", "yellow")
    say("  人脸距离：0 为同一张，0.6 为陌生人 Face distance: 0 the same picture, 0.6 a stranger", "dim")
