"""The signature reproduces the contract's vector (§1.2) byte for byte."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tuanyuan.engines.jimeng.signing import query_string, signed

BODY = b'{"req_key": "jimeng_t2i_v40", "prompt": "hi"}'
QUERY = {"Action": "CVSync2AsyncSubmitTask", "Version": "2022-08-31"}
GIVEN = {
    "host": "visual.volcengineapi.com",
    "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "access_key": "AKEXAMPLE00000000000",
    "secret_key": "SKexample0000000000000000000000000000000",
}
SIGNATURE = "45eaf0d64a85f20cf59e9b3098923f73bc6e1e7744bfe5bb6d58adb39486bba3"


def test_the_vector_of_the_contract():
    headers = signed(BODY, QUERY, **GIVEN)
    assert headers == {
        "Content-Type": "application/json",
        "Host": "visual.volcengineapi.com",
        "X-Content-Sha256": hashlib.sha256(BODY).hexdigest(),
        "X-Date": "20260102T030405Z",
        "Authorization": "HMAC-SHA256 Credential=AKEXAMPLE00000000000/20260102/cn-north-1/cv/request, "
        f"SignedHeaders=content-type;host;x-content-sha256;x-date, Signature={SIGNATURE}",
    }
    assert headers["X-Content-Sha256"].startswith("a3258a74")
    assert headers["X-Content-Sha256"].endswith("052114f")


def test_the_moment_is_signed_in_utc():
    at = datetime(2026, 1, 2, 11, 4, 5, tzinfo=timezone(timedelta(hours=8)))
    assert signed(BODY, QUERY, **{**GIVEN, "at": at}) == signed(BODY, QUERY, **GIVEN)


@pytest.mark.parametrize(
    "change",
    [{"host": "127.0.0.1:8000"}, {"secret_key": "SKother"}, {"at": datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC)}],
)
def test_whatever_is_signed_changes_the_signature(change):
    assert SIGNATURE not in signed(BODY, QUERY, **{**GIVEN, **change})["Authorization"]
    assert SIGNATURE not in signed(BODY + b" ", QUERY, **GIVEN)["Authorization"]
    assert SIGNATURE not in signed(BODY, {**QUERY, "Version": "2024-06-06"}, **GIVEN)["Authorization"]


def test_the_query_is_sorted_and_encoded():
    assert query_string({"b": "a b/ä~", "Action": "X"}) == "Action=X&b=a%20b%2F%C3%A4~"
