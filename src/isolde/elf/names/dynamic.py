"""Names of the tags of the dynamic section, and of the flags in it."""

from __future__ import annotations

from isolde.elf import constants as c

# The numbers from 0 on; "-" has no name.
_LOW = """
    NULL NEEDED PLTRELSZ PLTGOT HASH STRTAB SYMTAB RELA RELASZ RELAENT STRSZ SYMENT INIT FINI SONAME
    RPATH SYMBOLIC REL RELSZ RELENT PLTREL DEBUG TEXTREL JMPREL BIND_NOW INIT_ARRAY FINI_ARRAY
    INIT_ARRAYSZ FINI_ARRAYSZ RUNPATH FLAGS - PREINIT_ARRAY PREINIT_ARRAYSZ SYMTAB_SHNDX RELRSZ RELR
    RELRENT
"""
_GNU_VALUES = """
    GNU_FLAGS_1 GNU_PRELINKED GNU_CONFLICTSZ GNU_LIBLISTSZ CHECKSUM PLTPADSZ MOVEENT MOVESZ FEATURE
    POSFLAG_1 SYMINSZ SYMINENT ADDRRNGLO
"""
_GNU_ADDRESSES = """
    GNU_HASH TLSDESC_PLT TLSDESC_GOT GNU_CONFLICT GNU_LIBLIST CONFIG DEPAUDIT AUDIT PLTPAD MOVETAB
    SYMINFO
"""
_VERSIONS = "RELACOUNT RELCOUNT FLAGS_1 VERDEF VERDEFNUM VERNEED VERNEEDNUM"
_MIPS = """
    - RLD_VERSION TIME_STAMP ICHECKSUM IVERSION FLAGS BASE_ADDRESS MSYM CONFLICT LIBLIST LOCAL_GOTNO
    CONFLICTNO - - - - LIBLISTNO SYMTABNO UNREFEXTNO GOTSYM HIPAGENO - RLD_MAP DELTA_CLASS
    DELTA_CLASS_NO DELTA_INSTANCE DELTA_INSTANCE_NO DELTA_RELOC DELTA_RELOC_NO DELTA_SYM
    DELTA_SYM_NO - DELTA_CLASSSYM DELTA_CLASSSYM_NO CXX_FLAGS PIXIE_INIT SYMBOL_LIB
    LOCALPAGE_GOTIDX LOCAL_GOTIDX HIDDEN_GOTIDX PROTECTED_GOTIDX OPTIONS INTERFACE DYNSTR_ALIGN
    INTERFACE_SIZE RLD_TEXT_RESOLVE_ADDR PERF_SUFFIX COMPACT_SIZE GP_VALUE AUX_DYNAMIC PLTGOT -
    RWPLT RLD_MAP_REL XHASH
"""
_PROCESSOR = 0x70000000


def _numbered(words: str, first: int, prefix: str = "") -> dict[int, str]:
    return {
        number: prefix + word for number, word in enumerate(words.split(), first) if word != "-"
    }


_TAGS = {
    **_numbered(_LOW, 0),
    **_numbered(_GNU_VALUES, 0x6FFFFDF4),
    **_numbered(_GNU_ADDRESSES, 0x6FFFFEF5),
    c.DT_VERSYM: "VERSYM",
    **_numbered(_VERSIONS, c.DT_RELACOUNT),
    c.DT_AUXILIARY: "AUXILIARY",
    0x7FFFFFFE: "USED",
    c.DT_FILTER: "FILTER",
}
_MIPS_TAGS = _numbered(_MIPS, _PROCESSOR, "MIPS_")
_TAGS_OF = {
    c.EM_AARCH64: _numbered("- BTI_PLT - PAC_PLT - VARIANT_PCS", _PROCESSOR, "AARCH64_"),
    c.EM_MIPS: _MIPS_TAGS,
    c.EM_MIPS_RS3_LE: _MIPS_TAGS,
    c.EM_PPC: _numbered("GOT OPT", _PROCESSOR, "PPC_"),
    c.EM_PPC64: _numbered("GLINK OPD OPDSZ OPT", _PROCESSOR, "PPC64_"),
    c.EM_RISCV: _numbered("- VARIANT_CC", _PROCESSOR, "RISCV_"),
    c.EM_SPARCV9: _numbered("- REGISTER", _PROCESSOR, "SPARC_"),
    c.EM_ALPHA: _numbered("PLTRO", _PROCESSOR, "ALPHA_"),
    c.EM_IA_64: _numbered("PLT_RESERVE", _PROCESSOR, "IA_64_"),
}
_FLAGS = ("ORIGIN", "SYMBOLIC", "TEXTREL", "BIND_NOW", "STATIC_TLS")
_FLAGS_1 = """
    NOW GLOBAL GROUP NODELETE LOADFLTR INITFIRST NOOPEN ORIGIN DIRECT TRANS INTERPOSE NODEFLIB
    NODUMP CONFALT ENDFILTEE DISPRELDNE DISPRELPND NODIRECT IGNMULDEF NOKSYMS NOHDR EDITED NORELOC
    SYMINTPOSE GLOBAUDIT SINGLETON STUB PIE KMOD WEAKFILTER NOCOMMON
"""
_MIPS_FLAGS = """
    QUICKSTART NOTPOT NO_LIBRARY_REPLACEMENT NO_MOVE SGI_ONLY GUARANTEE_INIT DELTA_C_PLUS_PLUS
    GUARANTEE_START_INIT PIXIE DEFAULT_DELAY_LOAD REQUICKSTART REQUICKSTARTED CORD NO_UNRES_UNDEF
    RLD_ORDER_SAFE
"""


def dynamic_tag_name(machine: int, tag: int) -> str:
    """The name of TAG (DT_*) on MACHINE: "NEEDED"."""
    name = _TAGS.get(tag)
    if name is not None:
        return name
    if _PROCESSOR <= tag <= 0x7FFFFFFF:
        return _TAGS_OF.get(machine, {}).get(tag) or f"Processor Specific: {tag:x}"
    if 0x6000000D <= tag <= 0x6FFFF000:
        return f"Operating System specific: {tag:x}"
    return f"<unknown>: {tag:x}"


def dynamic_flag_names(flags: int) -> list[str]:
    """The names of the bits of DT_FLAGS; "unknown" for one without a name."""
    bits = [bit for bit in range(flags.bit_length()) if flags >> bit & 1]
    return [_FLAGS[bit] if bit < len(_FLAGS) else "unknown" for bit in bits]


def dynamic_flag_1_names(flags: int) -> list[str]:
    """The names of the bits of DT_FLAGS_1; what has none follows as one hexadecimal number."""
    return _named(flags, _FLAGS_1.split())


def mips_flag_names(flags: int) -> list[str]:
    """The names of the bits of DT_MIPS_FLAGS; those without one are left out."""
    return [name for bit, name in enumerate(_MIPS_FLAGS.split()) if flags >> bit & 1]


def _named(flags: int, names: list[str]) -> list[str]:
    found = [name for bit, name in enumerate(names) if flags >> bit & 1]
    rest = flags >> len(names) << len(names)
    return [*found, f"{rest:x}"] if rest else found
