"""`python -m tuanyuan` is the same as `tuanyuan`."""

from __future__ import annotations

from tuanyuan.cli import main

main()
