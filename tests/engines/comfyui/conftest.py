"""A server that answers as the contract's examples do, and the nodes it has."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tuanyuan.domain.capabilities import Capabilities
from tuanyuan.domain.engine import EngineRequest, Prompt, Reference
from tuanyuan.domain.job import JobRequest
from tuanyuan.engines import comfyui, manifest
from tuanyuan.engines.comfyui import workflows
from tuanyuan.engines.comfyui.png import BLANK

FOLDER = Path(comfyui.__file__).parent


@pytest.fixture(scope="session")
def capabilities() -> Capabilities:
    return manifest.read(FOLDER).capabilities


@pytest.fixture
def nodes() -> dict[str, Any]:
    """`/object_info` of a server that has every node and file our workflows need."""
    found = json.loads((FOLDER / "nodes.json").read_text("utf-8"))
    # The pack's node, transcribed from its node_wrappers/depth_anything_v2.py; where the others have it, theirs holds.
    found = {**json.loads((Path(__file__).parent / "aux_nodes.json").read_text("utf-8")), **deepcopy(found)}
    for name in workflows.names():
        workflow = workflows.load(name)
        for model in workflow.models:
            class_type, _, field = model.seen.partition(".")
            if model.place:
                node, _, field = model.place.partition(".")
                class_type = workflow.nodes[node]["class_type"]
            if class_type:
                spec = found[class_type]["input"]["required"][field]
                choices = spec[0] if isinstance(spec[0], list) else spec[1]["options"]
                if model.file not in choices:
                    choices.append(model.file)
    return found


@pytest.fixture
def asking(capabilities: Capabilities) -> Callable[..., EngineRequest]:
    """A request for a model with references of the given roles."""

    def made(model: str, *roles: str, **changes: Any) -> EngineRequest:
        references = tuple(
            # A word of `Role`.
            Reference(role, f"{role}{number}".encode(), "image/png", 800, 600)  # type: ignore[arg-type]
            for number, role in enumerate(roles)
        )
        told = {
            "job_id": "job",
            "order": JobRequest("makeover", ()),
            "model": capabilities.model(model),
            "prompt": Prompt("穿唐装", "模糊", "zh"),
            "references": references,
            "size": (1440, 1080),
            "parameters": {"seed": 1002, "fidelity": 0.5},
        }
        return EngineRequest(**{**told, **changes})

    return made


class Server:
    """A ComfyUI server in memory, as contract 5 tells it: files, one queue, the history. Nothing is drawn.

    answers: for the next call of a path, instead of the usual one.
    """

    def __init__(self, nodes: dict[str, Any]) -> None:
        self.nodes = nodes
        self.files: dict[tuple[str, str, str], bytes] = {}
        self.running: list[Any] = []
        self.pending: list[Any] = []
        self.history: dict[str, Any] = {}
        self.calls: list[tuple[str, str]] = []
        self.orders: list[dict[str, Any]] = []
        self.answers: dict[str, list[httpx2.Response | Exception]] = {}
        self.transport = httpx2.MockTransport(self.answer)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        self.calls.append((request.method, path))
        if self.answers.get(path) and not (path == "/prompt" and request.method == "GET"):
            told = self.answers[path].pop(0)
            if isinstance(told, Exception):
                raise told
            return told
        if request.method == "GET":
            return self._get(path, request.url.params)
        if path == "/upload/image":
            return self._upload(request)
        body = json.loads(request.content)
        if path == "/prompt":
            self.orders.append(body)
            self.pending.append([0, body["prompt_id"], body["prompt"], {"client_id": body["client_id"]}, ["90"]])
            return httpx2.Response(200, json={"prompt_id": body["prompt_id"], "number": 0, "node_errors": {}})
        if path == "/queue":
            self.pending = [item for item in self.pending if item[1] not in body["delete"]]
        if path == "/history":
            for gone in body["delete"]:
                self.history.pop(gone, None)
        return httpx2.Response(200)

    def finish(self, **status: Any) -> None:
        """The first one in the queue is done: its picture is saved, or it has failed."""
        item = (self.running or self.pending).pop(0)
        folder, _, name = item[2]["90"]["inputs"]["filename_prefix"].partition("/")
        saved = {"filename": f"{name}_00001_.png", "subfolder": folder, "type": "output"}
        told = {"status_str": "success", "completed": True, "messages": [], **status}
        images = [saved] if told["status_str"] == "success" else []
        if images:
            self.files[("output", folder, saved["filename"])] = BLANK[:33] + _text() + BLANK[33:]
        self.history[item[1]] = {"prompt": item, "outputs": {"90": {"images": images}}, "status": told, "meta": {}}

    def _get(self, path: str, params: Any) -> httpx2.Response:
        if path == "/object_info":
            return httpx2.Response(200, json=self.nodes)
        if path == "/prompt":
            return httpx2.Response(200, json={"exec_info": {"queue_remaining": len(self.pending + self.running)}})
        if path == "/queue":
            return httpx2.Response(200, json={"queue_running": self.running, "queue_pending": self.pending})
        if path == "/view":
            data = self.files.get((params["type"], params["subfolder"], params["filename"]))
            return httpx2.Response(200, content=data) if data else httpx2.Response(404)
        if path.startswith("/history/"):
            prompt = path.rpartition("/")[2]
            return httpx2.Response(200, json={p: e for p, e in self.history.items() if p == prompt})
        return httpx2.Response(404)

    def _upload(self, request: httpx2.Request) -> httpx2.Response:
        parts = multipart(request)
        name, data = parts["image"]
        kind, folder = parts["type"][1].decode(), parts["subfolder"][1].decode()
        if (kind, folder, name) in self.files and parts["overwrite"][1] != b"true":
            name = name.replace(".png", " (1).png")
        self.files[(kind, folder, name)] = data
        return httpx2.Response(200, json={"name": name, "subfolder": folder, "type": kind})


def multipart(request: httpx2.Request) -> dict[str, tuple[str, bytes]]:
    """Name: (file name, content) of each part."""
    mark = request.headers["content-type"].partition("boundary=")[2].encode()
    found = {}
    for part in request.read().split(b"--" + mark)[1:-1]:
        head, _, data = part.strip(b"\r\n").partition(b"\r\n\r\n")
        told = dict(item.split("=", 1) for item in head.decode().split("\r\n")[0].split("; ")[1:])
        found[told["name"].strip('"')] = (told.get("filename", "").strip('"'), data)
    return found


def _text() -> bytes:
    chunk = b"tEXt" + b"prompt\x00" + b"{secret words}"
    import zlib

    return (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")


@pytest.fixture
def server(nodes: dict[str, Any]) -> Server:
    return Server(nodes)
