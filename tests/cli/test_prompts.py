"""`tuanyuan prompts`: the words can be read, and others compared with them, for money that is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tuanyuan.domain.messages import MESSAGES
from tuanyuan.engines.gemini.fake import GeminiFake
from tuanyuan.engines.jimeng.fake import JimengFake
from tuanyuan.engines.sandbox import Faults, serving
from tuanyuan.imaging.label import read_label

AGREED = "--abroad-agreed"
TWO = ("woman_long_hair.jpg", "man_glasses.jpg")
VARIANTS = '[[variant]]\nname = "short"\ntext = "Picture 1 and picture 2 in one portrait."\nnegative = "watermarks"\n'


def test_show_prints_the_words_and_what_must_not_be_seen(tuanyuan):
    shown = tuanyuan("prompts", "show", "reunion", "--background", "studio", "--photos", "3")
    words, never = shown.out.splitlines()
    assert shown.status == 0
    assert "入镜的是图1、图2、图3中的人" in words
    assert "手绘暖灰米色帆布背景" in words
    assert never.startswith("✗ 字幕、签名、水印")
    assert "jimeng  zh" in shown.err
    assert "classic、warm、modern" in shown.err


def test_show_speaks_as_the_engine_is_spoken_to(tuanyuan):
    shown = tuanyuan("prompts", "show", "avatar", "--style", "ink", "--engine", "gemini", "--json").json
    assert shown["language"] == "en"
    assert "Chinese ink painting" in shown["text"]
    assert "ink" in shown["styles"]
    told = tuanyuan("prompts", "show", "reunion", "--option", "fidelity=1.0", "--engine", "seedream")
    silent = tuanyuan("prompts", "show", "reunion", "--option", "fidelity=1.0", "--engine", "jimeng")
    assert "宁可不够好看也不改脸" in told.out
    assert "宁可不够好看也不改脸" not in silent.out


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        (["card"], 1, "prompt_missing"),
        (["reunion", "--style", "baroque"], 2, "option_invalid"),
        (["reunion", "--background", "moon"], 1, "background_unknown"),
        (["reunion", "--engine", "local"], 2, "engine_unknown"),
        (["reunion", "--option", "beauty_level=9"], 2, "option_invalid"),
        (["reunion", "--option", "beauty_level"], 2, "option_invalid"),
    ],
)
def test_show_refuses_what_there_is_not(tuanyuan, options, status, code):
    told = tuanyuan("prompts", "show", *options, "--json")
    assert (told.status, told.json["error"]["code"]) == (status, code)


@pytest.fixture
def gemini(monkeypatch, models_dir) -> Iterator[GeminiFake]:
    """The provider, and the settings that lead there."""
    fake = GeminiFake(Faults(), api_key="throw-away")
    with serving(fake.app) as url:
        monkeypatch.setenv("TUANYUAN_MODELS_DIR", str(models_dir))
        monkeypatch.setenv("TUANYUAN_WORKERS", "1")
        monkeypatch.setenv("TUANYUAN_GEMINI_API_KEY", "throw-away")
        monkeypatch.setenv("TUANYUAN_GEMINI_URL", url)
        yield fake


@pytest.fixture
def attempt(tuanyuan, samples, gemini) -> Callable:  # noqa: ARG001  # it must answer
    """`tuanyuan prompts try` with photos of two people, by gemini where nothing else is said."""
    Path("mine.toml").write_text(VARIANTS, "utf-8")

    def call(*options: str, feature: str = "reunion", photos: tuple[str, ...] = TWO):
        given = options if "--engine" in options else (*options, "--engine", "gemini")
        return tuanyuan("prompts", "try", feature, *(str(samples / photo) for photo in photos), *given, "--out", "out")

    return call


def words_sent(fake):
    """What the provider was told in each call, without the pictures."""
    return [call.request["contents"][0]["parts"][0]["text"] for call in fake.accepted]


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_words_are_compared_on_the_same_photos_best_first(attempt, gemini):
    # The library's words bring one picture and one that is far too small; the variant's first call fails.
    gemini.faults.then(None, "wrong_size", "fail", None)
    made = attempt(AGREED, "--variants", "mine.toml", "--times", "2", "--json")
    assert made.status == 0, made.err
    assert "调用 4 次，预计 112 分  4 calls, about 112 fen" in made.err
    result = made.json
    assert [(one["words"], one["call"], one["shown"], one["reason"]) for one in result["pictures"]] == [
        ("library", 1, True, ""),
        ("short", 2, True, ""),
        ("library", 2, False, "picture_too_small"),
        ("short", 1, False, "engine_failed"),
    ]
    best = result["pictures"][0]
    assert best["score"] > 0.9
    assert best["faces"] == {"found": 2, "expected": 2}
    assert max(best["face_distances"]) < 0.1
    assert best["warnings"] == []
    assert [one["cost_fen"] for one in result["pictures"]] == [28, 28, 28, 0]
    assert result["cost_fen"] == 84
    assert [(s["words"], s["pictures"], s["failed"], s["shown"], s["cost_fen"]) for s in result["summary"]] == [
        ("short", 1, 1, 1, 28),
        ("library", 2, 0, 1, 56),
    ]


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_each_words_reach_the_provider_and_another_call_takes_the_next_seed(attempt, gemini):
    made = attempt(AGREED, "--variants", "mine.toml", "--times", "2", "--option", "seed=7", "--json")
    assert made.status == 0, made.err
    library, again, short, shorter = words_sent(gemini)
    assert library == again
    assert "the people of picture 1 and picture 2" in library
    assert "Never show: captions" in library
    assert short == shorter
    assert short.startswith("Picture 1 and picture 2 in one portrait.\nNever show: watermarks.")
    seeds = [call.request["generationConfig"]["seed"] for call in gemini.accepted]
    assert seeds == [7, 8, 7, 8]
    told = {entry["words"]: entry for entry in made.json["prompts"]}
    assert set(told) == {"library", "short"}
    assert library.startswith(told["library"]["text"])
    assert told["short"]["version"] == told["library"]["version"] + "+short"


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_what_is_written_is_labelled_and_listed(attempt, gemini):
    gemini.faults.then(None, "wrong_size")
    made = attempt(AGREED, "--times", "2")
    assert made.status == 0, made.err
    assert made.out == ""
    assert sorted(path.name for path in Path("out").iterdir()) == ["01-gemini-library-1.jpg", "result.json"]
    assert read_label(Path("out/01-gemini-library-1.jpg").read_bytes()).label == "1"
    result = json.loads(Path("out/result.json").read_text("utf-8"))
    assert [one["file"] for one in result["pictures"]] == ["01-gemini-library-1.jpg", None]
    assert "2/2 人 faces" in made.err
    assert "56 分  56 fen" in made.err


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_an_account_that_is_wrong_is_asked_once_and_nothing_good_is_status_one(attempt, gemini):
    gemini.faults.then("out_of_credit")
    made = attempt(AGREED, "--times", "3", "--json")
    assert made.status == 1
    assert gemini.calls["generateContent"] == 1
    (only,) = made.json["pictures"]
    assert only["reason"] in ("engine_setup", "engine_out_of_credit")
    assert only["file"] is None


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ([], 1, "abroad_not_agreed"),
        ([AGREED, "--engine", "gemini,dream"], 2, "engine_unknown"),
        ([AGREED, "--engine", "gemini,local"], 2, "engine_unknown"),
        ([AGREED, "--engine", "gemini,seedream"], 1, "setting_missing"),
        ([AGREED, "--engine", "gemini:nano"], 2, "engine_model_unknown"),
        ([AGREED, "--style", "baroque"], 2, "option_invalid"),
        ([AGREED, "--background", "moon"], 1, "background_unknown"),
        ([AGREED, "--option", "fps=20"], 2, "option_invalid"),
        ([AGREED, "--variants", "nowhere.toml"], 2, "setting_invalid"),
        ([AGREED, "--times", "21"], 2, "wrong_usage"),
    ],
)
def test_what_cannot_be_asked_is_told_before_anything_is_sent(attempt, gemini, options, status, code):
    told = attempt(*options, "--json")
    assert (told.status, told.json["error"]["code"]) == (status, code)
    assert not gemini.calls
    assert [path.name for path in Path().iterdir()] == ["mine.toml"]


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_an_engine_that_reads_addresses_needs_one_before_another_is_paid(attempt, gemini, monkeypatch):
    monkeypatch.setenv("TUANYUAN_JIMENG_ACCESS_KEY", "throw-away")
    monkeypatch.setenv("TUANYUAN_JIMENG_SECRET_KEY", "throw-away")
    told = attempt(AGREED, "--engine", "gemini,jimeng")
    assert told.status == 1
    assert MESSAGES["public_url_missing"][0].format(engine="jimeng") in told.err
    assert not gemini.calls


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_a_model_is_named_behind_a_colon_and_its_task_waited_for(tuanyuan, samples, models_dir, monkeypatch):
    fake = JimengFake(access_key="throw-away", secret_key="throw-away")
    monkeypatch.setenv("TUANYUAN_MODELS_DIR", str(models_dir))
    monkeypatch.setenv("TUANYUAN_WORKERS", "1")
    monkeypatch.setenv("TUANYUAN_JIMENG_ACCESS_KEY", "throw-away")
    monkeypatch.setenv("TUANYUAN_JIMENG_SECRET_KEY", "throw-away")
    with serving(fake.app) as url:
        monkeypatch.setenv("TUANYUAN_JIMENG_URL", url)
        photo, engine = str(samples / "man_glasses.jpg"), "jimeng:jimeng_i2i_v30"
        options = ("--style", "palace", "--option", "cloth_style=tang", "--json")
        made = tuanyuan("prompts", "try", "makeover", photo, "--engine", engine, *options, "--out", "out")
    assert made.status == 0, made.err
    (one,) = made.json["pictures"]
    assert (one["model"], one["shown"], one["cost_fen"]) == ("jimeng_i2i_v30", True, 20)
    (task,) = fake.accepted
    assert "织锦唐装" in task.request["prompt"]
    assert "画面中不要出现：字幕" in task.request["prompt"]
    assert len(task.request["prompt"]) <= 800


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_a_photo_that_cannot_be_judged_costs_nothing(attempt, gemini):
    told = attempt(AGREED, "--json", photos=("woman_face_down.jpg",))
    assert (told.status, told.json["error"]["code"]) == (1, "face_turned_away")
    assert not gemini.calls
    assert not Path("out").exists()
