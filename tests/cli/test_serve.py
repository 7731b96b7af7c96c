"""`tuanyuan start` from the outside: it opens, answers, refuses a taken port, and ends in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tuanyuan.cli import serve

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


def launched(folder: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TUANYUAN_")},
        "TUANYUAN_DATA_DIR": str(folder / "data"),
        "TUANYUAN_ENGINES": "fake",
        **more,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tuanyuan", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until_open(process: subprocess.Popen[str]) -> str:
    """What it says until it is open."""
    said = ""
    assert process.stderr is not None
    for line in process.stderr:
        said += line
        if "The studio is open" in line:
            return said
    raise AssertionError(said)


@pytest.fixture
def running(tmp_path: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
    process = launched(tmp_path, "start", "--port", str(port))
    until_open(process)
    yield process, port, tmp_path
    process.kill()
    process.communicate()


def ask(port: int, method: str, path: str, **more: Any) -> Any:
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False) as client:
        return client.request(method, path, **more)


def test_it_opens_answers_and_ends_in_order(running: tuple[subprocess.Popen[str], int, Path]) -> None:
    process, port, folder = running
    assert ask(port, "GET", "/readyz").json() == {"ready": True, "missing": []}
    login = ask(port, "POST", "/api/v1/auth/guest", json={"device": "a-device-of-the-tests"}).json()
    headers = {"authorization": f"Bearer {login['access_token']}"}
    assert ask(port, "GET", "/api/v1/wallet", headers=headers).json()["balance"] == 10

    if sys.platform == "linux":
        (core,) = [row for row in Path(f"/proc/{process.pid}/limits").read_text().splitlines() if "core file" in row]
        # 1 byte: nothing is dumped, to a collector neither. 0 where the operator has said so before.
        assert core.split()[4:6] in (["1", "1"], ["0", "0"])

    second = launched(folder, "start", "--port", str(port))
    _, said = second.communicate(timeout=120)
    assert second.returncode == 1
    assert f"127.0.0.1:{port} is in use already" in said

    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=120)
    assert process.returncode == 0, rest
    assert "Traceback" not in rest
    assert "worker left" in rest


def test_in_production_its_log_is_json_without_a_secret(tmp_path: Path, port: int) -> None:
    process = launched(
        tmp_path,
        "api",
        "--port",
        str(port),
        TUANYUAN_ENV="production",
        TUANYUAN_ENGINES="local",
        TUANYUAN_SECRET_KEY="s" * 40,
    )
    until_open(process)
    assert ask(port, "GET", "/api/v1/me?token=abc", headers={"authorization": "Bearer x.y.z"}).status_code == 401
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=120)
    assert process.returncode == 0, rest
    lines = [json.loads(line) for line in rest.splitlines() if line.startswith("{")]
    (request,) = [line for line in lines if line["event"] == "request"]
    assert (request["route"], request["status"], request["level"]) == ("/me", 401, "info")
    assert "abc" not in rest
    assert "x.y.z" not in rest
    assert "s" * 40 not in rest


def test_production_does_not_start_with_a_fake_engine(tmp_path: Path, port: int) -> None:
    process = launched(tmp_path, "start", "--port", str(port), TUANYUAN_ENV="production")
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "TUANYUAN_ENGINES=fake" in said


def test_a_worker_looks_up_again_and_again_for_a_signal_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python runs a handler between two steps: a signal just before one endless wait would never be seen."""
    waits: list[float | None] = []

    class Told(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout)
            if len(waits) == 3:
                raise KeyboardInterrupt
            return False

    monkeypatch.setattr(threading, "Event", Told)
    serve._until_stopped()
    assert waits == [0.5] * 3
