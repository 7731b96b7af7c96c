"""A look at the machine: can the studio work here, and if not, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tuanyuan.domain.doctor import MEMORY_BYTES, PLATFORMS, PYTHONS, Check, Machine
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.messages import problem
from tuanyuan.domain.scene import Scene
from tuanyuan.services.weights import Weights

# What is installed → what is imported. A test compares the names with the project's dependencies.
PACKAGES = {
    "ai-edge-litert": "ai_edge_litert.interpreter",
    "alembic": "alembic",
    "cryptography": "cryptography",
    "dbos": "dbos",
    "fastapi": "fastapi",
    "fastapi-offline": "fastapi_offline",
    "filelock": "filelock",
    "httpx2": "httpx2",
    "imageio-ffmpeg": "imageio_ffmpeg.binaries",
    "limits": "limits",
    "ncnn": "ncnn",
    "numba": "numba",
    "numpy": "numpy",
    "onnx": "onnx",
    "opencv-contrib-python-headless": "cv2",
    "opendal": "opendal",
    "pi-heif": "pi_heif",
    "pillow": "PIL.Image",
    "pip": "pip",
    "prometheus-client": "prometheus_client",
    "psycopg": "psycopg",
    "pydantic": "pydantic",
    "pydantic-settings": "pydantic_settings",
    "pyjwt": "jwt",
    "python-multipart": "python_multipart",
    "redis": "redis",
    "rich": "rich",
    "sqlalchemy": "sqlalchemy",
    "structlog": "structlog",
    "typer": "typer",
    "uvicorn": "uvicorn",
    "websockets": "websockets",
}
PROGRAMS = ("exiftool",)


@dataclass(frozen=True)
class Doctor:
    """The use case of `tuanyuan doctor`. Looks only: installs nothing, leaves nothing behind, asks no provider.

    engines: what there is to say of them (`services.engine_checks`). encoder: encodes a few frames and says with what;
    StudioError: it cannot. None: there is no such thing to look at.
    """

    machine: Machine
    weights: Weights
    backgrounds: Callable[[], Sequence[Scene]]
    folders: Mapping[str, Path]
    engines: Callable[[], Iterable[Check]] = tuple
    encoder: Callable[[], str] | None = None

    def examine(self) -> Iterator[Check]:
        """Every check, in the order in which a person would repair them."""
        yield from self._computer()
        yield from self._packages()
        yield from self._weights()
        yield self._scenes()
        yield from self._folders()
        yield from self.engines()
        yield from self._encoder()
        yield from self._programs()

    def _computer(self) -> Iterator[Check]:
        machine = self.machine
        version = ".".join(str(part) for part in machine.python)
        known = machine.python[:2] in PYTHONS
        yield Check("python", version, None if known else problem("doctor_python", version=version))
        known = machine.platform in PLATFORMS
        unknown = problem("doctor_platform", platform=machine.platform)
        yield Check("platform", machine.platform, None if known else unknown)
        yield Check("cores", str(machine.cores))
        if machine.memory is not None:
            found = f"{machine.memory / 1e9:.1f} GB"
            short = machine.memory < MEMORY_BYTES
            yield Check("memory", found, problem("doctor_memory", found=found) if short else None, needed=False)

    def _packages(self) -> Iterator[Check]:
        for package, module in PACKAGES.items():
            reason = self.machine.import_error(module)
            wrong = problem("doctor_package", package=package, detail=reason) if reason else None
            yield Check(f"package {package}", module, wrong)

    def _weights(self) -> Iterator[Check]:
        codes = {"missing": "weights_missing", "damaged": "weights_unreadable"}
        for file, state in self.weights.verify().items():
            wrong = problem(codes[state], file=file) if state in codes else None
            yield Check(f"model {file}", state, wrong)

    def _scenes(self) -> Check:
        try:
            names = ", ".join(background.id for background in self.backgrounds())
        except StudioError as error:
            return Check("backgrounds", "", error.problem)
        return Check("backgrounds", names, None if names else problem("doctor_no_background"))

    def _folders(self) -> Iterator[Check]:
        for name, folder in self.folders.items():
            good = self.machine.writable(folder)
            yield Check(
                name,
                str(folder),
                None if good else problem("doctor_folder", folder=folder, name=name.upper()),
            )

    def _encoder(self) -> Iterator[Check]:
        """Not needed: without it there are no films, and every still picture."""
        if self.encoder is None:
            return
        try:
            found = self.encoder()
        except StudioError as error:
            yield Check("video encoder", "", error.problem, needed=False)
        else:
            yield Check("video encoder", found)

    def _programs(self) -> Iterator[Check]:
        for name in PROGRAMS:
            path = self.machine.program(name)
            yield Check(name, str(path or ""), None if path else problem(f"doctor_{name}"), needed=False)
