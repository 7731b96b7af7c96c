"""`tuanyuan generate` from the outside, with an engine that reads photos by address: a fake provider, a studio that
lends the copies, one call after the other. Whatever the provider does, nothing half-made and no open copy stays.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from doubles.ports import own_port

from tuanyuan.domain.messages import MESSAGES
from tuanyuan.imaging.label import read_label
from tuanyuan.services.generating import OPERATOR

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

# What the provider does after a good call, one after the other, and the code that is told; "": the reason of a picture.
CALLS = [
    ("refuse_input", "engine_input_refused"),
    ("cut", "answer_lost"),
    ("expired", "picture_gone"),
    ("broken", ""),
]
PEOPLE = ("man_glasses.jpg", "woman_long_hair.jpg")


@dataclass(frozen=True)
class Bench:
    """A fake Jimeng and a studio at its public address, both processes of their own."""

    folder: Path
    samples: Path
    told: dict[str, str]

    def generate(self, out: str, *options: str) -> subprocess.CompletedProcess[str]:
        photos = [str(self.samples / person) for person in PEOPLE]
        command = ["generate", *photos, "--engine", "jimeng", "--model", "jimeng_t2i_v40", "--out", out, *options]
        return subprocess.run(
            [sys.executable, "-m", "tuanyuan", *command],
            cwd=self.folder,
            env=self.told,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def lent(self) -> list[tuple[str, str, int]]:
        """(owner, state, when it ends in ms) of every copy that was ever lent."""
        with closing(sqlite3.connect(self.folder / "data" / "studio.db")) as books:
            return books.execute("SELECT user_id, state, expires_at FROM files WHERE kind = 'reference'").fetchall()


@pytest.fixture
def bench(tmp_path: Path, models_dir: Path, samples: Path, port: int) -> Iterator[Bench]:
    with own_port() as provider:
        yield from _bench(tmp_path, models_dir, samples, provider, port)


def _bench(tmp_path: Path, models_dir: Path, samples: Path, provider: int, studio: int) -> Iterator[Bench]:
    told = {name: value for name, value in os.environ.items() if not name.startswith("TUANYUAN_")}
    told |= {
        "TUANYUAN_DATA_DIR": str(tmp_path / "data"),
        "TUANYUAN_MODELS_DIR": str(models_dir),
        "TUANYUAN_ENGINES": "fake",
        "TUANYUAN_PUBLIC_URL": f"http://127.0.0.1:{studio}",
        "TUANYUAN_JIMENG_ACCESS_KEY": "throw-away-jimeng-access-key",
        "TUANYUAN_JIMENG_SECRET_KEY": "throw-away-jimeng-secret-key",
        "TUANYUAN_JIMENG_URL": f"http://127.0.0.1:{provider}",
    }
    faults = [part for fault in ("ok", *(fault for fault, _ in CALLS)) for part in ("--fault", fault)]
    running = [
        launched(tmp_path, told, "fake", "jimeng", "--port", str(provider), *faults),
        launched(tmp_path, told, "start", "--port", str(studio)),
    ]
    try:
        until_answered(f"http://127.0.0.1:{studio}/readyz")
        until_answered(f"http://127.0.0.1:{provider}/")
        yield Bench(tmp_path, samples, told)
    finally:
        for process in running:
            process.kill()
            process.wait()


def launched(folder: Path, told: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    with (folder / f"{arguments[0]}.log").open("w") as log:
        return subprocess.Popen([sys.executable, "-m", "tuanyuan", *arguments], cwd=folder, env=told, stderr=log)


def until_answered(address: str) -> None:
    with httpx2.Client(trust_env=False) as client:
        for _ in range(6000):
            try:
                client.get(address)
            except httpx2.TransportError:
                time.sleep(0.05)
            else:
                return
    pytest.fail(f"nobody answers at {address}")


def check_shape(candidate: dict[str, Any]) -> None:
    """Design §4: what others rely on in result.json."""
    assert {"file", "rank", "score", "width", "height", "people", "warnings"} <= set(candidate)
    assert isinstance(candidate["warnings"], list)
    for person in candidate["people"]:
        assert {"photo", "person", "box", "face_distance", "warnings"} <= set(person)
        assert len(person["box"]) == 4
        assert all(isinstance(side, int | float) for side in person["box"])


def test_a_good_call_and_four_bad_ones(bench: Bench) -> None:
    made = bench.generate("good", "--json")
    assert made.returncode == 0, made.stderr
    result = json.loads(made.stdout)
    assert json.loads((bench.folder / "good" / "result.json").read_text("utf-8")) == result
    assert sorted(path.name for path in (bench.folder / "good").iterdir()) == ["result.json", "reunion-jimeng-1.jpg"]
    assert read_label((bench.folder / "good" / "reunion-jimeng-1.jpg").read_bytes()).label == "1"
    assert (result["feature"], result["engine"], result["model"]) == ("reunion", "jimeng", "jimeng_t2i_v40")
    (candidate,) = result["candidates"]
    check_shape(candidate)
    assert (candidate["file"], candidate["rank"]) == ("reunion-jimeng-1.jpg", 1)
    assert [result["photos"][person["photo"]] for person in candidate["people"]] == [
        str(bench.samples / person) for person in PEOPLE
    ]
    # 0 is the same picture, 0.6 a stranger: the fake shows the very people that it read at the lent addresses.
    assert all(0 < person["face_distance"] <= 0.25 for person in candidate["people"])
    assert (result["billed"], result["cost_fen"]) == (1, 20)
    check_lent(bench, 2)

    for number, (fault, code) in enumerate(CALLS, 2):
        bad = bench.generate(fault)
        assert (bad.returncode, bad.stdout) == (1, ""), (fault, bad.stderr)
        assert "Traceback" not in bad.stderr
        if code:
            for words in MESSAGES[code][:3]:
                assert words in bad.stderr, fault
        else:
            assert "✗ file_not_a_photo" in bad.stderr or "✗ file_damaged" in bad.stderr
        assert not (bench.folder / fault).exists()
        for kept in ("throw-away", "signature=", "Signature=", result["prompt"]["text"][:20]):
            assert kept not in bad.stderr
        check_lent(bench, 2 * number)


def check_lent(bench: Bench, count: int) -> None:
    """So many copies were lent, to the operator, and none of them can be read any more."""
    lent = bench.lent()
    assert len(lent) == count
    assert {owner for owner, _, _ in lent} == {OPERATOR}
    now = time.time() * 1000
    assert all(state == "erased" or end <= now for _, state, end in lent)
