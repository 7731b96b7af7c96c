"""What a workflow would do, read from its links: order, pictures that reach an end, size and number of results."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tuanyuan.engines.comfyui.fake.library import Library

Size = tuple[int, int]

# The sizes that FluxKontextImageScale chooses from (published with the node).
_KONTEXT = (
    (672, 1568), (688, 1504), (720, 1456), (752, 1392), (800, 1328), (832, 1248), (880, 1184), (944, 1104),
    (1024, 1024), (1104, 944), (1184, 880), (1248, 832), (1328, 800), (1392, 752), (1456, 720), (1504, 688),
    (1568, 672),
)  # fmt: skip
_PIXELS = ("IMAGE", "LATENT", "MASK")
_LATENTS = {"EmptyLatentImage": 8, "EmptySD3LatentImage": 8, "EmptyFlux2LatentImage": 16}
_ENCODERS = ("VAEEncode", "VAEEncodeForInpaint", "InpaintModelConditioning")
_EMPTY = (512, 512)


class Graph:
    """A valid workflow.

    measured: width and height of an input picture by its name in the workflow.
    """

    def __init__(self, prompt: Mapping[str, Any], library: Library, measured: Callable[[str], Size]) -> None:
        self._prompt = prompt
        self._library = library
        self._measured = measured

    def name(self, node_id: str) -> str:
        """The class of a node."""
        named: str = self._prompt[node_id]["class_type"]
        return named

    def given(self, node_id: str) -> dict[str, Any]:
        """Values and links of a node."""
        inputs: dict[str, Any] = self._prompt[node_id]["inputs"]
        return inputs

    def order(self, ends: Iterable[str]) -> list[str]:
        """The nodes that must run for these ends, each after what it needs."""
        found: dict[str, None] = {}

        def visit(node_id: str) -> None:
            if node_id not in found:
                for _, (source, _) in self._links(node_id):
                    visit(source)
                found[node_id] = None

        for end in ends:
            visit(end)
        return list(found)

    def signatures(self, ends: Iterable[str], content: Callable[[str], str]) -> dict[str, str]:
        """What makes each node's result: its class, its values and what comes before it. content: of a picture."""
        done: dict[str, str] = {}
        for node_id in self.order(ends):
            links = dict(self._links(node_id))
            what: list[Any] = [self.name(node_id)]
            for key, value in sorted(self.given(node_id).items()):
                what.append([key, [done[links[key][0]], links[key][1]] if key in links else value])
            if self._loads(node_id):
                what.append(content(self.given(node_id)["image"]))
            done[node_id] = hashlib.sha256(json.dumps(what, default=str).encode()).hexdigest()
        return done

    def references(self, end: str) -> list[str]:
        """The pictures that reach this end as pictures: not what is used as a mask only."""
        found: dict[str, None] = {}
        seen: set[str] = set()

        def visit(node_id: str) -> None:
            if node_id in seen:
                return
            seen.add(node_id)
            if self.name(node_id) == "LoadImage":
                found[self.given(node_id)["image"]] = None
            for _, (source, slot) in self._links(node_id):
                if self._library.outputs(self.name(source))[slot] != "MASK":
                    visit(source)

        visit(end)
        return list(found)

    def seed(self, end: str) -> int:
        """The sum of all seeds before this end."""
        return sum(int(self.given(node_id).get("seed", 0)) for node_id in self.order([end]))

    def steps(self, node_id: str) -> int:
        """How many steps a node tells of; 1 for most."""
        given = self.given(node_id).get("steps", 1)
        return given if self.name(node_id) == "KSampler" and isinstance(given, int) else 1

    def unlinked(self, node_id: str) -> str | None:
        """An input that needs something from another node and has a plain value."""
        links = dict(self._links(node_id))
        for key, ((kind, options), _) in self._library.inputs(self.name(node_id)).items():
            plain = not isinstance(kind, str) or kind in ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO")
            if key in self.given(node_id) and key not in links and (not plain or options.get("forceInput")):
                return key
        return None

    def count(self, node_id: str) -> int:
        """How many pictures a node gives."""
        given, name = self.given(node_id), self.name(node_id)
        if name == "ImageBatch":
            return sum(self.count(source) for _, (source, _) in self._links(node_id))
        if isinstance(given.get("batch_size"), int):
            return int(given["batch_size"])
        source = self._before(node_id)
        return self.count(source[0]) if source else 1

    def size(self, node_id: str, slot: int = 0) -> Size:
        """Width and height of what a node gives."""
        given, name = self.given(node_id), self.name(node_id)
        if self._loads(node_id):
            return self._measured(given["image"])
        if name in _LATENTS:
            grid = _LATENTS[name]
            return int(given["width"]) // grid * grid, int(given["height"]) // grid * grid
        if name == "ImageStitch":
            return self._stitched(node_id)
        source = self._before(node_id)
        width, height = self.size(*source) if source else _EMPTY
        if name in _ENCODERS and (name != "InpaintModelConditioning" or slot == 2):
            return max(8, width // 8 * 8), max(8, height // 8 * 8)
        return _scaled(name, given, width, height, self._factor(node_id))

    def _stitched(self, node_id: str) -> Size:
        given = self.given(node_id)
        links = dict(self._links(node_id))
        width, height = self.size(*links["image1"])
        if "image2" not in links:
            return width, height
        width2, height2 = self.size(*links["image2"])
        gap = int(given["spacing_width"])
        if given["direction"] in ("left", "right"):
            if given["match_image_size"]:
                width2, height2 = max(1, width2 * height // height2), height
            return width + gap + width2, max(height, height2)
        if given["match_image_size"]:
            width2, height2 = width, max(1, height2 * width // width2)
        return max(width, width2), height + gap + height2

    def _factor(self, node_id: str) -> int:
        """How many times an upscale model enlarges: told by its name, 4 if it does not tell."""
        links = dict(self._links(node_id))
        if "upscale_model" not in links:
            return 1
        told = re.search(r"(?i)x([1-8])|([1-8])x", str(self.given(links["upscale_model"][0]).get("model_name", "")))
        return int(told[1] or told[2]) if told else 4

    def _before(self, node_id: str) -> tuple[str, int] | None:
        """Where the pixels of a node come from: its first link of pixels, or what samples give a latent."""
        links = dict(self._links(node_id))
        for key, ((kind, _), _) in self._library.inputs(self.name(node_id)).items():
            if key in links and kind in _PIXELS:
                return links[key]
        return None

    def _loads(self, node_id: str) -> bool:
        return self.name(node_id) in ("LoadImage", "LoadImageMask")

    def _links(self, node_id: str) -> Iterator[tuple[str, tuple[str, int]]]:
        given = self.given(node_id)
        for key in self._library.inputs(self.name(node_id)):
            if isinstance(given.get(key), list):
                yield key, (given[key][0], given[key][1])


def _scaled(name: str, given: Mapping[str, Any], width: int, height: int, factor: int) -> Size:
    """Width and height after a node that changes them; the same after any other."""
    if name == "ImageScale":
        wide, high = int(given["width"]), int(given["height"])
        if wide == 0 and high == 0:
            return width, height
        return wide or max(1, round(width * high / height)), high or max(1, round(height * wide / width))
    if name == "ImageScaleBy":
        return round(width * given["scale_by"]), round(height * given["scale_by"])
    if name == "ImageScaleToTotalPixels":
        by = math.sqrt(given["megapixels"] * 1024 * 1024 / (width * height))
        step = int(given.get("resolution_steps", 1))
        return round(width * by / step) * step, round(height * by / step) * step
    if name == "FluxKontextImageScale":
        _, wide, high = min((abs(width / height - wide / high), wide, high) for wide, high in _KONTEXT)
        return wide, high
    if name == "ImagePadForOutpaint":
        return width + given["left"] + given["right"], height + given["top"] + given["bottom"]
    return width * factor, height * factor
