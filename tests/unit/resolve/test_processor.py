"""Which glibc-hwcaps levels a processor reaches, from what the kernel says of it."""

from __future__ import annotations

import subprocess

import pytest

from isolde.resolve.processor import this_cpuinfo, x86_64_levels, x86_64_platform
from tests.unit.resolve.made import LOADER

_V2 = "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"
_V3 = f"{_V2} avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"
_V4 = f"{_V3} avx512f avx512bw avx512cd avx512dq avx512vl"


def _cpuinfo(flags: str, vendor: str = "GenuineIntel") -> str:
    return f"processor\t: 0\nvendor_id\t: {vendor}\nflags\t\t: fpu {flags}\n"


@pytest.mark.parametrize(
    ("flags", "levels"),
    [
        ("", ()),
        (_V2, ("x86-64-v2",)),
        (_V3, ("x86-64-v3", "x86-64-v2")),
        (_V4, ("x86-64-v4", "x86-64-v3", "x86-64-v2")),
        (_V4.replace("movbe", ""), ("x86-64-v2",)),
    ],
)
def test_a_level_is_reached_with_all_below_it(flags: str, levels: tuple[str, ...]) -> None:
    assert x86_64_levels(_cpuinfo(flags)) == levels


def test_this_processors_levels_are_glibcs() -> None:
    done = subprocess.run([LOADER, "--help"], capture_output=True, text=True, check=True)
    lines = [line.split() for line in done.stdout.splitlines() if "x86-64-v" in line]
    usable = tuple(words[0] for words in lines if "(supported," in words)
    assert x86_64_levels(this_cpuinfo()) == usable


def test_the_platform_is_haswell_on_such_processors_of_intels_only() -> None:
    assert x86_64_platform(_cpuinfo(_V3)) == "haswell"
    assert x86_64_platform(_cpuinfo(_V3, "AuthenticAMD")) == "x86_64"
    assert x86_64_platform(_cpuinfo(_V2)) == "x86_64"
    assert x86_64_platform(_cpuinfo(f"{_V4} avx512er avx512pf")) == "xeon_phi"
