"""Names of segment types."""

from __future__ import annotations

from isolde.elf import constants as c

_TYPES = {
    c.PT_NULL: "NULL",
    c.PT_LOAD: "LOAD",
    c.PT_DYNAMIC: "DYNAMIC",
    c.PT_INTERP: "INTERP",
    c.PT_NOTE: "NOTE",
    c.PT_SHLIB: "SHLIB",
    c.PT_PHDR: "PHDR",
    c.PT_TLS: "TLS",
    c.PT_GNU_EH_FRAME: "GNU_EH_FRAME",
    c.PT_GNU_STACK: "GNU_STACK",
    c.PT_GNU_RELRO: "GNU_RELRO",
    c.PT_GNU_PROPERTY: "GNU_PROPERTY",
    0x6474E554: "GNU_SFRAME",
    0x65A3DBE6: "OPENBSD_RANDOMIZE",
    0x65A3DBE7: "OPENBSD_WXNEEDED",
    0x65A41BE6: "OPENBSD_BOOTDATA",
}
_PROCESSOR = 0x70000000
_MIPS = dict(enumerate(("REGINFO", "RTPROC", "OPTIONS", "ABIFLAGS"), _PROCESSOR))
_TYPES_OF = {
    c.EM_AARCH64: {_PROCESSOR: "AARCH64_ARCHEXT", _PROCESSOR + 2: "AARCH64_MEMTAG_MTE"},
    c.EM_ARM: {_PROCESSOR + 1: "EXIDX"},
    c.EM_MIPS: _MIPS,
    c.EM_MIPS_RS3_LE: _MIPS,
    c.EM_PARISC: {_PROCESSOR: "PARISC_ARCHEXT", _PROCESSOR + 1: "PARISC_UNWIND"},
    c.EM_IA_64: {_PROCESSOR: "IA_64_ARCHEXT", _PROCESSOR + 1: "IA_64_UNWIND"},
    c.EM_S390: {_PROCESSOR: "S390_PGSTE"},
    c.EM_S390_OLD: {_PROCESSOR: "S390_PGSTE"},
    c.EM_RISCV: {_PROCESSOR + 3: "RISCV_ATTRIBUTES"},
}
_SOLARIS = {
    0x6464E550: "PT_SUNW_UNWIND",
    0x6FFFFFF7: "PT_LOSUNW",
    0x6FFFFFFA: "PT_SUNWBSS",
    0x6FFFFFFB: "PT_SUNWSTACK",
    0x6FFFFFFC: "PT_SUNWDTRACE",
    0x6FFFFFFD: "PT_SUNWCAP",
    0x6FFFFFFF: "PT_HISUNW",
}
_GNU_MBIND = 0x6474E555


def segment_type_name(machine: int, os_abi: int, type_: int) -> str:
    """The name of segment TYPE_ (PT_*) on MACHINE, under OS_ABI: "GNU_STACK"."""
    name = _TYPES.get(type_)
    if name is not None:
        return name
    if 0x70000000 <= type_ <= 0x7FFFFFFF:
        own = _TYPES_OF.get(machine, {})
        return own.get(type_) or f"LOPROC+{_hex(type_ - 0x70000000)}"
    if 0x60000000 <= type_ < 0x70000000:
        return _of_the_system(os_abi, type_) or f"LOOS+{_hex(type_ - 0x60000000)}"
    return f"<unknown>: {type_:x}"


def _of_the_system(os_abi: int, type_: int) -> str | None:
    gnu = os_abi in (c.ELFOSABI_GNU, c.ELFOSABI_FREEBSD)
    if gnu and _GNU_MBIND <= type_ < _GNU_MBIND + 4096:
        return f"GNU_MBIND+{_hex(type_ - _GNU_MBIND)}"
    return _SOLARIS.get(type_) if os_abi == c.ELFOSABI_SOLARIS else None


def _hex(value: int) -> str:
    """As C's %#lx: 0 has no prefix."""
    return f"{value:#x}" if value else "0"
