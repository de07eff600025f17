"""isolde.hpp: owners that close, typed functions, failures as exceptions."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.toolchain import (
    CORE,
    REPOSITORY,
    compile_library,
    compile_object,
    link_with_libisolde,
    require_tool,
)

HERE = Path(__file__).parent
HEADER = CORE / "isolde.hpp"
CHECKS = re.findall(r"CHECK\((\w+)\),", (HERE / "wrapper.cpp").read_text())
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]


@pytest.fixture(scope="module")
def wrapper(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The program of the checks, and the library it opens."""
    folder = tmp_path_factory.mktemp("wrapper")
    flags = ["-Wl,-soname,libplugin.so"]
    plugin = compile_library(folder / "libplugin.so", [HERE / "wrapped.cpp"], flags)
    sources = [HERE / "wrapper.cpp"]
    program = compile_object(
        folder / "wrapper", sources, ("-std=c++17", *STRICT, *link_with_libisolde())
    )
    return [str(program), str(plugin)]


@pytest.mark.parametrize("check", CHECKS)
def test_the_wrapper_keeps_its_promise(wrapper: list[str], check: str) -> None:
    program, plugin = wrapper
    done = subprocess.run([program, check, plugin], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("standard", ["c++17", "c++20"])
def test_the_header_stands_alone_without_a_warning(compiler: str, standard: str) -> None:
    options = [f"-std={standard}", f"-I{CORE}", *STRICT, "-fsyntax-only", "-x", "c++"]
    code = "#include <isolde.hpp>\nint main() { isolde::space space; }\n"
    subprocess.run([require_tool(compiler), *options, "-"], input=code, text=True, check=True)


def _public_names() -> set[str]:
    """What stands in `public` or in a plain structure, outside `detail`."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)
    text = re.sub(r"namespace detail \{.*?\} // namespace detail", "", text, flags=re.DOTALL)
    text = re.sub(r"  private:\n.*?\n\};", "};", text, flags=re.DOTALL)
    kinds = set(re.findall(r"^(?:template <.*> )?(?:class|struct) (\w+)", text, re.MULTILINE))
    methods = set(re.findall(r"^    (?=\w)[\w:<>&* ,]+?[ *&](\w+)\(", text, re.MULTILINE))
    fields = set(
        re.findall(r"^    (?:std::|bool|void|unsigned)[^()]*?(\w+)(?: = [^;]*)?;", text, re.M)
    )
    return {name for name in kinds | methods | fields if name != "operator"}


def test_every_public_name_is_described() -> None:
    page = (REPOSITORY / "docs" / "reference" / "cxx-api.md").read_text()
    assert {"space", "library", "function", "error", "tried", "search_path"} <= _public_names()
    described = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", page))))
    assert _public_names() - described == set(), "describe them in docs/reference/cxx-api.md"
