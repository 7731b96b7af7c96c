"""The pages of the engines: what they say of prices and keys is so, what they show crosses the wire, and no secret."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from doubles.canaries import keys_in

from tuanyuan.wiring.fakes import KEY

FOLDER = Path(__file__).parents[2] / "docs" / "engines"
ENGINES = ("jimeng", "seedream", "gemini", "openai", "openai_compatible", "comfyui", "replicate")
TRANSCRIPT = "## Transcript"


@pytest.fixture(scope="module")
def record() -> ModuleType:
    spec = importlib.util.spec_from_file_location("record", FOLDER / "record.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text("utf-8")


def stable(transcript: str) -> list[tuple[str, list[str], list[str]]]:
    """Of each exchange: the line of the request, the statuses, the names of all fields and parts."""
    found = []
    for exchange in re.findall(r"```http\n(.*?)```", transcript, re.DOTALL):
        names = re.findall(r'^ *"([A-Za-z_0-9]+)":|; name="([^"]+)"', exchange, re.MULTILINE)
        statuses = re.findall(r"^[0-9]{3}$", exchange, re.MULTILINE)
        found.append((exchange.splitlines()[0], statuses, ["".join(name) for name in names]))
    return found


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
@pytest.mark.parametrize("name", ENGINES)
def test_the_page_is_what_the_engine_says_and_does(record: ModuleType, name: str) -> None:
    fresh, page = record.page(name), written(name)
    assert page.partition(TRANSCRIPT)[0] == fresh.partition(TRANSCRIPT)[0], "run `make transcripts`"
    assert stable(page) == stable(fresh), "run `make transcripts`"
    assert len(stable(page)) >= 1
    assert all(line.split()[0] in ("GET", "POST", "DELETE", "PUT") and statuses for line, statuses, _ in stable(page))
    assert sum(len(names) for _, _, names in stable(page)) > 5


def test_the_index_names_every_page(record: ModuleType) -> None:
    assert (FOLDER / "README.md").read_text("utf-8") == record.index(), "run `make transcripts`"
    assert tuple(record.ABOUT) == ENGINES
    for name in ENGINES:
        assert f"]({name}.md)" in record.index()


@pytest.mark.parametrize("id", ["rrwkmgkprnrgc0ctygttk4yx6w", "jojrvu4crv7ssvrgzugrfwynib", "a" * 26])
def test_an_id_is_left_out_however_few_digits_it_has(record: ModuleType, id: str) -> None:
    assert record.plain(f"/v1/predictions/{id}") == "/v1/predictions/…"


@pytest.mark.parametrize("name", ENGINES)
def test_no_page_shows_a_key_a_signature_or_an_address_of_somebody(name: str) -> None:
    page = written(name)
    assert list(keys_in(page.encode())) == []
    assert KEY.format(name="") not in page
    assert re.findall(r"(?:[Ss]ignature|sig|Credential|X-Tos-[A-Za-z]+|token)=(?!…)[^\s,&\"]{4,}", page) == []
    assert re.findall(r"Bearer (?!…)\S+", page) == []
    assert re.findall(r"(?:x-goog-api-key|x-date|x-content-sha256): (?!…)\S+", page) == []
    assert re.findall(r"\b[0-9a-f]{24,}\b", page) == []
    # Pictures are left out.
    assert max(len(line) for line in page.splitlines()) < 700
    assert re.findall(r"[A-Za-z0-9+/]{80,}", page) == []


def test_a_field_that_is_sent_no_more_is_seen() -> None:
    page = written("jimeng")
    assert stable(page.replace('"force_single"', '"force"', 1)) != stable(page)
    assert stable(page.replace("\n200\n", "\n500\n", 1)) != stable(page)
    assert stable(page.replace("GetResult", "Result", 1)) != stable(page)
