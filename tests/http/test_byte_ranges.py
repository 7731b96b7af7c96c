"""A part of a file, as phones ask for before they play a clip (RFC 9110, 14)."""

from __future__ import annotations

from typing import Any

import pytest

from tuanyuan.http.byte_ranges import answer

DATA = bytes(range(100))


def asked(header: str | None) -> Any:
    return answer(DATA, header, {"etag": '"x"'}, "video/mp4")


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-1", 0, 1),
        ("bytes=0-", 0, 99),
        ("bytes=99-", 99, 99),
        ("bytes=10-1000", 10, 99),
        ("bytes=-1", 99, 99),
        ("bytes=-30", 70, 99),
        ("bytes=-1000", 0, 99),
        (" bytes=5-5 ", 5, 5),
    ],
)
def test_a_part_says_which_part_it_is(header: str, first: int, last: int) -> None:
    response = asked(header)
    assert (response.status_code, response.body) == (206, DATA[first : last + 1])
    assert response.headers["content-range"] == f"bytes {first}-{last}/100"
    assert response.headers["content-length"] == str(last + 1 - first)
    assert (response.headers["content-type"], response.headers["etag"]) == ("video/mp4", '"x"')


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "bytes=-", "bytes=0-1,5-6", "lines=0-1", "bytes=a-b", "bytes=1", "bytes=" + "9" * 16 + "-"),
        *("bytes=100-", "bytes=100-200", "bytes=-0", "bytes=9-3"),
    ],
)
def test_all_else_gets_the_whole_file_which_takes_ranges(header: str | None) -> None:
    response = asked(header)
    assert (response.status_code, response.body) == (200, DATA)
    assert "content-range" not in response.headers
    assert response.headers["accept-ranges"] == "bytes"
