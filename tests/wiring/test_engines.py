"""Which engines are in use, what each is built with, and what an operator's own file may change."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.feature import FEATURES
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.settings import Settings
from tuanyuan.wiring.engines import KEYED, build, build_one, keyed, manifest, manifests, missing, names
from tuanyuan.wiring.listing import exposed
from tuanyuan.wiring.studio import open_studio

CANARY = "canary-key-that-nobody-may-see"
# All that each engine needs to be on, and another setting of it.
KEYS = {
    "jimeng": {"jimeng_access_key": CANARY, "jimeng_secret_key": CANARY},
    "seedream": {"seedream_api_key": CANARY},
    "gemini": {"gemini_api_key": CANARY},
    "openai": {"openai_api_key": CANARY},
    "openai_compatible": {"openai_compatible_url": "http://gpu.example:8000/v1"},
    "comfyui": {"comfyui_url": "http://gpu.example:8188"},
    "replicate": {"replicate_api_token": CANARY, "replicate_version": "comfyui/any-comfyui-workflow:" + 64 * "a"},
    "restoration": {"aliyun_access_key": CANARY, "aliyun_secret_key": CANARY},
}

REGIONS = {"jimeng": "cn", "seedream": "cn", "restoration": "cn", "comfyui": "here"}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    """No setting and no `.env` of this machine."""
    for name in [name for name in os.environ if name.startswith("TUANYUAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def settings(**changes: Any) -> Settings:
    return Settings(**changes)


def own(folder: Path, text: str) -> Settings:
    """With the operator's own values, and every key."""
    file = folder / "engines.toml"
    file.write_text(text, encoding="utf-8")
    every = {name: value for keys in KEYS.values() for name, value in keys.items()}
    return settings(engines_file=file, **every)


def test_the_manifest_of_each_can_be_read_and_says_all_that_an_operator_must_know() -> None:
    found = manifests(settings())
    assert tuple(found) == KEYED
    assert set(KEYS) <= set(KEYED)
    for name, read in found.items():
        capabilities = read.capabilities
        assert read.name == name
        assert {key.removeprefix("TUANYUAN_").lower() for key in missing(read, settings())} <= set(KEYS[name])
        assert set(KEYS[name]) <= set(Settings.model_fields)
        assert set(capabilities.parameters) == set(PARAMETERS), name
        assert capabilities.features <= set(FEATURES), name
        assert capabilities.features, name
        assert capabilities.region == REGIONS.get(name, "abroad")
        # Who gets the pictures is named, but where nobody does.
        assert bool(capabilities.provider) == (capabilities.region != "here")
        assert not capabilities.complete
        for model in capabilities.models:
            assert model.price_fen > 0, model.id
            assert 0 < capabilities.expected_seconds(model) < capabilities.deadline(model), model.id
        assert read.url.startswith("http") or read.keys == (f"{name}_url",)


def test_nothing_set_leaves_this_computer() -> None:
    assert names(settings()) == ["local"]


@pytest.mark.parametrize("name", KEYS)
def test_auto_is_what_has_its_keys_and_this_computer(name: str) -> None:
    assert names(settings(**KEYS[name])) == [name, "local"]
    for left_out in KEYS[name]:
        some = {key: value for key, value in KEYS[name].items() if key != left_out}
        assert names(settings(**some)) == ["local"]


def test_auto_with_every_key_keeps_the_order() -> None:
    every = {name: value for keys in KEYS.values() for name, value in keys.items()}
    assert names(settings(**every)) == [*(name for name in KEYED if name in KEYS), "local"]


@pytest.mark.parametrize("name", KEYS)
def test_an_empty_key_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in KEYS[name]:
        monkeypatch.setenv(f"TUANYUAN_{key.upper()}", "")
    empty = settings()
    assert names(empty) == ["local"]
    assert missing(manifest(name, {}), empty) == [f"TUANYUAN_{key.upper()}" for key in KEYS[name]]
    with pytest.raises(OurFault) as refused:
        keyed(manifest(name, {}), empty)
    assert refused.value.code == "setting_missing"
    assert f"TUANYUAN_{next(iter(KEYS[name])).upper()}" in refused.value.problem.message_en


def test_an_empty_secret_given_in_code_is_none_too() -> None:
    assert names(settings(gemini_api_key="")) == ["local"]


