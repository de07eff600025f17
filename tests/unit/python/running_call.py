"""A call inside a space that lasts until it is told to end."""

from __future__ import annotations

import os
import threading
from types import TracebackType

import isolde


class RunningCall:
    """Calls libwaits.so's `wait_for_byte` from another thread; leaving the block ends it."""

    def __init__(self, library: isolde.Library) -> None:
        self.result: int | None = None
        self._function = library.wait_for_byte
        self._started, self._go = os.pipe(), os.pipe()
        self._thread = threading.Thread(target=self._call)

    def _call(self) -> None:
        self.result = self._function(self._started[1], self._go[0])

    def __enter__(self) -> RunningCall:
        """Return once the call has begun."""
        self._thread.start()
        os.read(self._started[0], 1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.write(self._go[1], b"!")
        self._thread.join()
        for descriptor in (*self._started, *self._go):
            os.close(descriptor)
