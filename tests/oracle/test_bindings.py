"""Isolde binds every symbol reference of real libraries to the image that glibc binds it to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.bindings import RULES, bindings_by_glibc, bindings_by_isolde, differences
from tests.toolchain import compile_object, link_with_libisolde

HERE = Path(__file__).resolve().parent
FOLDER = Path("/usr/lib/x86_64-linux-gnu")
LIBRARIES = (
    "libz.so.1",
    "libcrypto.so.3",
    "libssl.so.3",
    "libsqlite3.so.0",
    "libstdc++.so.6",
    "libgomp.so.1",
    "libcurl.so.4",
    "libgobject-2.0.so.0",
    "libpython3.11.so.1.0",
    "libxml2.so.2",
    "libclang-14.so.1",
)


@pytest.fixture(scope="module")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_object(
        tmp_path_factory.mktemp("glibc") / "opener", [HERE / "opener.c"], ["-ldl"]
    )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    flags = ["-D_GNU_SOURCE", *link_with_libisolde()]
    return compile_object(
        tmp_path_factory.mktemp("isolde") / "reader", [HERE / "bindings.c"], flags
    )


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_reference_binds_where_glibc_binds_it(
    name: str, opener: Path, reader: Path, tmp_path: Path
) -> None:
    library = str(FOLDER / name)
    if not Path(library).exists():
        pytest.skip(f"{library} is not installed")
    ours = bindings_by_isolde(reader, library)
    assert ours, "no reference was read back"
    assert list(differences(bindings_by_glibc(opener, library, tmp_path), ours)) == []


def test_the_dl_family_of_a_space_is_isoldes(reader: Path) -> None:
    ours = bindings_by_isolde(reader, str(FOLDER / "libcrypto.so.3"))
    taken = {reference.symbol for reference, to in ours.items() if to.endswith("/libisolde.so")}
    assert "dlopen" in taken
    assert taken <= set(RULES)
