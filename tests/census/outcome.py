"""What came of opening one file, in words that are the same for both loaders.

glibc says why it refused only in English; Isolde has codes. Both are brought to one ``Reason``.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

# isolde.h, enum isolde_error_code
_REASON_OF_CODE = {
    2: "a file is missing",
    3: "not a loadable file",
    4: "an undefined symbol",
    5: "a missing version",
    6: "no static TLS left",
    7: "out of memory",
}

# The C library's own catalogue of messages, in the words of glibc 2.31 to 2.41.
_REASON_OF_TEXT = (
    (r"cannot open shared object file: No such file", "a file is missing"),
    (r"undefined symbol", "an undefined symbol"),
    (r"version [`'].*' not found|no version information", "a missing version"),
    (r"cannot allocate memory in static TLS block", "no static TLS left"),
    (
        r"invalid ELF header|wrong ELF class|file too short|ELF file|cannot dynamically load|"
        r"only ET_DYN|cannot read file data|unexpected reloc|no loadable segments|"
        r"cannot open shared object file|object file has no dynamic section|"
        r"ELF load command|cannot be dlopen",
        "not a loadable file",
    ),
)


@dataclass(frozen=True)
class Outcome:
    """How one file fared under one loader.

    ``what`` is comparable between loaders; ``message`` is that loader's own, for people.
    """

    what: str
    message: str = ""


def read_outcome(line: str) -> Outcome:
    """Read one line of opener.c's output.

    Raises:
        ValueError: it is no such line.
    """
    state, ending, code, message = line.rstrip("\n").split("\t")
    kind, number = ending.split()
    if state == "refused":
        return Outcome(f"refused: {_reason(int(code), message)}", message)
    if kind == "signal":
        return Outcome(f"{state}, then {_signal_name(int(number))}")
    return Outcome("opened" if state == "closed" else f"{state}, then exit {number}")


def _signal_name(number: int) -> str:
    return "hung" if number == signal.SIGALRM else signal.Signals(number).name


def _reason(code: int, message: str) -> str:
    if code:
        return _REASON_OF_CODE.get(code, f"code {code}")
    for pattern, reason in _REASON_OF_TEXT:
        if re.search(pattern, message):
            return reason
    return message
