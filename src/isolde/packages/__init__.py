"""Python packages whose native libraries clash, side by side in one interpreter.

    import isolde

    isolde.isolate("rasterio", "fiona")      # before the first import of either
    import rasterio, fiona

Each package's extension modules, and all libraries that they load, live in a space of that
package's own.  They share the Python C API, the interpreter and its objects, and the libc family.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from isolde import _core
from isolde.packages import _groups, _host, _opening, _startup
from isolde.packages._groups import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from isolde.image import Image
    from isolde.space import Space

_has_told = False

__all__ = ["Isolated", "isolate", "isolate_from", "isolate_from_environment", "isolated", "parse"]


@dataclass(frozen=True, repr=False)
class Isolated:
    """Packages that live in a space of their own.

    packages: their names, as `isolate` was given them.
    space: where their native code lives; it cannot be closed.
    modules: the extension modules imported into it so far, in that order.
    """

    packages: tuple[str, ...]
    space: Space
    modules: tuple[str, ...]

    @property
    def images(self) -> list[Image]:
        """The files mapped for them now, without the libraries that all spaces share."""
        return [image for image in self.space.images if not image.shared]

    def __repr__(self) -> str:
        """Who, and how much of it."""
        counts = f"{_count(self.modules, 'module')}, {_count(self.images, 'image')}"
        return f"<isolated {'+'.join(self.packages)}: {counts}>"


def _count(things: tuple[str, ...] | list[Image], what: str) -> str:
    return f"{len(things)} {what}{'' if len(things) == 1 else 's'}"


def isolate(*packages: str | tuple[str, ...]) -> None:
    """Let each package have its native libraries to itself.

    packages: names as they are imported ("rasterio", "google.protobuf"), or as they were installed
        ("opencv-python-headless"); a tuple of names shares one space; "*" stands for every
        package, each on its own.  Saying the same again changes nothing.
    Raises ModuleNotFoundError for what is not installed; RuntimeError when extension modules of a
    package are imported already, or the interpreter is built so that its imports are out of
    reach; ValueError when a package is asked for in two groups, or is the interpreter's own;
    TypeError for what is neither a name nor a tuple of names.
    Either all packages are isolated or, after an error, none of them.
    """
    for names in packages:
        if not isinstance(names, str | tuple):
            raise TypeError(
                f"isolate takes names of packages (str), or tuples of names, not {names!r}"
            )
    if packages:
        _opening.install()
        _groups.request(packages)


def isolate_from(text: str) -> None:
    """`isolate` for the packages of a command line: "rasterio,torch+torchvision".

    It may be called before Python has put the script's folder into sys.path: packages are looked up
    there as well.

    Raises what `isolate` raises, but in an `Interpreter`, which only starts like its host, says so.
    """
    packages = parse(text)
    if not _told_inside(packages):
        with _startup.beside_the_script():
            isolate(*packages)


def isolate_from_environment() -> None:
    """Do what the variable ISOLDE_ISOLATE says: isolde.pth calls this as Python starts.

    Where packages are found is not settled then, so their names are looked up when the first
    extension module is imported that is not the standard library's.  What is wrong with them is
    said on standard error, as ld.so does of LD_PRELOAD: every child process inherits the variable,
    also those of another Python without these packages.
    """
    packages = parse(os.environ.get("ISOLDE_ISOLATE", ""))
    if packages and not sys.flags.ignore_environment and not _told_inside(packages):
        _opening.install()
        _groups.expect(packages)


def _told_inside(packages: Sequence[str | tuple[str, ...]]) -> bool:
    """Whether this is an `Interpreter`; if so, standard error tells that PACKAGES are ignored."""
    global _has_told
    if packages and _core.in_a_space and not _has_told:
        _has_told = True  # site runs a virtual environment's .pth files twice
        print(f"isolde: ISOLDE_ISOLATE is ignored: {_host.INSIDE}", file=sys.stderr)
    return _core.in_a_space


def isolated() -> list[Isolated]:
    """What is isolated, in the order asked for; after "*", each package that has been met."""
    return [
        Isolated(group.names, group.space, tuple(group.modules)) for group in list(_groups.groups)
    ]
