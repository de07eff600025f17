"""What the flags of an ELF header (e_flags) say, by machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from isolde.elf import constants as c

_ARM_5 = {1 << 9: "soft-float ABI", 1 << 10: "hard-float ABI"}
_ARM_ENDIAN = {0x00800000: "BE8", 0x00400000: "LE8"}
_ARM_SORTED = {0x04: "sorted symbol tables"}
_ARM_GNU = {
    0x04: "interworking enabled",
    0x08: "uses APCS/26",
    0x10: "uses APCS/float",
    0x20: "position independent",
    0x40: "8 bit structure alignment",
    0x80: "uses new ABI",
    0x100: "uses old ABI",
    0x200: "software FP",
    0x400: "VFP",
    0x800: "Maverick FP",
}
_ARM_VERSIONS: dict[int, tuple[str, dict[int, str]]] = {
    0: ("GNU EABI", _ARM_GNU),
    1: ("Version1 EABI", _ARM_SORTED),
    2: (
        "Version2 EABI",
        {
            **_ARM_SORTED,
            0x08: "dynamic symbols use segment index",
            0x10: "mapping symbols precede others",
        },
    ),
    4: ("Version4 EABI", _ARM_ENDIAN),
    5: ("Version5 EABI", {**_ARM_ENDIAN, **_ARM_5}),
}
_MIPS_BITS = {
    0x1: "noreorder",
    0x2: "pic",
    0x4: "cpic",
    0x10: "ugen_reserved",
    0x20: "abi2",
    0x80: "odk first",
    0x100: "32bitmode",
    0x400: "nan2008",
    0x200: "fp64",
}
_MIPS_MACHINES = {
    0x81: "3900",
    0x82: "4010",
    0x83: "4100",
    0x85: "4650",
    0x87: "4120",
    0x88: "4111",
    0x8A: "sb1",
    0x8B: "octeon",
    0x8C: "xlr",
    0x8D: "octeon2",
    0x8E: "octeon3",
    0x91: "5400",
    0x92: "5900",
    0x93: "interaptiv-mr2",
    0x98: "5500",
    0x99: "9000",
    0xA0: "loongson-2e",
    0xA1: "loongson-2f",
    0xA2: "gs464",
    0xA3: "gs464e",
    0xA4: "gs264e",
}
_MIPS_ABIS = {1: "o32", 2: "o64", 3: "eabi32", 4: "eabi64"}
_MIPS_EXTENSIONS = {0x08000000: "mdmx", 0x04000000: "mips16", 0x02000000: "micromips"}
_MIPS_SETS = (
    *("mips1", "mips2", "mips3", "mips4", "mips5", "mips32", "mips64", "mips32r2", "mips64r2"),
    *("mips32r6", "mips64r6"),
)
_RISCV_BITS = {0x1: "RVC", 0x8: "RVE", 0x10: "TSO"}
_RISCV_FLOATS = ("soft-float ABI", "single-float ABI", "double-float ABI", "quad-float ABI")
_SPARC_BITS = {
    0x100: "v8+",
    0x200: "ultrasparcI",
    0x800: "ultrasparcIII",
    0x400: "halr1",
    0x800000: "ledata",
}
_PPC_BITS = {0x80000000: "emb", 0x00010000: "relocatable", 0x00008000: "relocatable-lib"}
_SH_SETS = {
    1: "sh1",
    2: "sh2",
    3: "sh3",
    4: "sh-dsp",
    5: "sh3-dsp",
    6: "sh4al-dsp",
    8: "sh3e",
    9: "sh4",
    10: "sh5",
    11: "sh2e",
    12: "sh4a",
    13: "sh2a",
    16: "sh4-nofpu",
    17: "sh4a-nofpu",
    18: "sh4-nommu-nofpu",
    19: "sh2a-nofpu",
    20: "sh3-nommu",
    21: "sh2a-nofpu-or-sh4-nommu-nofpu",
    22: "sh2a-nofpu-or-sh3-nommu",
    23: "sh2a-or-sh4",
    24: "sh2a-or-sh3e",
}
_PARISC_BITS = {
    0x00010000: "trapnil",
    0x00020000: "ext",
    0x00040000: "lsb",
    0x00080000: "wide",
    0x00100000: "no kabp",
    0x00400000: "lazyswap",
}
_LOONGARCH_FLOATS = {1: "SOFT-FLOAT", 2: "SINGLE-FLOAT", 3: "DOUBLE-FLOAT"}


def header_flag_names(machine: int, flags: int) -> list[str]:
    """What FLAGS (e_flags) say on MACHINE: ["RVC", "double-float ABI"]; none where it is 0."""
    describe = _MACHINES.get(machine)
    return list(describe(flags)) if describe and flags else []


def _bits(flags: int, names: dict[int, str]) -> Iterator[str]:
    return (name for flag, name in names.items() if flags & flag)


def _arm(flags: int) -> Iterator[str]:
    version = flags >> 24
    rest = flags & 0xFFFFFF
    if rest & 0x01:
        yield "relocatable executable"
    if rest & 0x20:
        yield "position independent"
    rest &= ~0x21
    if version == 3:
        yield "Version3 EABI"
        return
    title, names = _ARM_VERSIONS.get(version, ("<unrecognized EABI>", {}))
    yield title
    for bit in range(rest.bit_length()):
        if rest >> bit & 1 and 1 << bit in names:
            yield names[1 << bit]
    if rest & ~sum(names):
        yield "<unknown>"


def _mips(flags: int) -> Iterator[str]:
    yield from _bits(flags, _MIPS_BITS)
    if flags & 0x00FF0000:
        yield _MIPS_MACHINES.get(flags >> 16 & 0xFF, "unknown CPU")
    if flags & 0xF000:
        yield _MIPS_ABIS.get(flags >> 12 & 0xF, "unknown ABI")
    yield from _bits(flags, _MIPS_EXTENSIONS)
    number = flags >> 28
    yield _MIPS_SETS[number] if number < len(_MIPS_SETS) else "unknown ISA"


def _riscv(flags: int) -> Iterator[str]:
    yield from _bits(flags, _RISCV_BITS)
    yield _RISCV_FLOATS[flags >> 1 & 3]


def _ppc64(flags: int) -> Iterator[str]:
    if flags & 3:
        yield f"abiv{flags & 3}"


def _sparcv9(flags: int) -> Iterator[str]:
    yield from _bits(flags, _SPARC_BITS)
    if flags & 3 < 3:
        yield ("tso", "pso", "rmo")[flags & 3]


def _sh(flags: int) -> Iterator[str]:
    yield _SH_SETS.get(flags & 0x1F, "unknown ISA")
    yield from _bits(flags, {0x100: "pic", 0x8000: "fdpic"})


def _loongarch(flags: int) -> Iterator[str]:
    if flags & 7 in _LOONGARCH_FLOATS:
        yield _LOONGARCH_FLOATS[flags & 7]
    yield from {0: ("OBJ-v0",), 0x40: ("OBJ-v1",)}.get(flags & 0xC0, ())


def _parisc(flags: int) -> Iterator[str]:
    version = {0x20B: "PA-RISC 1.0", 0x210: "PA-RISC 1.1", 0x214: "PA-RISC 2.0"}.get(flags & 0xFFFF)
    if version:
        yield version
    yield from _bits(flags, _PARISC_BITS)


def _ia64(flags: int) -> Iterator[str]:
    yield "64-bit" if flags & 0x10 else "32-bit"
    yield from _bits(flags, {0x20: "reduced fp model"})
    if flags & 0x80:
        yield "no function descriptors, constant gp"
    elif flags & 0x40:
        yield "constant gp"
    yield from _bits(flags, {0x100: "absolute"})


def _s390(flags: int) -> Iterator[str]:
    yield from _bits(flags, {1: "highgprs"})


def _ppc(flags: int) -> Iterator[str]:
    yield from _bits(flags, _PPC_BITS)


_MACHINES: dict[int, Callable[[int], Iterator[str]]] = {
    c.EM_ARM: _arm,
    c.EM_MIPS: _mips,
    c.EM_MIPS_RS3_LE: _mips,
    c.EM_RISCV: _riscv,
    c.EM_PPC: _ppc,
    c.EM_PPC64: _ppc64,
    c.EM_SPARCV9: _sparcv9,
    c.EM_SH: _sh,
    c.EM_PARISC: _parisc,
    c.EM_IA_64: _ia64,
    c.EM_LOONGARCH: _loongarch,
    c.EM_S390: _s390,
}
