"""Small ELF files and archives of several classes, byte orders and machines: what tools are fed.

They are made afresh on each machine, by gcc and, where there is one, clang with lld.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

from isolde.elf.archive_writer import NewMember, archive_parts
from tests.toolchain import require_tool

_C = """
extern int elsewhere; extern int asked(int);
__attribute__((weak)) int weak = 3; static int own = 4; int common;
const char text[] = "text"; int *pointer = &weak; _Thread_local int variable = 5;
static int inner(void) { return own++ + elsewhere; }
int outer(int number) { return asked(number) + inner() + variable + *pointer; }
"""
_FREESTANDING = """
int value = 3; int *pointer = &value; static int own(void) { return value; }
int named(void) { return own() + *pointer; }
void _start(void) { named(); }
"""
_CXX = """
template <class T> __attribute__((noinline)) T twice(T of) { return of + of; }
int use() { return twice(21); }
"""
_SMALL = ("-nostdlib", "-Wl,-z,max-page-size=4096,-z,noseparate-code", "-Wl,--hash-style=both")
_FOREIGN = ("-ffreestanding", "-fuse-ld=lld", "-nostdlib", "-Wl,-z,max-page-size=4096")

# What gcc makes: a name, the language, the source and the arguments.
_GCC: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "object.o": ("c", _C, ("-c", "-fcommon")),
    "debug.o": ("c", _C, ("-c", "-g")),
    "compressed.o": ("c", _C, ("-c", "-g", "-gz=zlib")),
    "group.o": ("c++", _CXX, ("-c", "-g", "-fno-exceptions")),
    "sections.o": ("c", _C, ("-c", "-ffunction-sections", "-fdata-sections")),
    "small.o": ("c", "int one(void) { return 1; }", ("-c",)),
    "library.so": ("c", _C, ("-shared", "-fPIC", *_SMALL)),
    "debug.so": ("c", _C, ("-g", "-shared", "-fPIC", *_SMALL)),
    "relr.so": (
        "c",
        _FREESTANDING,
        ("-shared", "-fPIC", *_SMALL, "-Wl,-Bsymbolic,-z,pack-relative-relocs"),
    ),
    "pie": ("c", _FREESTANDING, ("-pie", "-fPIE", *_SMALL)),
    "static": ("c", _FREESTANDING, ("-static", "-no-pie", *_SMALL)),
    "relocated": ("c", _FREESTANDING, ("-static", "-no-pie", *_SMALL, "-Wl,--emit-relocs")),
}
# What clang makes for machines of either class and byte order.
_CLANG: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "i386.o": ("i386-linux-gnu", _C, ("-c",)),
    "i386.so": ("i386-linux-gnu", _FREESTANDING, ("-shared", "-fPIC", *_FOREIGN)),
    "armhf.so": ("armv7-linux-gnueabihf", _FREESTANDING, ("-shared", "-fPIC", *_FOREIGN)),
    "aarch64.o": ("aarch64-linux-gnu", _C, ("-c", "-g")),
    "s390x.o": ("s390x-linux-gnu", _C, ("-c", "-g")),
    "mips.so": ("mips-linux-gnu", _FREESTANDING, ("-shared", "-fPIC", *_FOREIGN)),
    "powerpc64.so": ("powerpc64-linux-gnu", _FREESTANDING, ("-shared", "-fPIC", *_FOREIGN)),
}


def write_files(folder: Path) -> None:
    """Writes them into FOLDER, in which only archives end with ".a"."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (language, source, flags) in _GCC.items():
        _compile([require_tool("gcc"), "-x", language], source, flags, folder / name)
    if shutil.which("clang") and shutil.which("ld.lld"):
        for name, (target, source, flags) in _CLANG.items():
            _compile(["clang", f"--target={target}", "-x", "c"], source, flags, folder / name)
    (folder / "no_sections.so").write_bytes(_without_sections((folder / "library.so").read_bytes()))
    _write_archives(folder)


def _compile(driver: list[str], source: str, flags: tuple[str, ...], output: Path) -> None:
    words = [*driver, "-O1", "-fno-asynchronous-unwind-tables", "-", "-o", str(output)]
    subprocess.run([*words, *flags], input=source, text=True, check=True, capture_output=True)


def _without_sections(data: bytes) -> bytes:
    """An ELF64 file that only the program headers describe."""
    changed = bytearray(data)
    struct.pack_into("<Q", changed, 40, 0)
    struct.pack_into("<HH", changed, 60, 0, 0)
    return bytes(changed)


def _write_archives(folder: Path) -> None:
    objects = {
        name: (folder / name).read_bytes()
        for name in ("object.o", "small.o", "group.o")
        if (folder / name).exists()
    }
    members = [NewMember(name, data) for name, data in objects.items()]
    members.append(NewMember("a_name_of_more_than_fifteen_bytes.o", objects["small.o"]))
    members.append(NewMember("odd", b"odd"))
    for name, wide in (("gnu.a", False), ("wide.a", True)):
        (folder / name).write_bytes(b"".join(archive_parts(members, wide=wide)))
    thin = [NewMember(name, data) for name, data in objects.items()]
    (folder / "thin.a").write_bytes(b"".join(archive_parts(thin, thin=True)))
    (folder / "bsd.a").write_bytes(_bsd_archive(objects["small.o"]))


def _bsd_archive(data: bytes) -> bytes:
    """An archive that keeps a member's name before its bytes."""
    name = b"a name of BSD's.o\0\0\0"
    size = len(name) + len(data)
    header = f"{f'#1/{len(name)}':<16}{0:<12}{0:<6}{0:<6}{'644':<8}{size:<10}`\n".encode()
    return b"!<arch>\n" + header + name + data + b"\n" * (size & 1)
