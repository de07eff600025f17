"""Names of symbols' types, bindings, visibilities and sections."""

from __future__ import annotations

from isolde.elf import constants as c

_TYPES = ("NOTYPE", "OBJECT", "FUNC", "SECTION", "FILE", "COMMON", "TLS", None, "RELC", "SRELC")
_BINDINGS = ("LOCAL", "GLOBAL", "WEAK")
_VISIBILITIES = ("DEFAULT", "INTERNAL", "HIDDEN", "PROTECTED")
_SECTIONS = {c.SHN_UNDEF: "UND", c.SHN_ABS: "ABS", c.SHN_COMMON: "COM"}
_SECTIONS_OF = {
    c.EM_X86_64: {0xFF02: "LARGE_COM"},
    c.EM_MIPS: {0xFF03: "SCOM", 0xFF04: "SUND"},
}
_TYPES_OF = {c.EM_ARM: (13, "THUMB_FUNC"), c.EM_SPARCV9: (13, "REGISTER")}
_MIPS_OTHER = {
    0x04: "OPTIONAL",
    0x08: "MIPS PLT",
    0x20: "MIPS PIC",
    0x80: "MICROMIPS",
    0xA0: "MICROMIPS, MIPS PIC",
    0xF0: "MIPS16",
}


def symbol_type_name(machine: int, os_abi: int, type_: int) -> str:
    """The name of symbol TYPE_ (STT_*) on MACHINE, under OS_ABI: "FUNC"."""
    name = _TYPES[type_] if type_ < len(_TYPES) else None
    if name is not None:
        return name
    if type_ >= 13:
        own = _TYPES_OF.get(machine)
        return own[1] if own and own[0] == type_ else f"<processor specific>: {type_}"
    if type_ >= 10:
        gnu = os_abi in (c.ELFOSABI_GNU, c.ELFOSABI_FREEBSD)
        return "IFUNC" if type_ == c.STT_GNU_IFUNC and gnu else f"<OS specific>: {type_}"
    return f"<unknown>: {type_}"


def symbol_binding_name(os_abi: int, binding: int) -> str:
    """The name of a symbol's BINDING (STB_*) under OS_ABI: "GLOBAL"."""
    if binding < len(_BINDINGS):
        return _BINDINGS[binding]
    if binding >= 13:
        return f"<processor specific>: {binding}"
    if binding == c.STB_GNU_UNIQUE and os_abi == c.ELFOSABI_GNU:
        return "UNIQUE"
    return f"<OS specific>: {binding}" if binding >= 10 else f"<unknown>: {binding}"


def symbol_visibility_name(visibility: int) -> str:
    """The name of a symbol's VISIBILITY (STV_*): "HIDDEN"."""
    return _VISIBILITIES[visibility & 3]


def symbol_section_name(machine: int, section: int) -> str | None:
    """The name of a reserved SECTION index (SHN_*): "UND"; None for one of a section's own."""
    name = _SECTIONS.get(section) or _SECTIONS_OF.get(machine, {}).get(section)
    if name is not None or not c.SHN_LORESERVE <= section <= 0xFFFF:
        return name
    if section <= 0xFF1F:
        return f"PRC[0x{section:04x}]"
    return f"OS [0x{section:04x}]" if section <= 0xFF3F else f"RSV[0x{section:04x}]"


def symbol_other_name(machine: int, other: int) -> str:
    """What the bits of st_other OTHER than the visibility mean on MACHINE."""
    return _own_other(machine, other) or f"<other>: {other:x}"


def _own_other(machine: int, other: int) -> str | None:
    if machine == c.EM_AARCH64 and other & 0x80:
        return f"VARIANT_PCS | {other & ~0x80:x}" if other & ~0x80 else "VARIANT_PCS"
    if machine == c.EM_MIPS:
        return _MIPS_OTHER.get(other)
    if machine == c.EM_PPC64 and not other & ~0xE0 and other >> 5 <= 6:
        steps = other >> 5
        return f"<localentry>: {(1 << steps) & ~3 if steps >= 2 else steps}"
    if machine == c.EM_RISCV and other & 0x80:
        return f"{other & ~0x80:x}" if other & ~0x80 else "VARIANT_CC"
    if machine == c.EM_ALPHA:
        return {0x80: "NOPV", 0x88: "STD GPLOAD"}.get(other, "<unknown>")
    return None
