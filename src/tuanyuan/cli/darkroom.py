"""`tuanyuan check`, `compress` and `mask`: one photo tool each, JSON on stdout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tuanyuan.cli.console import Json, emit, say, show_problem
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.photo import WARNINGS

PhotoNames = Annotated[list[str], typer.Argument(metavar="PHOTO…", help="照片。 Photos.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="放结果的文件夹。 Folder for the results.")]


def check(photos: PhotoNames, as_json: Json = False) -> None:
    """检查照片能不能用。 Whether photos can be used, and why not."""
    from tuanyuan import settings, wiring

    with wiring.darkroom(settings.load()) as studio:
        reports = studio.check(photos)
    if as_json:
        emit({"photos": [r.as_dict() for r in reports]})
    else:
        for report in reports:
            style = "green" if report.ok else "red"
            size = f"{report.width}×{report.height}  {len(report.faces)} 张脸 faces"
            say(f"{'✓' if report.ok else '✗'} {report.file}  {size}", style)
            for problem in report.problems:
                show_problem(problem, "yellow" if problem.code in WARNINGS else "red")
    if not all(r.ok for r in reports):
        raise typer.Exit(1)


def compress(photos: PhotoNames, out: Out, as_json: Json = False) -> None:
    """压缩照片：摆正、去掉位置、不超过 2 MB。 Upright, location gone, 2 MB at most."""
    from tuanyuan import settings, wiring

    written = []
    with wiring.darkroom(settings.load()) as studio, wiring.outbox(out) as results:
        for number, photo in enumerate(photos, 1):
            data = studio.compress(photo)
            name = f"{_stem(photo, photos, number)}.{'png' if data[:4] == bytes.fromhex('89504e47') else 'jpg'}"
            results.write(name, data)
            written.append({"photo": photo, "file": name, "bytes": len(data)})
        results.commit()
    _told(written, out, as_json)


def mask(
    photos: PhotoNames,
    out: Out,
    goods: Annotated[bool, typer.Option("--goods", help="抠商品而不是人物。 Goods instead of people.")] = False,
    clothes: Annotated[
        bool, typer.Option("--clothes", help="抠上衣，改过后可用于 --clothes-mask。 The tops that people wear.")
    ] = False,
    by: Annotated[
        str | None, typer.Option("--by", help="由谁来做：local、tencent。 By whom; else all in turn.")
    ] = None,
    as_json: Json = False,
) -> None:
    """抠出人物、商品或上衣。 Cut people, goods or tops out: the mask, and the cut-out with transparency."""
    if goods and clothes:
        raise WrongUsage("option_invalid", field="--clothes", allowed="--goods ｜ --clothes")
    from tuanyuan import settings, wiring
    from tuanyuan.wiring.retouching import cutting

    written: list[dict[str, object]] = []
    with cutting(settings.load()) as studio, wiring.outbox(out) as results:
        for number, photo in enumerate(photos, 1):
            stem = _stem(photo, photos, number)
            cut = studio.cut(photo, "goods" if goods else "clothes" if clothes else "portrait", by)
            results.write(f"{stem}-mask.png", cut.mask)
            results.write(f"{stem}-cutout.png", cut.picture)
            files = {"photo": photo, "file": f"{stem}-cutout.png", "mask": f"{stem}-mask.png"}
            written.append({**files, **cut.report.as_dict()})
        results.commit()
    _told(written, out, as_json)


def _stem(photo: str, photos: list[str], number: int) -> str:
    """The photo's name without its ending; numbered where two photos share it."""
    stem = Path(photo).stem or "photo"
    shared = [p for p in photos if (Path(p).stem or "photo").casefold() == stem.casefold()]
    return stem if len(shared) == 1 else f"{stem}-{number}"


def _told(written: list[dict[str, object]], out: Path, as_json: bool) -> None:
    if as_json:
        emit({"out": str(out), "files": written})
        return
    for entry in written:
        say(f"{entry['photo']} → {out / str(entry['file'])}", "green")
