"""What every test of a contract has: all that is logged meanwhile, which must tell nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog
from contracts.cases import tells_nothing
from contracts.subjects import nodes

from tuanyuan.engines.comfyui.fake import library


@pytest.fixture(autouse=True)
def _nothing_is_told(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No secret stands in a line of any log, at DEBUG."""
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as lines:
        yield
    for record in caplog.get_records("call"):
        tells_nothing(record.getMessage())
    tells_nothing(repr(lines))


@pytest.fixture(autouse=True)
def _every_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """ComfyUI's fakes have each that our workflows need."""
    everything = nodes()
    monkeypatch.setattr(library, "published", lambda: everything)
