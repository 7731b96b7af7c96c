"""nodes.json says of each node what the tables of the contract page say: contracts/comfyui.md 5.7, 5.8."""

from __future__ import annotations

from typing import Any

import pytest

from tuanyuan.engines.comfyui.fake import Library
from tuanyuan.engines.comfyui.fake.library import published

# class: required inputs | optional inputs | types of the outputs
TABLE = """
LoadImage: image | | IMAGE MASK
LoadImageMask: image channel | | MASK
CheckpointLoaderSimple: ckpt_name | | MODEL CLIP VAE
CLIPTextEncode: text clip | | CONDITIONING
KSampler: model seed steps cfg sampler_name scheduler positive negative latent_image denoise | | LATENT
EmptyLatentImage: width height batch_size | | LATENT
EmptySD3LatentImage: width height batch_size | | LATENT
EmptyFlux2LatentImage: width height batch_size | | LATENT
VAEEncode: pixels vae | | LATENT
VAEDecode: samples vae | | IMAGE
VAEEncodeForInpaint: pixels vae mask grow_mask_by | | LATENT
InpaintModelConditioning: positive negative vae pixels mask noise_mask | | CONDITIONING CONDITIONING LATENT
SetLatentNoiseMask: samples mask | | LATENT
DifferentialDiffusion: model | strength | MODEL
ControlNetLoader: control_net_name | | CONTROL_NET
ControlNetApplyAdvanced: positive negative control_net image strength start_percent end_percent | vae | CONDITIONING CONDITIONING
SaveImage: images filename_prefix | |
PreviewImage: images | |
UNETLoader: unet_name weight_dtype | | MODEL
CLIPLoader: clip_name type | device | CLIP
DualCLIPLoader: clip_name1 clip_name2 type | device | CLIP
VAELoader: vae_name | | VAE
LoraLoaderModelOnly: model lora_name strength_model | | MODEL
TextEncodeQwenImageEdit: clip prompt | vae image | CONDITIONING
TextEncodeQwenImageEditPlus: clip prompt | vae image1 image2 image3 | CONDITIONING
ReferenceLatent: conditioning | latent | CONDITIONING
FluxGuidance: conditioning guidance | | CONDITIONING
FluxKontextImageScale: image | | IMAGE
FluxKontextMultiReferenceLatentMethod: conditioning reference_latents_method | | CONDITIONING
Flux2Scheduler: steps width height | | SIGMAS
FluxKVCache: model | | MODEL
ImageStitch: image1 direction match_image_size spacing_width spacing_color | image2 | IMAGE
ModelSamplingAuraFlow: model shift | | MODEL
CFGNorm: model strength | | MODEL
ConditioningZeroOut: conditioning | | CONDITIONING
ImageScale: image upscale_method width height crop | | IMAGE
ImageScaleToTotalPixels: image upscale_method megapixels resolution_steps | | IMAGE
GrowMask: mask expand tapered_corners | | MASK
InvertMask: mask | | MASK
FeatherMask: mask left top right bottom | | MASK
MaskToImage: mask | | IMAGE
ImageToMask: image channel | | MASK
ImageInvert: image | | IMAGE
ImageCompositeMasked: destination source x y resize_source | mask | IMAGE
ImagePadForOutpaint: image left top right bottom feathering | | IMAGE MASK
UpscaleModelLoader: model_name | | UPSCALE_MODEL
ImageUpscaleWithModel: upscale_model image | | IMAGE
LoadBackgroundRemovalModel: bg_removal_name | | BACKGROUND_REMOVAL
RemoveBackground: bg_removal_model image | | MASK
IPAdapterModelLoader: ipadapter_file | | IPADAPTER
IPAdapterUnifiedLoader: model preset | ipadapter | MODEL IPADAPTER
IPAdapterUnifiedLoaderFaceID: model preset lora_strength provider | ipadapter | MODEL IPADAPTER
IPAdapterInsightFaceLoader: provider model_name | | INSIGHTFACE
IPAdapter: model ipadapter image weight start_at end_at weight_type | attn_mask | MODEL
IPAdapterAdvanced: model ipadapter image weight weight_type combine_embeds start_at end_at embeds_scaling | image_negative attn_mask clip_vision | MODEL
IPAdapterFaceID: model ipadapter image weight weight_faceidv2 weight_type combine_embeds start_at end_at embeds_scaling | image_negative attn_mask clip_vision insightface | MODEL IMAGE
"""  # noqa: E501  # a table
ROWS = [line.split(":", 1) for line in TABLE.strip().splitlines()]
FREE = {"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"}


@pytest.fixture(scope="module")
def nodes() -> dict[str, Any]:
    return published()


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_a_node_has_these_inputs_and_outputs(nodes: dict[str, Any], name: str, row: str) -> None:
    required, optional, outputs = (part.split() for part in row.split("|"))
    node = nodes[name]
    assert sorted(node["input"]["required"]) == sorted(required)
    assert sorted(node["input"].get("optional", {})) == sorted(optional)
    assert node["output"] == outputs


def test_the_two_detectors_are_there_too(nodes: dict[str, Any]) -> None:
    assert nodes["SAM3_Detect"]["output"] == ["MASK", "BOUNDING_BOX"]
    assert nodes["MediaPipeFaceLandmarker"]["output"] == ["FACE_LANDMARKS", "BOUNDING_BOX"]


