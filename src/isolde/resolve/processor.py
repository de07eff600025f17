"""What this machine's x86-64 processor can do, as far as the search for libraries asks.

Only `glibc-hwcaps` subfolders and `$PLATFORM` depend on it.  The kernel's flags are read rather
than CPUID, which Python cannot execute; they leave out what the kernel does not let programs use,
as glibc does.  Sources: the x86-64 psABI's levels; glibc 2.36's `cpu_features.c` for `$PLATFORM`.
"""

from __future__ import annotations

import functools

_V2 = {"cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"}
_V3 = {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"}
_V4 = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
_HASWELL = {"avx2", "bmi1", "bmi2", "abm", "movbe", "popcnt", "fma"}
_XEON_PHI = {"avx512f", "avx512cd", "avx512er", "avx512pf"}


def x86_64_levels(cpuinfo: str) -> tuple[str, ...]:
    """Return the glibc-hwcaps names of the levels that CPUINFO's first processor reaches.

    Args:
        cpuinfo: the beginning of /proc/cpuinfo.

    Returns:
        The best first; empty for the plain x86-64.
    """
    flags = _field(cpuinfo, "flags").split()
    levels: tuple[str, ...] = ()
    for number, wanted in ((2, _V2), (3, _V3), (4, _V4)):
        if not wanted.issubset(flags):
            break
        levels = (f"x86-64-v{number}", *levels)
    return levels


def x86_64_platform(cpuinfo: str) -> str:
    """Return what `$PLATFORM` stands for: "haswell" or "xeon_phi" on such Intel processors."""
    flags = _field(cpuinfo, "flags").split()
    if _field(cpuinfo, "vendor_id") != "GenuineIntel":
        return "x86_64"
    if _XEON_PHI.issubset(flags):
        return "xeon_phi"
    return "haswell" if _HASWELL.issubset(flags) else "x86_64"


def _field(cpuinfo: str, name: str) -> str:
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


@functools.cache
def this_cpuinfo() -> str:
    """Return what the kernel says of the first processor, or "" where it does not say."""
    try:
        # A machine of many processors writes a page for each; the first is enough.
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            return file.read(8192).partition("\n\n")[0]
    except OSError:
        return ""
