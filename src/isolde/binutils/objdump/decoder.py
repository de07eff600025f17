"""Instructions, decoded by capstone (the extra "disasm").

capstone's words differ from binutils': `callq` for `call`, `#0x10` for `#16`, aliases, the order
of prefixes.  Where an instruction ends does not: `(bad)` and lone prefixes are as long as with
binutils, and so are instructions that are newer than capstone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import starmap
from typing import Any, NamedTuple

from isolde.binutils.objdump.lengths import LEGACY_PREFIXES, vector_length
from isolde.elf import Header
from isolde.elf import constants as c
from isolde.errors import IsoldeError

_AT_ONCE = 1024
_PIECE = 16 * _AT_ONCE
_X86 = (c.EM_386, c.EM_X86_64, c.EM_IAMCU)
_X86_BRANCH = re.compile(r"(?:bnd |notrack )?(?:call|j|loop|xbegin)")
_ADDRESS = re.compile(r"0x[0-9a-f]+|\d+")
_RELATIVE = re.compile(r"(-?)(0x[0-9a-f]+|\d+)?\(%rip\)|\[rip(?: ([+-]) (0x[0-9a-f]+|\d+))?\]")
_LAST = re.compile(r"(?:^|.*, )(#?0x[0-9a-f]+|#\d+)$")
_ARM64_TARGETS = re.compile(r"b$|bl$|b\.|cbn?z|tbn?z|adrp?$|ldr$|ldrsw$|prfm$")
_ARM_TARGETS = re.compile(r"b(?!fc|fi|ic|kpt|x)|cbn?z")
_OTHER_TARGETS = re.compile(r"[bj]")


class Instruction(NamedTuple):
    """One instruction.

    size: bytes.  text: mnemonic and operands, without the address that a branch goes to.
    target: the address that a branch goes to, or that an operand means; None: neither.
    is_branch: the target belongs at the end of the text; else it is a comment.
    """

    address: int
    size: int
    text: str
    target: int | None
    is_branch: bool


class MissingDisassemblerError(IsoldeError):
    """capstone is not installed."""

    def __init__(self) -> None:
        import shlex

        python = shlex.quote(sys.executable or "python3")
        super().__init__(
            "-d and -D need capstone, which this Python has not (it comes with the extra disasm"
            f" alone; `make demo` installs none): {python} -m pip install capstone;"
            " every other display works without it"
        )


class UnknownMachineError(IsoldeError):
    """capstone has no decoder for the file's machine."""


def check_installed() -> None:
    """Tells a lack of capstone before anything is displayed.

    Raises:
        MissingDisassemblerError: it is not installed.
    """
    from importlib.util import find_spec

    if find_spec("capstone") is None:
        raise MissingDisassemblerError


