"""Encoding and decoding by ffmpeg."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path

import numpy as np

from tuanyuan.domain.clip import ClipShape
from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.ports.film import Frame
from tuanyuan.processes.film import binary, decoding, encoding
from tuanyuan.processes.film.running import Program, Running
from tuanyuan.processes.film.steadying import Steadying, stabiliser

ANSWER_SECONDS = 20.0


class Ffmpeg:
    """Implements `domain.ports.film.Films`. Nothing is started before it is needed. Safe to call from any thread.

    chosen: the program; None: the one that came with its package, else the one on PATH. encoder: its name for an H.264
    encoder. threads: of each process. environment: all that the processes see of ours.
    """

    def __init__(
        self, chosen: Path | None, encoder: str, threads: int, environment: Mapping[str, str] | None = None
    ) -> None:
        self._chosen, self._encoder, self._threads = chosen, encoder, threads
        self._environment = {"LC_ALL": "C", **(environment or {})}

    def encode(self, frames: Iterable[Frame], shape: ClipShape, *, key_frame_at: float | None = None) -> bytes:
        """An MP4 file of the frames, as many as there are. ValueError: a frame is not of `shape`, or there is none."""
        return encoding.encode(self._encoding, self._encoder, self._threads, frames, shape, key_frame_at)

    def cut(self, clip: bytes, seconds: float) -> bytes:
        """The beginning of a clip of `encode`. ValueError: there is no key frame at `seconds`."""
        return encoding.cut(self._program, clip, seconds)

    def shape(self, clip: bytes) -> ClipShape:
        """What a clip measures: even sides, at most 60 frames a second. Rejected clip_unreadable, clip_too_large."""
        return decoding.shape(self._program, clip)

    def frames(
        self, clip: bytes, shape: ClipShape, *, denoise: bool = False, stabilise: bool = False
    ) -> AbstractContextManager[Iterator[Frame]]:
        """The frames of a clip. Rejected clip_unreadable, clip_too_large, when the block begins or in the middle."""
        steadying = self._steadying if stabilise else None
        return decoding.frames(self._program, clip, shape, self._threads, denoise=denoise, steadying=steadying)

    def version(self) -> str:
        """Program and encoder, after they have encoded a few frames. OurFault encoder_missing, encoder_failed."""
        shape = ClipShape(64, 64, 25, 0.2)
        grey = np.full((96, 64), 128, np.uint8)
        self.encode([grey] * shape.count, shape)
        return f"{self._program.path} ({self._encoder})"

    @cached_property
    def _program(self) -> Program:
        return Program(binary.found(self._chosen), self._environment)

    @cached_property
    def _encoding(self) -> Program:
        """The program, once it has said that it has this encoder."""
        if f"Encoder {self._encoder} [" not in self._said(f"encoder={self._encoder}"):
            raise OurFault("encoder_missing", program=self._program.path, detail=self._encoder)
        return self._program

    @cached_property
    def _steadying(self) -> Steadying:
        return stabiliser(self._said("filter=vidstabdetect"))

    def _said(self, topic: str) -> str:
        """The beginning of the program's own help. OurFault encoder_missing: it cannot be started or does not end."""
        answer = bytearray(4096)
        try:
            with Running(self._program, ("-hide_banner", "-h", topic), read=True) as asked:
                got = asked.fill(memoryview(answer), ANSWER_SECONDS)
        except OSError as error:
            raise OurFault("encoder_missing", program=self._program.path, detail=error.strerror or "") from None
        return answer[:got].decode("utf-8", "replace")
