"""Photos as phones, editors and attackers make them, drawn in the test."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

QUARTERS = ((220, 40, 40), (40, 160, 60), (40, 60, 200), (240, 240, 240))
HEIC = Path(__file__).parent.parent / "imaging" / "fixtures" / "quarters_turned.heic"


def quarters(width=96, height=64):
    """Red, green / blue, white: uint8 (H, W, 3). No turn or flip of it looks like another."""
    rgb = np.empty((height, width, 3), np.uint8)
    rgb[: height // 2, : width // 2], rgb[: height // 2, width // 2 :] = QUARTERS[:2]
    rgb[height // 2 :, : width // 2], rgb[height // 2 :, width // 2 :] = QUARTERS[2:]
    return rgb


def corners(rgb):
    """The colours in the middle of the four quarters."""
    height, width = rgb.shape[:2]
    return rgb[[height // 4, height // 4, -height // 4, -height // 4], [width // 4, -width // 4] * 2].tolist()


def grainy(width, height, grain=12.0, seed=0):
    """Soft shapes under grain, about as hard to compress as a phone's photo: uint8 (H, W, 3)."""
    rng = np.random.default_rng(seed)
    soft = cv2.resize(rng.uniform(30, 225, (7, 9, 3)), (width, height), interpolation=cv2.INTER_CUBIC)
    return (soft + rng.normal(0, grain, (height, width, 1))).clip(0, 255).astype(np.uint8)


def save(pixels, kind, **options):
    """The bytes of a picture file; `pixels` is an array or an image."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def jpeg(rgb=None, **options):
    return save(quarters() if rgb is None else rgb, "JPEG", **{"quality": 95, "subsampling": 0, **options})


def exif(orientation=1, gps=False):
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010F] = "TestCam"
    if gps:
        block.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 26.0), 3: "E", 4: (116.0, 23.0, 29.0)})
    return block.tobytes()


def segment(marker, payload):
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def after_start(data, extra):
    """The JPEG with more segments right after its start."""
    return data[:2] + extra + data[2:]


def png_chunk(kind, content):
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png_with(data, kind, content):
    """The PNG with one more chunk behind its header."""
    return data[:33] + png_chunk(kind, content) + data[33:]


def with_jpeg_size(data, width, height):
    """The same JPEG whose header lies about its size."""
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def png_header_only(width, height):
    """A bomb: a header that asks for that many pixels, and a few bytes that inflate to zeros."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


def zip_file(name="payload.html"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "hello")
    return file.getvalue()


def many_scans(extra):
    """A progressive JPEG that repeats its last scan `extra` times."""
    data = jpeg(progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * extra + data[-2:]


def swapped_profile():
    """An RGB profile in which red and green have changed places: what it says red is, is green."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", profile, 128)[0]
    tags = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, green = tags[b"rXYZ"] + 4, tags[b"gXYZ"] + 4
    profile[red : red + 8], profile[green : green + 8] = profile[green : green + 8], profile[red : red + 8]
    return bytes(profile)


def cmyk_profile():
    """A printer's profile: white paper, black black, every other ink or mixture a middle grey (L* 50)."""
    paper, ink, black = bytes((255, 128, 128)), bytes((128, 128, 128)), bytes((0, 128, 128))
    ramp = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0))
    lut += struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut += ramp * 4 + paper + black + (ink + black) * 7 + ramp * 3
    description = b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(78)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    tags = [(b"desc", description), (b"wtpt", white), (b"A2B0", lut)]
    table, body, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, content in tags:
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", at + len(body), len(content))
        body += content
    header = struct.pack(">I4sI4s4s4s", at + len(body), b"test", 0x02100000, b"prtr", b"CMYK", b"Lab ")
    header += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + table + body
