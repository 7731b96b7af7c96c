"""A ComfyUI server of our own: its routes, its checks of a workflow, its queue and its events, without any model."""

from __future__ import annotations

from tuanyuan.engines.comfyui.fake.app import ComfyUIFake
from tuanyuan.engines.comfyui.fake.graph import Graph
from tuanyuan.engines.comfyui.fake.library import MODELS, Library
from tuanyuan.engines.comfyui.fake.validation import Prompt, Verdict, validate

__all__ = ["MODELS", "ComfyUIFake", "Graph", "Library", "Prompt", "Verdict", "validate"]
