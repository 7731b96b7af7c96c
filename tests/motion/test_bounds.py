"""Compiled loops look at no index: so each is compiled once with such a look, and leaves none of its arrays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("inside_bounds.py")
# What a source plane had on the right before: a run at the frame's edge read beyond it.
TOO_NARROW = """
import sys
from tuanyuan.motion import plates
plates.RIGHT = plates.PAD + 64
sys.path.insert(0, sys.argv[1])
import inside_bounds
inside_bounds.main()
"""


def run(cache: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(cache)}
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, env=environment, check=False)


def test_no_loop_leaves_its_arrays(tmp_path: Path) -> None:
    done = run(tmp_path, str(SCRIPT))
    assert done.returncode == 0, done.stderr
    narrow = run(tmp_path, "-c", TOO_NARROW, str(SCRIPT.parent))
    assert narrow.returncode == 1
    assert "IndexError: index is out of bounds" in narrow.stderr
