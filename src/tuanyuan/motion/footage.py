"""All frames of a clip in order, made ahead by a few threads while the encoder takes them."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, wait

import numpy as np
from numpy.typing import NDArray

from tuanyuan.domain.clip import ClipShape
from tuanyuan.motion.camera import Camera
from tuanyuan.motion.composing import Composer, Room
from tuanyuan.motion.layers import Moving
from tuanyuan.motion.overlaying import Mark, PlanarMark, planar
from tuanyuan.motion.planes import to_rgb
from tuanyuan.motion.stage import Stage

Pixels = NDArray[np.uint8]

# Frames that stay as they were handed out, the newest of them included.
KEPT = 3


class Footage:
    """An effect over a still, frame by frame. Implements `domain.ports.film.Footage`; see there for `shape`.

    At most `threads` frames are being made at a time, and one more than that lies ready. For 1920×1080: 33 MB for each
    thread, 3.1 MB for each of threads + 1 + KEPT frames, 21 MB for the still in its two depths: 106 MB with two
    threads.
    """

    def __init__(
        self,
        stage: Stage,
        effect: Moving,
        camera: Camera,
        shape: ClipShape,
        marks: Sequence[Mark],
        executor: Executor,
        *,
        threads: int = 2,
    ) -> None:
        """marks: laid over every frame last, first to last. shape: of the stage's size. ValueError: it is not."""
        if (shape.width, shape.height) != (2 * stage.size[0], 2 * stage.size[1]):
            raise ValueError(f"{shape.width}×{shape.height} frames of a still twice {stage.size}")
        self._composer = Composer(stage)
        self._effect, self._camera, self.shape = effect, camera, shape
        self._marks: tuple[PlanarMark, ...] = tuple(planar(mark) for mark in marks)
        self._executor, self._threads = executor, threads

    def frames(self, progress: Callable[[int], None] | None = None) -> Iterator[Pixels]:
        """uint8 (H * 3 // 2, W), C-contiguous, each as `domain.ports.film.Films` wants it.

        A frame stays as it is until KEPT further ones were asked for; then its memory is used again. progress: called
        with the number of frames made, before each is handed out. What goes wrong in a thread is raised here. When the
        iterator is closed or fails, no work of it is left in the executor.
        """
        rooms: queue.SimpleQueue[Room] = queue.SimpleQueue()
        for _ in range(self._threads):
            rooms.put(self._composer.room())
        ahead = self._threads + 1
        ring = [np.empty(self._composer.shape, np.uint8) for _ in range(ahead + KEPT)]
        made: deque[Future[Pixels]] = deque()
        try:
            for index in range(self.shape.count + ahead):
                if index < self.shape.count:
                    made.append(self._executor.submit(self._make, index, rooms, ring[index % len(ring)]))
                if index >= ahead:
                    frame = made[0].result()
                    made.popleft()
                    if progress is not None:
                        progress(index - ahead + 1)
                    yield frame
        finally:
            for future in made:
                future.cancel()
            wait(made)

    def still(self, time: float) -> Pixels:
        """The moment `time` (seconds) as sRGB, uint8 H×W×3, without the marks."""
        frame = np.empty(self._composer.shape, np.uint8)
        self._draw(time, self._composer.room(), frame)
        return to_rgb(frame)

    def _make(self, index: int, rooms: queue.SimpleQueue[Room], out: Pixels) -> Pixels:
        room = rooms.get()
        try:
            self._draw(index / self.shape.fps, room, out)
        finally:
            rooms.put(room)
        for mark in self._marks:
            mark.lay(out)
        return out

    def _draw(self, time: float, room: Room, out: Pixels) -> None:
        pose = self._camera.pose(time)
        room.layers.clear()
        self._effect.draw(time, pose, room.layers)
        self._composer.compose(pose, room.layers, room, out)
