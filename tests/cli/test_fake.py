"""`tuanyuan fake`: a provider of our own, told how to be reached; never in production."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import cv2
import httpx2
import pytest
from doubles import photos

from tuanyuan.domain.messages import MESSAGES
from tuanyuan.engines.sandbox import FAULTS, Faults, serving
from tuanyuan.settings import Settings
from tuanyuan.wiring.engines import KEYED, keyed, manifest
from tuanyuan.wiring.fakes import FAKES, build


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """`tuanyuan fake …`, and what it says until it listens."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("TUANYUAN_")}
    command = [sys.executable, "-m", "tuanyuan", "fake", *arguments]
    with subprocess.Popen(command, cwd=folder, env=told, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            yield process, [process.stderr.readline() for _ in range(3)]
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["deepseek"], "engine_unknown", "openai_compatible"),
        (["local"], "engine_unknown", "jimeng"),
        (["gemini", "--fault", "earthquake"], "option_invalid", "refuse_input"),
        (["gemini", "--port", "70000"], "wrong_usage", "--port"),
        (["gemini", "--seconds", "-1"], "wrong_usage", "--seconds"),
        ([], "wrong_usage", "NAME"),
    ],
)
def test_what_there_is_none_of_is_told_with_what_there_is(tuanyuan, monkeypatch, arguments, code, named):
    monkeypatch.setattr("tuanyuan.engines.sandbox.run", _never)
    outcome = tuanyuan("fake", *arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert MESSAGES[code][0].partition("{")[0] in outcome.err
    assert MESSAGES[code][1].partition("{")[0] in outcome.err
    assert named in outcome.err


def test_it_never_opens_in_production(tuanyuan, monkeypatch):
    monkeypatch.setattr("tuanyuan.engines.sandbox.run", _never)
    monkeypatch.setenv("TUANYUAN_ENV", "production")
    outcome = tuanyuan("fake", "jimeng")
    assert (outcome.status, outcome.out) == (1, "")
    assert "正式环境不能启动模拟服务：jimeng" in outcome.err
    assert "A fake never starts in production: jimeng" in outcome.err
    assert "is open" not in outcome.err


# Services that an engine or a tool asks; the engine `restoration` asks three of them.
PARTNERS = ("aliyun_facebody", "aliyun_oss", "tencent_image", "tencent_ci")


def test_every_engine_with_a_key_has_a_fake_and_its_settings_lead_there(monkeypatch):
    engines = tuple(name for name in KEYED if name != "restoration")
    assert tuple(FAKES) == (*engines, *PARTNERS)
    for name in engines:
        told = build(name, Faults(), 0.0).settings("http://127.0.0.1:9000")
        with monkeypatch.context() as environment:
            for setting, value in told.items():
                environment.setenv(setting, value)
            settings = Settings(_env_file=None)
        assert {f"TUANYUAN_{key.upper()}" for key in manifest(name, {}).keys} <= set(told)
        engine = keyed(manifest(name, {}), settings)
        assert engine.name == name
        keys = [value for setting, value in told.items() if setting.endswith(("_KEY", "_TOKEN"))]
        assert all(value.startswith("throw-away-") for value in keys)


def test_the_fakes_of_both_vendors_together_switch_the_restoration_on(monkeypatch):
    for number, name in enumerate(PARTNERS):
        told = build(name, Faults(), 0.0).settings(f"http://127.0.0.1:900{number}")
        for setting, value in told.items():
            monkeypatch.setenv(setting, value)
    settings = Settings(_env_file=None)
    assert settings.aliyun_facebody_url == "http://127.0.0.1:9000"
    assert (settings.tencent_ci_url, settings.tencent_ci_bucket) == ("http://127.0.0.1:9003", "bkt-1250000000")
    engine = keyed(manifest("restoration", {}), settings)
    models = [(model.id, model.needs_address) for model in engine.capabilities.models]
    assert models == [("aliyun-enhance-face", False), ("tencent-enhance-image", False)]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_fake_of_a_partner_is_asked_by_our_own_client(tuanyuan, portrait, models_dir, monkeypatch):
    """`tuanyuan restore` by the fakes whose settings `tuanyuan fake` tells."""
    monkeypatch.setenv("TUANYUAN_MODELS_DIR", str(models_dir))
    soft = cv2.GaussianBlur(portrait("man_glasses").rgb[::2, ::2], (0, 0), 3.0)
    Path("me.png").write_bytes(photos.save(soft, "PNG"))
    with ExitStack() as running:
        for name in ("aliyun_facebody", "aliyun_oss", "tencent_image"):
            made = build(name, Faults(), 0.0)
            for setting, value in made.settings(running.enter_context(serving(made.app))).items():
                monkeypatch.setenv(setting, value)
        for by in ("aliyun", "tencent"):
            assert tuanyuan("restore", "me.png", "--out", f"{by}.jpg", "--by", by, "--json").json["by"] == by


def test_each_fault_of_the_sandbox_may_be_asked_for(tuanyuan, monkeypatch):
    opened = []
    monkeypatch.setattr("tuanyuan.engines.sandbox.run", lambda *given: opened.append(given[1:]))
    faults = [part for fault in ("ok", *FAULTS) for part in ("--fault", fault)]
    outcome = tuanyuan("fake", "seedream", "--port", "9123", *faults)
    assert outcome.status == 0, outcome.err
    assert opened == [("127.0.0.1", 9123)]
    assert "TUANYUAN_SEEDREAM_URL=http://127.0.0.1:9123/api/v3" in outcome.err


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_it_says_how_it_is_reached_answers_and_ends_in_order(tmp_path, port):
    with started(tmp_path, "gemini", "--port", str(port)) as (process, said):
        assert f"http://127.0.0.1:{port}" in said[0]
        assert [line.strip() for line in said[1:]] == [
            "TUANYUAN_GEMINI_API_KEY=throw-away-gemini-api-key",
            f"TUANYUAN_GEMINI_URL=http://127.0.0.1:{port}",
        ]
        with httpx2.Client(transport=httpx2.HTTPTransport(retries=20), timeout=120, trust_env=False) as client:
            answer = client.post(
                f"http://127.0.0.1:{port}/v1/models/gemini-2.5-flash-image:generateContent",
                headers={"x-goog-api-key": "wrong"},
                json={"contents": [{"parts": [{"text": "a room"}]}]},
            )
        assert answer.status_code == 403
        assert answer.json()["error"]["status"] == "PERMISSION_DENIED"
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        rest = process.stderr.read()
        assert "Traceback" not in rest
        # uvicorn ends in order on the signal, and gives it on.
        assert process.wait(120) in (0, 143, -signal.SIGTERM)


def _never(*given):
    raise AssertionError(given)
