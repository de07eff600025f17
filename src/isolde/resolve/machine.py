"""Which kind of machine a file is for, and what glibc on that kind takes for granted.

A processor family is not enough: the same `e_machine` has several calling conventions, each with
libraries of its own (i386 and x32 beside x86-64, hard and soft floats on ARM).  ld.so tells them
apart by class, byte order, machine and, for the cache, by a number of its own.

Sources: the ELF supplements of the processors; glibc's `sysdeps/unix/sysv/linux/*/ldconfig.h` and
`shlib-versions` for the numbers and the loaders' names; Debian's list of multi-arch tuples.
"""

from __future__ import annotations

from isolde.record import NamedTuple

_I386, _MIPS, _PPC, _PPC64, _S390, _ARM, _SPARCV9 = 3, 8, 20, 21, 22, 40, 43
_X86_64, _AARCH64, _RISCV, _LOONGARCH = 62, 183, 243, 258
_NAMES = {
    _I386: "Intel 80386",
    _MIPS: "MIPS",
    _PPC: "PowerPC",
    _PPC64: "PowerPC64",
    _S390: "IBM S/390",
    _ARM: "ARM",
    _SPARCV9: "SPARC v9",
    _X86_64: "x86-64",
    _AARCH64: "AArch64",
    _RISCV: "RISC-V",
    _LOONGARCH: "LoongArch",
}
_ARM_SOFT_FLOAT, _RISCV_FLOAT_ABI = 0x200, 0x6


class Platform(NamedTuple):
    """What glibc on a kind of machine takes for granted.

    multiarch: Debian's tuple, the name of its library folders; "" where there is none.
    lib: what `$LIB` stands for where the loader itself cannot be asked.
    loaders: where the loader is, the usual place first.
    cache_flags: the number of its entries in /etc/ld.so.cache.
    hwcaps: the glibc-hwcaps subfolders that its processors may use, the best first.
    name: what `$PLATFORM` stands for unless the processor is known better.
    """

    multiarch: str
    lib: str
    loaders: tuple[str, ...]
    cache_flags: int
    hwcaps: tuple[str, ...] = ()
    name: str = ""


_X86_64_LEVELS = ("x86-64-v4", "x86-64-v3", "x86-64-v2")
_S390_LEVELS = ("z16", "z15", "z14", "z13")
_POWER_LEVELS = ("power10", "power9")
_Key = tuple[int, int, str]

_PLATFORMS: dict[_Key, Platform] = {
    (_X86_64, 64, "little"): Platform(
        "x86_64-linux-gnu",
        "lib64",
        ("/lib64/ld-linux-x86-64.so.2",),
        0x0303,
        _X86_64_LEVELS,
        "x86_64",
    ),
    (_X86_64, 32, "little"): Platform(
        "x86_64-linux-gnux32",
        "libx32",
        ("/libx32/ld-linux-x32.so.2",),
        0x0803,
        _X86_64_LEVELS,
        "x86_64",
    ),
    (_I386, 32, "little"): Platform(
        "i386-linux-gnu", "lib", ("/lib/ld-linux.so.2",), 0x0003, (), "i686"
    ),
    (_AARCH64, 64, "little"): Platform(
        "aarch64-linux-gnu", "lib64", ("/lib/ld-linux-aarch64.so.1",), 0x0A03, (), "aarch64"
    ),
    (_ARM, 32, "little"): Platform(
        "arm-linux-gnueabihf", "lib", ("/lib/ld-linux-armhf.so.3",), 0x0903, (), "v7l"
    ),
    (_S390, 64, "big"): Platform(
        "s390x-linux-gnu", "lib64", ("/lib/ld64.so.1",), 0x0403, _S390_LEVELS, "z900"
    ),
    (_S390, 32, "big"): Platform("s390-linux-gnu", "lib", ("/lib/ld.so.1",), 0x0003, (), "g5"),
    (_PPC64, 64, "little"): Platform(
        "powerpc64le-linux-gnu", "lib64", ("/lib64/ld64.so.2",), 0x0503, _POWER_LEVELS, "power8"
    ),
    (_PPC64, 64, "big"): Platform(
        "powerpc64-linux-gnu", "lib64", ("/lib64/ld64.so.1",), 0x0503, (), "power4"
    ),
    (_PPC, 32, "big"): Platform("powerpc-linux-gnu", "lib", ("/lib/ld.so.1",), 0x0003),
    (_RISCV, 64, "little"): Platform(
        "riscv64-linux-gnu", "lib64/lp64d", ("/lib/ld-linux-riscv64-lp64d.so.1",), 0x1003
    ),
    (_LOONGARCH, 64, "little"): Platform(
        "loongarch64-linux-gnu",
        "lib64",
        ("/lib64/ld-linux-loongarch-lp64d.so.1",),
        0x1203,
        (),
        "loongarch",
    ),
    (_MIPS, 64, "little"): Platform(
        "mips64el-linux-gnuabi64", "lib64", ("/lib64/ld.so.1",), 0x0703, (), "mips"
    ),
    (_MIPS, 32, "little"): Platform(
        "mipsel-linux-gnu", "lib", ("/lib/ld.so.1",), 0x0003, (), "mips"
    ),
    (_SPARCV9, 64, "big"): Platform(
        "sparc64-linux-gnu", "lib64", ("/lib64/ld-linux.so.2",), 0x0103, (), "sparcv9"
    ),
}
_ARM_SOFT = Platform("arm-linux-gnueabi", "lib", ("/lib/ld-linux.so.3",), 0x0B03, (), "v5l")
_RISCV_SOFT = Platform(
    "riscv64-linux-gnu", "lib64/lp64", ("/lib/ld-linux-riscv64-lp64.so.1",), 0x0F03
)
_UNAMES = {
    "x86_64": (_X86_64, 64, "little"),
    "i686": (_I386, 32, "little"),
    "aarch64": (_AARCH64, 64, "little"),
    "armv7l": (_ARM, 32, "little"),
    "s390x": (_S390, 64, "big"),
    "ppc64le": (_PPC64, 64, "little"),
    "ppc64": (_PPC64, 64, "big"),
    "riscv64": (_RISCV, 64, "little"),
    "loongarch64": (_LOONGARCH, 64, "little"),
}


