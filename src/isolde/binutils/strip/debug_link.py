"""The section that leads a debugger from a stripped file to its separate debug file."""

from __future__ import annotations

from pathlib import Path

from isolde.elf import File
from isolde.elf.debug import checksum
from isolde.elf.new_section import AddedSection

NAME = ".gnu_debuglink"


def debug_link_to(path: str, file: File) -> AddedSection:
    """What FILE says about its debug file at PATH: its name and its checksum.

    Raises:
        OSError: it cannot be read.
    """
    name = Path(path).name.encode("utf-8", "surrogateescape") + b"\0"
    name += bytes(-len(name) % 4)
    crc = file.raw.layouts["u32"].pack(checksum(Path(path)))
    return AddedSection(NAME, name + crc, alignment=4)
