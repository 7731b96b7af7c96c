# SPDX-License-Identifier: GPL-3.0-or-later
"""大理石桌面: a white marble top before warm grey plaster, with the shadow of leaves on it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from kit import command, stone, tabletop  # noqa: E402  # after the path
from kit.finish import Finish  # noqa: E402  # after the path
from kit.scene_file import Words  # noqa: E402  # after the path

WORDS = Words(
    id="table-marble",
    name_zh="大理石桌面",
    name_en="Marble table",
    motion=("petals", "warm"),
    prompt_zh="商品摄影背景：白色大理石桌面，浅灰金色纹理，微微俯拍，桌面中间空无一物，背后暖灰色灰泥墙虚化，墙上有淡淡的叶影，柔和的左前方主光，干净高级",
    prompt_en="Product photography backdrop: white marble table top with fine grey and gold veins seen from slightly "
    "above, empty in the middle, warm grey plaster wall out of focus behind it with faint leaf shadows, soft"
    " key light from the front left, clean and refined",
    kind="table",
)
FINISH = Finish(exposure=0.22, saturation=1.0, bloom=0.25, vignette=0.10)


def build(_: argparse.Namespace, scratch: Path) -> None:
    """The whole set."""
    veins = stone.vein_map(scratch / "veins.exr", 1200, 1200, seed=19)
    tabletop.top(stone.marble("marble", veins, (0.62, 0.61, 0.59), (0.15, 0.132, 0.11), 1.3, 0.20, by="UV"))
    tabletop.wall((0.33, 0.305, 0.27))
    tabletop.room()
    tabletop.lights(fill=9.5)
    tabletop.leaf_shadows(seed=3, watts=34, temperature=4600)


if __name__ == "__main__":
    command.run(HERE, WORDS, tabletop.VIEW, FINISH, build)
