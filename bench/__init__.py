"""Measurements of the studio: `python -m bench [question …]`; the answers stand in docs/benchmarks.md."""

import sys
from pathlib import Path

# `jobs` measures the worker processes of the tests.
TESTS = str(Path(__file__).parents[1] / "tests")
sys.path.insert(0, TESTS)
