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

import json
from pathlib import Path
from typing import TypeVar

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
        manifest = _manifest(msgspec.toml.decode(path.read_bytes()))
    except (_FaultError, msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise ManifestError(f"{path}: {error}") from None
    except OSError as error:
        raise ManifestError(f"{path}: {error.strerror}") from None
    _check_name(path, manifest.name)
    return manifest


class _FaultError(Exception):
    """What is wrong with a manifest, and where in it."""


_Table = TypeVar("_Table", Manifest, FunctionManifest)


def _manifest(table: dict[str, object]) -> Manifest:
    functions = table.get("functions", {})
    if not isinstance(functions, dict) or not all(isinstance(f, dict) for f in functions.values()):
        raise _FaultError("functions: expected tables, each under [functions.NAME]")
    manifest = _converted("the manifest", table, Manifest, {"functions": {}})
    if not functions:
        raise _FaultError("no [functions.NAME] table: a module offers at least one")
    for name, each in functions.items():
        manifest.functions[name] = _converted(f"[functions.{name}]", each, FunctionManifest, {})
    return manifest


def _converted(
    where: str, table: dict[str, object], kind: type[_Table], done: dict[str, object]
) -> _Table:
    """TABLE as KIND, apart from the keys DONE, which are taken as they are."""
    fields = {each.name: each for each in msgspec.structs.fields(kind)}
    listed = ", ".join(fields)
    for name in table:
        if name not in fields:
            raise _FaultError(f"{where} has no key '{name}'; it has: {listed}")
    values = dict(done)
    for name, field in fields.items():
        if name in table and name not in done:
            values[name] = _value(f"{where}: {name}", table[name], field.type)
        elif field.required and name not in done:
            raise _FaultError(f"{where} lacks the key '{name}'; it has: {listed}")
    return kind(**values)  # type: ignore[arg-type]


def _value(where: str, value: object, type_: object) -> object:
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError:
        raise _FaultError(
            f"{where}: expected {_IN_WORDS[str(type_)]}, got {_shown(value)}"
        ) from None


def _shown(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


_IN_WORDS = {
    str(str): "a string",
    str(list[str]): "an array of strings",
    str(dict[str, bool | int | str]): "a table from parameters to true, a number or a parameter",
    str(dict[str, str | list[str]]): "a table from parameters to a parameter or an array of them",
}


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
