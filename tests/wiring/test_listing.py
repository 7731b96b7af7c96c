"""Every engine is listed from its own manifest, and all doors tell the same of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from doubles.door import Glance, open_door

from tuanyuan import wiring
from tuanyuan.domain.errors import OurFault
from tuanyuan.settings import Settings
from tuanyuan.wiring.engines import KEYED, manifests
from tuanyuan.wiring.listing import exposed, makers, strange
from tuanyuan.wiring.studio import check, open_studio

KEY = "throw-away"
KEYS = {"jimeng_access_key": KEY, "jimeng_secret_key": KEY}


def settings(folder: Path, **changes: Any) -> Settings:
    return Settings(data_dir=folder, **changes)


def test_local_comes_first_and_the_fake_one_only_where_it_is_used(tmp_path: Path) -> None:
    assert [maker.id for maker in makers(settings(tmp_path), {})] == ["local", *KEYED]
    used = makers(settings(tmp_path, engines="fake,gemini", gemini_api_key=KEY), {})
    assert [maker.id for maker in used if maker.in_use] == ["gemini", "fake"]


def test_an_engine_is_listed_with_its_manifest_and_the_operators_own_values(tmp_path: Path) -> None:
    own = tmp_path / "engines.toml"
    own.write_text('[openai_compatible]\nregion = "here"\n', "utf-8")
    told = settings(tmp_path, engines_file=own)
    listed = {maker.id: maker for maker in makers(told, {})}
    assert listed["openai_compatible"].capabilities.region == "here"
    assert {name: listed[name].capabilities for name in KEYED} == {
        name: manifest.capabilities for name, manifest in manifests(told).items()
    }
    assert listed["jimeng"].missing == ("TUANYUAN_JIMENG_ACCESS_KEY", "TUANYUAN_JIMENG_SECRET_KEY")


@pytest.mark.parametrize(
    "changes",
    [
        {"engines": "local"},
        {"engines": "fake"},
        {"gemini_api_key": KEY},
        KEYS,
        {**KEYS, "public_url": "https://studio.example.cn"},
        {"engines": "comfyui", "comfyui_url": "http://gpu:8188"},
        {"engines": "restoration", "tencent_secret_id": KEY, "tencent_secret_key": KEY},
    ],
)
def test_the_command_line_and_the_api_tell_the_same_of_every_feature(tmp_path: Path, changes: dict[str, Any]) -> None:
    told = settings(tmp_path, **changes)
    written = wiring.catalogue(told).show()
    with open_studio(told, pixels=Glance()) as studio:  # type: ignore[arg-type]  # only looks at photos
        running = studio.jobs.offering.now()
        assert [(f.id, f.ready, set(f.makers)) for f in running.features] == [
            (f.id, f.ready, set(f.makers)) for f in written.features
        ]
        assert [f.styles for f in running.features] == [f.styles for f in written.features]
        assert {e.id: e for e in running.engines} == {e.id: e for e in written.engines if e.in_use}


def test_an_engine_that_would_not_start_says_why_instead_of_stopping_the_list(tmp_path: Path) -> None:
    own = tmp_path / "engines.toml"
    own.write_text('[[gemini.model]]\nid = "gemini-3-pro-image-preview"\nfeatures = ["reunion"]\n', "utf-8")
    catalogue = wiring.catalogue(settings(tmp_path, engines="gemini", gemini_api_key=KEY, engines_file=own)).show()
    (gemini,) = [engine for engine in catalogue.engines if engine.id == "gemini"]
    assert gemini.problem is not None
    assert gemini.problem.code == "engine_setup"
    assert "model_shut_down" in gemini.problem.message_en


def test_jimeng_needs_an_address_for_its_reunions(tmp_path: Path) -> None:
    def made(**changes: Any) -> set[str]:
        catalogue = wiring.catalogue(settings(tmp_path, engines="jimeng", **KEYS, **changes)).show()
        return {feature.id for feature in catalogue.features if feature.ready}

    assert "reunion" not in made()
    assert "reunion" in made(public_url="https://studio.example.cn")


def test_without_its_models_this_computer_is_skipped_with_the_reason(tmp_path: Path, scenes: Path) -> None:
    url = f"sqlite:///{tmp_path / 'studio.db'}"
    with open_door(tmp_path, url, scenes, engines="local", models_dir=tmp_path / "none") as door:
        guest = door.customer()
        order = guest.order()
        refused = guest.ask("POST", "/jobs", order)
        assert (refused.status_code, refused.json()["code"]) == (503, "engine_not_ready")
        assert (guest.balance(), door.posted) == (10, [])
        router = door.studio.jobs.router
        assert router.problem("local") == "weights_incomplete"
        assert router.problem("gemini") is None
        (engine,) = door.ask("GET", "/catalogue").json()["engines"]
        assert (engine["id"], engine["ready"], engine["problem"]["code"]) == ("local", False, "engine_not_ready")


def test_names_that_are_no_engine_are_found(tmp_path: Path) -> None:
    assert strange(settings(tmp_path, engines="local,locl,gemini")) == ["locl"]
    assert strange(settings(tmp_path)) == []


def test_production_refuses_a_provider_without_tls_but_not_a_server_of_ones_own(tmp_path: Path) -> None:
    plain = {"gemini_api_key": KEY, "gemini_url": "http://127.0.0.1:9000"}
    own = {"comfyui_url": "http://gpu:8188", "openai_compatible_url": "http://gpu:8000/v1"}
    assert exposed(settings(tmp_path, **plain, **own)) == ["TUANYUAN_GEMINI_URL"]
    vendors = {"tencent_secret_id": KEY, "tencent_secret_key": KEY, "tencent_image_url": "http://127.0.0.1:9000"}
    assert exposed(settings(tmp_path, **vendors)) == ["TUANYUAN_TENCENT_IMAGE_URL"]
    assert exposed(settings(tmp_path, gemini_url="http://127.0.0.1:9000", engines="local")) == []
    check(settings(tmp_path, env="production", **own))
    check(settings(tmp_path, **plain))
    with pytest.raises(OurFault) as refused:
        check(settings(tmp_path, env="production", **plain))
    assert refused.value.code == "setting_not_in_production"
    assert "TUANYUAN_GEMINI_URL" in refused.value.problem.message_en
