"""A Jimeng of our own, for tests and for work without an account. Never in production."""

from __future__ import annotations

from tuanyuan.engines.jimeng.fake.server import JimengFake

__all__ = ["JimengFake"]