class Machine(NamedTuple):
    """The kind of machine that a file's header asks for.

    number: `e_machine`.
    elf_class: 32 or 64.
    byte_order: "little" or "big".
    flags: `e_flags`, which tells calling conventions apart on ARM and RISC-V.
    """

    number: int
    elf_class: int
    byte_order: str
    flags: int = 0

    @property
    def platform(self) -> Platform:
        """What glibc takes for granted there; for an unknown machine, as little as possible."""
        if self.number == _ARM and self.flags & _ARM_SOFT_FLOAT:
            return _ARM_SOFT
        if self.number == _RISCV and self.elf_class == 64 and not self.flags & _RISCV_FLOAT_ABI:
            return _RISCV_SOFT
        key = (self.number, self.elf_class, self.byte_order)
        return _PLATFORMS.get(key) or Platform("", "lib", (), 0x0003)

    @property
    def name(self) -> str:
        """Its processor family, as readelf spells it where it is short: "AArch64"."""
        return machine_name(self.number)


def known_loaders() -> tuple[str, ...]:
    """Return the paths of every platform's ld.so, each once."""
    platforms = (*_PLATFORMS.values(), _ARM_SOFT, _RISCV_SOFT)
    return tuple(dict.fromkeys(path for each in platforms for path in each.loaders))


def machine_name(number: int) -> str:
    """Return the name of an `e_machine`, or "machine NUMBER" for one without libraries here."""
    return _NAMES.get(number, f"machine {number}")


def native_machine() -> Machine | None:
    """Return the kind of machine that this process's kernel runs, or None for an unknown one."""
    import os

    key = _UNAMES.get(os.uname().machine)
    return Machine(*key) if key else None


def machine_of_head(head: bytes) -> Machine | None:
    """Return what the first 20 bytes of a file say (flags are further on: 0), or None: no ELF."""
    if len(head) < 20 or head[:4] != b"\x7fELF" or head[4] not in (1, 2) or head[5] not in (1, 2):
        return None
    order = "little" if head[5] == 1 else "big"
    number = head[18] | head[19] << 8 if head[5] == 1 else head[18] << 8 | head[19]
    return Machine(number, 32 * head[4], order)


def objection(head: bytes, wanted: Machine) -> str | None:
    """Return why ld.so passes a file over and searches on, or None if it suits.

    Args:
        head: the first 20 bytes of the file; one that is no ELF file gets no objection, for ld.so
            does not search on then.
        wanted: the machine of the object that needs it.
    """
    found = machine_of_head(head)
    if found is None:
        return None
    if found.elf_class != wanted.elf_class:
        return f"wrong ELF class: ELFCLASS{found.elf_class}"
    if found.number != wanted.number:
        return f"made for another machine: {found.name}"
    if found.byte_order != wanted.byte_order:
        return f"wrong byte order: {found.byte_order}-endian"
    return None
