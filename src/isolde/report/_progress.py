"""How far a command is, for people who wait: on a terminal, and only after a second."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_PATIENCE_S = 1.0
_EVERY_S = 0.1
_WIDTH = 30


class ProgressBar:
    """A bar on standard error, which is gone when the work is done.

    Args:
        what: what is counted, in the plural.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + _PATIENCE_S
        self._is_shown = False

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_shown:
            self._write("\r\x1b[K")

    def show(self, done: int, total: int) -> None:
        """Says that DONE of TOTAL are done."""
        if not sys.stderr.isatty() or time.monotonic() < self._next:
            return
        self._is_shown = True
        self._next = time.monotonic() + _EVERY_S
        bar = "━" * (_WIDTH * done // max(total, 1))
        self._write(f"\r\x1b[K{bar:{_WIDTH}} {done:,} of {total:,} {self._what}")

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
