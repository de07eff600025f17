"""Runs the Python blocks of one page: one JSON request a line in, one JSON answer a line out.

All blocks share one namespace, like one session of an interpreter.  `expression  # → value` says
what the expression's repr() is.
"""

from __future__ import annotations

import ast
import ctypes
import json
import os
import sys
import tempfile
import traceback
from typing import IO, Any

_ARROW = "# → "


def main() -> None:
    """Answer until there are no more requests."""
    answers = os.fdopen(os.dup(1), "w")
    names: dict[str, Any] = {"__name__": "__main__"}
    sys.path.insert(0, "")  # as in a session of an interpreter
    for request in sys.stdin:
        asked = json.loads(request)
        os.chdir(asked["folder"])
        answers.write(json.dumps(_answer(asked["code"], names)) + "\n")
        answers.flush()


def _answer(code: str, names: dict[str, Any]) -> dict[str, object]:
    shown: list[tuple[str, str]] = []
    with tempfile.TemporaryFile("w+") as output:
        _redirect(output)
        try:
            _run(code, names, shown)
            failed = False
        except Exception:
            traceback.print_exc()
            failed = True
        sys.stdout.flush()
        ctypes.CDLL(None).fflush(None)
        output.seek(0)
        return {"output": output.read(), "failed": failed, "shown": shown}


def _redirect(output: IO[str]) -> None:
    for descriptor in (1, 2):
        os.dup2(output.fileno(), descriptor)


def _run(code: str, names: dict[str, Any], shown: list[tuple[str, str]]) -> None:
    lines = code.splitlines()
    for node in ast.parse(code).body:
        last = lines[(node.end_lineno or 1) - 1]
        if isinstance(node, ast.Expr) and _ARROW in last:
            value = eval(compile(ast.Expression(node.value), "block", "eval"), names)
            shown.append((last.split(_ARROW, 1)[1], repr(value)))
        else:
            exec(compile(ast.Module([node], []), "block", "exec"), names)


if __name__ == "__main__":
    main()
