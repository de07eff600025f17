"""The first inputs of the fuzzers: small files of every kind, made afresh on each machine."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path

from elftools.elf.elffile import ELFFile

from tests.toolchain import compile_library

FOLDER = Path(__file__).resolve().parent

# Each a library of three to six kilobytes whose dynamic section has something the others lack.
_LIBRARIES: dict[str, tuple[str, ...]] = {
    "gnu": ("-Wl,--hash-style=gnu",),
    "sysv": ("-Wl,--hash-style=sysv",),
    "names": (
        "-Wl,--hash-style=both,-soname,libseed.so.1",
        "-Wl,-rpath,$ORIGIN/../$LIB:/x/${PLATFORM}",
    ),
    "rpath": ("-Wl,-z,relro,-z,now", "-Wl,--disable-new-dtags,-rpath,/a:/b"),
    "everything": (
        "-DVERSIONS",
        f"-Wl,--version-script={FOLDER}/seed.map",
        "-Wl,--hash-style=both,-soname,libseed.so.1,--no-as-needed",
        "-lc",
    ),
    "relr": ("-Wl,-z,pack-relative-relocs",),
    "tls_descriptors": ("-mtls-dialect=gnu2",),
    "tls_initial_exec": ("-ftls-model=initial-exec",),
    "ifunc": ("-DIFUNC",),
    "unique": ("-DUNIQUE", "-Wl,-Bsymbolic"),
    "text_relocations": (
        "-fno-pic",
        "-mcmodel=large",
        "-Wl,-z,notext",
        "-D_Thread_local=",
        "-Wno-pragmas",
    ),
    "lazy": ("-Wl,-z,lazy,-init,construct,-fini,construct",),
}
_SMALL = (
    "-nostdlib",
    "-s",
    "-Wl,--build-id=none,-z,max-page-size=4096,-z,noseparate-code,-z,norelro",
)


def write_libraries(folder: Path) -> None:
    """Compile the seeds of the image fuzzer into ``folder``; raises toolchain.CompileError."""
    for name, flags in _LIBRARIES.items():
        compile_library(folder / name, [FOLDER / "seed.c"], (*_SMALL, *flags))


_SAMPLE = FOLDER.parent / "unit" / "native" / "dwarf" / "sample.c"
_DEBUGGED: dict[str, tuple[str, ...]] = {
    **{f"dwarf{version}": (f"-gdwarf-{version}", "-O2") for version in (2, 3, 4, 5)},
    "dwarf64": ("-gdwarf-5", "-gdwarf64"),
    "types": ("-gdwarf-4", "-fdebug-types-section"),
    "split": ("-gdwarf-5", "-gsplit-dwarf", "-O1"),
    "frames": ("-gdwarf-4", "-fno-asynchronous-unwind-tables"),
}
_PACKED: dict[str, tuple[str, ...]] = {
    "zlib": ("-gz=zlib",),
    "zlib_gnu": ("-gz=zlib-gnu",),
    "stripped": ("-s", "-Wl,--build-id"),
}
# In the order of enum dwarf_section.
DWARF_SECTIONS = [
    "info",
    "types",
    "abbrev",
    "line",
    "addr",
    "aranges",
    "frame",
    "ranges",
    "loc",
    "rnglists",
    "loclists",
]


def write_debugged(folder: Path) -> None:
    """Compile the seeds of the debug file fuzzer; raises toolchain.CompileError."""
    for name, flags in (_DEBUGGED | _PACKED).items():
        small = ("-nostdlib", "-Wl,-z,noseparate-code,-z,norelro", *flags)
        compile_library(folder / name, [_SAMPLE], small)


def write_sections(folder: Path) -> None:
    """Write the seeds of the DWARF fuzzer: the sections of libraries, behind their sizes."""
    libraries = folder.with_suffix(".libraries")
    write_debugged(libraries)
    folder.mkdir(parents=True, exist_ok=True)
    for name in _DEBUGGED:
        with (libraries / name).open("rb") as file:
            found = {
                each: ELFFile(file).get_section_by_name(f".debug_{each}") for each in DWARF_SECTIONS
            }
            sections = {each: section.data() for each, section in found.items() if section}
        (folder / name).write_bytes(join_sections(sections))


def join_sections(sections: Mapping[str, bytes]) -> bytes:
    """Return an input of the DWARF fuzzer: sections by name without ".debug_"."""
    parts = [sections.get(name, b"") for name in DWARF_SECTIONS]
    sizes = struct.pack(f"<{len(parts)}H", *map(len, parts))
    return b"\1" + sizes + b"".join(parts)


def write_caches(folder: Path) -> None:
    """Write the seeds of the cache fuzzer into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in _CACHES.items():
        (folder / name).write_bytes(make())


# What glibc's dl-cache.h lays down: flags, name, path, OS version, hwcap.
_ENTRY = struct.Struct("<iIIIQ")
_HEADER = struct.Struct("<20sIIB3xI12x")
_X86_64_LIBC6 = 0x0303
_HWCAP_EXTENSION = 1 << 62
_EXTENSION_MAGIC = 0xEAA42174


def _cache(entries: list[tuple[bytes, bytes, int]], subfolders: list[bytes]) -> bytes:
    """A cache of (soname, path, hwcap) in the order given."""
    names = [text for name, path, _ in entries for text in (name, path)] + subfolders
    start = _HEADER.size + _ENTRY.size * len(entries)
    at: dict[bytes, int] = {}
    strings = b""
    for text in names:
        at[text] = start + len(strings)
        strings += text + b"\0"
    strings += b"\0" * (-(start + len(strings)) % 4)
    table = b"".join(
        _ENTRY.pack(_X86_64_LIBC6, at[name], at[path], 0, hwcap) for name, path, hwcap in entries
    )
    extension = start + len(strings)
    header = _HEADER.pack(
        b"glibc-ld.so.cache1.1", len(entries), len(strings), 2, extension if subfolders else 0
    )
    section = struct.pack("<IIIIII", _EXTENSION_MAGIC, 1, 1, 0, extension + 24, len(subfolders) * 4)
    indices = b"".join(struct.pack("<I", at[name]) for name in subfolders)
    return header + table + strings + (section + indices if subfolders else b"")


def _plain() -> bytes:
    return _cache([(b"libz.so.1", b"/usr/lib/libz.so.1", 0), (b"libseed.so.1", b"/seed", 0)], [])


def _levels() -> bytes:
    seeds = [
        (b"libseed.so.10", b"/lib/libseed.so.10", 0),
        (b"libseed.so.1", b"/lib/glibc-hwcaps/x86-64-v3/libseed.so.1", _HWCAP_EXTENSION | 1),
        (b"libseed.so.1", b"/lib/glibc-hwcaps/x86-64-v2/libseed.so.1", _HWCAP_EXTENSION),
        (b"libseed.so.1", b"/lib/libseed.so.1", 0),
    ]
    return _cache(seeds, [b"x86-64-v2", b"x86-64-v3"])


def _old_format_first() -> bytes:
    old = b"ld.so-1.7.0\0" + struct.pack("<I", 1) + struct.pack("<iII", 3, 0, 4) + b"\0\0\0\0"
    return old + _plain()


_CACHES: dict[str, Callable[[], bytes]] = {
    "plain": _plain,
    "levels": _levels,
    "old_format_first": _old_format_first,
}
