"""Our mask as OpenAI wants it (contract §4.3). Pure."""

from __future__ import annotations

import io

from PIL import Image

# From this grey on a pixel is to be changed: the provider knows only "fully transparent" and the rest.
_CHANGE = 128


def transparent(mask: bytes) -> bytes:
    """A PNG with alpha 0 where the grey picture `mask` is white (≥ 128 of 255), opaque elsewhere; the same size."""
    with Image.open(io.BytesIO(mask)) as opened:
        keep = opened.convert("L").point([0 if grey >= _CHANGE else 255 for grey in range(256)])
    file = io.BytesIO()
    # Black everywhere: only the alpha counts, and the file stays far below the 4 MB that are taken.
    Image.merge("LA", (Image.new("L", keep.size), keep)).convert("RGBA").save(file, "PNG", compress_level=1)
    return file.getvalue()
