"""What a model makes of its inputs: the pictures that were sent, side by side (contract: replicate.md 6.6)."""

from __future__ import annotations

import base64
import binascii
import copy
import io
import json
import posixpath
import secrets
import tarfile
import zipfile
from typing import Any
from urllib.parse import urlsplit

import anyio.to_thread
import httpx2
from PIL import Image, ImageOps

from tuanyuan.engines.comfyui.fake import Graph, Library, validate
from tuanyuan.engines.replicate.fake.files import Files
from tuanyuan.engines.replicate.fake.models import Model
from tuanyuan.engines.sandbox import Fault, Fetch, broken, draw, wrong_size

_LARGEST = 20 * 1024 * 1024
_PIXELS = 64_000_000
_FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}
_NOT_API = (
    "You need to use the API JSON version of a ComfyUI workflow. To do this go to your ComfyUI settings and turn on "
    "'Enable Dev mode Options'. Then you can save your ComfyUI workflow via the 'Save (API Format)' button."
)


class Failed(Exception):
    """The model raised: its words become `error`."""


class Runner:
    """library: the nodes and weights that are in the image of the ComfyUI models."""

    def __init__(self, files: Files, library: Library, fetch: Fetch) -> None:
        self._files = files
        self._library = library
        self._fetch = fetch
        self._again: bytes | None = None

    async def run(self, model: Model, given: dict[str, Any], fault: Fault | None, base: str) -> list[tuple[str, bytes]]:
        """Name and bytes of each file that comes out. Raises Failed."""
        if model.kind == "workflow":
            wanted = await self._workflow(given, base)
        else:
            people = [await self._input(address, base) for address in given.get("image_input", [])]
            wanted = [("out", people, model.size, 1)]
        ending = given["output_format"]
        quality = int(given.get("output_quality", 90))
        try:
            made = await anyio.to_thread.run_sync(_drawn, wanted, ending, quality, fault)
        except OSError as error:
            raise Failed(str(error)) from error
        if fault == "partial":
            made.pop()
        if self._again is not None and made:
            made[0], self._again = (made[0][0], self._again), None
        if fault == "twice" and len(made) > 1:
            made[1] = (made[1][0], made[0][1])
        elif fault == "twice" and made:
            self._again = made[0][1]
        return made

    async def _workflow(self, given: dict[str, Any], base: str) -> list[tuple[str, list[bytes], tuple[int, int], int]]:
        prompt = await self._loaded(given["workflow_json"], base)
        files = await self._unpacked(given["input_file"], base) if given.get("input_file") else {}
        for node in prompt.values():
            inputs = node.get("inputs", {})
            if node.get("class_type") in ("LoadImage", "LoadImageMask") and _is_address(inputs.get("image")):
                name = f"{secrets.token_hex(4)}_{posixpath.basename(urlsplit(inputs['image']).path) or 'image'}"
                files[name] = await self._input(inputs["image"], base)
                inputs["image"] = name
            for key in ("seed", "noise_seed"):
                if given["randomise_seeds"] and isinstance(inputs.get(key), int):
                    inputs[key] = secrets.randbelow(2**32)
        verdict = validate(prompt, self._library, files.__contains__)
        if verdict.error is not None:
            said = verdict.error["message"]
            raise Failed(f"ComfyUI Error – Your workflow could not be run. {said} {json.dumps(verdict.node_errors)}")
        graph = Graph(prompt, self._library, lambda name: _measured(files[name]))
        wanted = []
        for end in verdict.outputs:
            if graph.name(end) != "SaveImage" and not given["return_temp_files"]:
                continue
            size, count = _affordable(graph, end)
            people = [files[name] for name in graph.references(end)]
            prefix = posixpath.basename(str(graph.given(end).get("filename_prefix", "ComfyUI_temp")))
            wanted += [
                (f"{prefix}_{place:05}_", people, size, graph.seed(end) + place) for place in range(1, count + 1)
            ]
        return wanted

    async def _loaded(self, workflow: str, base: str) -> dict[str, Any]:
        if _is_address(workflow):
            workflow = (await self._input(workflow, base)).decode("utf-8", "replace")
        try:
            prompt = json.loads(workflow)
        except ValueError as error:
            raise Failed(f"The workflow JSON provided is not valid JSON: {error}") from error
        if not isinstance(prompt, dict) or not prompt or not all(_is_node(node) for node in prompt.values()):
            raise Failed(_NOT_API)
        return copy.deepcopy(prompt)

    async def _unpacked(self, address: str, base: str) -> dict[str, bytes]:
        """What lies in the input folder: `input.<ext>`, or the members of an archive."""
        data = await self._input(address, base)
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = [member for member in archive.infolist() if member.file_size <= _LARGEST]
                return {member.filename: archive.read(member) for member in members if not member.is_dir()}
        if tarfile.is_tarfile(io.BytesIO(data)):
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                opened = {entry.name: tar.extractfile(entry) for entry in tar if entry.size <= _LARGEST}
                return {name.removeprefix("./"): file.read() for name, file in opened.items() if file}
        try:
            with Image.open(io.BytesIO(data)) as picture:
                kind = (picture.format or "").lower()
        except OSError as error:
            raise Failed(f"Unsupported file type: {error}") from error
        ending = {"jpeg": "jpg"}.get(kind, kind)
        # Whoever wrote the workflow knows the file by the ending that it was uploaded with.
        return {f"input.{ending}": data, **({"input.jpeg": data} if ending == "jpg" else {})}

    async def _input(self, address: str, base: str) -> bytes:
        own = f"{base}/v1/files/"
        if address.startswith("data:"):
            return _inline(address)
        if address.startswith(own):
            data = self._files.data(address.removeprefix(own))
            if data is None:
                raise Failed(f"404 Client Error: Not Found for url: {address}")
            return data
        try:
            return await self._fetch(address)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            raise Failed(f"Failed to download {address}: {error}") from error


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def _is_node(value: Any) -> bool:
    return isinstance(value, dict) and "class_type" in value and isinstance(value.get("inputs"), dict)


def _inline(address: str) -> bytes:
    head, comma, body = address.partition(",")
    if not comma or not head.endswith(";base64"):
        raise Failed("Invalid data URI")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise Failed(f"Invalid data URI: {error}") from error


def _measured(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as opened:
        turned: Image.Image = ImageOps.exif_transpose(opened)
        return turned.size


def _affordable(graph: Graph, end: str) -> tuple[tuple[int, int], int]:
    try:
        size, count = graph.size(end), graph.count(end)
    except OSError as error:
        raise Failed(f"ComfyUI Error – {error}") from error
    if min(size) < 1 or size[0] * size[1] * count > _PIXELS:
        raise Failed("CUDA out of memory. Tried to allocate 8.00 GiB")
    return size, count


def _drawn(
    wanted: list[tuple[str, list[bytes], tuple[int, int], int]], ending: str, quality: int, fault: Fault | None
) -> list[tuple[str, bytes]]:
    made = []
    for name, people, size, number in wanted:
        small = fault == "wrong_size"
        data = wrong_size(people, "PNG") if small else draw(people, *size, number=number, format="PNG")
        file = io.BytesIO()
        with Image.open(io.BytesIO(data)) as opened:
            opened.save(file, _FORMATS[ending], quality=quality)
        data = broken(file.getvalue()) if fault == "broken" else file.getvalue()
        made.append((f"{name}.{ending}", data))
    return made
