"""Names that a command line gives, as they are or with wildcards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate


class Patterns:
    """Names; where wildcards count, those that one with "!" before it matches are not meant."""

    def __init__(self, names: Iterable[str] = (), *, wildcards: bool = False) -> None:
        self._names = {*names}
        self._wanted: re.Pattern[str] | None = None
        self._unwanted: re.Pattern[str] | None = None
        if wildcards:
            self._wanted = _joined(name for name in self._names if not name.startswith("!"))
            self._unwanted = _joined(name[1:] for name in self._names if name.startswith("!"))
            self._names = set()

    def __bool__(self) -> bool:
        return bool(self._names) or self._wanted is not None

    def __contains__(self, name: str) -> bool:
        """Whether NAME is meant."""
        if self._wanted is None or not self._wanted.match(name):
            return name in self._names
        return self._unwanted is None or not self._unwanted.match(name)


def _joined(patterns: Iterable[str]) -> re.Pattern[str] | None:
    text = "|".join(translate(pattern) for pattern in patterns)
    return re.compile(text) if text else None
