"""What is measured: programs and small libraries compiled here, and real libraries found here."""

from __future__ import annotations

import ctypes
import ctypes.util
import subprocess
import venv
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from tests.toolchain import CORE, REPOSITORY, compile_library, compile_object, libisolde

FOLDER = Path(__file__).resolve().parent
BUILD = REPOSITORY / "build" / "benchmarks"
# What a program would have in every namespace: initial-exec TLS, C++, an interpreter.
UNLIMITED = ("libgomp.so.1", "libstdc++.so.6", "libpython3.11.so.1.0")
# What an engine would load: small, C++, many symbols, very many relocations.
REAL = ("libz.so.1", "libstdc++.so.6", "libcrypto.so.3", "libpython3.11.so.1.0")
# Whose names are looked up: a hundred, 5,000 and 45,000 symbols.
OF_SYMBOLS = ("libz.so.1", "libcrypto.so.3", "libLLVM-15.so.1")


def program(name: str) -> str:
    """Compile benchmarks/programs/NAME.c against libisolde; return its path."""
    library = libisolde()
    flags = (
        f"-I{CORE}",
        "-DTHROUGH_ISOLDE",
        "-O2",
        str(library),
        f"-Wl,-rpath,{library.parent}",
        "-ldl",
    )
    return str(compile_object(BUILD / name, [FOLDER / "programs" / f"{name}.c"], flags))


def program_without_isolde(name: str) -> str:
    """Compile benchmarks/programs/NAME.c so that it knows nothing of Isolde; return its path."""
    source = FOLDER / "programs" / f"{name}.c"
    return str(compile_object(BUILD / f"{name}-without", [source], ("-O2", "-ldl")))


def library(source: str, output: str, *flags: str) -> str:
    """Compile benchmarks/subjects/SOURCE into the shared object OUTPUT; return its path."""
    return str(compile_library(BUILD / output, [FOLDER / "subjects" / source], ("-O2", *flags)))


def python_with_numpy() -> str:
    """Make a virtual environment of this Python with numpy; return its interpreter."""
    folder = BUILD / "numpy"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "numpy"], check=True)
    return str(python)


def real_libraries() -> list[str]:
    """Return those of REAL that this machine can load."""
    return [name for name in REAL if _loads(name)]


def unlimited_libraries() -> list[str]:
    """Return those of UNLIMITED that this machine can load."""
    return [name for name in UNLIMITED if _loads(name)]


def libraries_of_symbols() -> list[str]:
    """Return those of OF_SYMBOLS that this machine can load."""
    return [name for name in OF_SYMBOLS if _loads(name)]


def exported_functions(name: str, most: int) -> list[str]:
    """Return up to ``most`` names that the library exports, evenly spread over its table."""
    with Path(_path_of(name)).open("rb") as file:
        table = ELFFile(file).get_section_by_name(".dynsym")
        if not isinstance(table, SymbolTableSection):
            return []
        names = sorted(
            symbol.name
            for symbol in table.iter_symbols()
            if symbol["st_info"]["type"] == "STT_FUNC" and symbol["st_shndx"] != "SHN_UNDEF"
        )
    return names[:: max(1, len(names) // most)][:most]


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _path_of(name: str) -> str:
    ctypes.CDLL(name)
    for line in Path("/proc/self/maps").read_text().splitlines():
        if line.endswith(f"/{name}") or f"/{name}." in line:
            return line.split()[-1]
    raise FileNotFoundError(f"{name} is loaded but in no line of /proc/self/maps")
