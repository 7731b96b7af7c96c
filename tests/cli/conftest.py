"""Each command runs in an empty folder, with none of this machine's settings."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tuanyuan.cli.frame import run


@dataclass(frozen=True)
class Outcome:
    """What a run of the command line left: exit status, standard output, standard error."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def tuanyuan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    for name in [name for name in os.environ if name.startswith("TUANYUAN_")]:
        monkeypatch.delenv(name)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("COLUMNS", "200")

    def call(*args: str) -> Outcome:
        capsys.readouterr()
        status = run(args)
        return Outcome(status, *capsys.readouterr())

    return call
