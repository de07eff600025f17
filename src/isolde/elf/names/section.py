"""Names of section types and section flags."""

from __future__ import annotations

from isolde.elf import constants as c

_TYPES = {
    c.SHT_NULL: "NULL",
    c.SHT_PROGBITS: "PROGBITS",
    c.SHT_SYMTAB: "SYMTAB",
    c.SHT_STRTAB: "STRTAB",
    c.SHT_RELA: "RELA",
    c.SHT_RELR: "RELR",
    c.SHT_HASH: "HASH",
    c.SHT_DYNAMIC: "DYNAMIC",
    c.SHT_NOTE: "NOTE",
    c.SHT_NOBITS: "NOBITS",
    c.SHT_REL: "REL",
    c.SHT_SHLIB: "SHLIB",
    c.SHT_DYNSYM: "DYNSYM",
    c.SHT_INIT_ARRAY: "INIT_ARRAY",
    c.SHT_FINI_ARRAY: "FINI_ARRAY",
    c.SHT_PREINIT_ARRAY: "PREINIT_ARRAY",
    c.SHT_GNU_HASH: "GNU_HASH",
    c.SHT_GROUP: "GROUP",
    c.SHT_SYMTAB_SHNDX: "SYMTAB SECTION INDICES",
    c.SHT_GNU_VERDEF: "VERDEF",
    c.SHT_GNU_VERNEED: "VERNEED",
    c.SHT_GNU_VERSYM: "VERSYM",
    0x6FFFFFF0: "VERSYM",
    0x6FFFFFFC: "VERDEF",
    0x7FFFFFFD: "AUXILIARY",
    0x7FFFFFFF: "FILTER",
    c.SHT_GNU_LIBLIST: "GNU_LIBLIST",
}
_GNU_TYPES = {0x6FFF4700: "GNU_INCREMENTAL_INPUTS", c.SHT_GNU_ATTRIBUTES: "GNU_ATTRIBUTES"}
_MIPS_TYPES = """
    LIBLIST MSYM CONFLICT GPTAB UCODE DEBUG REGINFO PACKAGE PACKSYM RELD - IFACE CONTENT OPTIONS - -
    SHDR FDESC EXTSYM DENSE PDESC LOCSYM AUXSYM OPTSYM LOCSTR LINE RFDESC DELTASYM DELTAINST
    DELTACLASS DWARF DELTADECL SYMBOL_LIB EVENTS TRANSLATE PIXIE XLATE XLATE_DEBUG WHIRL EH_REGION
    XLATE_OLD PDR_EXCEPTION ABIFLAGS XHASH
"""
_PROCESSOR = 0x70000000
_TYPES_OF = {
    c.EM_MIPS: {
        _PROCESSOR + place: f"MIPS_{name}"
        for place, name in enumerate(_MIPS_TYPES.split())
        if name != "-"
    },
    c.EM_ARM: {
        _PROCESSOR + 1: "ARM_EXIDX",
        _PROCESSOR + 2: "ARM_PREEMPTMAP",
        _PROCESSOR + 3: "ARM_ATTRIBUTES",
        _PROCESSOR + 4: "ARM_DEBUGOVERLAY",
        _PROCESSOR + 5: "ARM_OVERLAYSECTION",
    },
    c.EM_X86_64: {c.SHT_X86_64_UNWIND: "X86_64_UNWIND"},
    c.EM_AARCH64: {_PROCESSOR + 3: "AARCH64_ATTRIBUTES"},
    c.EM_RISCV: {_PROCESSOR + 3: "RISCV_ATTRIBUTES"},
    c.EM_CSKY: {_PROCESSOR + 1: "CSKY_ATTRIBUTES"},
    c.EM_IA_64: {_PROCESSOR: "IA_64_EXT", _PROCESSOR + 1: "IA_64_UNWIND"},
    c.EM_PARISC: {
        _PROCESSOR: "PARISC_EXT",
        _PROCESSOR + 1: "PARISC_UNWIND",
        _PROCESSOR + 2: "PARISC_DOC",
        _PROCESSOR + 3: "PARISC_ANNOT",
        _PROCESSOR + 4: "PARISC_DLKM",
        _PROCESSOR + 8: "PARISC_SYMEXTN",
        _PROCESSOR + 9: "PARISC_STUBS",
    },
}
_TYPES_OF[c.EM_MIPS_RS3_LE] = _TYPES_OF[c.EM_MIPS]

