"""Every engine, with every fault of its provider: what must not be said is not said, in no log and in no error."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import structlog
from doubles.canaries import WORDS, Overheard, listening, secrets_of
from doubles.driving import LENT_SIGNATURE, Driven, driven

from tuanyuan.domain.engine import Prompt
from tuanyuan.engines.sandbox import FAULTS, Fault
from tuanyuan.engines.wire import Wire
from tuanyuan.wiring.engines import KEYED
from tuanyuan.wiring.fakes import FAKES

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])
# Face restoration asks partners: test_partners.py.
ENGINES = [name for name in KEYED if name in FAKES]
# What is never ready takes a place at the provider: it comes last.
PLAN: tuple[Fault | None, ...] = (None, *(fault for fault in FAULTS if fault != "late"), "late")
SECONDS, LATE_SECONDS = 30.0, 3.0


def canaries(driving: Driven) -> list[str]:
    keys = [value for setting, value in driving.settings.items() if setting.endswith(("_KEY", "_TOKEN"))]
    return [*keys, WORDS, LENT_SIGNATURE, *secrets_of(driving.exchanges)]


def ask(driving: Driven, overheard: Overheard, seconds: float = SECONDS) -> bool:
    """One call; whether a picture came. Its error is shown in every way in which we show one."""
    try:
        made = driving.once(prompt=Prompt(WORDS), deadline=seconds)
    except Exception as error:
        overheard.fail(error)
        return False
    overheard.note(*(picture.facts for picture in made.pictures), made.missing, made.rejected)
    return True


@pytest.mark.parametrize("name", ENGINES)
def test_no_key_signature_address_or_word_is_said(name: str) -> None:
    with listening() as overheard, driven(name, *PLAN) as driving:
        overheard.note(driving.engine, driving.generating, driving.engine.capabilities)
        made = [ask(driving, overheard, LATE_SECONDS if fault == "late" else SECONDS) for fault in PLAN]
        assert made[0], overheard.text[-2000:]
        assert made[-1] is False
        assert made.count(False) >= 6
        # Each fault was met.
        assert driving.faults._plan == []
        assert len(canaries(driving)) > 2 or name == "comfyui"  # which has no key
        assert WORDS.encode() in b"".join(bytes(exchange.body) for exchange in driving.exchanges) or name in SPELT
    assert overheard.leaked(canaries(driving)) == []


# Their words travel as JSON within JSON, or in parts; the fakes' own tests read them.
SPELT = ("comfyui", "replicate")


@pytest.mark.parametrize("name", [name for name in ENGINES if name not in ("comfyui", "openai_compatible")])
def test_a_key_that_is_refused_is_not_said(name: str) -> None:
    other = "another-canary-key-of-nobody"
    settings = {"jimeng": "jimeng_secret_key", "replicate": "replicate_api_token"}
    with listening() as overheard, driven(name, **{settings.get(name, f"{name}_api_key"): other}) as driving:
        assert ask(driving, overheard) is False
        assert any(exchange.status in (400, 401, 403) for exchange in driving.exchanges)
    assert overheard.leaked([*canaries(driving), other]) == []


def test_what_cannot_be_reached_is_not_named() -> None:
    with listening() as overheard, driven("gemini", gemini_url="http://127.0.0.1:9/canary-of-a-path") as driving:
        assert ask(driving, overheard) is False
    assert overheard.leaked([*canaries(driving), "canary-of-a-path"]) == []


def test_a_client_that_logs_its_headers_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    call = Wire.call

    async def talkative(self: Wire, method: str, path: str, **sending: Any) -> Any:
        structlog.get_logger().debug("calling", headers=sending.get("headers"))
        return await call(self, method, path, **sending)

    monkeypatch.setattr(Wire, "call", talkative)
    with listening() as overheard, driven("gemini") as driving:
        assert ask(driving, overheard)
    assert overheard.leaked(canaries(driving)) == ["throw-away-gemini-api-key"] * 2


def test_a_client_whose_library_logs_addresses_is_caught() -> None:
    library = logging.getLogger("httpx2")
    level = library.level
    library.setLevel(logging.DEBUG)
    try:
        with listening() as overheard, driven("jimeng") as driving:
            assert ask(driving, overheard)
    finally:
        library.setLevel(level)
    assert any("sig=" in secret for secret in overheard.leaked(canaries(driving)))


def test_an_error_that_holds_what_was_sent_is_caught() -> None:
    with listening() as overheard, driven("seedream") as driving:
        assert ask(driving, overheard)
        try:
            raise ValueError(driving.exchanges[0].headers)
        except ValueError as error:
            overheard.fail(error)
    assert "throw-away-seedream-api-key" in overheard.leaked(canaries(driving))
