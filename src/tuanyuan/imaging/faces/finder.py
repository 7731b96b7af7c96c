"""All faces of a picture, each confirmed by its landmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuanyuan.imaging.faces.detection import Detection, FaceDetector
from tuanyuan.imaging.faces.face import Face, eye_centres, pose, sharpness
from tuanyuan.imaging.faces.mesh import FaceMesh

# Below this the landmark network does not believe in a face: without the gate the detector's doubles and
# patterns in clothes come through.
MESH_CONFIDENCE = 0.5


class FaceFinder:
    """Detection, landmarks, pose and sharpness in one call. Safe to share among threads."""

    def __init__(self, models: Path) -> None:
        self._detector = FaceDetector(models)
        self._mesh = FaceMesh(models)

    def find(self, rgb: NDArray[np.uint8], *, thorough: bool = False, finest: int = 3) -> list[Face]:
        """Faces of `rgb` (uint8, H×W×3), largest first; each real face once."""
        faces: list[Face] = []
        for detection in self._detector.detect(rgb, thorough=thorough, finest=finest):
            mesh, confidence = self._landmarks(rgb, detection)
            if confidence >= MESH_CONFIDENCE and not any(_same(mesh, f.mesh) for f in faces):
                faces.append(Face(mesh, detection.confidence, *pose(mesh), sharpness(rgb, mesh)))
        return sorted(faces, key=lambda f: -f.eye_distance)

    def landmarks_at(self, rgb: NDArray[np.uint8], expected: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        """Landmarks looked for where `expected` (468, 2 or 3) says, and their confidence 0..1."""
        right, left = eye_centres(expected[:, :2])
        axis = (left - right) / (np.linalg.norm(left - right) + 1e-9)
        upright = expected[:, :2] @ np.column_stack([axis, [-axis[1], axis[0]]])
        low, high = upright.min(0), upright.max(0)
        centre = np.column_stack([axis, [-axis[1], axis[0]]]) @ ((low + high) / 2)
        return self._mesh(rgb, right, left, centre.astype(np.float32), float((high - low).max()))

    def _landmarks(self, rgb: NDArray[np.uint8], d: Detection) -> tuple[NDArray[np.float32], float]:
        centre = ((d.box[:2] + d.box[2:]) / 2).astype(np.float32)
        mesh, confidence = self._mesh(rgb, d.points[0], d.points[1], centre, d.side)
        if confidence < MESH_CONFIDENCE:
            return mesh, confidence
        # The detector's box jitters by a few per cent and the landmarks with it; a second look from the
        # landmarks themselves is steady enough to measure a squash by.
        return self.landmarks_at(rgb, mesh)


def _same(a: NDArray[np.float32], b: NDArray[np.float32]) -> bool:
    """Whether the centre of one face lies inside the other's box."""
    centre = a[:, :2].mean(0)
    return bool((centre > b[:, :2].min(0)).all() and (centre < b[:, :2].max(0)).all())
