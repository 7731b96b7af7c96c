"""The prompt library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.engine import Prompt, Reference
from tuanyuan.domain.job import JobRequest


class Prompts(Protocol):
    """What engines are told in words, from versioned files."""

    def compose(
        self,
        order: JobRequest,
        references: Sequence[Reference],
        capabilities: Capabilities,
        model: Model | None = None,
    ) -> Prompt:
        """The words for an order: feature, style, scene, who is in which picture, parameters emulated by words.

        OurFault prompt_missing: there are none for the feature. WrongUsage option_invalid: a style that is unknown.
        """
        ...
