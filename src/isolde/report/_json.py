"""Facts as JSON on standard output."""

from __future__ import annotations

import sys

from isolde.report._output import print_text

_SURROGATES = "[\ud800-\udfff]"  # bytes of a file's name that are no UTF-8


def print_json(value: object) -> None:
    """Writes VALUE: on one line in a pipe, indented in a terminal."""
    import json
    import re

    indent = 2 if sys.stdout.isatty() else None
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    escaped = re.sub(_SURROGATES, lambda found: f"\\u{ord(found[0]):04x}", text)
    print_text(escaped + "\n")
