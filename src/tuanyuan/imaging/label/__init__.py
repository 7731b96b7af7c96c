"""The one gate that every picture and clip leaves through: visible mark, label in the file, read back."""

from __future__ import annotations

from tuanyuan.imaging.label.gate import label_clip, label_picture, read_label

__all__ = ["label_clip", "label_picture", "read_label"]
