"""Files to and from a ComfyUI server: `/upload/image`, `/upload/mask`, `/view` (contract: comfyui.md 5.1, 5.5)."""

from __future__ import annotations

import io
import json
import mimetypes
import posixpath
from collections.abc import Callable
from typing import Any

from PIL import Image
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tuanyuan.engines.comfyui.fake.folders import FOLDERS, Folders, Outside, inside, masked

_QUALITY = 90


async def upload(form: FormData, folders: Folders, now: float, *, mask: bool = False) -> Response:
    """Store a picture, or a mask as the alpha of a picture that is there; name, subfolder and type of the file.

    Raises KeyError, TypeError, ValueError, OSError for a mask that does not fit; the server answers 500 to that.
    """
    image, folder = form.get("image"), form.get("type") or "input"
    if not isinstance(image, UploadFile) or not image.filename or folder not in FOLDERS:
        return Response(status_code=400)
    subfolder = str(form.get("subfolder") or "")
    try:
        path = inside(posixpath.join(inside(subfolder), inside(image.filename)))
    except Outside:
        return Response(status_code=400)
    data = await image.read()
    free, name = path, posixpath.basename(path)
    if form.get("overwrite") not in ("true", "1"):
        free = _free(folders, str(folder), path, data)
        name = posixpath.basename(free)
    if mask:
        original = _original(str(form["original_ref"]), folders)
        # Nothing is stored, and the answer is the same: so does the real one.
        if original is not None:
            folders.write(str(folder), free, masked(original, data), now)
    else:
        folders.write(str(folder), free, data, now)
    return JSONResponse({"name": name, "subfolder": subfolder, "type": folder})


def view(request: Request, folders: Folders) -> Response:
    """A file, whole, or as a preview, or one channel of it."""
    query = request.query_params
    name = query.get("filename")
    if name is None:
        return Response(status_code=404)
    folder = query.get("type", "output")
    if not name or name.startswith("/") or ".." in name or folder not in FOLDERS:
        return Response(status_code=400)
    try:
        path = posixpath.join(inside(query.get("subfolder", "")), posixpath.basename(name))
    except Outside:
        return Response(status_code=403)
    data = folders.read(folder, path)
    if data is None:
        return Response(status_code=404)
    kind, body = _shown(data, query.get("preview"), query.get("channel", "rgba"))
    kind = kind or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(body, media_type=kind, headers={"Content-Disposition": f'filename="{posixpath.basename(name)}"'})


def _free(folders: Folders, folder: str, path: str, data: bytes) -> str:
    """The path itself, or `src (1).png` when other bytes have it."""
    stem, ending = posixpath.splitext(path)
    number = 1
    while (there := folders.read(folder, path)) is not None and there != data:
        path = f"{stem} ({number}){ending}"
        number += 1
    return path


def _original(reference: str, folders: Folders) -> bytes | None:
    named: dict[str, Any] = json.loads(reference)
    try:
        path = posixpath.join(inside(named.get("subfolder", "")), inside(named["filename"]))
    except Outside:
        return None
    return folders.read(named.get("type", "output"), path)


def _shown(data: bytes, preview: str | None, channel: str) -> tuple[str | None, bytes]:
    if preview is not None:
        wanted, _, told = preview.partition(";")
        kind = wanted if wanted in ("webp", "jpeg") and "a" not in channel.replace("rgba", "") else "webp"
        quality = int(told) if told.isdigit() else _QUALITY
        flat = kind == "jpeg" or channel == "rgb"
        return f"image/{kind}", _saved(data, kind, lambda picture: picture.convert("RGB") if flat else picture, quality)
    if channel == "rgb":
        return "image/png", _saved(data, "png", lambda picture: picture.convert("RGB"))
    if channel == "a":
        return "image/png", _saved(data, "png", _alpha)
    return None, data


def _alpha(picture: Image.Image) -> Image.Image:
    shown = Image.new("RGBA", picture.size)
    shown.putalpha(picture.getchannel("A") if picture.mode == "RGBA" else Image.new("L", picture.size, 255))
    return shown


def _saved(data: bytes, kind: str, change: Callable[[Image.Image], Image.Image], quality: int = _QUALITY) -> bytes:
    file = io.BytesIO()
    with Image.open(io.BytesIO(data)) as opened:
        change(opened).save(file, kind, quality=quality)
    return file.getvalue()