# Restoration has the addresses and keys of its vendors; tests/engines/restoration builds it.
@pytest.mark.parametrize("name", [name for name in KEYS if name != "restoration"])
def test_each_is_built_with_its_keys_and_the_address_that_is_set(name: str) -> None:
    url = f"http://relay.example/{name}/v1"
    told = settings(**KEYS[name] | {f"{name}_url": url, f"{name}_api_key": CANARY})
    engine = keyed(manifest(name, {}), told)
    assert (engine.name, engine.resumable) == (name, False)
    assert engine.capabilities == manifest(name, {}).capabilities
    held = _held(engine)
    assert any(value.startswith("http://relay.example/") for value in held), held
    assert any(CANARY in value for value in held) or name == "comfyui"


ALIYUN = {"aliyun_access_key": CANARY, "aliyun_secret_key": CANARY}
TENCENT = {"tencent_secret_id": CANARY, "tencent_secret_key": CANARY}
BUCKET = {"aliyun_oss_bucket": "bkt", "aliyun_oss_region": "cn-shanghai"}


@pytest.mark.parametrize(
    ("keys", "models"),
    [
        (ALIYUN, {"aliyun-enhance-face": True}),
        (ALIYUN | BUCKET, {"aliyun-enhance-face": False}),
        (TENCENT, {"tencent-enhance-image": False}),
        (ALIYUN | TENCENT, {"aliyun-enhance-face": True, "tencent-enhance-image": False}),
        (TENCENT | {"aliyun_access_key": CANARY}, {"tencent-enhance-image": False}),
    ],
)
def test_the_restoration_is_on_with_the_keys_of_either_vendor(keys: dict[str, str], models: dict[str, bool]) -> None:
    """By model, whether it needs an address of ours: with a bucket it lends its own."""
    told = settings(**keys)
    assert names(told) == ["restoration", "local"]
    engine = build_one("restoration", told, None)  # type: ignore[arg-type]  # no pixels are worked on
    assert {model.id: model.needs_address for model in engine.capabilities.models} == models


def test_the_restoration_is_off_with_half_of_the_keys_and_names_the_other_half() -> None:
    half = settings(tencent_secret_id=CANARY)
    assert names(half) == ["local"]
    assert missing(manifest("restoration", {}), half) == ["TUANYUAN_TENCENT_SECRET_KEY"]


def test_an_address_of_a_vendor_without_tls_is_told_to_production() -> None:
    told = settings(**ALIYUN, aliyun_facebody_url="http://127.0.0.1:9000", tencent_image_url="https://relay.example")
    assert exposed(told) == ["TUANYUAN_ALIYUN_FACEBODY_URL"]


def _held(thing: Any, depth: int = 4) -> list[str]:
    """Every text in an object and the objects that it is made of."""
    if isinstance(thing, str):
        return [thing]
    if isinstance(thing, dict):
        return [text for value in thing.values() for text in _held(value, depth)]
    if depth and type(thing).__module__.startswith("tuanyuan.engines"):
        return [text for value in vars(thing).values() for text in _held(value, depth - 1)]
    return []


def test_named_engines_are_built_in_their_order_and_no_others() -> None:
    told = settings(engines=" gemini , local", **KEYS["gemini"], **KEYS["seedream"])
    assert list(build(told, None)) == ["gemini", "local"]  # type: ignore[arg-type]  # pixels are not asked
    assert build_one("seedream", told, None).name == "seedream"  # type: ignore[arg-type]  # no pixels are worked on


@pytest.mark.parametrize(
    ("engines", "code", "named"),
    [("gemini", "setting_missing", "TUANYUAN_GEMINI_API_KEY"), ("dream", "setting_invalid", "dream")],
)
def test_a_named_engine_without_key_or_at_all_is_told(engines: str, code: str, named: str) -> None:
    with pytest.raises(OurFault) as refused:
        build(settings(engines=engines), None)  # type: ignore[arg-type]  # no pixels are worked on
    assert refused.value.code == code
    assert named in refused.value.problem.message_en


def test_no_engine_at_all_is_told() -> None:
    with pytest.raises(OurFault) as refused:
        build(settings(engines=" , "), None)  # type: ignore[arg-type]  # no pixels are worked on
    assert (refused.value.code, "TUANYUAN_ENGINES" in refused.value.problem.message_en) == ("setting_missing", True)


