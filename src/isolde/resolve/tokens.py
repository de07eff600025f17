"""Dynamic string tokens: `$ORIGIN`, `$LIB` and `$PLATFORM` in run paths and needed names."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\$(?:\{(ORIGIN|LIB|PLATFORM)\}|(ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_]))")


def expand(text: str, *, origin: str, lib: str, platform: str) -> str:
    """Return TEXT with its tokens replaced.

    Args:
        text: a run path's folder, or a needed name.
        origin: the folder of the file that holds TEXT.
        lib: the system's library folder name, such as "lib64".
        platform: the processor's platform, such as "x86_64".
    """
    values = {"ORIGIN": origin, "LIB": lib, "PLATFORM": platform}
    return _TOKEN.sub(lambda match: values[match[1] or match[2]], text)
