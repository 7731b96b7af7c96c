"""Settings of the engines: which are in use, where they are, their keys."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr


class EngineSettings(BaseModel):
    """What every engine is told. A setting `<engine>_…` is handed to the engine of that name."""

    region: str = Field(
        default="cn",
        description="Where the studio runs. With `cn` no photo goes to an engine abroad without the user's consent.",
        json_schema_extra={"zh": "运行地区；`cn` 时人脸出境须经用户单独同意。", "shown": "`cn`"},
    )
    engines: str = Field(
        default="auto",
        description="Engines in use, separated by commas; `auto`: every one whose keys are set, and this computer.",
        json_schema_extra={"zh": "启用的引擎，逗号分隔；`auto` 为所有已填密钥的引擎加本机。", "shown": "`auto`"},
    )
    engines_file: Path | None = Field(
        default=None,
        description="TOML with your own values for engines: model ids, prices, limits, regions (docs/engines).",
        json_schema_extra={"zh": "自定义引擎数据（型号、价格、限额、地区）的 TOML 文件。", "shown": "none"},
    )
    routes_file: Path | None = Field(
        default=None,
        description="Routes of your own instead of `routes.toml` of the package.",
        json_schema_extra={"zh": "自定义路由文件，替代自带的 `routes.toml`。", "shown": "none"},
    )
    daily_stop_fen: int | None = Field(
        default=None,
        ge=0,
        description="The most that each engine may cost on one day in China, in fen.",
        json_schema_extra={"zh": "每个引擎每天的花费上限（分）。", "shown": "the routes' own"},
    )
    jimeng_access_key: SecretStr | None = Field(
        default=None,
        description="即梦 (Volcengine) access key.",
        json_schema_extra={"zh": "即梦 AccessKey。", "shown": "none"},
    )
    jimeng_secret_key: SecretStr | None = Field(
        default=None,
        description="即梦 (Volcengine) secret key.",
        json_schema_extra={"zh": "即梦 SecretKey。", "shown": "none"},
    )
    seedream_api_key: SecretStr | None = Field(
        default=None,
        description="Volcengine Ark key, for Seedream and Seedance.",
        json_schema_extra={"zh": "火山方舟 API Key。", "shown": "none"},
    )
    gemini_api_key: SecretStr | None = Field(
        default=None,
        description="Google Gemini key.",
        json_schema_extra={"zh": "谷歌 Gemini 的密钥。", "shown": "none"},
    )
    openai_api_key: SecretStr | None = Field(
        default=None,
        description="OpenAI key.",
        json_schema_extra={"zh": "OpenAI 的密钥。", "shown": "none"},
    )
    openai_compatible_api_key: SecretStr | None = Field(
        default=None,
        description="Key of a server with OpenAI's interface; empty for your own.",
        json_schema_extra={"zh": "OpenAI 兼容服务的密钥，自建可不填。", "shown": "none"},
    )
    replicate_api_token: SecretStr | None = Field(
        default=None,
        description="Replicate token.",
        json_schema_extra={"zh": "Replicate 的令牌。", "shown": "none"},
    )
    replicate_version: str | None = Field(
        default=None,
        description="Version that runs the workflows there: `comfyui/any-comfyui-workflow:<64 hex>`, from its page.",
        json_schema_extra={"zh": "运行 ComfyUI 工作流的固定版本，从模型页面复制。", "shown": "none"},
    )
    openai_compatible_url: str | None = Field(
        default=None,
        description="Base address of a server with OpenAI's interface, e.g. `http://gpu:8000/v1`.",
        json_schema_extra={"zh": "OpenAI 兼容服务的地址。", "shown": "none"},
    )
    openai_compatible_model: str | None = Field(
        default=None,
        description="Model id at that server.",
        json_schema_extra={"zh": "该服务的模型名。", "shown": "none"},
    )
    comfyui_url: str | None = Field(
        default=None,
        description="Your ComfyUI server, e.g. `http://gpu:8188`; it has no login, so keep it on a private network.",
        json_schema_extra={"zh": "自建 ComfyUI 地址，务必置于内网。", "shown": "none"},
    )
    jimeng_url: str | None = Field(
        default=None,
        description="Another address for 即梦: a relay, or its fake.",
        json_schema_extra={"zh": "即梦 的其他地址（中转或模拟服务）。", "shown": "the provider's own"},
    )
    seedream_url: str | None = Field(
        default=None,
        description="Another address for Ark: a relay, or its fake.",
        json_schema_extra={"zh": "Ark 的其他地址（中转或模拟服务）。", "shown": "the provider's own"},
    )
    gemini_url: str | None = Field(
        default=None,
        description="Another address for Gemini: a relay, or its fake.",
        json_schema_extra={"zh": "Gemini 的其他地址（中转或模拟服务）。", "shown": "the provider's own"},
    )
    openai_url: str | None = Field(
        default=None,
        description="Another address for OpenAI: a relay, or its fake.",
        json_schema_extra={"zh": "OpenAI 的其他地址（中转或模拟服务）。", "shown": "the provider's own"},
    )
    replicate_url: str | None = Field(
        default=None,
        description="Another address for Replicate: a relay, or its fake.",
        json_schema_extra={"zh": "Replicate 的其他地址（中转或模拟服务）。", "shown": "the provider's own"},
    )
    fake_engine_seconds: float = Field(
        default=0.0,
        ge=0,
        le=600,
        description="How long the engine `fake` takes; it answers with a grey picture and never starts in production.",
        json_schema_extra={"zh": "模拟引擎的耗时（秒），正式环境禁用。", "shown": "`0`"},
    )
