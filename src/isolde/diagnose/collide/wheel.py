"""A wheel as a party: its native files are unpacked into a folder that goes afterwards."""

from __future__ import annotations

import os
import re
import zipfile

from isolde.diagnose.collide.native import native_files, opened
from isolde.diagnose.collide.party import Party
from isolde.errors import IsoldeError

_NATIVE = re.compile(r"\.so(\.[\w.]+)?$")


class WheelError(IsoldeError, ValueError):
    """A wheel that cannot be read."""


def wheel_party(path: str, scratch: str, tag: str | None) -> Party:
    """The wheel at PATH.

    Args:
        path: the file.
        scratch: an empty folder to unpack it into.
        tag: the Python that imports its modules, "311"; None: any.

    Raises:
        OSError: it cannot be opened, or unpacked.
        WheelError: it is no wheel.
    """
    name, version = _named(path)
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if _NATIVE.search(member.filename):
                    archive.extract(member, scratch)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise WheelError(f"{path}: no wheel: {error}") from None
    inside = [each for each in native_files(scratch) if ".libs/" not in each]
    return Party(path, "wheel", version, name, opened(inside, tag), unpacked=scratch)


def _named(path: str) -> tuple[str, str | None]:
    """Name and version, as the file's name has them (PyPA, "Binary distribution format")."""
    parts = os.path.basename(path).removesuffix(".whl").split("-")
    return parts[0], parts[1] if len(parts) > 1 else None
