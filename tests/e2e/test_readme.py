"""The README's commands do what it says, on the real studio with nothing but this computer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tuanyuan.imaging.label import read_label

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def script(document: str) -> str:
    (block,) = re.findall(r"```sh\n(api=.*?)```", (ROOT / document).read_text("utf-8"), re.DOTALL)
    return block


@pytest.fixture
def studio(tmp_path: Path, models_dir: Path, port: int) -> Iterator[int]:
    """`tuanyuan start` with an empty data folder; the port."""
    told = {k: v for k, v in os.environ.items() if not k.startswith("TUANYUAN_")}
    told |= {"TUANYUAN_DATA_DIR": str(tmp_path / "data"), "TUANYUAN_MODELS_DIR": str(models_dir)}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tuanyuan", "start", "--port", str(port)], cwd=tmp_path, env=told, stderr=log
        )
        try:
            until_ready(port, process)
            yield port
        finally:
            process.terminate()
            assert process.wait(120) == 0


def until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):
        assert process.poll() is None, "the studio ended"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail("the studio never got ready")


def test_the_first_guest_makes_a_portrait_with_curl(studio: int, tmp_path: Path) -> None:
    written = script("README.md").replace("127.0.0.1:8000", f"127.0.0.1:{studio}")
    written = written.replace("-o family.jpg", f"-o {tmp_path / 'family.jpg'}")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", written], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = [int(p) for p in re.findall(r'"progress":\s*(\d+)', done.stdout)]
    assert {10, 30, 50, 80, 100} <= set(told)
    assert told == sorted(told)
    picture = (tmp_path / "family.jpg").read_bytes()
    assert read_label(picture) is not None
    with Image.open(tmp_path / "family.jpg") as opened:
        assert opened.size == (1920, 1440)


def test_both_languages_show_the_same_commands() -> None:
    assert script("README.md") == script("README.zh-CN.md")
