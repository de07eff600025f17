"""Random layouts of folders in which a few objects lie, and must be found as ld.so(8) says.

``liba.so`` needs ``libb.so``, that ``libc1.so``, that perhaps ``libd.so``; each has a DT_RPATH, a
DT_RUNPATH or neither. Copies, links, hardware subfolders and files for other machines lie in
five folders, some of which LD_LIBRARY_PATH names.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.toolchain import compile_library

FOLDERS = ("d0", "d1", "d2", "d3", "d4")
_SOURCE = Path(__file__).resolve().parent / "visitor.c"
_ELF_CLASS = 4  # offset of e_ident[EI_CLASS]
_HARDWARE = "glibc-hwcaps/x86-64-v2"


def random_layout(dice: random.Random, root: Path) -> dict[str, str]:
    """Fill ``root`` with folders and objects, and return the environment to search them in."""
    for folder in FOLDERS:
        (root / folder / _HARDWARE).mkdir(parents=True)
    _build_objects(dice, root)
    for name in ("libb.so", "libc1.so", "libd.so"):
        _scatter(dice, root, name)
    return _environment(dice, root)


def _build_objects(dice: random.Random, root: Path) -> None:
    d = _build(dice, root, "d", "libd.so", [])
    c = _build(dice, root, "c", "libc1.so", [d] if dice.random() < 0.5 else [])
    b = _build(dice, root, "b", "libb.so", [c, *([d] if dice.random() < 0.3 else [])])
    _build(dice, root, "a", "liba.so", [b])


def _build(dice: random.Random, root: Path, letter: str, name: str, needed: list[Path]) -> Path:
    path = ":".join(_random_element(dice, root) for _ in range(dice.randint(1, 4)))
    style = dice.choice(("--disable-new-dtags", "--enable-new-dtags", ""))
    search = [f"-Wl,{style}", f"-Wl,-rpath,{path}"] if style and path else []
    own = [f"-DNAME={letter}", f"-DLETTER='{letter}'", f"-Wl,-soname,{name}", "-g0", "-O0"]
    needs = ["-Wl,--no-as-needed", *map(str, needed)]
    return compile_library(root / "d0" / name, [_SOURCE], [*own, *search, *needs])


def _random_element(dice: random.Random, root: Path) -> str:
    folder = dice.choice((*FOLDERS, "nowhere"))
    plain = (f"$ORIGIN/../{folder}", f"${{ORIGIN}}/../{folder}/", str(root / folder), folder)
    return dice.choice((*plain, "", "$ORIGIN"))


def _scatter(dice: random.Random, root: Path, name: str) -> None:
    """Put the object, or something like it, into most folders, and often not leave it in d0."""
    original = root / "d0" / name
    for folder in FOLDERS[1:]:
        (put,) = dice.choices(list(_WAYS), weights=list(_WAYS.values()))
        put(original, root / folder / name)
    if dice.random() < 0.6:
        original.unlink()


def _link(original: Path, place: Path) -> None:
    place.symlink_to(f"../d0/{original.name}")


def _hard_link(original: Path, place: Path) -> None:
    place.hardlink_to(original)


def _for_hardware(original: Path, place: Path) -> None:
    shutil.copy(original, place.parent / _HARDWARE / place.name)


def _of_another_class(original: Path, place: Path) -> None:
    data = bytearray(original.read_bytes())
    data[_ELF_CLASS] = 1
    place.write_bytes(data)


def _folder(original: Path, place: Path) -> None:
    place.mkdir()


def _junk(original: Path, place: Path) -> None:
    place.write_bytes(b"junk" * 100)


def _nothing(original: Path, place: Path) -> None:
    """Leave the place empty."""


_WAYS: dict[Callable[[Path, Path], object], float] = {
    shutil.copy: 0.6,
    _nothing: 0.12,
    _link: 0.07,
    _hard_link: 0.07,
    _for_hardware: 0.07,
    _of_another_class: 0.04,
    _folder: 0.02,
    _junk: 0.01,
}


def _environment(dice: random.Random, root: Path) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    if dice.random() < 0.5:
        choices = (str(root / dice.choice(FOLDERS)), dice.choice(FOLDERS), "", "nowhere")
        elements = [dice.choice(choices) for _ in range(dice.randint(1, 3))]
        environment["LD_LIBRARY_PATH"] = dice.choice(":;").join(elements)
    return environment
