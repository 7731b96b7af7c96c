"""`/docs`: the interface to read and to try, without asking any other host."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import Response

from tuanyuan.domain.errors import NotFound

router = APIRouter(include_in_schema=False)

_TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
# The page starts itself by a script inside it.
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)


@router.get("/docs")
def page() -> Response:
    """Swagger UI over /openapi.json."""
    html = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="团圆照相馆 Tuanyuan Studio",
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="/docs/favicon.png",
    )
    return Response(html.body, 200, {"content-security-policy": _POLICY}, "text/html")


@router.get("/docs/{name}")
def asset(name: str) -> Response:
    """A file of Swagger UI, out of the package that brings it."""
    if name not in _TYPES:
        raise NotFound("not_found")
    data = files("fastapi_offline").joinpath("static", name).read_bytes()
    return Response(data, 200, {"cache-control": "public, max-age=86400"}, _TYPES[name])
