"""`tuanyuan judge`: whether everybody is in the picture, once, undistorted and recognisable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tuanyuan.cli.console import Json, emit, say
from tuanyuan.domain.messages import MESSAGES


def judge(
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="要评判的照片。 The picture to judge.")],
    photo: Annotated[list[str], typer.Option("--photo", help="每个人的原照片。 The photo of each person.")],
    as_json: Json = False,
) -> None:
    """逐个核对照片里的人。 Compare a picture with the photos it should show."""
    from tuanyuan import settings, wiring

    with wiring.judging(settings.load()) as studio:
        verdict = studio.look(picture, photo)
    if as_json:
        emit(verdict)
    else:
        say(
            f"{'✓' if verdict['passed'] else '✗'} {picture}  {verdict['score']:.2f}",
            "green" if verdict["passed"] else "red",
        )
        for person in verdict["people"]:
            distance = "–" if person["face_distance"] is None else f"{person['face_distance']:.2f}"
            say(f"  {Path(person['photo']).name}#{person['person']}  {distance}")
            for code in person["warnings"]:
                say(f"     {MESSAGES[code][0]}  {MESSAGES[code][1]}", "yellow")
        for code in verdict["warnings"]:
            say(f"  {MESSAGES[code][0]}  {MESSAGES[code][1]}", "yellow")
    if not verdict["passed"]:
        raise typer.Exit(1)
