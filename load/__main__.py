"""`python -m load --users 1000 --ramp 60`: what visitors saw, as JSON; exit status 1 when a promise was broken."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from pathlib import Path

import aiohttp
import psutil

from load.visitor import Record, Visitor

PHOTO = Path(__file__).parents[1] / "samples" / "man_glasses.jpg"


def arguments() -> argparse.Namespace:
    """What to do: so many users once, or a steady number for so many minutes."""
    parser = argparse.ArgumentParser(prog="python -m load")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--ramp", type=float, default=10.0, help="seconds over which the users arrive")
    parser.add_argument("--think", type=float, default=0.0, help="mean seconds that a user takes between two steps")
    parser.add_argument("--minutes", type=float, default=0.0, help="keep this number of users busy for so long")
    parser.add_argument("--pids", default="", help="processes of the studio whose memory is watched, by comma")
    parser.add_argument("--photo", type=Path, default=PHOTO)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def memory(pids: list[int]) -> float:
    """Resident megabytes of the processes and all their children."""
    total = 0
    for pid in pids:
        try:
            root = psutil.Process(pid)
            total += sum(p.memory_info().rss for p in (root, *root.children(recursive=True)))
        except psutil.NoSuchProcess:
            continue
    return round(total / 1e6, 1)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all values do not exceed, seconds."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 4) if ordered else 0.0


async def watch(pids: list[int], seen: list[tuple[float, float]]) -> None:
    """Note the memory every ten seconds."""
    begun = time.perf_counter()
    while True:
        seen.append((round(time.perf_counter() - begun, 1), memory(pids)))
        await asyncio.sleep(10)


async def run(options: argparse.Namespace) -> dict[str, object]:
    """Let everybody in and wait until all have left."""
    record, photo, seen = Record(), options.photo.read_bytes(), []
    end = time.perf_counter() + options.minutes * 60
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=300)
    begun = time.perf_counter()
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:

        async def person(number: int) -> None:
            await asyncio.sleep(options.ramp * number / options.users)
            while True:
                await Visitor(session, options.base + "/api/v1", photo, record, think=options.think).visit()
                if time.perf_counter() > end:
                    return

        watcher = asyncio.create_task(watch([int(p) for p in options.pids.split(",") if p], seen))
        await asyncio.gather(*(person(n) for n in range(options.users)))
        watcher.cancel()
        async with session.get(options.base + "/metrics") as answer:
            metrics = await answer.text()
    unexplained = re.search(r"^tuanyuan_ledger_unexplained(?:\{[^}]*\})? ([\d.e+]+)$", metrics, re.MULTILINE)
    visits = sum(record.endings.values())
    return {
        "users": options.users,
        "seconds": round(time.perf_counter() - begun, 1),
        "visits": visits,
        "endings": record.endings,
        "picked_share": round(record.endings.get("picked", 0) / max(1, visits), 5),
        "job_seconds": {f"p{int(s * 100)}": percentile(record.jobs, s) for s in (0.5, 0.95, 0.99)},
        "requests": {
            name: {"count": len(values), **{f"p{int(s * 100)}": percentile(values, s) for s in (0.5, 0.95, 0.99)}}
            for name, values in sorted(record.seconds.items())
        },
        "refusals": record.refusals,
        "errors": record.errors[:20],
        "ledger_unexplained": float(unexplained.group(1)) if unexplained else None,
        "memory_mb": seen,
    }


def main() -> int:
    """Run, print, judge."""
    options = arguments()
    report = asyncio.run(run(options))
    text = json.dumps(report, ensure_ascii=False, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", "utf-8")
    kept = float(str(report["picked_share"])) >= 0.999 and report["ledger_unexplained"] == 0
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