class Decoder:
    """Decodes one machine's code.

    syntax: "att" or "intel", on x86.

    Raises:
        MissingDisassemblerError: capstone is not installed.
        UnknownMachineError: it does not know the machine.
    """

    def __init__(self, header: Header, *, syntax: str) -> None:
        try:
            import capstone
        except ImportError:
            raise MissingDisassemblerError from None
        self.is_x86 = header.machine in _X86
        self._machine = header.machine
        self._has_rex = header.machine == c.EM_X86_64
        self._plain = _engine(capstone, header, thumb=False)
        self._thumb = _engine(capstone, header, thumb=True) if header.machine == c.EM_ARM else None
        if self.is_x86 and syntax == "att":
            self._plain.syntax = capstone.CS_OPT_SYNTAX_ATT

    def decode(
        self, data: bytes, address: int, start: int, stop: int, *, thumb: bool = False
    ) -> Iterator[Instruction]:
        """The instructions from START up to STOP in DATA, which begins at ADDRESS."""
        while start < stop:
            begin = start
            for each in self._run(data, address, start, stop, thumb=thumb):
                if self._has_rex and _is_lone_rex(data, start):
                    break
                start += each.size
                yield each
            if start == begin:
                each = self._unknown(data[start:stop], address + start, thumb=thumb)
                start += each.size
                yield each

    def _run(
        self, data: bytes, address: int, start: int, stop: int, *, thumb: bool
    ) -> Iterator[Instruction]:
        """What capstone knows from START on: instructions up to one that it does not."""
        engine = self._thumb if thumb and self._thumb is not None else self._plain
        finish = self._x86 if self.is_x86 else self._other
        piece = data[start : min(start + _PIECE, stop)]
        return starmap(finish, engine.disasm_lite(piece, address + start, _AT_ONCE))

    def _unknown(self, data: bytes, address: int, *, thumb: bool) -> Instruction:
        if self._has_rex and _is_lone_rex(data, 0):
            return Instruction(address, 1, "rex", None, False)
        word = "(bad)" if self.is_x86 else "<unknown>"
        return Instruction(address, self._bad_size(data, thumb=thumb), word, None, False)

    def _bad_size(self, data: bytes, *, thumb: bool) -> int:
        if self.is_x86:
            return vector_length(data[:16], 0) or 1
        if thumb:
            wide = len(data) > 1 and data[1] >> 3 in (0x1D, 0x1E, 0x1F)
            return min(4 if wide else 2, len(data))
        if self._machine == c.EM_S390:
            return 4 if len(data) >= 4 else min(2, len(data))
        if self._machine == c.EM_RISCV:
            return min(4 if data[0] & 3 == 3 else 2, len(data))
        return min(4, len(data))

    def _x86(self, address: int, size: int, word: str, operands: str) -> Instruction:
        if _ADDRESS.fullmatch(operands) and _X86_BRANCH.match(word):
            return Instruction(address, size, f"{word:<6} ", int(operands, 0), True)
        text = f"{word:<6} {operands.replace(', ', ',')}" if operands else word
        found = _RELATIVE.search(operands)
        if found is None:
            return Instruction(address, size, text, None, False)
        sign, distance = found[1] or found[3], found[2] or found[4] or "0"
        target = address + size + (-1 if sign == "-" else 1) * int(distance, 0)
        return Instruction(address, size, text, target & 0xFFFFFFFFFFFFFFFF, False)

    def _other(self, address: int, size: int, word: str, operands: str) -> Instruction:
        text = f"{word}\t{operands}" if operands else word
        found = _LAST.match(operands)
        if found is None or not self._goes_to(word):
            return Instruction(address, size, text, None, False)
        target = int(found[1].removeprefix("#"), 0)
        return Instruction(address, size, text[: len(text) - len(found[1])], target, True)

    def _goes_to(self, word: str) -> bool:
        rules = {c.EM_AARCH64: _ARM64_TARGETS, c.EM_ARM: _ARM_TARGETS, c.EM_RISCV: None}
        rule = rules.get(self._machine, _OTHER_TARGETS)
        return rule is not None and rule.match(word) is not None


def _is_lone_rex(data: bytes, place: int) -> bool:
    """Whether a REX prefix is followed by another prefix, which takes its effect away."""
    if data[place] & 0xF0 != 0x40 or place + 1 >= len(data):
        return False
    return data[place + 1] & 0xF0 == 0x40 or data[place + 1] in LEGACY_PREFIXES


def _engine(capstone: Any, header: Header, *, thumb: bool) -> Any:
    """The decoder of HEADER's machine."""
    kind, mode = _mode(header, thumb=thumb)
    bits = getattr(capstone, f"CS_MODE_{mode}") if mode else 0
    if header.machine == c.EM_RISCV:
        bits |= capstone.CS_MODE_RISCVC
    if header.byte_order == "big":
        bits |= capstone.CS_MODE_BIG_ENDIAN
    if thumb is False and header.machine == c.EM_ARM:
        bits |= capstone.CS_MODE_V8
    return capstone.Cs(getattr(capstone, f"CS_ARCH_{kind}"), bits)


# By machine, capstone's words for it: CS_ARCH_… and CS_MODE_….
_MODES: dict[int, tuple[str, str | None]] = {
    c.EM_X86_64: ("X86", "64"),
    c.EM_386: ("X86", "32"),
    c.EM_IAMCU: ("X86", "32"),
    c.EM_AARCH64: ("ARM64", "ARM"),
    c.EM_PPC64: ("PPC", "64"),
    c.EM_PPC: ("PPC", "32"),
    c.EM_S390: ("SYSZ", None),
    c.EM_SPARC: ("SPARC", None),
    c.EM_SPARCV9: ("SPARC", "V9"),
    c.EM_68K: ("M68K", "M68K_040"),
}
_MIPS_OF_64_BITS = (2, 3, 4, 6, 8)


def _mode(header: Header, *, thumb: bool) -> tuple[str, str | None]:
    machine = header.machine
    if machine == c.EM_ARM:
        return "ARM", "THUMB" if thumb else "ARM"
    if machine == c.EM_MIPS:
        return "MIPS", "MIPS64" if header.flags >> 28 in _MIPS_OF_64_BITS else "MIPS32"
    if machine == c.EM_RISCV:
        return "RISCV", f"RISCV{header.elf_class}"
    if machine not in _MODES:
        from isolde.elf.names import machine_name

        raise UnknownMachineError(
            f"capstone cannot disassemble code of {machine_name(machine)}; every other"
            " display works"
        )
    return _MODES[machine]
