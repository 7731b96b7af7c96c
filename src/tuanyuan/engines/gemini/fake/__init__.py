"""A Gemini of our own that keeps to the contract: for tests and for work without a key. Never in production."""

from __future__ import annotations

from tuanyuan.engines.gemini.fake.answers import Words
from tuanyuan.engines.gemini.fake.server import MODELS, GeminiFake

__all__ = ["MODELS", "GeminiFake", "Words"]
