"""Measuring a finished picture against the photos that it was made from."""

from tuanyuan.imaging.judge.judge import Judge, Likeness
from tuanyuan.imaging.judge.leftover import Surroundings, surroundings

__all__ = ["Judge", "Likeness", "Surroundings", "surroundings"]
