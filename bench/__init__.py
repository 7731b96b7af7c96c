"""Measurements of the studio: `python -m bench [question …]`; the answers stand in docs/benchmarks.md."""
