"""Who may do what: every route × nobody, owner, another user, an expired token. A route without a row fails."""

from __future__ import annotations

from typing import Any

import pytest
from doubles.door import API, Door, Guest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

# What is asked of a route: its path, its body, and how nobody, the owner and another user are answered.
# {…} are the owner's things. Where another user is answered 200, it is about that user's own things, or public.
Row = tuple[str, Any, int, int, int]
ROWS: dict[str, Row] = {
    "POST /api/v1/auth/guest": ("/auth/guest", {"device": "a-device-of-the-tests"}, 200, 200, 200),
    "POST /api/v1/auth/wechat": ("/auth/wechat", {"code": "abc"}, 500, 500, 500),
    "POST /api/v1/auth/refresh": ("/auth/refresh", {"refresh_token": "nobody-has-it"}, 401, 401, 401),
    "POST /api/v1/auth/logout": ("/auth/logout", None, 401, 204, 204),
    "GET /api/v1/me": ("/me", None, 401, 200, 200),
    "PATCH /api/v1/me": ("/me", {"name": "小明"}, 401, 200, 200),
    "DELETE /api/v1/me": ("/me", None, 401, 204, 204),
    "GET /api/v1/me/export": ("/me/export", None, 401, 200, 200),
    "GET /api/v1/me/consents": ("/me/consents", None, 401, 200, 200),
    "POST /api/v1/me/consents": ("/me/consents", {"purpose": "face_edit", "granted": True}, 401, 201, 201),
    "DELETE /api/v1/me/consents/{consent_id}": ("/me/consents/{consent}", None, 401, 204, 404),
    "GET /api/v1/catalogue": ("/catalogue", None, 200, 200, 200),
    "POST /api/v1/photos": ("/photos", "photo", 401, 201, 201),
    "GET /api/v1/photos": ("/photos", None, 401, 200, 200),
    "GET /api/v1/photos/{photo_id}": ("/photos/{photo}", None, 401, 200, 404),
    "DELETE /api/v1/photos/{photo_id}": ("/photos/{photo}", None, 401, 204, 404),
    "POST /api/v1/jobs": ("/jobs", {"feature": "reunion", "photos": ["{photo}"], "tier": "free"}, 401, 202, 404),
    "GET /api/v1/jobs": ("/jobs", None, 401, 200, 200),
    "GET /api/v1/jobs/{job_id}": ("/jobs/{job}", None, 401, 200, 404),
    "GET /api/v1/jobs/{job_id}/events": ("/jobs/{job}/events", None, 401, 200, 404),
    "POST /api/v1/jobs/{job_id}/cancel": ("/jobs/{job}/cancel", None, 401, 409, 404),
    "POST /api/v1/jobs/{job_id}/pick": ("/jobs/{job}/pick", {"candidate": "{candidate}"}, 401, 200, 404),
    "POST /api/v1/jobs/{job_id}/rating": ("/jobs/{job}/rating", {"rating": 4}, 401, 200, 404),
    "GET /api/v1/works": ("/works", None, 401, 200, 200),
    "GET /api/v1/works/shared/{share}": ("/works/shared/{share}", None, 200, 200, 200),
    "GET /api/v1/works/{work_id}": ("/works/{work}", None, 401, 200, 404),
    "PATCH /api/v1/works/{work_id}": ("/works/{work}", {"title": "新年"}, 401, 200, 404),
    "DELETE /api/v1/works/{work_id}": ("/works/{work}", None, 401, 204, 404),
    "GET /api/v1/works/{work_id}/files/{kind}": ("/works/{work}/files/picture", None, 401, 200, 404),
    "POST /api/v1/works/{work_id}/share": ("/works/{work}/share", None, 401, 200, 404),
    "DELETE /api/v1/works/{work_id}/share": ("/works/{work}/share", None, 401, 200, 404),
    "GET /api/v1/files/{file_id}": ("{file}", None, 200, 200, 200),
    "GET /api/v1/wallet": ("/wallet", None, 401, 200, 200),
    "GET /api/v1/wallet/entries": ("/wallet/entries", None, 401, 200, 200),
    "GET /healthz": ("/healthz", None, 200, 200, 200),
    "GET /readyz": ("/readyz", None, 200, 200, 200),
    "GET /metrics": ("/metrics", None, 200, 200, 200),
}
NOT_DESCRIBED = {"GET /docs", "GET /docs/{name}", "GET /openapi.json", "HEAD /openapi.json"}


