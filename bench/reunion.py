"""The time and memory of a family portrait, against rembg that only cuts out the same five photos."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from bench import machine, ours, rembg_cutter
from bench.ours import Portrait
from bench.paths import SAMPLES
from bench.report import say, table
from bench.spent import Spent, medians
from bench.warm_process import Call, warm_process

FIVE = ("elderly_man", "woman_long_hair", "woman_headscarf", "man_glasses", "woman_blonde")
GROUP_SIZE, SINGLE_SIZE = (1920, 1440), (1920, 1080)
BACKGROUND = "new-year-wall"
ROUNDS = 5
INSIDE = {
    "check": (),
    "prepare": ("segmentation", "trimap", "solve", "foreground", "light", "seating"),
    "candidates": ("render", "judge"),
    "label": ("label",),
}
Runs = dict[str, list[Spent]]


def measure(rounds: int = ROUNDS) -> str:
    photos = [str(SAMPLES / f"{name}.jpg") for name in FIVE]
    portraits: list[Portrait] = []
    runs: Runs = defaultdict(list)
    others: list[float] = []
    with warm_process(ours.start) as studio, warm_process(rembg_cutter.start) as rembg:
        say("reunion: warming up both programs")
        _round(studio, rembg, photos)
        for number in range(1, rounds + 1):
            portrait, spent, used = _round(studio, rembg, photos)
            portraits.append(portrait)
            others.append(used)
            for name, one in spent.items():
                runs[name].append(one)
            say(f"reunion: {number}/{rounds}: " + ", ".join(f"{n} {s.wall:.2f} s" for n, s in spent.items()))
        memory = {"worker": studio(ours.peak_memory), "rembg": rembg(rembg_cutter.peak_memory)}
    with warm_process(ours.start) as fresh:
        fresh(ours.portrait, photos, 4, GROUP_SIZE, BACKGROUND)
        memory["fresh"] = fresh(ours.peak_memory)
    circumstances = (
        f"{machine.describe()} Medians of {rounds} rounds, the two programs taking turns. Other programs used "
        f"{median(others):.1f} of the {machine.cores()} cores meanwhile (from {min(others):.1f} to {max(others):.1f})."
    )
    worst = max(d for p in portraits for d in p.face_distances)
    return "\n\n".join((circumstances, _whole(runs), _ratios(runs, memory, worst), _stages(portraits)))


def _round(studio: Call, rembg: Call, photos: Sequence[str]) -> tuple[Portrait, dict[str, Spent], float]:
    """Everything once; also how many cores were busy with something else."""
    wall, busy = time.perf_counter(), machine.busy()
    portrait: Portrait = studio(ours.portrait, photos, 4, GROUP_SIZE, BACKGROUND)
    plain = rembg(rembg_cutter.cut, photos, False)
    single: Portrait = studio(ours.portrait, photos[:1], 1, SINGLE_SIZE, BACKGROUND)
    cut = studio(ours.cut, photos)
    matting = rembg(rembg_cutter.cut, photos, True)
    spent = {"portrait": portrait.whole, "single": single.whole, "cut": cut, "rembg": plain, "matting": matting}
    elapsed, after = time.perf_counter() - wall, machine.busy()
    if busy is None or after is None:
        return portrait, spent, float("nan")
    own = sum(s.processor for s in spent.values())
    return portrait, spent, max(0.0, (after - busy - own) / elapsed)


def _whole(runs: Runs) -> str:
    names = {
        "portrait": "**portrait: 5 people, 4 candidates, 1920×1440**, from files to labelled files",
        "single": "one person, new background, 1920×1080, 1 candidate",
        "cut": "our cut-outs alone of the five photos at full size, two at a time",
        "rembg": "rembg: the five cut-outs alone",
        "matting": "rembg with `alpha_matting`: the five cut-outs alone",
    }
    targets = {"portrait": "≤ 4", "single": "≤ 1"}
    rows = []
    for name, what in names.items():
        taken = medians(runs[name])
        fastest = min(s.wall for s in runs[name])
        rows.append((what, f"{taken.wall:.2f}", f"{fastest:.2f}", f"{taken.processor:.2f}", targets.get(name, "")))
    return table(("what", "seconds, median", "fastest", "processor seconds", "target"), rows)


def _ratios(runs: Runs, memory: dict[str, int], worst: float) -> str:
    rows: list[tuple[str, str, str]] = []
    for name, what in (("portrait", "whole portrait"), ("cut", "our cut-outs alone")):
        for rival, against, target in (("matting", "rembg with matting", "≤ 0.1×"), ("rembg", "rembg without", "≤ 2×")):
            ratio = median(a.wall / b.wall for a, b in zip(runs[name], runs[rival], strict=True))
            rows.append((f"{what} / {against}", f"{ratio:.3f}×", target if name == "portrait" else ""))
    megabytes = {who: f"{held / 2**20:.0f} MB" for who, held in memory.items()}
    rows += [
        ("most memory of a fresh process that made one portrait", megabytes["fresh"], "≤ 1.2 GB"),
        ("… of the worker after all the rounds, cut-outs at full size included", megabytes["worker"], ""),
        ("… of rembg's process", megabytes["rembg"], ""),
        ("largest face distance in these portraits", f"{worst:.3f}", "≤ 0.35"),
    ]
    return table(("", "measured", "target"), rows)


def _stages(portraits: Sequence[Portrait]) -> str:
    rows = []
    for step, inside in INSIDE.items():
        rows.append((f"**{step}**", f"{median(p.steps[step] for p in portraits):.2f}", ""))
        for stage in inside:
            rows.append((f"· {stage}", "", f"{median(p.stages.get(stage, 0.0) for p in portraits):.2f}"))
    return table(("step of the portrait", "seconds", "processor seconds, all threads"), rows)
