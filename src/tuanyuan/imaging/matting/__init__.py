"""Cutting people out: masks of two networks, a trimap, closed-form alpha, clean foreground colours.

Recipe and figures: docs/benchmarks.md.
"""

from tuanyuan.imaging.matting.cutout import Cutout, PersonCutter

__all__ = ["Cutout", "PersonCutter"]
