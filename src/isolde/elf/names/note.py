"""Names of notes' types, and of what GNU properties say."""

from __future__ import annotations

from isolde.elf import constants as c

_GNU = {
    c.NT_GNU_ABI_TAG: "NT_GNU_ABI_TAG (ABI version tag)",
    c.NT_GNU_HWCAP: "NT_GNU_HWCAP (DSO-supplied software HWCAP info)",
    c.NT_GNU_BUILD_ID: "NT_GNU_BUILD_ID (unique build ID bitstring)",
    c.NT_GNU_GOLD_VERSION: "NT_GNU_GOLD_VERSION (gold version)",
    c.NT_GNU_PROPERTY_TYPE_0: "NT_GNU_PROPERTY_TYPE_0",
    0x100: "NT_GNU_BUILD_ATTRIBUTE_OPEN",
    0x101: "NT_GNU_BUILD_ATTRIBUTE_FUNC",
}
_OBJECT = {
    1: "NT_VERSION (version)",
    2: "NT_ARCH (architecture)",
    4: "GO BUILDID",
    0x100: "OPEN",
    0x101: "func",
    c.NT_FDO_PACKAGING_METADATA: "FDO_PACKAGING_METADATA",
}
_CORE = {
    1: "NT_PRSTATUS (prstatus structure)",
    2: "NT_FPREGSET (floating point registers)",
    3: "NT_PRPSINFO (prpsinfo structure)",
    4: "NT_TASKSTRUCT (task structure)",
    6: "NT_AUXV (auxiliary vector)",
    10: "NT_PSTATUS (pstatus structure)",
    12: "NT_FPREGS (floating point registers)",
    13: "NT_PSINFO (psinfo structure)",
    16: "NT_LWPSTATUS (lwpstatus_t structure)",
    17: "NT_LWPSINFO (lwpsinfo_t structure)",
    18: "NT_WIN32PSTATUS (win32_pstatus structure)",
    0x100: "NT_PPC_VMX (ppc Altivec registers)",
    0x102: "NT_PPC_VSX (ppc VSX registers)",
    0x103: "NT_PPC_TAR (ppc TAR register)",
    0x104: "NT_PPC_PPR (ppc PPR register)",
    0x105: "NT_PPC_DSCR (ppc DSCR register)",
    0x106: "NT_PPC_EBB (ppc EBB registers)",
    0x107: "NT_PPC_PMU (ppc PMU registers)",
    0x108: "NT_PPC_TM_CGPR (ppc checkpointed GPR registers)",
    0x109: "NT_PPC_TM_CFPR (ppc checkpointed floating point registers)",
    0x10A: "NT_PPC_TM_CVMX (ppc checkpointed Altivec registers)",
    0x10B: "NT_PPC_TM_CVSX (ppc checkpointed VSX registers)",
    0x10C: "NT_PPC_TM_SPR (ppc TM special purpose registers)",
    0x10D: "NT_PPC_TM_CTAR (ppc checkpointed TAR register)",
    0x10E: "NT_PPC_TM_CPPR (ppc checkpointed PPR register)",
    0x10F: "NT_PPC_TM_CDSCR (ppc checkpointed DSCR register)",
    0x200: "NT_386_TLS (x86 TLS information)",
    0x201: "NT_386_IOPERM (x86 I/O permissions)",
    0x202: "NT_X86_XSTATE (x86 XSAVE extended state)",
    0x203: "NT_X86_CET (x86 CET state)",
    0x300: "NT_S390_HIGH_GPRS (s390 upper register halves)",
    0x301: "NT_S390_TIMER (s390 timer register)",
    0x302: "NT_S390_TODCMP (s390 TOD comparator register)",
    0x303: "NT_S390_TODPREG (s390 TOD programmable register)",
    0x304: "NT_S390_CTRS (s390 control registers)",
    0x305: "NT_S390_PREFIX (s390 prefix register)",
    0x306: "NT_S390_LAST_BREAK (s390 last breaking event address)",
    0x307: "NT_S390_SYSTEM_CALL (s390 system call restart data)",
    0x308: "NT_S390_TDB (s390 transaction diagnostic block)",
    0x309: "NT_S390_VXRS_LOW (s390 vector registers 0-15 upper half)",
    0x30A: "NT_S390_VXRS_HIGH (s390 vector registers 16-31)",
    0x30B: "NT_S390_GS_CB (s390 guarded-storage registers)",
    0x30C: "NT_S390_GS_BC (s390 guarded-storage broadcast control)",
    0x400: "NT_ARM_VFP (arm VFP registers)",
    0x401: "NT_ARM_TLS (AArch TLS registers)",
    0x402: "NT_ARM_HW_BREAK (AArch hardware breakpoint registers)",
    0x403: "NT_ARM_HW_WATCH (AArch hardware watchpoint registers)",
    0x404: "NT_ARM_SYSTEM_CALL (AArch system call number)",
    0x405: "NT_ARM_SVE (AArch SVE registers)",
    0x406: "NT_ARM_PAC_MASK (AArch pointer authentication code masks)",
    0x407: "NT_ARM_PACA_KEYS (ARM pointer authentication address keys)",
    0x408: "NT_ARM_PACG_KEYS (ARM pointer authentication generic keys)",
    0x409: "NT_ARM_TAGGED_ADDR_CTRL (AArch tagged address control)",
    0x40A: "NT_ARM_PAC_ENABLED_KEYS (AArch64 pointer authentication enabled keys)",
    0x600: "NT_ARC_V2 (ARC HS accumulator/extra registers)",
    0x900: "NT_RISCV_CSR (RISC-V control and status registers)",
    0x46E62B7F: "NT_PRXFPREG (user_xfpregs structure)",
    0x46494C45: "NT_FILE (mapped files)",
    0x53494749: "NT_SIGINFO (siginfo_t data)",
    0xFF000000: "NT_GDB_TDESC (GDB XML target description)",
}
_X86_ISA = ("x86-64-baseline", "x86-64-v2", "x86-64-v3", "x86-64-v4")
_X86_FEATURES_1 = ("IBT", "SHSTK", "LAM_U48", "LAM_U57")
_X86_FEATURES_2 = (
    *("x86", "x87", "MMX", "XMM", "YMM", "ZMM", "FXSR", "XSAVE", "XSAVEOPT", "XSAVEC", "TMM"),
    "MASK",
)
_X86_OLD_ISA = """
    i486 586 686 SSE SSE2 SSE3 SSSE3 SSE4_1 SSE4_2 AVX AVX2 AVX512F AVX512CD AVX512ER AVX512PF
    AVX512VL AVX512DQ AVX512BW
"""
_X86_OLD_ISA_2 = """
    CMOV SSE SSE2 SSE3 SSSE3 SSE4_1 SSE4_2 AVX AVX2 FMA AVX512F AVX512CD AVX512ER AVX512PF AVX512VL
    AVX512DQ AVX512BW AVX512_4FMAPS AVX512_4VNNIW AVX512_BITALG AVX512_IFMA AVX512_VBMI AVX512_VBMI2
    AVX512_VNNI AVX512_BF16
"""
_INTEL = (c.EM_X86_64, c.EM_386, c.EM_IAMCU)
# What it is about; the names of its bits; what stands for no bit at all.
_X86_PROPERTIES = {
    0xC0010002: ("x86 ISA used", _X86_ISA, ""),
    0xC0008002: ("x86 ISA needed", _X86_ISA, ""),
    0xC0000002: ("x86 feature", _X86_FEATURES_1, "<None>"),
    0xC0010001: ("x86 feature used", _X86_FEATURES_2, "<None>"),
    0xC0008001: ("x86 feature needed", _X86_FEATURES_2, "<None>"),
    0xC0000000: ("x86 ISA used", _X86_OLD_ISA.split(), ""),
    0xC0000001: ("x86 ISA needed", _X86_OLD_ISA.split(), ""),
    0xC0010000: ("x86 ISA used", _X86_OLD_ISA_2.split(), "<None>"),
    0xC0008000: ("x86 ISA needed", _X86_OLD_ISA_2.split(), "<None>"),
}
_AARCH64_PROPERTIES = {0xC0000000: ("AArch64 feature", ("BTI", "PAC"), "")}
_SYSTEMS = ("Linux", "Hurd", "Solaris", "FreeBSD", "NetBSD", "Syllable", "NaCl")


