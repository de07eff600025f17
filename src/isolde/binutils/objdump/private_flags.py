"""The end of -p: what e_flags say on machines that use them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from isolde.binutils.objdump.view import View
from isolde.elf import constants as c


def private_flags_text(view: View) -> Iterator[str]:
    """The lines, none on machines that BFD says nothing about."""
    show = _BY_MACHINE.get(view.header.machine)
    if show is not None:
        yield from show(view)


def _arm(view: View) -> Iterator[str]:
    yield f"private flags = 0x{view.header.flags:x}:" + "".join(
        f" [{word}]" for word in _arm_words(view.header.flags)
    )


def _arm_words(flags: int) -> Iterator[str]:
    version = flags >> 24
    if version == 5:
        yield "Version5 EABI"
        yield from (word for bit, word in _ARM_FLOATS if flags & bit)
    elif version:
        yield f"Version{version} EABI"
    else:
        yield "APCS-26" if flags & 8 else "APCS-32"
        yield "VFP float format" if flags & 0x400 else "FPA float format"
        yield from (word for bit, word in _OLD_ARM if flags & bit)
    if version in (4, 5):
        yield from (word for bit, word in _ARM_CODE_ORDER if flags & bit)


_ARM_FLOATS = ((0x200, "soft-float ABI"), (0x400, "hard-float ABI"))
_ARM_CODE_ORDER = ((0x800000, "BE8"), (0x400000, "LE8"))
_OLD_ARM = (
    (0x10, "floats passed in float registers"),
    (0x20, "position independent"),
    (0x80, "new ABI"),
    (0x100, "old ABI"),
    (0x200, "software FP"),
)


def _aarch64(view: View) -> Iterator[str]:
    unknown = " <Unrecognised flag bits set>" if view.header.flags else ""
    yield f"private flags = 0x{view.header.flags:x}:{unknown}"


def _ppc64(view: View) -> Iterator[str]:
    flags = view.header.flags
    if flags:
        abi = f" [abiv{flags & 3}]" if flags & 3 else ""
        rest = " [unknown flags]" if flags & ~3 else ""
        yield f"private flags = 0x{flags:x}:{abi}{rest}"


def _mips(view: View) -> Iterator[str]:
    header = view.header
    words = (f" [{word}]" for word in _mips_words(header.flags, header.elf_class))
    yield f"private flags = {header.flags:x}:{''.join(words)}"
    section = view.section_called(".MIPS.abiflags")
    if section is not None:
        data = view.bytes_of(section.header)
        yield from _mips_abi_flags(data, "<" if header.byte_order == "little" else ">")


def _mips_words(flags: int, elf_class: int) -> Iterator[str]:
    abi = flags >> 12 & 15
    if abi:
        yield _MIPS_ABIS.get(abi, "abi unknown")
    elif flags & 0x20:
        yield "abi=N32"
    else:
        yield "abi=64" if elf_class == 64 else "no abi set"
    level = flags >> 28
    yield _MIPS_SETS[level] if level < len(_MIPS_SETS) else "unknown ISA"
    yield from (word for bit, word in _MIPS_EXTENSIONS if flags & bit)
    yield "32bitmode" if flags & 0x100 else "not 32bitmode"
    yield from (word for bit, word in _MIPS_BITS if flags & bit)


_MIPS_ABIS = {1: "abi=O32", 2: "abi=O64", 3: "abi=EABI32", 4: "abi=EABI64"}
_MIPS_SETS = (
    *("mips1", "mips2", "mips3", "mips4", "mips5", "mips32", "mips64", "mips32r2", "mips64r2"),
    *("mips32r6", "mips64r6"),
)
_MIPS_EXTENSIONS = (
    (0x08000000, "mdmx"),
    (0x04000000, "mips16"),
    (0x02000000, "micromips"),
    (0x400, "nan2008"),
    (0x200, "old fp64"),
)
_MIPS_BITS = (
    (0x1, "noreorder"),
    (0x2, "PIC"),
    (0x4, "CPIC"),
    (0x8, "XGOT"),
    (0x10, "UCODE"),
)
_MIPS_FORM = "HBBBBBBIIII"
_MIPS_SIZES = {0: 0, 1: 32, 2: 64, 3: 128}
_MIPS_FLOATS = (
    "Hard or soft float",
    "Hard float (double precision)",
    "Hard float (single precision)",
    "Soft float",
    "Hard float (MIPS32r2 64-bit FPU 12 callee-saved)",
    "Hard float (32-bit CPU, Any FPU)",
    "Hard float (32-bit CPU, 64-bit FPU)",
    "Hard float compat (32-bit CPU, 64-bit FPU)",
)
_MIPS_ASES = (
    *("DSP ASE", "DSP R2 ASE", "Enhanced VA Scheme", "MCU (MicroController) ASE", "MDMX ASE"),
    *("MIPS-3D ASE", "MT ASE", "SmartMIPS ASE", "VZ ASE", "MSA ASE", "MIPS16 ASE"),
    *("MICROMIPS ASE", "XPA ASE", "MIPS16e2 ASE"),
)


def _mips_abi_flags(data: bytes, byte_order: str) -> Iterator[str]:
    """Elf_MIPS_ABIFlags_v0 (MIPS O32 ABI, FR0 and FR1 interlinking)."""
    form = struct.Struct(byte_order + _MIPS_FORM)
    if len(data) < form.size:
        return
    version, level, revision, gpr, cpr1, cpr2, floats, extension, ases, *more = form.unpack_from(
        data
    )
    yield f"\nMIPS ABI Flags Version: {version}"
    yield f"\nISA: MIPS{level}{f'r{revision}' if revision > 1 else ''}"
    for name, size in (("GPR", gpr), ("CPR1", cpr1), ("CPR2", cpr2)):
        yield f"{name} size: {_MIPS_SIZES.get(size, -1)}"
    known = floats < len(_MIPS_FLOATS)
    yield f"FP ABI: {_MIPS_FLOATS[floats] if known else f'??? ({floats})'}"
    yield f"ISA Extension: {'None' if not extension else f'Unknown ({extension})'}"
    yield "ASEs:"
    found = [name for bit, name in enumerate(_MIPS_ASES) if ases >> bit & 1]
    yield from (f"\t{name}" for name in found or ["None"])
    yield f"FLAGS 1: {more[0]:08x}"
    yield f"FLAGS 2: {more[1]:08x}"


_BY_MACHINE: dict[int, Callable[[View], Iterator[str]]] = {
    c.EM_ARM: _arm,
    c.EM_AARCH64: _aarch64,
    c.EM_PPC64: _ppc64,
    c.EM_MIPS: _mips,
}