def routes(app: FastAPI) -> set[str]:
    """Every method and path that the application answers."""
    return {
        f"{method} {route.path}" for route in iter_route_contexts(app.routes) for method in (route.methods or ["*"])
    }


def belongings(owner: Guest) -> dict[str, str]:
    """One of everything. Their consent was the first thing they gave."""
    work = owner.work()
    shared = owner.got("POST", f"/works/{work['id']}/share")
    job = owner.got("GET", f"/jobs/{work['job_id']}")
    return {
        "consent": owner.got("GET", "/me/consents")["required"][0]["id"],
        "photo": owner.got("GET", "/photos")["photos"][0]["id"],
        "job": job["id"],
        "candidate": job["picked"],
        "work": work["id"],
        "share": shared["share"],
        "file": work["url"],
    }


def filled(value: Any, things: dict[str, str]) -> Any:
    if isinstance(value, str):
        return value.format(**things) if "{" in value else value
    if isinstance(value, list):
        return [filled(item, things) for item in value]
    return {k: filled(v, things) for k, v in value.items()} if isinstance(value, dict) else value


def test_every_route_has_a_row(door: Door) -> None:
    assert routes(door.app) - NOT_DESCRIBED == set(ROWS)
    assert routes(door.app) >= NOT_DESCRIBED


@pytest.mark.parametrize("route", ROWS)
def test_only_the_owner(door: Door, route: str) -> None:
    method = route.split()[0]
    path, body, for_nobody, for_owner, for_another = ROWS[route]
    owner, other = door.customer(), door.customer()
    old = door.customer()
    things = belongings(owner)
    door.later(seconds=1)

    def asked(headers: dict[str, str]) -> Any:
        if body == "photo":
            files = {"photo": ("a.jpg", b"\xff\xd8\xff a face", "image/jpeg")}
            return door.client.post(API + path, files=files, headers=headers)
        return door.ask(method, filled(path, things), filled(body, things), headers)

    assert asked({}).status_code == for_nobody
    answer = asked(other.headers)
    assert answer.status_code == for_another
    if for_another == 404:
        assert nothing_told(answer) == nothing_told(asked_of_nothing(door, other, method, path, body, things))
    if for_nobody == 401 and path != "/auth/refresh":
        at = door.now
        door.later(minutes=20)
        late = asked(old.headers)
        assert (late.status_code, late.json()["code"]) == (401, "login_expired")
        door.times[0] = at
    assert asked(owner.headers).status_code == for_owner


def asked_of_nothing(door: Door, other: Guest, method: str, path: str, body: Any, things: dict[str, str]) -> Any:
    """The same question about things that never were."""
    nothing = {name: "0" * len(value) for name, value in things.items()}
    return door.ask(method, filled(path, nothing), filled(body, nothing), other.headers)


def nothing_told(answer: Any) -> tuple[int, dict[str, str], dict[str, Any]]:
    """All of an answer but the number of the request."""
    told = {name: value for name, value in answer.json().items() if name != "instance"}
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, headers, told


def test_an_address_of_a_file_opens_that_file_until_its_time_and_no_other(door: Door) -> None:
    owner = door.customer()
    first, second = owner.work()["url"], owner.finished(tier="free")["candidates"][0]["url"]
    assert door.client.get(first).status_code == 200
    path, query = first.split("?")
    other_path = second.split("?")[0]
    expires = query.split("&")[0].split("=")[1]
    signature = query.split("=")[-1]
    for changed in (
        f"{other_path}?{query}",
        f"{path}?expires={int(expires) + 3600}&signature={signature}",
        f"{path}?expires={expires}&signature={'0' * 64}",
        f"{path}?expires={'9' * 12}&signature={signature}",
    ):
        assert door.client.get(changed).status_code == 404, changed
    door.later(minutes=15, seconds=2)
    assert door.client.get(first).status_code == 404
