"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import resource
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "numpy",
    "opencv-contrib-python-headless",
    "numba",
    "ncnn",
    "ai-edge-litert",
    "rembg",
    "onnxruntime",
    "pymatting",
)


def describe(packages: Sequence[str] = PACKAGES) -> str:
    """One paragraph: processor, memory, system, versions and date."""
    versions = ", ".join(f"{name} {installed}" for name in packages if (installed := _version(name)))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {cores()} cores, {memory:.0f} GB; {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; {versions}. {datetime.now(UTC):%Y-%m-%d}."
    )


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def busy() -> float | None:
    """Seconds that all cores together have worked since the machine started; None where it does not say."""
    table = Path("/proc/stat")
    if not table.is_file():
        return None
    user, nice, system, _, _, *interrupts = (int(v) for v in table.read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def peak_memory() -> int:
    """The most memory (bytes) that this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
