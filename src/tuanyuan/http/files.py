"""`/files`: kept pictures by temporary address. The signature is the only key; no login is asked, none would help."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from tuanyuan.domain.errors import NotFound
from tuanyuan.http import byte_ranges
from tuanyuan.http.answers import Id, refusals
from tuanyuan.http.visit import Anybody

router = APIRouter(tags=["files"])

_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
}
_CONTENT = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _ENDINGS}
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture or clip.", "content": _CONTENT},
    206: {"description": "The part that was asked for by `Range`.", "content": _CONTENT},
}


@router.get("/files/{file_id}", response_class=Response, responses={**_BYTES, **refusals(404)})
def show(
    visit: Anybody,
    file_id: Id,
    expires: Annotated[str, Query(max_length=12, pattern="^[0-9]+$", description="As in the address given out.")],
    signature: Annotated[str, Query(max_length=128, pattern="^[0-9a-f]+$")],
    range: Annotated[str | None, Header(max_length=100, description="A part of it, as phones ask for.")] = None,
) -> Response:
    """The bytes of a picture or clip. A changed, forged or late address is one that is not there."""
    visit.limit("open")
    with visit.studio.units.begin() as unit:
        file = visit.studio.keeping.opened(unit, file_id, int(expires), signature)
    data = visit.studio.keeping.read(file)
    if file.media_type not in _ENDINGS:
        raise NotFound("not_found")
    headers = {
        "cache-control": "private, max-age=300",
        "content-disposition": f'inline; filename="{file.kind}-{file.id[:8]}.{_ENDINGS[file.media_type]}"',
        "etag": f'"{file.digest[:32]}"',
    }
    return byte_ranges.answer(data, range, headers, file.media_type)
