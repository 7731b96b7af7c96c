"""What a walk through a file's segments can find wrong."""

from __future__ import annotations


class ContainerError(ValueError):
    """The segments or chunks do not add up: the file is cut short or damaged."""
