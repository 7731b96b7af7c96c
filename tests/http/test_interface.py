"""The interface as it describes itself."""

from __future__ import annotations

import re
from typing import Any

from doubles.door import Door

from tuanyuan.engines.fake.engine import ORDERS
from tuanyuan.http.problems import Problem

ALWAYS = {"400", "408", "413", "422", "429", "500", "503"}


def operations(door: Door) -> list[tuple[str, dict[str, Any]]]:
    paths = door.app.openapi()["paths"]
    return [(f"{m.upper()} {p}", operation) for p, methods in paths.items() for m, operation in methods.items()]


def test_every_operation_documents_how_it_may_refuse(door: Door) -> None:
    for name, operation in operations(door):
        if "/api/v1" not in name:
            continue
        responses = operation["responses"]
        assert set(responses) >= ALWAYS, name
        for status, response in responses.items():
            if int(status) >= 400:
                shape = response["content"]["application/problem+json"]["schema"]
                assert shape == {"$ref": "#/components/schemas/Problem"}, name
                assert "application/json" not in response["content"], name
        assert ("401" in responses) == bool(operation.get("security")) or name.endswith(
            ("/auth/refresh", "/auth/wechat")
        )
        assert operation["description"], name
    assert set(door.app.openapi()["components"]["schemas"]["Problem"]["properties"]) == set(Problem.model_fields)


def test_what_costs_or_creates_takes_an_idempotency_key(door: Door) -> None:
    keyed = {
        name
        for name, operation in operations(door)
        if any(p["name"].lower() == "idempotency-key" for p in operation.get("parameters", []))
    }
    assert keyed == {
        "POST /api/v1/me/consents",
        "POST /api/v1/jobs",
        "POST /api/v1/jobs/{job_id}/cancel",
        "POST /api/v1/jobs/{job_id}/pick",
        "POST /api/v1/jobs/{job_id}/rating",
        "POST /api/v1/works/{work_id}/share",
    }


def test_the_pages_of_the_docs_ask_no_other_host(door: Door) -> None:
    page = door.ask("GET", "/docs")
    assert page.status_code == 200
    assert re.findall(r"https?://[^\s\"'<>]+", page.text) == []
    wanted = re.findall(r"(?:src|href)=\"([^\"]+)\"", page.text)
    assert wanted
    for address in wanted:
        asset = door.ask("GET", address)
        assert (asset.status_code, len(asset.content) > 1000) == (200, True), address
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    assert door.ask("GET", "/docs/..%2f..%2fcore.py").status_code == 404


def test_health_and_what_prometheus_reads(door: Door) -> None:
    guest = door.customer()
    guest.finished()
    guest.finished(tier="free", options={"seed": ORDERS["refuse"]})
    assert door.ask("GET", "/healthz").json() == {"status": "ok"}
    assert door.ask("GET", "/readyz").json() == {"ready": True, "missing": []}
    door.app.state.metrics._gaps = None
    text = door.ask("GET", "/metrics").text
    assert 'tuanyuan_jobs{feature="reunion",status="completed"} 1.0' in text
    assert 'tuanyuan_jobs{feature="reunion",status="failed"} 1.0' in text
    assert "tuanyuan_ledger_unexplained 0.0" in text
    assert 'tuanyuan_http_requests_total{method="POST",route=' in text
    assert guest.id not in text


def test_metrics_count_every_job_that_ended_once(door: Door) -> None:
    guest = door.customer()
    metrics = door.app.state.metrics
    metrics.text()
    guest.finished()
    guest.finished(tier="free", options={"seed": ORDERS["refuse"]})
    for _ in range(2):
        metrics._read_at = float("-inf")
        text = metrics.text().decode()
    assert 'tuanyuan_job_seconds_count{feature="reunion",status="completed"} 1.0' in text
    assert 'tuanyuan_job_seconds_count{feature="reunion",status="failed"} 1.0' in text
    assert 'tuanyuan_queue_seconds_count{feature="reunion"} 2.0' in text
    assert 'tuanyuan_engine_attempts_total{engine="fake",outcome="succeeded"} 1.0' in text
    assert 'tuanyuan_engine_attempts_total{engine="fake",outcome="refused"} 1.0' in text


def test_readiness_names_what_is_missing_without_detail(door: Door) -> None:
    def broken() -> bool:
        raise OSError("/srv/bucket: no such key AKIA123")

    probes = {"database": lambda: True, "storage": broken, "weights": lambda: False}
    from tuanyuan.http.readiness import Readiness

    door.app.state.readiness = Readiness(probes)
    answer = door.ask("GET", "/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "missing": ["storage", "weights"]})
