"""An OpenAI Images of our own that keeps to the contract: for tests and for work without a key. Never in production."""

from __future__ import annotations

from tuanyuan.engines.openai.fake.answers import Words
from tuanyuan.engines.openai.fake.rules import MODELS
from tuanyuan.engines.openai.fake.server import ROUTES, OpenAIFake

__all__ = ["MODELS", "ROUTES", "OpenAIFake", "Words"]