def test_the_operators_own_values_change_a_price_and_add_a_model(tmp_path: Path) -> None:
    told = own(
        tmp_path,
        """
        [gemini]
        region = "cn"
        provider = "Example Relay Ltd."
        limits = {concurrency = 3}
        [[gemini.model]]
        id = "gemini-2.5-flash-image"
        price_fen = 31
        [[gemini.model]]
        id = "gemini-9-image"
        features = ["reunion"]
        price_fen = 5
        """,
    )
    before, after = manifest("gemini", {}).capabilities, manifests(told)["gemini"].capabilities
    assert [model.id for model in after.models] == [*(model.id for model in before.models), "gemini-9-image"]
    assert [model.price_fen for model in after.models] == [31, 97, 5]
    assert after.models[0].references == before.models[0].references
    assert after.models[2] == Model("gemini-9-image", frozenset({"reunion"}), price_fen=5)
    assert (after.region, after.provider) == ("cn", "Example Relay Ltd.")
    assert (after.limits.concurrency, after.limits.deadline) == (3, before.limits.deadline)
    assert build_one("gemini", told, None).capabilities == after  # type: ignore[arg-type]  # no pixels are worked on
    assert manifests(told)["openai"].capabilities == manifest("openai", {}).capabilities


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[dream]\nregion = 'cn'", "dream"),
        ("[gemini]\ncolour = 'red'", "colour"),
        ("[[gemini.model]]\nid = 'gemini-2.5-flash-image'\nprice = 3", "price"),
        ("[gemini.limits]\nspeed = 1", "speed"),
        ("[gemini]\nregion = 'overseas'", "overseas"),
        ("[openai.limits]\nconcurrency = '4'", "concurrency"),
        ("[[gemini.model]]\nid = 'gemini-2.5-flash-image'\nprice_fen = -1", "price_fen"),
        ("[[gemini.model]]\nid = 'gemini-2.5-flash-image'\noutputs = true", "outputs"),
        ("[[gemini.model]]\nid = 'gemini-2.5-flash-image'\ngrade = 'best'", "best"),
        ("gemini = 5", "gemini"),
        ("[gemini]\nurl = 'generativelanguage.example'", "TUANYUAN_GEMINI_URL"),
        ("[[gemini.model]]\nid = 'new'", "features"),
        ("[openai.parameters]\nseed = {guessed = 'seed'}", "guessed"),
        ("this is no TOML", "engines.toml"),
    ],
)
def test_a_slip_in_the_operators_file_is_refused_and_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(OurFault) as refused:
        build(own(tmp_path, text), None)  # type: ignore[arg-type]  # no pixels are worked on
    assert refused.value.code == "setting_invalid"
    told = refused.value.problem.message_en
    assert named in told or "TUANYUAN_ENGINES_FILE" in told
    assert CANARY not in told


def test_an_address_without_tls_in_the_operators_file_is_told_to_production(tmp_path: Path) -> None:
    told = own(tmp_path, "[gemini]\nurl = 'http://relay.example'")
    assert exposed(told) == ["TUANYUAN_ENGINES_FILE"]
    assert exposed(told.model_copy(update={"gemini_url": "https://relay.example"})) == []


@pytest.mark.parametrize("url", ["gpu:8188", "ftp://gpu", "http://", "http://gpu:0", "http://["])
def test_an_address_that_is_none_is_told_with_its_setting_before_anything_is_asked(url: str) -> None:
    with pytest.raises(OurFault, match="TUANYUAN_COMFYUI_URL"):
        build(settings(comfyui_url=url), None)  # type: ignore[arg-type]  # no pixels are worked on


@pytest.mark.parametrize("key", ["sk-一", "sk-\nX-Other: 1", "sk-\x00"])
def test_a_key_that_cannot_stand_in_a_header_is_told_and_not_shown(key: str) -> None:
    with pytest.raises(OurFault, match="TUANYUAN_SEEDREAM_API_KEY") as refused:
        build(settings(seedream_api_key=key), None)  # type: ignore[arg-type]  # no pixels are worked on
    assert key not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OurFault) as refused:
        names(settings(engines_file=tmp_path / "nobody.toml"))
    assert "TUANYUAN_ENGINES_FILE" in refused.value.problem.message_en


def test_no_key_is_in_what_is_shown_of_an_engine_a_studio_or_the_settings(tmp_path: Path, caplog: Any) -> None:
    every = {name: value for keys in KEYS.values() for name, value in keys.items()}
    told = settings(data_dir=tmp_path, **every)
    with caplog.at_level(logging.DEBUG), open_studio(told) as studio:
        shown = [repr(told), str(told), told.model_dump_json(), repr(studio), str(dict(studio.engines))]
        shown += [f"{engine!r} {engine.capabilities!r}" for engine in studio.engines.values()]
        assert {*KEYS, "local"} <= set(studio.engines)
    assert CANARY not in "".join([*shown, caplog.text])
