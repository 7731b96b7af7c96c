"""The time of every feature in a warm process, on the repository's own photos."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from statistics import median

from bench import machine, ours
from bench.ours import Portrait
from bench.paths import ROOT, SAMPLES
from bench.report import say, table
from bench.warm_process import warm_process
from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.order import Order, PhotoHint

ROUNDS = 5
LARGE, UPRIGHT = (1920, 1080), (1440, 1440)


def _order(feature: str, *photos: Path, **told: object) -> Order:
    return Order(tuple(PhotoHint(str(photo)) for photo in photos), feature, **told)  # type: ignore[arg-type]  # by name


ONE = SAMPLES / "woman_blonde.jpg"
ORDERS = {
    "makeover, one person, 1920×1080, 1 candidate": _order("makeover", ONE, candidates=1, size=LARGE),
    "makeover, three people, 1920×1440, 4 candidates": _order("makeover", SAMPLES / "group_of_three.jpg"),
    "avatar, one style, 1 candidate": _order("avatar", ONE, candidates=1, style="film"),
    "avatar, 4 styles": _order("avatar", ONE, size=UPRIGHT),
    "product, 1 candidate": _order("product", SAMPLES / "goods" / "cup_of_coffee.jpg", candidates=1, style="softbox"),
    "product, 4 candidates": _order("product", SAMPLES / "goods" / "cup_of_coffee.jpg"),
    "fashion, a person as the model, 4 candidates": _order("fashion", ONE),
    "restore, 840×700, full": _order("restore", SAMPLES / "old" / "couple_laboratory.jpg", candidates=1),
    "restore, 840×700, all": _order("restore", SAMPLES / "old" / "couple_laboratory.jpg"),
    "card, 1 candidate": _order("card", ROOT / "docs" / "pictures" / "reunion.jpg", candidates=1),
}
TARGETS = {"makeover, one person, 1920×1080, 1 candidate": "≤ 1"}


def measure(rounds: int = ROUNDS) -> str:
    runs: dict[str, list[Portrait]] = defaultdict(list)
    refused: dict[str, str] = {}
    with warm_process(ours.start) as studio:
        for number in range(rounds + 1):
            for name, order in ORDERS.items():
                try:
                    made = studio(ours.made, order)
                except Rejected as error:
                    refused[name] = error.code
                    continue
                if number:
                    runs[name].append(made)
            say(f"features: {number}/{rounds}")
        memory = studio(ours.peak_memory)
    rows = []
    for name in ORDERS:
        if name in refused:
            rows.append((name, refused[name], "", "", "", ""))
            continue
        taken = [one.whole for one in runs[name]]
        steps = [one.steps for one in runs[name]]
        rows.append(
            (
                name,
                f"{median(t.wall for t in taken):.2f}",
                f"{min(t.wall for t in taken):.2f}",
                f"{median(t.processor for t in taken):.2f}",
                " / ".join(f"{median(s[k] for s in steps):.2f}" for k in ("check", "prepare", "candidates", "label")),
                TARGETS.get(name, ""),
            )
        )
    head = ("what, from file to labelled files", "seconds, median", "fastest", "processor seconds", "steps", "target")
    note = (
        f"{machine.describe()} Medians of {rounds} rounds after one to warm up. Most memory: {memory / 2**20:.0f} MB."
    )
    return f"{note} Steps: check / prepare / candidates / label.\n\n{table(head, rows)}"
