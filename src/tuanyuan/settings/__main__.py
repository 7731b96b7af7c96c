"""`python -m tuanyuan.settings`: `docs/settings.md`."""

from __future__ import annotations

import sys

from tuanyuan.settings import document

if __name__ == "__main__":
    sys.stdout.write(document())
