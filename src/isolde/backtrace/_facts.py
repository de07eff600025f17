"""What gdb has read, as isolde-gdb.py writes it.  Addresses are text: "0x..."."""

from __future__ import annotations

import msgspec

HOST = "host"


class Frame(msgspec.Struct, frozen=True):
    """One function call.

    Attributes:
        level: 0 is the innermost.
        address: where it goes on.
        function: its name; None where nothing tells.
        file: source file, as the compiler knew it; None without debugging information.
        line: of ``file``, from 1.
        image: path of the mapped file that holds the code.
        space: name of the image's space, or "host".
        space_id: the space's number; None for the host.
    """

    level: int
    address: str
    function: str | None
    file: str | None
    line: int | None
    image: str | None
    space: str
    space_id: int | None

    @property
    def source(self) -> str:
        """File and line, or ""."""
        return f"{self.file}:{self.line}" if self.file else ""


class Thread(msgspec.Struct, frozen=True):
    """A thread: gdb's number, the kernel's (``lwp``), its name if it has one, its frames."""

    number: int
    lwp: int
    name: str | None
    frames: list[Frame]


class Image(msgspec.Struct, frozen=True):
    """A library that a space has mapped, and the addresses it occupies: [start, end)."""

    path: str
    base: str
    start: str
    end: str


class Space(msgspec.Struct, frozen=True):
    """A live space; its ``id`` tells it from others of the same name."""

    id: int
    name: str
    images: list[Image]


class Stacks(msgspec.Struct, frozen=True):
    """All of it: the process, its program's path, its spaces, its threads."""

    process: int
    program: str | None
    spaces: list[Space]
    threads: list[Thread]
