"""Rows about reading files: symbols, trees, checks, collisions, and the start of commands.

Times are processor time: of this process for what a library does, of children for whole commands.
A peer that is not installed is left out; so is a file that this machine lacks.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from benchmarks.measure import LeftOut, Row, row_of
from isolde.elf import File
from tests.end_to_end.packages import environment
from tests.toolchain import require_tool

_FOLDER = Path("/usr/lib/x86_64-linux-gnu")
_CLASHING = ("rasterio", "fiona")
_ISOLDE = str(Path(sys.executable).with_name("isolde"))


def symbols(effort: int) -> list[Row]:
    """All that `nm -D` prints of libLLVM, read into columns, and as an object for each symbol."""
    require_tool("nm")
    library = _large_library()
    ours = {"columns": _columns, "an object each": _objects}
    peers = {**_other_readers(), "nm -D, the process": _nm}
    rows = []
    for kind, read in ours.items():
        for against, peer in peers.items():
            pairs = [(_cpu_ms(read, library), _cpu_ms(peer, library)) for _ in range(3 * effort)]
            rows.append(row_of(f"symbols of {library.name}: {kind}", against, "ms", pairs))
    command = (_ISOLDE, "nm", "-D", str(library))
    rows.append(
        _commands(f"isolde nm -D {library.name}", command, ("nm", "-D", str(library)), 3 * effort)
    )
    return rows


def tree(effort: int) -> list[Row]:
    """The dependency tree of gdb."""
    program = shutil.which("gdb")
    if program is None:
        raise LeftOut("gdb is not installed")
    peers = [name for name in ("libtree", "lddtree", "ldd") if shutil.which(name)]
    rows = [
        _commands("isolde tree gdb", (_ISOLDE, "tree", program), (peer, program), 5 * effort)
        for peer in peers
    ]
    if "libtree" in peers:
        pairs = [(_tree_ms(program), _command_ms("libtree", program)) for _ in range(5 * effort)]
        rows.append(row_of("tree of gdb, within Python", "libtree, the process", "ms", pairs))
    return rows


def check(effort: int) -> list[Row]:
    """`check`, which names providers, beside `ldd -r`, which runs the loader."""
    require_tool("ldd")
    rows = []
    for file in (shutil.which("gdb"), _FOLDER / "libclang-14.so.1", _FOLDER / "libcurl.so.4"):
        if file and Path(file).exists():
            ours, peer = (_ISOLDE, "check", str(file)), ("ldd", "-r", str(file))
            rows.append(_commands(f"isolde check {Path(file).name}", ours, peer, 3 * effort))
    return rows


def collide(effort: int) -> list[Row]:
    """`collide` of two packages, which no other tool tells.

    Beside `nm -D`, which prints the symbols of the files that `collide` reads, and relates nothing;
    and beside an import of both packages, which loads them once in one order, where `collide` works
    out four cases.
    """
    require_tool("nm")
    build = next(iter(environment.interpreters()), None)
    if build is None:
        raise LeftOut("no Python that the wheels are made for")
    program = str(environment.python(build).executable)
    folders = [each for name in _CLASHING for each in environment.wheels().glob(f"{name}*")]
    files = [str(path) for folder in folders for path in folder.rglob("*.so*")]
    ours = (_ISOLDE, "collide", *_CLASHING, "--python", program)
    name = f"isolde collide {' '.join(_CLASHING)}"
    imports = (program, "-c", f"import {', '.join(_CLASHING)}")
    rows = []
    for against, peer in {
        f"nm -D of {len(files)} files": ("nm", "-D", *files),
        "importing both": imports,
    }.items():
        pairs = [(_command_ms(*ours), _command_ms(*peer)) for _ in range(3 * effort)]
        rows.append(row_of(name, against, "ms", pairs))
    return rows


def starts(effort: int) -> list[Row]:
    """What each command costs before it has done anything."""
    from isolde.cli._main import COMMANDS

    rows = []
    for name in COMMANDS:
        command, plain = (_ISOLDE, name, "--version"), (sys.executable, "-c", "pass")
        pairs = [(_command_ms(*command), _command_ms(*plain)) for _ in range(3 * effort)]
        rows.append(row_of(f"isolde {name} --version", "python -c pass", "ms", pairs))
    return rows


def _large_library() -> Path:
    found = sorted(_FOLDER.glob("libLLVM-*.so.1"))
    return found[-1] if found else _FOLDER / "libcrypto.so.3"


def _columns(library: Path) -> None:
    with File(library) as file:
        table = file.dynamic_symbols
        for column in (table.names, table.values, table.types, table.bindings, table.versions):
            assert len(column) == len(table)
        assert table.sections


def _objects(library: Path) -> None:
    with File(library) as file:
        assert sum(symbol.is_defined for symbol in file.dynamic_symbols)


def _nm(library: Path) -> float:
    return _command_ms("nm", "-D", str(library))


def _other_readers() -> dict[str, Callable[[Path], object]]:
    """Readers of ELF files that are installed beside us."""
    readers: dict[str, Callable[[Path], object]] = {"pyelftools": _pyelftools}
    if find_spec("lief") is None:
        return readers
    lief = import_module("lief")  # without its types: its parse may return any format's file

    def read_by_lief(library: Path) -> None:
        binary = lief.parse(str(library))
        assert any(symbol.name for symbol in list(binary.dynamic_symbols))

    return {**readers, "LIEF": read_by_lief}


def _pyelftools(library: Path) -> None:
    elffile = import_module("elftools.elf.elffile")
    with library.open("rb") as stream:
        table = elffile.ELFFile(stream).get_section_by_name(".dynsym")
        assert any(symbol.name for symbol in list(table.iter_symbols()))


def _cpu_ms(read: Callable[[Path], object], library: Path) -> float:
    """Processor time of READ; of a function that measures a child, what it says."""
    began = time.process_time()
    told = read(library)
    return told if isinstance(told, float) else (time.process_time() - began) * 1e3


def _tree_ms(program: str) -> float:
    """Processor time of a tree, told by a Python that has imported what it takes."""
    source = (
        "import time; from isolde.resolve import System, closure\n"
        "import isolde.diagnose.tree\n"
        f"began = time.process_time(); closure([{program!r}], System())\n"
        "print((time.process_time() - began) * 1e3)"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def _commands(name: str, ours: tuple[str, ...], peer: tuple[str, ...], pairs: int) -> Row:
    taken = [(_command_ms(*ours), _command_ms(*peer)) for _ in range(pairs)]
    program, *words = peer
    return row_of(name, " ".join([Path(program).name, *words[:-1]]), "ms", taken)


def _command_ms(*command: str) -> float:
    """Processor time of a command and its children, whatever its exit status."""
    before = _children_seconds()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return (_children_seconds() - before) * 1e3


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
