"""A machine reads the description of the interface and tries everything; all checks of schemathesis hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from doubles.door import Door, Guest, open_door
from hypothesis import HealthCheck, Phase, given, settings

from tuanyuan.domain.ports import WeChatSession

if TYPE_CHECKING:
    from doubles.books import EmptySqlite

# The stream of a job that never ends would be waited for; `tests/http/test_stream.py` has it.
LEFT_OUT = ("/events",)
EXAMPLES = 30


class NoLimits:
    def hit(self, name: str, key: str, limit: str) -> None:
        """As often as a machine likes."""


class AnyCode:
    """WeChat as it is when every code is good."""

    app_id = "wx1"

    def session(self, code: str) -> WeChatSession:
        return WeChatSession(f"open-{code}"[:60], "c2Vzc2lvbg==")


@pytest.fixture(scope="module")
def open_to_all(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: EmptySqlite, scenes: Path) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("fuzzing")
    database = empty_sqlite.database(folder)
    database.close()
    with open_door(folder, str(database.url), scenes) as door:
        object.__setattr__(door.studio, "limiter", NoLimits())
        object.__setattr__(door.studio.accounts, "limiter", NoLimits())
        object.__setattr__(door.studio, "wechat", AnyCode())
        yield door


@pytest.fixture(scope="module")
def tried(open_to_all: Door) -> Any:
    # A request that fits the description may still ask for what there is not, or for what is no photo: 4xx, with words.
    refusals = ["2xx", 400, 401, 402, 404, 409, 422]
    config = schemathesis.Config.from_dict({"checks": {"positive_data_acceptance": {"expected-statuses": refusals}}})
    described = schemathesis.openapi.from_asgi("/openapi.json", open_to_all.app, config=config)
    return described.exclude(path_regex="|".join(f"{part}$" for part in LEFT_OUT))


@pytest.fixture(scope="module")
def somebody(open_to_all: Door) -> Guest:
    return open_to_all.customer()


@pytest.mark.parametrize(
    "tag", ["auth", "me", "consents", "catalogue", "photos", "jobs", "works", "files", "wallet", "health"]
)
def test_everything_that_is_described_holds(tried: Any, open_to_all: Door, somebody: Guest, tag: str) -> None:
    """Status, headers, media type and shape of each answer are as described, whatever is asked; nothing is a 5xx.

    A caller may end the account or the login that all share; so each question has a living one.
    """
    count = 0
    for found in tried.include(tag=tag).get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def try_it(case: Any) -> None:
            nonlocal count
            count += 1
            if open_to_all.ask("GET", "/me", headers=somebody.headers).status_code == 401:
                somebody.headers = open_to_all.customer().headers
            case.call_and_validate(headers={"Authorization": somebody.headers["authorization"]})

        try_it()
    assert count