def note_type_name(owner: str, type_: int, *, core: bool = False) -> str:
    """The name of a note's TYPE_ (NT_*), which its OWNER gives it; CORE: in a core file."""
    if owner.startswith("GNU"):
        names = _GNU
    elif owner.startswith("stapsdt"):
        names = {3: "NT_STAPSDT (SystemTap probe descriptors)"}
    else:
        names = _CORE if core else _OBJECT
    return names.get(type_, f"Unknown note type: (0x{type_:08x})")


def abi_system_name(system: int) -> str:
    """The operating system that the first word of NT_GNU_ABI_TAG names."""
    return _SYSTEMS[system] if system < len(_SYSTEMS) else "Unknown"


def property_bits(machine: int, type_: int) -> tuple[str, tuple[str, ...], str] | None:
    """What GNU property TYPE_ of a MACHINE is about, its bits' names, and what no bit is called."""
    known = (
        _X86_PROPERTIES
        if machine in _INTEL
        else _AARCH64_PROPERTIES
        if machine == c.EM_AARCH64
        else {}
    )
    found = known.get(type_)
    return None if found is None else (found[0], tuple(found[1]), found[2])


def bit_names(value: int, names: tuple[str, ...]) -> list[str]:
    """The NAMES of the bits of VALUE, the lowest first; "<unknown: …>" for one that has none."""
    bits = [bit for bit in range(value.bit_length()) if value >> bit & 1]
    return [names[bit] if bit < len(names) else f"<unknown: {1 << bit:x}>" for bit in bits]
