"""The chains of the official templates hang together by what nodes.json says: contracts/comfyui.md 5.7, 5.8."""

from __future__ import annotations

from typing import Any

import pytest

from tuanyuan.engines.comfyui.fake import Graph, Library, validate

Nodes = dict[str, tuple[str, dict[str, Any]]]

SAMPLER = {"seed": 1, "steps": 4, "cfg": 1.0, "sampler_name": "euler", "scheduler": "simple", "denoise": 1.0}

QWEN: Nodes = {
    "load": ("LoadImage", {"image": "a.png"}),
    "load2": ("LoadImage", {"image": "b.png"}),
    "scale": ("FluxKontextImageScale", {"image": ["load", 0]}),
    "unet": ("UNETLoader", {"unet_name": "qwen_image_edit_2509_fp8_e4m3fn.safetensors", "weight_dtype": "default"}),
    "lora": (
        "LoraLoaderModelOnly",
        {
            "model": ["unet", 0],
            "lora_name": "Qwen-Image-Edit-2509-Lightning-4steps-V1.0-bf16.safetensors",
            "strength_model": 1.0,
        },
    ),
    "shift": ("ModelSamplingAuraFlow", {"model": ["lora", 0], "shift": 3.0}),
    "norm": ("CFGNorm", {"model": ["shift", 0], "strength": 1.0}),
    "clip": ("CLIPLoader", {"clip_name": "qwen_2.5_vl_7b_fp8_scaled.safetensors", "type": "qwen_image"}),
    "vae": ("VAELoader", {"vae_name": "qwen_image_vae.safetensors"}),
    "words": (
        "TextEncodeQwenImageEditPlus",
        {"clip": ["clip", 0], "prompt": "a family", "vae": ["vae", 0], "image1": ["scale", 0], "image2": ["load2", 0]},
    ),
    "empty": (
        "TextEncodeQwenImageEditPlus",
        {"clip": ["clip", 0], "prompt": "", "vae": ["vae", 0], "image1": ["scale", 0], "image2": ["load2", 0]},
    ),
    "latent": ("VAEEncode", {"pixels": ["scale", 0], "vae": ["vae", 0]}),
    "sampler": (
        "KSampler",
        {
            "model": ["norm", 0],
            "positive": ["words", 0],
            "negative": ["empty", 0],
            "latent_image": ["latent", 0],
            **SAMPLER,
        },
    ),
    "decode": ("VAEDecode", {"samples": ["sampler", 0], "vae": ["vae", 0]}),
    "save": ("SaveImage", {"images": ["decode", 0], "filename_prefix": "x"}),
}

KONTEXT: Nodes = {
    "load": ("LoadImage", {"image": "a.png"}),
    "load2": ("LoadImage", {"image": "b.png"}),
    "stitch": (
        "ImageStitch",
        {
            "image1": ["load", 0],
            "image2": ["load2", 0],
            "direction": "right",
            "match_image_size": True,
            "spacing_width": 0,
            "spacing_color": "white",
        },
    ),
    "scale": ("FluxKontextImageScale", {"image": ["stitch", 0]}),
    "unet": ("UNETLoader", {"unet_name": "flux1-dev-kontext_fp8_scaled.safetensors", "weight_dtype": "default"}),
    "clip": (
        "DualCLIPLoader",
        {"clip_name1": "clip_l.safetensors", "clip_name2": "t5xxl_fp8_e4m3fn_scaled.safetensors", "type": "flux"},
    ),
    "vae": ("VAELoader", {"vae_name": "ae.safetensors"}),
    "latent": ("VAEEncode", {"pixels": ["scale", 0], "vae": ["vae", 0]}),
    "words": ("CLIPTextEncode", {"text": "a family", "clip": ["clip", 0]}),
    "reference": ("ReferenceLatent", {"conditioning": ["words", 0], "latent": ["latent", 0]}),
    "guidance": ("FluxGuidance", {"conditioning": ["reference", 0], "guidance": 2.5}),
    "zero": ("ConditioningZeroOut", {"conditioning": ["words", 0]}),
    "sampler": (
        "KSampler",
        {
            "model": ["unet", 0],
            "positive": ["guidance", 0],
            "negative": ["zero", 0],
            "latent_image": ["latent", 0],
            **SAMPLER,
        },
    ),
    "decode": ("VAEDecode", {"samples": ["sampler", 0], "vae": ["vae", 0]}),
    "save": ("SaveImage", {"images": ["decode", 0], "filename_prefix": "x"}),
}

FACE: Nodes = {
    "load": ("LoadImage", {"image": "a.png"}),
    "load2": ("LoadImage", {"image": "b.png"}),
    "checkpoint": ("CheckpointLoaderSimple", {"ckpt_name": "sd_xl_base_1.0.safetensors"}),
    "unified": (
        "IPAdapterUnifiedLoaderFaceID",
        {"model": ["checkpoint", 0], "preset": "FACEID PLUS V2", "lora_strength": 0.6, "provider": "CPU"},
    ),
    "faces": ("ImageBatch", {"image1": ["load", 0], "image2": ["load2", 0]}),
    "adapter": (
        "IPAdapterFaceID",
        {
            "model": ["unified", 0],
            "ipadapter": ["unified", 1],
            "image": ["faces", 0],
            "weight": 1.0,
            "weight_faceidv2": 1.0,
            "weight_type": "linear",
            "combine_embeds": "average",
            "start_at": 0.0,
            "end_at": 1.0,
            "embeds_scaling": "V only",
        },
    ),
    "words": ("CLIPTextEncode", {"text": "a family", "clip": ["checkpoint", 1]}),
    "latent": ("EmptyLatentImage", {"width": 1024, "height": 768, "batch_size": 1}),
    "sampler": (
        "KSampler",
        {
            "model": ["adapter", 0],
            "positive": ["words", 0],
            "negative": ["words", 0],
            "latent_image": ["latent", 0],
            **SAMPLER,
        },
    ),
    "decode": ("VAEDecode", {"samples": ["sampler", 0], "vae": ["checkpoint", 2]}),
    "save": ("SaveImage", {"images": ["decode", 0], "filename_prefix": "x"}),
}


@pytest.mark.parametrize(
    ("nodes", "size"),
    [(QWEN, (1248, 832)), (KONTEXT, (1568, 672)), (FACE, (1024, 768))],
    ids=["qwen", "kontext", "faceid"],
)
@pytest.mark.parametrize("modern", [True, False], ids=["0.33", "0.3.64"])
def test_a_chain(nodes: Nodes, size: tuple[int, int], modern: bool) -> None:
    library = Library(modern=modern)
    prompt = {key: {"class_type": name, "inputs": dict(inputs)} for key, (name, inputs) in nodes.items()}
    verdict = validate(prompt, library, {"a.png", "b.png"}.__contains__, modern=modern)
    assert (verdict.error, verdict.node_errors, verdict.outputs) == (None, {}, ["save"])
    graph = Graph(prompt, library, lambda _: (900, 600))
    assert graph.references("save") == ["a.png", "b.png"]
    assert graph.size("save") == size
    assert graph.count("save") == 1
    assert graph.order(["save"])[-1] == "save"
