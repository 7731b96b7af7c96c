"""Tuanyuan Studio (团圆照相馆): natural family portraits from separate portraits."""

__version__ = "0.1.0"
