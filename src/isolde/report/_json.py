"""Facts as JSON on standard output."""

from __future__ import annotations

import json
import re
import sys

from isolde.report._output import print_text

_SURROGATE = re.compile("[\ud800-\udfff]")  # a byte of a file's name that is no UTF-8


def print_json(value: object) -> None:
    """Writes VALUE: on one line in a pipe, indented in a terminal."""
    indent = 2 if sys.stdout.isatty() else None
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    print_text(_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")
