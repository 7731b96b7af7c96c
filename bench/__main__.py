"""`python -m bench [question …]`: measure, print Markdown; `--write` puts it into the docs."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

from bench.report import put, say

QUESTIONS = ("reunion", "features", "edges", "salience", "identity", "checks", "jobs", "routing", "overhead", "motion")
ON_A_FOLDER = frozenset({"identity", "checks"})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the studio.")
    parser.add_argument("questions", nargs="*", metavar="question", help=f"{', '.join(QUESTIONS)}; all without one")
    parser.add_argument("--folder", type=Path, help="photos for identity and checks instead of the repository's")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    given = parser.parse_args()
    if unknown := set(given.questions) - set(QUESTIONS):
        parser.error(f"no such question: {', '.join(sorted(unknown))}")
    if given.folder and given.write:
        parser.error("the docs hold the figures of the repository's own photos: --write without --folder")
    for question in given.questions or QUESTIONS:
        say(f"{question} …")
        measure = import_module(f"bench.{question}").measure
        text = measure(given.folder) if given.folder and question in ON_A_FOLDER else measure()
        print(f"\n## {question}\n\n{text}\n", flush=True)
        if given.write:
            put(question, text)


if __name__ == "__main__":
    main()
