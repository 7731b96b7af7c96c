"""The fake bucket of Tencent, and calls to it that are signed by hand."""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import quote

from doubles.retouch import ID, KEY, VECTOR_TIME, asked
from tuanyuan.engines.sandbox import Faults
from tuanyuan.partners.tencent_ci.fake import TencentCiFake

HOST = "bkt-1250000000.cos.ap-guangzhou.myqcloud.com"
START, END = 1767322985, 1767323645


def enc(text):
    return quote(text, safe="-_.~")


def signed(method, path, query=(), heads=(), key=KEY, account=ID, span=(START, END)):
    """An Authorization as 7.2 says, by hand."""
    span = f"{span[0]};{span[1]}"
    asked_for = sorted((enc(k).lower(), enc(v)) for k, v in dict(query).items())
    heads = sorted((k.lower(), enc(v)) for k, v in {"host": HOST, **dict(heads)}.items())
    text = "\n".join([method.lower(), path, "&".join(map("=".join, asked_for)), "&".join(map("=".join, heads)), ""])
    sign_key = hmac.new(key.encode(), span.encode(), "sha1").hexdigest()
    hashed = hashlib.sha1(text.encode()).hexdigest()
    signature = hmac.new(sign_key.encode(), f"sha1\n{span}\n{hashed}\n".encode(), "sha1").hexdigest()
    return (
        f"q-sign-algorithm=sha1&q-ak={account}&q-sign-time={span}&q-key-time={span}"
        f"&q-header-list={';'.join(k for k, _ in heads)}&q-url-param-list={';'.join(k for k, _ in asked_for)}"
        f"&q-signature={signature}"
    )


def fake(*plan, objects=None, **more):
    bucket = TencentCiFake(Faults(plan), clock=lambda: VECTOR_TIME, **more)
    for key, data in (objects or {}).items():
        send(bucket, "PUT", f"/{key}", content=data)
    return bucket


def send(bucket, method, path, query=None, heads=None, content=b"", authorization=None):
    heads = dict(heads or {})
    authorization = authorization or signed(method, path, query or {}, heads)
    url = f"https://{HOST}{quote(path)}" + (
        f"?{'&'.join(f'{enc(k)}={enc(v)}' for k, v in query.items())}" if query else ""
    )
    return asked(bucket.app, method, url, headers={**heads, "Authorization": authorization}, content=content)


def refusal(answer):
    code = re.search(r"<Code>(.*?)</Code>", answer.text)
    assert answer.headers["content-type"] == "application/xml"
    assert "<RequestId>" in answer.text
    assert "<TraceId>" in answer.text
    return answer.status_code, code[1], answer.headers.get("x-errno")


def cut(bucket, key="t1/a.png", **options):
    return send(bucket, "GET", f"/{key}", {"ci-process": "AIPortraitMatting", **options})
