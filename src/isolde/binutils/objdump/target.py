"""What BFD calls a file's format and its architecture: "elf64-x86-64", "i386:x86-64"."""

from __future__ import annotations

from isolde.binutils.attributes import Attributes
from isolde.elf import Header
from isolde.elf import constants as c

_X32 = 32
# By machine and class: the format's name with {} for "little" or "big", and the architecture.
_FORMATS = {
    (c.EM_X86_64, 64): ("elf64-x86-64", "i386:x86-64"),
    (c.EM_X86_64, _X32): ("elf32-x86-64", "i386:x64-32"),
    (c.EM_386, 32): ("elf32-i386", "i386"),
    (c.EM_IAMCU, 32): ("elf32-iamcu", "iamcu"),
    (c.EM_AARCH64, 64): ("elf64-{}aarch64", "aarch64"),
    (c.EM_AARCH64, 32): ("elf32-{}aarch64", "aarch64:ilp32"),
    (c.EM_ARM, 32): ("elf32-{}arm", "arm"),
    (c.EM_S390, 64): ("elf64-s390", "s390:64-bit"),
    (c.EM_S390, 32): ("elf32-s390", "s390:31-bit"),
    (c.EM_RISCV, 64): ("elf64-{}riscv", "riscv:rv64"),
    (c.EM_RISCV, 32): ("elf32-{}riscv", "riscv:rv32"),
    (c.EM_SPARC, 32): ("elf32-sparc", "sparc"),
    (c.EM_SPARCV9, 64): ("elf64-sparc", "sparc:v9"),
    (c.EM_SPARC32PLUS, 32): ("elf32-sparc", "sparc:v8plus"),
    (c.EM_ALPHA, 64): ("elf64-alpha", "alpha"),
    (c.EM_68K, 32): ("elf32-m68k", "m68k"),
    (c.EM_LOONGARCH, 64): ("elf64-loongarch", "Loongarch64"),
    (c.EM_LOONGARCH, 32): ("elf32-loongarch", "Loongarch32"),
}
_BY_BYTE_ORDER = {
    (c.EM_PPC64, 64): ("elf64-powerpcle", "elf64-powerpc", "powerpc:common64"),
    (c.EM_PPC, 32): ("elf32-powerpcle", "elf32-powerpc", "powerpc:common"),
    (c.EM_SH, 32): ("elf32-sh-linux", "elf32-shbig-linux", "sh"),
    (c.EM_IA_64, 64): ("elf64-ia64-little", "elf64-ia64-big", "ia64-elf64"),
    (c.EM_PARISC, 32): ("elf32-hppa-linux", "elf32-hppa-linux", "hppa1.1"),
    (c.EM_PARISC, 64): ("elf64-hppa-linux", "elf64-hppa-linux", "hppa2.0w"),
    (c.EM_BPF, 64): ("elf64-bpfle", "elf64-bpfbe", "bpf"),
}
# EF_MIPS_ARCH's upper four bits (MIPS ABI supplement; MIPS64 supplement for the later ones).
_MIPS_ARCHITECTURES = {
    0: "mips:3000",
    1: "mips:6000",
    2: "mips:4000",
    3: "mips:8000",
    4: "mips:mips5",
    5: "mips:isa32",
    6: "mips:isa64",
    7: "mips:isa32r2",
    8: "mips:isa64r2",
    9: "mips:isa32r6",
    10: "mips:isa64r6",
}
_MIPS_N32 = 0x20
# Tag_CPU_arch (Arm's addenda, 3.3.5.2).
_ARM_ARCHITECTURES = {
    0: "armv3m",
    1: "armv4",
    2: "armv4t",
    3: "armv5t",
    4: "armv5te",
    5: "armv5tej",
    6: "armv6",
    7: "armv6kz",
    8: "armv6t2",
    9: "armv6k",
    10: "armv7",
    11: "armv6-m",
    12: "armv6s-m",
    13: "armv7e-m",
    14: "armv8-a",
    15: "armv8-r",
    16: "armv8-m.base",
    17: "armv8-m.main",
    21: "armv8.1-m.main",
    22: "armv9-a",
}
_TAG_CPU_ARCH = 6


def format_name(header: Header) -> str:
    """The name of the file's format, as `objdump --info` lists them."""
    key, order = (header.machine, header.elf_class), header.byte_order
    if header.machine == c.EM_MIPS:
        kind = "n" if header.elf_class == 32 and header.flags & _MIPS_N32 else ""
        return f"elf{header.elf_class}-{kind}trad{order}mips"
    if key in _BY_BYTE_ORDER:
        return _BY_BYTE_ORDER[key][0 if order == "little" else 1]
    if key in _FORMATS:
        return _FORMATS[key][0].format(order)
    return f"elf{header.elf_class}-{order}"


def architecture_name(header: Header, attributes: list[Attributes]) -> str:
    """The architecture; ATTRIBUTES: of the file, which say it on ARM."""
    key = (header.machine, header.elf_class)
    if header.machine == c.EM_MIPS:
        return _MIPS_ARCHITECTURES.get(header.flags >> 28, "mips:3000")
    if header.machine == c.EM_ARM:
        return _arm(attributes)
    if key in _BY_BYTE_ORDER:
        return _BY_BYTE_ORDER[key][2]
    return _FORMATS[key][1] if key in _FORMATS else "UNKNOWN!"


def _arm(attributes: list[Attributes]) -> str:
    for each in attributes:
        if each.vendor == "aeabi" and each.scope == 1:
            return _ARM_ARCHITECTURES.get(each.number(_TAG_CPU_ARCH) or 0, "arm")
    return _ARM_ARCHITECTURES[0]
