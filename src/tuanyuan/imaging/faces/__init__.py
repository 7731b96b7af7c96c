"""Faces: detection, landmarks, pose, sharpness."""

from tuanyuan.imaging.faces.face import Face
from tuanyuan.imaging.faces.finder import FaceFinder

__all__ = ["Face", "FaceFinder"]
