"""An Ark of our own, for tests and for work without an account. Never in production."""

from __future__ import annotations

from tuanyuan.engines.seedream.fake.server import ArkFake

__all__ = ["ArkFake"]
