"""The files that albums on phones take for a moving picture, made of a labelled still and a clip."""

from __future__ import annotations

from tuanyuan.motion.keepsakes.live_photo import live_pair
from tuanyuan.motion.keepsakes.motion_photo import motion_photo
from tuanyuan.motion.keepsakes.preview import preview

__all__ = ["live_pair", "motion_photo", "preview"]
