"""The fakes of providers by name, and the settings that lead our engine to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from starlette.types import ASGIApp

from tuanyuan.engines.replicate.fake.models import WORKFLOWS
from tuanyuan.engines.sandbox import Faults


@dataclass(frozen=True)
class Fake:
    """A fake ready to be served. `settings`: what to set for an engine that is to ask it at that address."""

    app: ASGIApp
    settings: Callable[[str], Mapping[str, str]]


_ALIYUN = {"aliyun_access_key": "access_key", "aliyun_secret_key": "secret_key"}
_TENCENT = {"tencent_secret_id": "secret_id", "tencent_secret_key": "secret_key"}
# class; {setting: keyword of its constructor that holds the key}; the setting of the address and what follows it.
FAKES: Mapping[str, tuple[str, Mapping[str, str], str, str]] = {
    "jimeng": (
        "tuanyuan.engines.jimeng.fake:JimengFake",
        {"jimeng_access_key": "access_key", "jimeng_secret_key": "secret_key"},
        "jimeng_url",
        "",
    ),
    "seedream": ("tuanyuan.engines.seedream.fake:ArkFake", {"seedream_api_key": "api_key"}, "seedream_url", "/api/v3"),
    "gemini": ("tuanyuan.engines.gemini.fake:GeminiFake", {"gemini_api_key": "api_key"}, "gemini_url", ""),
    "openai": ("tuanyuan.engines.openai.fake:OpenAIFake", {"openai_api_key": "api_key"}, "openai_url", "/v1"),
    "openai_compatible": (
        "tuanyuan.engines.openai.fake:OpenAIFake",
        {"openai_compatible_api_key": "api_key"},
        "openai_compatible_url",
        "/v1",
    ),
    "comfyui": ("tuanyuan.engines.comfyui.fake:ComfyUIFake", {}, "comfyui_url", ""),
    "replicate": (
        "tuanyuan.engines.replicate.fake:ReplicateFake",
        {"replicate_api_token": "token"},
        "replicate_url",
        "/v1",
    ),
    "aliyun_facebody": (
        "tuanyuan.partners.aliyun_facebody.fake:AliyunFacebodyFake",
        _ALIYUN,
        "aliyun_facebody_url",
        "",
    ),
    "aliyun_oss": ("tuanyuan.partners.aliyun_oss.fake:AliyunOssFake", _ALIYUN, "aliyun_oss_url", ""),
    "tencent_image": ("tuanyuan.partners.tencent_image.fake:TencentImageFake", _TENCENT, "tencent_image_url", ""),
    "tencent_ci": ("tuanyuan.partners.tencent_ci.fake:TencentCiFake", _TENCENT, "tencent_ci_url", ""),
}
# What an engine needs besides its keys and address to be understood by its fake. Buckets are those that the fakes have.
ALSO: Mapping[str, Mapping[str, str]] = {
    "openai_compatible": {"openai_compatible_model": "gpt-image-2"},
    "replicate": {"replicate_version": f"{WORKFLOWS.name}:{WORKFLOWS.version}"},
    "aliyun_oss": {"aliyun_oss_bucket": "bkt", "aliyun_oss_region": "cn-shanghai"},
    "tencent_ci": {"tencent_ci_bucket": "bkt-1250000000", "tencent_ci_region": "ap-guangzhou"},
}
# Throw-away: whoever runs a fake for work at hand needs no secret.
KEY = "throw-away-{name}"


def build(name: str, faults: Faults, seconds: float) -> Fake:
    """The fake of a provider with keys that anybody may know."""
    place, keys, url, path = FAKES[name]
    module, _, kind = place.partition(":")
    values = {setting: KEY.format(name=setting.replace("_", "-")) for setting in keys}
    given: dict[str, Any] = {keyword: values[setting] for setting, keyword in keys.items()}
    made = getattr(import_module(module), kind)(faults, seconds=seconds, **given)

    def settings(base: str) -> Mapping[str, str]:
        told = {**values, url: base + path, **ALSO.get(name, {})}
        return {f"TUANYUAN_{key.upper()}": value for key, value in told.items()}

    return Fake(made.app, settings)
