"""Names of libraries, taken apart: "libfoo-2.so.1" is libfoo-2, of version 1."""

from __future__ import annotations

import re
from typing import NamedTuple

_SONAME = re.compile(r"^(?P<stem>.+?)(?:-(?P<before>\d[\d.]*))?\.so(?:\.(?P<version>[\d.]+))?$")


class Soname(NamedTuple):
    """The parts of a library's name.

    stem: without versions: "libssl".
    version: what stands behind ".so.", or before ".so" and behind a dash; "" for none.
    """

    stem: str
    version: str


def parts_of(name: str) -> Soname | None:
    """The parts of NAME; None where it is no library's name."""
    match = _SONAME.match(name)
    if match is None:
        return None
    return Soname(match["stem"], match["version"] or match["before"] or "")


def linker_flag(soname: str) -> str:
    """What a link editor is told to link a library: -lfoo, or -l:FILE for an unusual name."""
    base = soname.partition(".so")[0]
    return f"-l{base[3:]}" if base.startswith("lib") and base != soname else f"-l:{soname}"


def debian_names(soname: str) -> tuple[str, ...]:
    """The Debian packages that a library of that SONAME would be in (Debian Policy, 8.1)."""
    base, dot, version = soname.partition(".so.")
    if not dot:
        base = soname.removesuffix(".so")
    stem = base.lower().replace("_", "-")
    dash = "-" if version and stem[-1:].isdigit() else ""
    name = f"{stem}{dash}{version}"
    return name, f"{name}t64"
