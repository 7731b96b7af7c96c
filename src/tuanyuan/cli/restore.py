"""`tuanyuan restore`: an old or poor photo made better."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tuanyuan.cli.console import Json, emit, say
from tuanyuan.domain.errors import WrongUsage

if TYPE_CHECKING:
    from tuanyuan.imaging.encode import OutputFormat

_FORMATS: dict[str, OutputFormat] = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp"}


def restore(
    photo: Annotated[str, typer.Argument(metavar="PHOTO", help="照片。 A photo.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="结果文件。 The file to write: JPG, PNG, WebP.")],
    by: Annotated[
        str | None,
        typer.Option("--by", help="由谁来做：local、aliyun、tencent。 By whom; else all in turn."),
    ] = None,
    as_json: Json = False,
) -> None:
    """修复老照片：去噪、去黄、提亮，认得出本人。 Restore an old photo; faces stay who they are."""
    from tuanyuan import settings, wiring
    from tuanyuan.wiring.retouching import restoring

    format = _FORMATS.get(out.suffix.lower())
    if format is None:
        detail = out.suffix or out.name
        raise WrongUsage(
            "wrong_usage",
            detail_zh=f"--out 的格式不支持：{detail}",
            detail_en=f"--out has no known format: {detail}",
            command="tuanyuan restore",
        )
    with restoring(settings.load()) as studio, wiring.outbox(out.parent) as results:
        restored = studio.restore(photo, uuid.uuid4().hex, by, format)
        results.write(out.name, restored.file)
        results.commit()
    report = restored.report.as_dict()
    if as_json:
        distances = [None if d is None else round(d, 4) for d in restored.face_distances]
        told = {"photo": photo, "file": str(out), "produce_id": restored.produce_id, "face_distances": distances}
        emit({**told, **report})
        return
    say(f"{photo} → {out}  ({report['by']})", "green")
    for passed in restored.report.passed:
        say(f"  {passed.way}: {passed.problem.message_zh}  {passed.problem.message_en}", "yellow")
