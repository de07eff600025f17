"""Facts as JSON on standard output."""

from __future__ import annotations

import json
import sys

from isolde.report._output import print_text


def print_json(value: object) -> None:
    """Writes VALUE: on one line in a pipe, indented in a terminal."""
    indent = 2 if sys.stdout.isatty() else None
    print_text(json.dumps(value, ensure_ascii=False, indent=indent) + "\n")