def test_every_node_has_the_shape_of_object_info(nodes: dict[str, Any]) -> None:
    for name, node in nodes.items():
        assert len(node["output"]) == len(node["output_name"]), name
        assert set(node["input"]) <= {"required", "optional", "hidden"}
        for kind in ("required", "optional"):
            for field, declared in node["input"].get(kind, {}).items():
                what, *options = declared
                assert len(options) <= 1, (name, field)
                assert isinstance(what, list) or what == what.upper()
                if what == "COMBO":
                    assert isinstance(options[0]["options"], list)
                if what in ("INT", "FLOAT"):
                    assert options[0]["min"] <= options[0]["default"] <= options[0]["max"]
    assert [name for name, node in nodes.items() if node["output_node"]] == ["PreviewImage", "SaveImage"]


def test_whatever_an_input_needs_some_node_gives(nodes: dict[str, Any]) -> None:
    given = {kind for node in nodes.values() for kind in node["output"]}
    for name, node in nodes.items():
        for field, (what, *_) in node["input"]["required"].items():
            assert isinstance(what, list) or what in FREE or what in given, (name, field)


def bounds(nodes: dict[str, Any], name: str, field: str) -> tuple[Any, Any, Any]:
    options = nodes[name]["input"]["required"][field][1]
    return options["default"], options["min"], options["max"]


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("KSampler", "seed", (0, 0, 2**64 - 1)),
        ("KSampler", "steps", (20, 1, 10000)),
        ("KSampler", "cfg", (8.0, 0.0, 100.0)),
        ("VAEEncodeForInpaint", "grow_mask_by", (6, 0, 64)),
        ("ControlNetApplyAdvanced", "strength", (1.0, 0.0, 10.0)),
        ("FluxGuidance", "guidance", (3.5, 0.0, 100.0)),
        ("IPAdapterAdvanced", "weight", (1.0, -1, 5)),
        ("IPAdapterFaceID", "weight", (1.0, -1, 3)),
        ("IPAdapterFaceID", "weight_faceidv2", (1.0, -1, 5.0)),
        ("IPAdapterUnifiedLoaderFaceID", "lora_strength", (0.6, 0, 1)),
    ],
)
def test_bounds(nodes: dict[str, Any], name: str, field: str, expected: tuple[Any, Any, Any]) -> None:
    assert bounds(nodes, name, field) == expected


def choices(library: Library, name: str, field: str) -> list[str]:
    (what, options), _ = library.inputs(name)[field]
    found: list[str] = what if isinstance(what, list) else options["options"]
    return found


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("LoadImageMask", "channel", {"alpha", "red", "green", "blue"}),
        ("ImageScale", "crop", {"disabled", "center"}),
        ("CLIPLoader", "type", {"qwen_image", "flux2"}),
        ("DualCLIPLoader", "type", {"sdxl", "sd3", "flux"}),
        (
            "FluxKontextMultiReferenceLatentMethod",
            "reference_latents_method",
            {"offset", "index", "uxo/uno", "index_timestep_zero"},
        ),
        ("IPAdapterUnifiedLoader", "preset", {"PLUS FACE (portraits)", "FULL FACE - SD1.5 only (portraits stronger)"}),
        ("IPAdapterUnifiedLoaderFaceID", "preset", {"FACEID PLUS V2", "FACEID PORTRAIT UNNORM - SDXL only (strong)"}),
        ("IPAdapterUnifiedLoaderFaceID", "provider", {"CPU", "CUDA", "ROCM", "DirectML", "OpenVINO", "CoreML"}),
        ("IPAdapterInsightFaceLoader", "model_name", {"buffalo_l", "antelopev2"}),
        ("IPAdapter", "weight_type", {"standard", "prompt is more important", "style transfer"}),
        ("IPAdapterAdvanced", "combine_embeds", {"concat", "add", "subtract", "average", "norm average"}),
        ("IPAdapterAdvanced", "embeds_scaling", {"V only", "K+V", "K+V w/ C penalty", "K+mean(V) w/ C penalty"}),
        ("IPAdapterFaceID", "weight_type", {"linear", "composition precise", "strong style transfer"}),
    ],
)
def test_choices(name: str, field: str, expected: set[str]) -> None:
    assert expected <= set(choices(Library({}), name, field))


@pytest.mark.parametrize(
    ("name", "field", "folder"),
    [
        ("CheckpointLoaderSimple", "ckpt_name", "checkpoints"),
        ("UNETLoader", "unet_name", "diffusion_models"),
        ("CLIPLoader", "clip_name", "text_encoders"),
        ("DualCLIPLoader", "clip_name1", "text_encoders"),
        ("DualCLIPLoader", "clip_name2", "text_encoders"),
        ("VAELoader", "vae_name", "vae"),
        ("LoraLoaderModelOnly", "lora_name", "loras"),
        ("ControlNetLoader", "control_net_name", "controlnet"),
        ("UpscaleModelLoader", "model_name", "upscale_models"),
        ("LoadBackgroundRemovalModel", "bg_removal_name", "background_removal"),
        ("IPAdapterModelLoader", "ipadapter_file", "ipadapter"),
    ],
)
def test_a_list_of_models_is_what_lies_in_its_folder(name: str, field: str, folder: str) -> None:
    assert "mine.safetensors" in choices(Library({folder: ["mine.safetensors"]}), name, field)
    assert "mine.safetensors" not in choices(Library({"elsewhere": ["mine.safetensors"]}), name, field)
