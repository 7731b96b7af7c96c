"""`/healthz`, `/readyz`, `/metrics`: for balancers and dashboards, not for users."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from tuanyuan.domain.errors import NotFound
from tuanyuan.http.answers import json_response, refusals
from tuanyuan.http.visit import address_of, network

router = APIRouter(tags=["health"])
_FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-real-ip"})


def _inside(request: Request) -> bool:
    """Whether it comes from this machine or a private network; not through a proxy that we were not told of."""
    proxies = request.app.state.studio.settings.proxies
    if not proxies and not _FORWARDED.isdisjoint(request.headers):
        return False
    try:
        address = ip_address(network(address_of(request, proxies)).partition("/")[0])
    except ValueError:
        return True  # a socket of this machine
    return not address.is_global


class Health(BaseModel):
    """The process lives."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether requests can be served. `missing`: what is not there; no detail, that is in the log."""

    ready: bool
    missing: list[Literal["database", "storage", "weights"]] = Field(examples=[[]])


@router.get("/healthz", response_model=Health)
async def healthz() -> Response:
    """The process answers. Asks nobody else."""
    return json_response(Health())


@router.get(
    "/readyz", response_model=Readiness, responses={503: {"model": Readiness, "description": "Something is missing."}}
)
def readyz(request: Request) -> Response:
    """Whether database, storage and model weights are there."""
    missing = request.app.state.readiness.missing()
    return json_response(Readiness(ready=not missing, missing=missing), 503 if missing else 200)


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "For Prometheus."},
        **refusals(404),
    },
)
def metrics(request: Request) -> Response:
    """What Prometheus reads. Told within private networks only: how much is made here is nobody else's business."""
    if not _inside(request):
        raise NotFound("not_found")
    return Response(request.app.state.metrics.text(), 200, media_type=CONTENT_TYPE_LATEST)
