"""Any server that speaks OpenAI's images interface. Implements `domain.engine.Engine`."""

from __future__ import annotations

from collections.abc import Mapping

import httpx2

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.engines.openai.engine import SpeaksOpenAI


class OpenAICompatibleEngine(SpeaksOpenAI):
    """One such server. Which model it is asked for is a setting, not the id in our catalogue."""

    name = "openai_compatible"

    def __init__(
        self,
        capabilities: Capabilities,
        keys: Mapping[str, str],
        url: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """keys: openai_compatible_url (unless `url` is given), and if they are set _api_key and _model of it.

        EngineSetup engine_setup: a key that is none, or no address.
        """
        address = url or keys.get("openai_compatible_url") or ""
        super().__init__(capabilities, address, self._key(keys, "openai_compatible_api_key"), transport=transport)
        self._model = (keys.get("openai_compatible_model") or "").strip()

    def called(self, model: Model) -> str:
        """The operator's name for it, whatever the model's id."""
        del model
        return self._model
