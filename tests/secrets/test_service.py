"""Nothing that was secret stands in the books after a job, or in what the service says from the outside."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from doubles.books import RecordingUnits
from doubles.canaries import WORDS, listening, secrets_of
from doubles.driving import LENT_SIGNATURE, driven, photo
from doubles.routes import a_router
from doubles.studio import Desk
from starlette.testclient import TestClient

from tuanyuan.domain.engine import Prompt
from tuanyuan.http.app import create
from tuanyuan.settings import Settings
from tuanyuan.wiring.studio import open_studio

CANARY = "canary-key-that-nobody-may-see"
SIGNATURE = "c0ffee" * 10 + "c0ff"
SECRETS = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]


class CanaryPrompts:
    """Implements `Prompts` with words that are looked for afterwards."""

    def compose(self, *given: Any, **more: Any) -> Prompt:
        del given, more
        return Prompt(WORDS, version="test")


def everything(books: Path) -> str:
    """All rows of all tables."""
    with closing(sqlite3.connect(books)) as opened:
        tables = [name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(repr(row) for name in tables for row in opened.execute(f'SELECT * FROM "{name}"'))


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
@pytest.mark.parametrize("name", ["jimeng", "gemini", "replicate"])
@pytest.mark.parametrize("fault", [None, "refuse_input", "out_of_credit", "malformed"])
def test_no_row_of_the_books_holds_a_key_a_word_or_an_address(name: str, fault: Any, empty_sqlite, tmp_path) -> None:
    units = RecordingUnits(empty_sqlite.database(tmp_path))
    with listening() as overheard, driven(name, *([fault] * 9)) as driving:
        lender, pixels = driving.generating.briefing.lending, driving.generating.briefing.pixels
        desk = Desk(units, tmp_path, engine=driving.engine)  # type: ignore[arg-type]  # an engine is an engine
        briefing = replace(desk.generation.briefing, pixels=pixels, prompts=CanaryPrompts(), lending=lender)
        desk.generation = replace(
            desk.generation, briefing=briefing, run=driving.generating.run, sleep=lambda _: time.sleep(0.01)
        )
        desk.use(a_router(desk.engines, desk.clock, addresses=True))
        desk.agree("export_abroad", True)
        job = desk.done(desk.order(desk.photo(data=photo(0))))
        overheard.note(job, desk.events(job.id))
        keys = [value for setting, value in driving.settings.items() if setting.endswith(("_KEY", "_TOKEN"))]
        canaries = [*keys, WORDS, LENT_SIGNATURE, *secrets_of(driving.exchanges)]
        asked = b"".join(bytes(exchange.body) for exchange in driving.exchanges)
    assert driving.exchanges
    assert WORDS.encode() in asked or name == "replicate"
    assert len(desk.outcomes(job.id)) >= 1
    # What became of a lost answer one provider can tell, and then there is a picture.
    if fault != "malformed":
        assert (job.status == "completed") == (fault is None), job.error
    rows = everything(tmp_path / "studio.db")
    assert job.id in rows
    assert [canary for canary in canaries if canary in rows] == []
    assert overheard.leaked(canaries) == []


def test_what_the_service_shows_holds_no_setting_that_is_secret(tmp_path: Path) -> None:
    told: dict[str, Any] = {name: f"{CANARY}-{name}-0123456789" for name in SECRETS}
    urls = {"comfyui_url": "http://gpu.example", "openai_compatible_url": "http://gpu.example/v1"}
    # Pydantic's own argument.
    settings = Settings(_env_file=None, data_dir=tmp_path, wechat_app_id="wx1", **urls, **told)  # type: ignore[call-arg]
    with listening() as overheard, open_studio(settings) as studio:
        overheard.note(settings, studio, settings.model_dump(), settings.model_dump_json())
        with TestClient(create(studio), raise_server_exceptions=False) as client:
            for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/api/v1/catalogue", "/api/v1/me"):
                answer = client.get(path)
                overheard.note(answer.text, dict(answer.headers))
                assert answer.status_code in (200, 401, 503), path
    assert len(SECRETS) >= 10
    assert "tuanyuan_" in overheard.text
    assert overheard.leaked([CANARY]) == []


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_server_with_its_debugging_on_says_nothing_of_what_it_was_sent(tmp_path: Path, port: int) -> None:
    told = {name: value for name, value in os.environ.items() if not name.startswith("TUANYUAN_")}
    told |= {f"TUANYUAN_{name.upper()}": f"{CANARY}-{name}-0123456789" for name in SECRETS}
    told |= {"TUANYUAN_DATA_DIR": str(tmp_path / "data"), "TUANYUAN_DEBUG": "true"}
    command = [sys.executable, "-m", "tuanyuan", "api", "--port", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, env=told, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = ""
        while "The studio is open" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False) as client:
            headers = {"authorization": f"Bearer {CANARY}.a.b"}
            query = f"expires=9999999999&signature={SIGNATURE}"
            statuses = [
                client.get(f"/api/v1/files/{'0' * 32}?{query}").status_code,
                client.get("/api/v1/me", headers=headers).status_code,
                client.post("/api/v1/auth/refresh", json={"refresh_token": CANARY}).status_code,
                client.post("/api/v1/auth/guest", json={"device": f"{CANARY}-of-a-device"}).status_code,
                client.post("/api/v1/jobs", headers=headers, content=CANARY.encode()).status_code,
            ]
        process.send_signal(signal.SIGTERM)
        said += process.stderr.read()
    assert statuses == [404, 401, 401, 200, 401]
    assert said.count("route=") >= 5
    assert CANARY not in said
    assert SIGNATURE not in said
