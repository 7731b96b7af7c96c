"""What our Replicate can be told to do wrong: contracts/replicate.md."""

from __future__ import annotations

import re
from typing import Any

import pytest
from doubles.replicate import Account, given, opened, refused, workflow

from tuanyuan.engines.sandbox import FAULTS, Cut


class TestFaults:
    def test_slow(self) -> None:
        account = Account("slow", seconds=3.0)
        created = account.create()
        account.clock.now += 29
        assert account.get(created)["status"] == "processing"
        account.clock.now += 1
        assert account.get(created)["status"] == "succeeded"

    def test_late(self) -> None:
        account = Account("late", seconds=3.0)
        created = account.create()
        account.clock.now += 80_000
        assert account.get(created)["status"] == "processing"
        assert account.door.post(created.json()["urls"]["cancel"]).json()["status"] == "canceled"

    @pytest.mark.parametrize("fault", ["refuse_input", "refuse_output"])
    def test_refusals_are_free_words(self, fault: Any) -> None:
        account = Account(fault)
        shown = account.outcome()
        assert (shown["status"], shown["output"]) == ("failed", None)
        assert re.search("nsfw|safety|sensitive|flagged", shown["error"], re.IGNORECASE)
        assert account.fake.accepted[0].pictures == 0

    def test_throttle(self) -> None:
        account = Account("throttle")
        answer = account.create()
        assert refused(answer, 429) == {
            "title": "Too many requests",
            "detail": "Request was throttled. Your rate limit resets in ~30s.",
            "status": 429,
        }
        assert answer.headers["retry-after"] == "30"
        assert account.fake.accepted == []

    @pytest.mark.parametrize(("fault", "status"), [("fail", 500), ("out_of_credit", 402)])
    def test_what_is_not_taken(self, fault: Any, status: int) -> None:
        account = Account(fault)
        refused(account.create(), status)
        assert account.fake.accepted == []

    def test_fail_later(self) -> None:
        shown = Account("fail_later").outcome()
        assert shown["status"] == "failed"
        assert "director: unexpected error" in shown["error"]

    def test_malformed(self) -> None:
        account = Account("malformed")
        assert account.create().text.startswith("<html>")
        assert account.fake.accepted == []

    def test_cut_is_billed_and_can_be_found_in_the_list(self) -> None:
        account = Account("cut")
        with pytest.raises(Cut):
            account.create()
        assert account.fake.accepted[0].pictures == 1
        (found,) = account.door.get("/v1/predictions").json()["results"]
        assert found["status"] == "succeeded"
        assert account.fake.accepted[0].pictures == 1

    def test_vanish(self) -> None:
        account = Account("vanish")
        created = account.create()
        assert created.status_code == 201
        refused(account.door.get(created.json()["urls"]["get"]), 404)
        assert account.fake.accepted[0].pictures == 1

    def test_partial(self) -> None:
        account = Account("partial")
        shown = account.outcome()
        assert (shown["status"], shown["output"]) == ("succeeded", [])
        assert account.fake.accepted[0].pictures == 0

    def test_twice(self) -> None:
        account = Account("twice")
        seen = [account.result(account.outcome(given(workflow(seed=seed)))).content for seed in (1, 2, 3)]
        assert seen[0] == seen[1] != seen[2]

    def test_broken(self) -> None:
        account = Account("broken")
        data = account.result(account.outcome()).content
        with pytest.raises(OSError):  # noqa: PT011  # whatever Pillow says
            opened(data)

    def test_wrong_size(self) -> None:
        account = Account("wrong_size")
        assert opened(account.result(account.outcome()).content).size == (64, 48)

    def test_expired(self) -> None:
        account = Account("expired")
        assert account.result(account.outcome()).status_code == 404

    @pytest.mark.parametrize("fault", FAULTS)
    def test_no_fault_is_drawn_for_what_is_refused(self, fault: Any) -> None:
        account = Account(fault)
        refused(account.create(given(output_quality=101)), 422)
        assert account.fake.faults.next() == fault