_LETTERS = {
    c.SHF_WRITE: "W",
    c.SHF_ALLOC: "A",
    c.SHF_EXECINSTR: "X",
    c.SHF_MERGE: "M",
    c.SHF_STRINGS: "S",
    c.SHF_INFO_LINK: "I",
    c.SHF_LINK_ORDER: "L",
    c.SHF_OS_NONCONFORMING: "O",
    c.SHF_GROUP: "G",
    c.SHF_TLS: "T",
    c.SHF_EXCLUDE: "E",
    c.SHF_COMPRESSED: "C",
}
_FLAG_NAMES = {
    c.SHF_WRITE: "WRITE",
    c.SHF_ALLOC: "ALLOC",
    c.SHF_EXECINSTR: "EXEC",
    c.SHF_MERGE: "MERGE",
    c.SHF_STRINGS: "STRINGS",
    c.SHF_INFO_LINK: "INFO LINK",
    c.SHF_LINK_ORDER: "LINK ORDER",
    c.SHF_OS_NONCONFORMING: "OS NONCONF",
    c.SHF_GROUP: "GROUP",
    c.SHF_TLS: "TLS",
    c.SHF_EXCLUDE: "EXCLUDE",
    c.SHF_COMPRESSED: "COMPRESSED",
}
_SYSTEM_FLAGS, _PROCESSOR_FLAGS = 0x0FF00000, 0xF0000000
_RETAINING = (c.ELFOSABI_GNU, c.ELFOSABI_FREEBSD)
_INTEL = (c.EM_X86_64, c.EM_L1OM, c.EM_K1OM)
_ORDERING = (c.EM_386, c.EM_IAMCU, *_INTEL)
_SPARCS = (c.EM_OLD_SPARCV9, c.EM_SPARC32PLUS, c.EM_SPARCV9, c.EM_SPARC)


def section_type_name(machine: int, type_: int) -> str:
    """The name of section TYPE_ (SHT_*) on MACHINE: "PROGBITS"."""
    name = _TYPES.get(type_)
    if name is not None:
        return name
    if 0x70000000 <= type_ <= 0x7FFFFFFF:
        own = _TYPES_OF.get(machine, {})
        return own.get(type_) or f"LOPROC+0x{type_ - 0x70000000:x}".replace("+0x0", "+0")
    if 0x60000000 <= type_ < 0x70000000:
        return _GNU_TYPES.get(type_) or f"LOOS+0x{type_ - 0x60000000:x}".replace("+0x0", "+0")
    if 0x80000000 <= type_ <= 0xFFFFFFFF:
        return f"LOUSER+0x{type_ - 0x80000000:x}".replace("+0x0", "+0")
    return f"{type_:08x}: <unknown>"


def section_flag_letters(machine: int, os_abi: int, flags: int) -> str:
    """A letter for each of a section's FLAGS (SHF_*), the lowest first: "WA"."""
    letters = ""
    while flags:
        flag = flags & -flags
        flags &= ~flag
        letter = _LETTERS.get(flag) or _own_letter(machine, os_abi, flag)
        # What is not known of the system's or the processor's is told once.
        if letter == "o":
            flags &= ~_SYSTEM_FLAGS
        elif letter == "p":
            flags &= ~_PROCESSOR_FLAGS
        letters += letter
    return letters


def _own_letter(machine: int, os_abi: int, flag: int) -> str:
    own = {c.EM_ARM: (0x20000000, "y"), c.EM_PPC: (0x10000000, "v")}
    own.update(dict.fromkeys(_INTEL, (0x10000000, "l")))
    if machine in own and own[machine][0] == flag:
        return own[machine][1]
    if flag & _SYSTEM_FLAGS:
        return {"GNU_RETAIN": "R", "GNU_MBIND": "D"}.get(_system_name(os_abi, flag), "o")
    return "p" if flag & _PROCESSOR_FLAGS else "x"


def _system_name(os_abi: int, flag: int) -> str:
    if flag == c.SHF_GNU_RETAIN and os_abi in _RETAINING:
        return "GNU_RETAIN"
    if flag == c.SHF_GNU_MBIND and os_abi in (*_RETAINING, c.ELFOSABI_NONE):
        return "GNU_MBIND"
    return ""


def section_flag_names(machine: int, os_abi: int, flags: int, width: int = 16) -> list[str]:
    """The names of a section's FLAGS (SHF_*); those without one as numbers of WIDTH digits."""
    names, rest = [], {"OS": 0, "PROC": 0, "UNKNOWN": 0}
    while flags:
        flag = flags & -flags
        flags &= ~flag
        name = _FLAG_NAMES.get(flag) or _own_name(machine, flag) or _system_name(os_abi, flag)
        if name:
            names.append(name)
        elif flag & _SYSTEM_FLAGS:
            rest["OS"] |= flag
        else:
            rest["PROC" if flag & _PROCESSOR_FLAGS else "UNKNOWN"] |= flag
    return names + [f"{kind} ({value:0{width}x})" for kind, value in rest.items() if value]


def _own_name(machine: int, flag: int) -> str:
    names = {
        c.EM_ARM: {0x10000000: "ENTRYSECT", 0x20000000: "ARM_PURECODE"},
        c.EM_PPC: {0x10000000: "VLE"},
        c.EM_IA_64: {0x10000000: "SHORT", 0x20000000: "NORECOV"},
    }
    if machine in _ORDERING or machine in _SPARCS:
        return "ORDERED" if flag == 0x40000000 else ""
    return names.get(machine, {}).get(flag, "")
