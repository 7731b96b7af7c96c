"""`tuanyuan generate` in this process: what is refused is refused before anything is sent, and leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tuanyuan.domain.clip import KINDS
from tuanyuan.domain.feature import FEATURES
from tuanyuan.domain.messages import MESSAGES
from tuanyuan.engines.gemini.fake import GeminiFake
from tuanyuan.engines.sandbox import serving
from tuanyuan.engines.seedream.fake import ArkFake
from tuanyuan.imaging.label import read_label
from tuanyuan.store.catalogue import CatalogueFiles

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])
AGREED = "--abroad-agreed"
CLIPS = "doubao-seedance-1-0-pro-250528"


@pytest.fixture
def served() -> Iterator[tuple[GeminiFake, str]]:
    fake = GeminiFake(api_key="throw-away")
    with serving(fake.app) as url:
        yield fake, url


@pytest.fixture
def gemini(served) -> GeminiFake:
    """The provider, who must not be asked for nothing."""
    return served[0]


@pytest.fixture
def generate(tuanyuan, served, models_dir, samples, monkeypatch) -> Callable:
    """One call with a photo that can be used, by gemini where nothing else is said."""
    monkeypatch.setenv("TUANYUAN_MODELS_DIR", str(models_dir))
    monkeypatch.setenv("TUANYUAN_GEMINI_API_KEY", "throw-away")
    monkeypatch.setenv("TUANYUAN_GEMINI_URL", served[1])

    def call(*options: str, photos: tuple[str, ...] = ("man_glasses.jpg",)):
        given = options if "--engine" in options else (*options, "--engine", "gemini")
        return tuanyuan("generate", *(str(samples / photo) for photo in photos), *given, "--out", "out")

    return call


@pytest.mark.parametrize(
    ("options", "status", "code", "named"),
    [
        (["--engine", "dream"], 2, "engine_unknown", "openai_compatible"),
        (["--engine", "fake"], 2, "engine_unknown", "replicate"),
        ([AGREED, "--model", "nano"], 2, "engine_model_unknown", "gemini-3-pro-image"),
        ([AGREED, "--feature", "restore"], 2, "engine_model_unknown", "restore"),
        ([AGREED, "--feature", "dance"], 2, "option_invalid", "--feature"),
        ([AGREED, "--feature", "tryon"], 2, "option_invalid", "2–2"),
        ([AGREED, "--option", "seed"], 2, "option_invalid", "NAME=VALUE"),
        ([AGREED, "--option", "seed=word"], 2, "option_invalid", "options.seed"),
        ([AGREED, "--option", "sharpness=3"], 2, "option_invalid", "options.sharpness"),
        ([AGREED, "--option", "motion_bucket_id=5"], 2, "option_invalid", "options.motion_bucket_id"),
        ([AGREED, "--candidates", "5"], 2, "wrong_usage", "--candidates"),
        (["--feature", "motion", AGREED], 2, "engine_model_unknown", "motion"),
        ([], 1, "abroad_not_agreed", "--abroad-agreed"),
        (["--engine", "seedream"], 1, "setting_missing", "TUANYUAN_SEEDREAM_API_KEY"),
        (["--engine", "comfyui"], 1, "setting_missing", "TUANYUAN_COMFYUI_URL"),
        (["--engine", "jimeng"], 1, "setting_missing", "TUANYUAN_JIMENG_ACCESS_KEY"),
    ],
)
def test_what_cannot_be_asked_is_told_and_nothing_is_sent(generate, gemini, options, status, code, named):
    told = generate(*options)
    assert (told.status, told.out) == (status, "")
    assert MESSAGES[code][0].partition("{")[0] in told.err
    assert MESSAGES[code][1].partition("{")[0] in told.err
    assert named in told.err
    as_json = generate(*options, "--json")
    assert (as_json.status, as_json.json["error"]["code"]) == (status, code)
    assert not gemini.calls
    assert [*Path().iterdir()] == []


def test_six_photos_are_too_many(generate, gemini):
    outcome = generate(AGREED, "--json", photos=("man_glasses.jpg",) * 6)
    assert (outcome.status, outcome.json["error"]["code"]) == (2, "option_invalid")
    assert "1–5" in outcome.json["error"]["advice_en"]
    assert not gemini.calls


def test_a_photo_that_cannot_be_judged_is_refused_before_it_costs_anything(generate, gemini):
    outcome = generate(AGREED, "--json", photos=("man_glasses.jpg", "woman_face_down.jpg"))
    error = outcome.json["error"]
    assert (outcome.status, error["code"]) == (1, "face_turned_away")
    assert [photo["file"] for photo in error["photos"]] == ["2-woman_face_down.jpg"]
    missing = generate(AGREED, "--json", photos=("nobody.jpg",))
    assert (missing.status, missing.json["error"]["code"]) == (1, "file_missing")
    assert not gemini.calls
    assert [*Path().iterdir()] == []


def test_pictures_by_address_need_a_public_address(generate, monkeypatch):
    monkeypatch.setenv("TUANYUAN_JIMENG_ACCESS_KEY", "throw-away")
    monkeypatch.setenv("TUANYUAN_JIMENG_SECRET_KEY", "throw-away")
    # Nobody listens there: were anything sent, it would fail otherwise.
    monkeypatch.setenv("TUANYUAN_JIMENG_URL", "http://127.0.0.1:9")
    told = generate("--engine", "jimeng", "--model", "jimeng_t2i_v40")
    assert told.status == 1
    assert MESSAGES["public_url_missing"][0].format(engine="jimeng") in told.err
    assert "TUANYUAN_PUBLIC_URL" in told.err
    assert [*Path().iterdir()] == []


def test_a_model_of_clips_is_not_asked_for_pictures(generate, monkeypatch):
    monkeypatch.setenv("TUANYUAN_SEEDREAM_API_KEY", "throw-away")
    monkeypatch.setenv("TUANYUAN_SEEDREAM_URL", "http://127.0.0.1:9/api/v3")
    told = generate("--engine", "seedream", "--model", CLIPS, "--json")
    assert (told.status, told.json["error"]["code"]) == (2, "engine_model_unknown")
    assert [*Path().iterdir()] == []


def test_everything_in_the_catalogue_can_be_ordered(scenes):
    assert {feature.id for feature in CatalogueFiles(scenes).catalogue().features} == set(FEATURES)


def test_a_key_that_the_provider_does_not_take_is_our_set_up_and_stays_unsaid(generate, gemini, monkeypatch):
    monkeypatch.setenv("TUANYUAN_GEMINI_API_KEY", "another-throw-away")
    told = generate(AGREED, "--prompt", "a family in a quiet room")
    assert told.status == 1
    assert "引擎 gemini 的账号或设置有问题" in told.err
    for kept in ("another-throw-away", "a family in a quiet room"):
        assert kept not in told.err
    assert gemini.accepted == []
    assert [*Path().iterdir()] == []


def test_words_parameters_and_model_of_the_command_line_reach_the_provider(generate, gemini):
    options = ("--model", "gemini-3-pro-image", "--prompt", "a family in a quiet room", "--option", "seed=7")
    made = generate(AGREED, *options, "--option", "size=1600x1200", "--json")
    assert made.status == 0, made.err
    (accepted,) = gemini.accepted
    assert accepted.model == "gemini-3-pro-image"
    assert "a family in a quiet room" in json.dumps(accepted.request)
    assert accepted.request["generationConfig"]["seed"] == 7
    assert made.json["model"] == "gemini-3-pro-image"
    assert made.json["prompt"] == {"text": "a family in a quiet room", "negative": "", "version": "command line"}
    assert made.json["billed"] == len(made.json["candidates"]) == 1
    assert made.json["cost_fen"] >= 97
    assert made.json == json.loads(Path("out/result.json").read_text("utf-8"))
    assert sorted(path.name for path in Path("out").iterdir()) == ["result.json", "reunion-gemini-1.jpg"]
    assert read_label(Path("out/reunion-gemini-1.jpg").read_bytes()).label == "1"


def test_a_clip_of_an_engine_leaves_as_ours_do(generate, monkeypatch):
    fake = ArkFake(api_key="throw-away")
    with serving(fake.app) as url:
        monkeypatch.setenv("TUANYUAN_SEEDREAM_API_KEY", "throw-away")
        monkeypatch.setenv("TUANYUAN_SEEDREAM_URL", f"{url}/api/v3")
        outcome = generate("--engine", "seedream", "--feature", "motion", "--style", "snow", "--json")
    assert outcome.status == 0, outcome.err
    (candidate,) = outcome.json["candidates"]
    assert "细雪" in outcome.json["prompt"]["text"]
    assert set(candidate["files"]) == set(KINDS)
    (person,) = candidate["people"]
    assert person["face_distance"] < 0.35
    for name in (candidate["file"], *candidate["files"].values()):
        label = read_label(Path("out", name).read_bytes())
        assert label is not None
        assert label.produce_id == candidate["produce_id"]
