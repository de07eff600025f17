"""What a module says about itself: `isolde.toml` in its folder.

An example::

    name = "pricing"
    library = "libpricing.so"           # in the folder, or a soname that the search finds
    search_path = ["lib"]               # searched before all others; relative to the folder
    types = "struct line { int item; double price; };"

    [functions.total]
    prototype = "double total(const struct line *lines, int n)"
    lengths = { n = "lines" }           # n is how many lines the caller sent

    [functions.histogram]
    prototype = "void histogram(const char *text, int *counts, int n)"
    out = { counts = "n" }              # filled by the function: 12, "n" elements, or true for one

    [functions.normalise]
    prototype = "void normalise(double *values, int n)"
    inout = ["values"]                  # sent by the caller, changed by the function, sent back
    lengths = { n = "values" }

What is out or has its length derived is not the caller's to send.  Null is refused, also
inside arrays and objects, since few functions bear it, unless the function says
`optional = ["text"]`; then text may be left out, too.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from isolde.errors import IsoldeError

FILE_NAME = "isolde.toml"


class ManifestError(IsoldeError):
    """A module's isolde.toml that cannot be used; the message names the file and the fault."""


class FunctionManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One function a module offers.

    Attributes:
        prototype: in C; the function it declares has the table's name.
        out: how many elements each output has: a number, the name of a parameter that says it, or
            true for a single value.
        inout: pointers to values that the function changes.
        lengths: integers that are the length of the array, or arrays, they name.
        optional: pointers for which null may be sent.
    """

    prototype: str
    out: dict[str, bool | int | str] = {}
    inout: list[str] = []
    lengths: dict[str, str | list[str]] = {}
    optional: list[str] = []


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One module, as its isolde.toml has it.

    Attributes:
        name: what requests call it.
        library: a file of the module's folder, or a soname.
        functions: by name.
        search_path: folders searched first, relative to the module's.
        types: C declarations that the prototypes use.
    """

    name: str
    library: str
    functions: dict[str, FunctionManifest]
    search_path: list[str] = []
    types: str = ""


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the module in FOLDER.

    Raises:
        ManifestError: it is not TOML, or not a manifest.
    """
    path = folder / FILE_NAME
    try:
        manifest = msgspec.toml.decode(path.read_bytes(), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise ManifestError(f"{path}: {error}") from None
    except OSError as error:
        raise ManifestError(f"{path}: {error.strerror}") from None
    _check_name(path, manifest.name)
    if not manifest.functions:
        raise ManifestError(f"{path}: no [functions.NAME] table: a module offers at least one")
    return manifest


def _check_name(path: Path, name: str) -> None:
    plain = name.isascii() and name.replace("-", "").replace("_", "").replace(".", "").isalnum()
    if not plain:
        raise ManifestError(
            f"{path}: name = {name!r}: use letters, digits, '-', '_' and '.', as it is part of URLs"
        )


def module_folders(directory: Path) -> list[Path]:
    """The folders of DIRECTORY that hold a module, by name; DIRECTORY itself may be one."""
    if (directory / FILE_NAME).is_file():
        return [directory]
    return sorted(path.parent for path in directory.glob(f"*/{FILE_NAME}"))
