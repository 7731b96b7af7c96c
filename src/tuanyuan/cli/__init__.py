"""The command line `tuanyuan`: parse, one call, render."""

from __future__ import annotations

import sys


def main() -> None:
    """Run, and exit with 0 done, 1 impossible, 2 wrong usage, 130 stopped."""
    from tuanyuan.cli.frame import run

    sys.exit(run(sys.argv[1:]))
