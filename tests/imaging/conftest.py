"""Faces for tests of what looks at faces (sources in fixtures/README.md)."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

FIXTURES = Path(__file__).parent / "fixtures"
CELL = 256


@pytest.fixture(scope="session")
def faces() -> list[np.ndarray]:
    """Nine people, each RGB uint8 (256, 256, 3)."""
    sheet = cv2.cvtColor(cv2.imread(str(FIXTURES / "faces.jpg")), cv2.COLOR_BGR2RGB)
    return [
        np.ascontiguousarray(sheet[y : y + CELL, x : x + CELL])
        for y in range(0, 3 * CELL, CELL)
        for x in range(0, 3 * CELL, CELL)
    ]


@pytest.fixture(scope="session")
def face_points() -> list[np.ndarray]:
    """For each of `faces` the five points (5, 2) in pixels, in the order of `identity.MESH_POINTS`."""
    return [np.array(points, np.float32) for points in json.loads((FIXTURES / "faces.json").read_text())]
