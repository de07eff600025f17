from __future__ import annotations

import pytest

from isolde.diagnose.check.sonames import debian_names, linker_flag, parts_of


@pytest.mark.parametrize(
    ("name", "stem", "version"),
    [
        ("libssl.so.1.1", "libssl", "1.1"),
        ("libLLVM-14.so.1", "libLLVM", "1"),
        ("libopcodes-2.40-system.so", "libopcodes-2.40-system", ""),
        ("libbfd-2.40.so", "libbfd", "2.40"),
    ],
)
def test_a_soname_has_a_stem_and_a_version(name: str, stem: str, version: str) -> None:
    assert parts_of(name) == (stem, version)


def test_what_is_no_library_has_no_parts() -> None:
    assert parts_of("README") is None


@pytest.mark.parametrize(
    ("soname", "package"),
    [
        ("libssl.so.1.1", "libssl1.1"),
        ("libz3.so.4", "libz3-4"),
        ("libglib-2.0.so.0", "libglib-2.0-0"),
        ("libLLVM-14.so.1", "libllvm-14-1"),
    ],
)
def test_debian_names_a_package_for_a_soname(soname: str, package: str) -> None:
    assert debian_names(soname) == (package, f"{package}t64")


@pytest.mark.parametrize(
    ("soname", "flag"),
    [("libm.so.6", "-lm"), ("plugin.so", "-l:plugin.so"), ("libx-2.so", "-lx-2")],
)
def test_the_linkers_option_names_the_library(soname: str, flag: str) -> None:
    assert linker_flag(soname) == flag
