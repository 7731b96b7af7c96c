"""The vectors of contracts/tencent-cos-ci.md 7.2."""

from __future__ import annotations

from doubles.retouch import ID, KEY

from tuanyuan.partners.tencent_ci.signing import authorization

SPAN = (1767322985, 1767323645)
HOST = {"host": "bkt-1250000000.cos.ap-guangzhou.myqcloud.com"}
PROCESS = {"ci-process": "AIPortraitMatting"}


def signed(path, params=PROCESS, headers=HOST, method="GET"):
    return authorization(ID, KEY, method, path, params, headers, SPAN)


def test_the_worked_example():
    assert signed("/t1/a.png") == (
        "q-sign-algorithm=sha1&q-ak=AKEXAMPLE00000000000&q-sign-time=1767322985;1767323645"
        "&q-key-time=1767322985;1767323645&q-header-list=host&q-url-param-list=ci-process"
        "&q-signature=22e5433132df63c37f96b06b7c272bb99ed94b26"
    )


def test_the_presigned_vector():
    assert signed("/t1/a b.png").endswith("q-signature=13298d59b0c0d83e7d4352f8693ed3ff53b82d30")


def test_names_are_small_and_sorted():
    text = signed("/a", {"b": "1", "A": "2"}, {"x-cos-b": "1", "Host": "h"}, "PUT")
    assert "&q-header-list=host;x-cos-b&q-url-param-list=a;b&" in text


def test_everything_counts():
    texts = {
        signed("/t1/a.png"),
        signed("/t1/b.png"),
        signed("/t1/a.png", {"ci-process": "GoodsMatting"}),
        signed("/t1/a.png", {}),
        signed("/t1/a.png", headers={"host": "other"}),
        signed("/t1/a.png", method="DELETE"),
    }
    assert len({text.rpartition("=")[2] for text in texts}) == 6
