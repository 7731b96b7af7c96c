"""The nodes that a ComfyUI server knows, and the model files in its folders (contract: comfyui.md 5.7, 5.8)."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

# Which folder the list of an input comes from.
_FOLDERS: dict[tuple[str, str], str] = {
    ("CheckpointLoaderSimple", "ckpt_name"): "checkpoints",
    ("UNETLoader", "unet_name"): "diffusion_models",
    ("CLIPLoader", "clip_name"): "text_encoders",
    ("DualCLIPLoader", "clip_name1"): "text_encoders",
    ("DualCLIPLoader", "clip_name2"): "text_encoders",
    ("VAELoader", "vae_name"): "vae",
    ("LoraLoader", "lora_name"): "loras",
    ("LoraLoaderModelOnly", "lora_name"): "loras",
    ("ControlNetLoader", "control_net_name"): "controlnet",
    ("CLIPVisionLoader", "clip_name"): "clip_vision",
    ("UpscaleModelLoader", "model_name"): "upscale_models",
    ("LoadBackgroundRemovalModel", "bg_removal_name"): "background_removal",
    ("LoadMediaPipeFaceLandmarker", "model_name"): "detection",
    ("IPAdapterModelLoader", "ipadapter_file"): "ipadapter",
}

# Contract: comfyui.md 5.7, "New in 0.33". What 0.3.64 does not know.
_NEW = (
    "LoadBackgroundRemovalModel",
    "RemoveBackground",
    "SAM3_Detect",
    "LoadMediaPipeFaceLandmarker",
    "MediaPipeFaceLandmarker",
    "Flux2Scheduler",
    "EmptyFlux2LatentImage",
    "FluxKVCache",
)

# The files of the official templates for Qwen-Image-Edit, FLUX Kontext and SDXL.
MODELS: dict[str, tuple[str, ...]] = {
    "checkpoints": ("sd_xl_base_1.0.safetensors",),
    "clip_vision": ("CLIP-ViT-H-14-laion2B-s32B-b79K.safetensors",),
    "controlnet": ("diffusion_pytorch_model_promax.safetensors",),
    "diffusion_models": (
        "flux1-dev-kontext_fp8_scaled.safetensors",
        "qwen_image_edit_2509_fp8_e4m3fn.safetensors",
        "qwen_image_edit_2511_bf16.safetensors",
    ),
    "ipadapter": ("ip-adapter-faceid-plusv2_sdxl.bin",),
    "loras": (
        "Qwen-Image-Edit-2509-Lightning-4steps-V1.0-bf16.safetensors",
        "Qwen-Image-Lightning-4steps-V1.0.safetensors",
    ),
    "text_encoders": (
        "clip_l.safetensors",
        "qwen_2.5_vl_7b_fp8_scaled.safetensors",
        "t5xxl_fp8_e4m3fn_scaled.safetensors",
    ),
    "upscale_models": ("RealESRGAN_x4plus.pth",),
    "vae": ("ae.safetensors", "qwen_image_vae.safetensors"),
}

Declared = tuple[str | list[Any], dict[str, Any]]


def published() -> dict[str, Any]:
    """`nodes.json`: what ComfyUI publishes of each node, in the shape of `/object_info`, with empty model lists."""
    text = files("tuanyuan.engines.comfyui").joinpath("nodes.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


class Library:
    """Every node of one server, its model lists filled.

    models: file names by folder (checkpoints, diffusion_models, loras, …). modern: 0.33, otherwise 0.3.64.
    """

    def __init__(self, models: Mapping[str, Sequence[str]] | None = None, *, modern: bool = True) -> None:
        self.models = {folder: sorted(names) for folder, names in (MODELS if models is None else models).items()}
        self._nodes = published()
        if not modern:
            for name in _NEW:
                del self._nodes[name]
            del self._nodes["ImageScaleToTotalPixels"]["input"]["required"]["resolution_steps"]
        for (name, field), folder in _FOLDERS.items():
            if name in self._nodes:
                declared = self._nodes[name]["input"]["required"][field]
                _options(declared)[:0] = self.models.get(folder, [])

    def __contains__(self, name: object) -> bool:
        return name in self._nodes

    def __iter__(self) -> Any:
        return iter(self._nodes)

    def inputs(self, name: str) -> dict[str, tuple[Declared, bool]]:
        """Declared type and options, and whether it is required, of each input that a workflow may give."""
        declared = self._nodes[name]["input"]
        return {
            field: ((what[0], what[1] if len(what) > 1 else {}), kind == "required")
            for kind in ("required", "optional")
            for field, what in declared.get(kind, {}).items()
        }

    def outputs(self, name: str) -> list[str]:
        """The types of what a node gives."""
        given: list[str] = self._nodes[name]["output"]
        return given

    def is_output(self, name: str) -> bool:
        """Whether a workflow may end here."""
        return bool(self._nodes[name]["output_node"])

    def info(self, name: str, pictures: Sequence[str] = ()) -> dict[str, Any]:
        """What `/object_info/{class}` says of a node. pictures: what lies in the input folder."""
        node: dict[str, Any] = copy.deepcopy(self._nodes[name])
        if name in ("LoadImage", "LoadImageMask"):
            node["input"]["required"]["image"][0] = sorted(pictures)
        return {
            **node,
            "input_order": {kind: list(fields) for kind, fields in node["input"].items()},
            "is_input_list": False,
            "output_is_list": [False] * len(node["output"]),
            "name": name,
            "display_name": name,
            "description": "",
            "category": node["python_module"].rpartition(".")[2],
        }


def _options(declared: list[Any]) -> list[str]:
    """The list of an input, in either of the two shapes that ComfyUI gives it."""
    chosen: list[str] = declared[1]["options"] if declared[0] == "COMBO" else declared[0]
    return chosen
