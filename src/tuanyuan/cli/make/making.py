"""Carrying out an order on this computer and telling what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuanyuan.cli.bar import Bar
from tuanyuan.cli.console import emit, say
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.messages import MESSAGES
from tuanyuan.domain.order import Order, PhotoHint, parse_hint, parse_size


def carry_out(order: Order, out: Path, as_json: bool) -> None:
    """Make the pictures into the folder `out`."""
    from tuanyuan import settings, wiring

    with wiring.picturing(settings.load()) as studio, wiring.outbox(out) as results, Bar() as bar:
        result = studio.make(order, results, bar.report)
    if as_json:
        emit(result)
    else:
        _tell(result, out)


def sized(text: str | None) -> tuple[int, int] | None:
    """What `--size` says."""
    return None if text is None else parse_size(text)


def hints(photos: Sequence[str], persons: Sequence[str] | None) -> tuple[PhotoHint, ...]:
    """One hint for each photo, in the order of the photos. WrongUsage person_without_photo."""
    given = {hint.photo: hint for hint in (parse_hint(text) for text in persons or ())}
    by_name = {Path(photo).name: photo for photo in photos}
    for name in given:
        if name not in photos and name not in by_name:
            raise WrongUsage("person_without_photo", photo=name)
    found = []
    for photo in photos:
        hint = given.get(photo) or given.get(Path(photo).name) or PhotoHint(photo)
        found.append(PhotoHint(photo, hint.scale, hint.row, hint.faces))
    return tuple(found)


def _tell(result: dict[str, Any], out: Path) -> None:
    say(f"做好了 {len(result['candidates'])} 张，最好的在前 Made, best first: {out}", "green")
    for candidate in result["candidates"]:
        distances = "  ".join(
            f"{Path(p['photo']).name}#{p['person']} {p['face_distance']:.2f}"
            for p in candidate["people"]
            if p["face_distance"] is not None
        )
        say(f"  {candidate['rank']}  {candidate['file']}  {candidate['score']:.2f}  {distances}")
        for p in candidate["people"]:
            for code in p["warnings"]:
                say(f"       {Path(p['photo']).name}：{MESSAGES[code][0]}  {MESSAGES[code][1]}", "yellow")
    if any(candidate["people"] for candidate in result["candidates"]):
        say("  人脸距离：0 为同一张，0.6 为陌生人 Face distance: 0 the same picture, 0.6 a stranger", "dim")
