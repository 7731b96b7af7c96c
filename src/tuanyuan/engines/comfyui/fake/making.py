"""What the output nodes of a workflow save: the pictures that reach them, side by side, and the workflow in the PNG."""

from __future__ import annotations

import io
import json
import posixpath
import random
import string
import time
from typing import Any

import anyio.to_thread
from PIL import Image, ImageOps, UnidentifiedImageError

from tuanyuan.engines.comfyui.fake.folders import Folders, Outside, inside, with_texts
from tuanyuan.engines.comfyui.fake.graph import Graph
from tuanyuan.engines.comfyui.fake.jobs import Job
from tuanyuan.engines.comfyui.fake.library import Library
from tuanyuan.engines.sandbox import Fault, broken, draw, wrong_size

# More than this in one batch does not fit a graphics card.
_PIXELS = 64_000_000


class Failed(Exception):
    """A node raised. kind: the exception's type as ComfyUI writes it."""

    def __init__(self, node: str, kind: str, message: str) -> None:
        super().__init__(message)
        self.node = node
        self.kind = kind


class Maker:
    """Runs the nodes that have a result to see. metadata: whether PNGs carry their workflow."""

    def __init__(self, library: Library, folders: Folders, *, metadata: bool) -> None:
        self._library = library
        self._folders = folders
        self._metadata = metadata
        self._again: bytes | None = None

    def graph(self, prompt: dict[str, Any]) -> Graph:
        """A workflow that may look at the input folder."""
        return Graph(prompt, self._library, self._measured)

    def load(self, graph: Graph, node: str) -> None:
        """Open what a LoadImage node names. Raises Failed."""
        try:
            self._measured(graph.given(node)["image"])
        except FileNotFoundError as error:
            raise Failed(node, "FileNotFoundError", str(error)) from error
        except UnidentifiedImageError as error:
            raise Failed(node, "PIL.UnidentifiedImageError", str(error)) from error
        except OSError as error:
            raise Failed(node, "OSError", str(error)) from error

    async def save(self, job: Job, node: str, now: float) -> list[dict[str, str]]:
        """Draw and store what an output node gives; name, subfolder and type of each file. Raises Failed."""
        graph = self.graph(job.prompt)
        width, height = graph.size(node)
        count = graph.count(node)
        if width < 1 or height < 1 or width * height * count > _PIXELS:
            raise out_of_memory(node)
        references = [self._folders.loaded(name) or b"" for name in graph.references(node)]
        try:
            made = await anyio.to_thread.run_sync(
                _drawn, references, (width, height), count, graph.seed(node), job.fault
            )
        except OSError as error:
            raise Failed(node, "PIL.UnidentifiedImageError", str(error)) from error
        if self._again is not None and made:
            made[0], self._again = self._again, None
        if job.fault == "twice" and count == 1:
            self._again = made[0]
        return self._store(job, node, made, (width, height), now)

    def _store(self, job: Job, node: str, made: list[bytes], size: tuple[int, int], now: float) -> list[dict[str, str]]:
        prefix = job.prompt[node]["inputs"].get("filename_prefix", "ComfyUI")
        folder = "output"
        if job.prompt[node]["class_type"] == "PreviewImage":
            folder, prefix = "temp", f"ComfyUI_temp_{''.join(random.sample(string.ascii_lowercase, 5))}"
        try:
            subfolder, name = posixpath.split(inside(_filled(prefix, size, now)))
        except Outside:
            words = "**** ERROR: Saving image outside the output folder is not allowed."
            raise Failed(node, "Exception", words) from None
        number = self._folders.next_number(folder, subfolder, name)
        files = []
        for place, data in enumerate(made):
            file = f"{name.replace('%batch_num%', str(place))}_{number + place:05}_.png"
            path = posixpath.join(subfolder, file)
            self._folders.write(folder, path, self._signed(job, data), now)
            if job.fault == "expired":
                self._folders.remove(folder, path)
            files.append({"filename": file, "subfolder": subfolder, "type": folder})
        if job.accepted is not None and folder == "output":
            job.accepted.made += made
            # The two that bill without an answer were billed when they were accepted.
            if job.fault not in ("cut", "vanish"):
                job.accepted.pictures += len(made)
        return files

    def _signed(self, job: Job, data: bytes) -> bytes:
        if not self._metadata or job.fault == "broken":
            return data
        extra = job.extra_data.get("extra_pnginfo")
        texts = {"prompt": json.dumps(job.prompt)}
        texts |= {key: json.dumps(value) for key, value in extra.items()} if isinstance(extra, dict) else {}
        return with_texts(data, texts)

    def _measured(self, name: str) -> tuple[int, int]:
        data = self._folders.loaded(name)
        if data is None:
            raise FileNotFoundError(2, "No such file or directory", name)
        with Image.open(io.BytesIO(data)) as opened:
            turned: Image.Image = ImageOps.exif_transpose(opened)
            return turned.size


def out_of_memory(node: str) -> Failed:
    """What a sampler says when the card is full (contract: comfyui.md 5.4)."""
    return Failed(node, "torch.OutOfMemoryError", "Allocation on device 0 would exceed allowed memory. (out of memory)")


def preview(references: list[bytes]) -> bytes:
    """A small JPEG of what becomes of these."""
    return draw(references, 64, 48)


def _drawn(references: list[bytes], size: tuple[int, int], count: int, seed: int, fault: Fault | None) -> list[bytes]:
    if fault == "wrong_size":
        return [wrong_size(references, "PNG")] * count
    made = [draw(references, *size, number=seed + place + 1, format="PNG") for place in range(count)]
    if fault == "partial":
        made.pop()
    if fault == "twice" and count > 1:
        made[1] = made[0]
    return [broken(picture) for picture in made] if fault == "broken" else made


def _filled(prefix: str, size: tuple[int, int], now: float) -> str:
    """The words that SaveImage puts in for `%…%`."""
    at = time.gmtime(now)
    words = {
        "width": str(size[0]),
        "height": str(size[1]),
        "year": str(at.tm_year),
        "month": f"{at.tm_mon:02}",
        "day": f"{at.tm_mday:02}",
        "hour": f"{at.tm_hour:02}",
        "minute": f"{at.tm_min:02}",
        "second": f"{at.tm_sec:02}",
    }
    for word, value in words.items():
        prefix = prefix.replace(f"%{word}%", value)
    return prefix
