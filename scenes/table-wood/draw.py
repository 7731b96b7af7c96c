# SPDX-License-Identifier: GPL-3.0-or-later
"""木质桌面: planks of oiled oak before sage-green plaster, with the shadow of leaves on it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from kit import command, geometry, materials, tabletop, timber  # noqa: E402  # after the path
from kit.finish import Finish  # noqa: E402  # after the path
from kit.scene_file import Words  # noqa: E402  # after the path

WORDS = Words(
    id="table-wood",
    name_zh="木质桌面",
    name_en="Wooden table",
    motion=("petals", "warm"),
    prompt_zh="商品摄影背景：上过木蜡油的橡木拼板桌面，木纹清晰，微微俯拍，桌面中间空无一物，背后灰绿色灰泥墙虚化，墙上有淡淡的叶影，柔和的左前方主光，温暖自然",
    prompt_en="Product photography backdrop: oiled oak plank table top with a clear grain seen from slightly above, "
    "empty in the middle, sage-green plaster wall out of focus behind it with faint leaf shadows, soft key "
    "light from the front left, warm and natural",
    kind="table",
)
FINISH = Finish(exposure=-0.10, saturation=1.0, bloom=0.25, vignette=0.10)


def planks(scratch: Path) -> None:
    """Five boards side by side, a hair's breadth apart."""
    shades = ((0.165, 0.095, 0.048), (0.330, 0.212, 0.118), (0.450, 0.310, 0.188))
    oak = timber.polished("oak", scratch, shades, 0.46, 0.08)
    pieces = timber.Timber("planks", oak, 0.0005, seed=6)
    edges = np.array([-0.72, -0.51, -0.285, -0.075, 0.125, 0.275, tabletop.EDGE])
    for near, far in zip(edges, edges[1:], strict=False):
        pieces.box((0, (near + far) / 2, -0.016), (2.4, far - near - 0.0006, 0.032))
    pieces.build()
    dark = materials.plain("gap", (0.02, 0.012, 0.008), 0.9)
    z, far = -0.004, tabletop.EDGE - 0.01
    geometry.rectangle("gap", [(-1.2, -0.72, z), (1.2, -0.72, z), (1.2, far, z), (-1.2, far, z)], dark)


def build(_: argparse.Namespace, scratch: Path) -> None:
    """The whole set."""
    planks(scratch)
    tabletop.wall((0.205, 0.225, 0.180))
    tabletop.room()
    tabletop.lights(fill=15.0, reflector=9.0)
    tabletop.leaf_shadows(seed=8, watts=34, temperature=4300)


if __name__ == "__main__":
    command.run(HERE, WORDS, tabletop.VIEW, FINISH, build)
