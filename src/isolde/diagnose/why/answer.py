"""`why` itself: from a symbol and a file to the answer."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.diagnose.why.facts import (
    NOT_DEFINED,
    Absent,
    Asked,
    Definer,
    InSpace,
    Setting,
    Step,
    Why,
)
from isolde.diagnose.why.names import MANGLED, meant, near_names, split_version
from isolde.diagnose.why.process import Process, space_with
from isolde.elf import constants as c
from isolde.resolve.binding import Binding, Definition, bind, definition_of
from isolde.resolve.closure import LoadedObject, Missing
from isolde.resolve.definitions import NOTHING, definitions
from isolde.resolve.references import Reference, references, unused_references
from isolde.resolve.scope import Definer as Place
from isolde.resolve.scope import Scope, Space
from isolde.resolve.system import System

_TYPES = {
    c.STT_NOTYPE: "NOTYPE",
    c.STT_OBJECT: "OBJECT",
    c.STT_FUNC: "FUNC",
    c.STT_COMMON: "COMMON",
    c.STT_TLS: "TLS",
    c.STT_GNU_IFUNC: "IFUNC",
}
_BINDINGS = {c.STB_GLOBAL: "GLOBAL", c.STB_WEAK: "WEAK", c.STB_GNU_UNIQUE: "UNIQUE"}
_VISIBILITIES = {
    c.STV_DEFAULT: "DEFAULT",
    c.STV_INTERNAL: "INTERNAL",
    c.STV_HIDDEN: "HIDDEN",
    c.STV_PROTECTED: "PROTECTED",
}


def why(system: System, word: str, file: str, setting: Setting = Setting()) -> Why:  # noqa: B008
    """Why a symbol is bound to what it is bound to.

    Args:
        system: where the file is.
        word: the symbol, mangled or not, perhaps with "@VERSION".
        file: the program or library, or a soname.
        setting: how it is loaded.

    Raises:
        OSError: a file cannot be opened.
        ElfError: it is no ELF file, or malformed.
        SubjectError: it is none that is loaded.
    """
    symbol, version = split_version(word)
    process = Process(system, file, setting)
    objects = process.closure.objects
    names = meant(symbol, (name for item in objects for name in item.file.dynamic_symbols.names))
    in_space = _InSpace(process.system, file)
    # Bound in their order, which decides for unique symbols, and told in that of loading.
    found = [
        (item.index, _asked(item, reference, process.namespace.scope_of(item), in_space))
        for item in process.namespace.relocation_order
        if isinstance(item, LoadedObject)
        for reference in _references(item, names)
        if version is None or reference.version == version
    ]
    asked = tuple(each for _, each in sorted(found, key=lambda pair: pair[0]))
    defined = tuple(each for item in objects for each in _definers(item, names, version))
    near = () if asked or defined else _near(symbol, names, objects)
    return Why(
        symbol,
        version,
        _readable(names),
        file,
        process.system.root,
        setting,
        asked,
        defined,
        near,
        process.ignored,
        tuple(_absent(each) for each in process.missing),
        tuple(_faults(process)),
    )


def _absent(missing: Missing) -> Absent:
    needer = missing.needed_by
    return Absent(missing.found.name, needer.path if needer else None)


def _faults(process: Process) -> Iterator[str]:
    for each in process.ignored:
        yield f"{each.name} cannot be preloaded: ignored: {each.reason}"
    if process.missing:
        from isolde.diagnose.missing import faults_told

        yield from faults_told(process.missing, process.closure)


def _near(symbol: str, names: list[str], objects: tuple[LoadedObject, ...]) -> tuple[str, ...]:
    """The same name in other versions; where nobody has the name, others like it."""
    if names:
        versions = {each.version for item in objects for each in _definers(item, names, None)}
        return tuple(
            f"{symbol}@{version}" if version else symbol
            for version in sorted(versions, key=lambda each: each or "")
        )
    everything = {name for item in objects for name in item.file.dynamic_symbols.names}
    return near_names(symbol, everything)


def _readable(names: list[str]) -> str | None:
    if not names or not names[0].startswith(MANGLED):
        return None
    from isolde.demangle import demangle

    return demangle(names[0])


def _references(item: LoadedObject, names: list[str]) -> Iterator[Reference]:
    """What ITEM asks for under these NAMES; quickly, for most objects do not."""
    symbols = item.file.dynamic_symbols
    if not any(name in symbols.names for name in names):
        return
    yield from (each for each in references(item.file) if each.name in names)
    yield from (each for each in unused_references(item.file) if each.name in names)


def _asked(item: LoadedObject, reference: Reference, scope: Scope, in_space: _InSpace) -> Asked:
    bound = bind(reference, scope)
    return Asked(
        item.path,
        reference.name,
        reference.version,
        reference.kind,
        reference.weak,
        None if bound.definition is None else _definer(bound.definition),
        tuple(_steps(bound, scope)),
        in_space.of(item, reference, bound),
    )


def _steps(bound: Binding, scope: Scope) -> Iterator[Step]:
    """Every object of the scope, with what became of its symbol; then others that have it."""
    candidates: dict[tuple[str, str], list[Step]] = {}
    for each in bound.candidates:
        found = each.definition
        if each.verdict == NOTHING and _is_undefined(found):
            continue  # the object asks for the name itself
        key = (found.object.path, each.part)
        step = Step(found.object.path, each.part, each.verdict, found.version)
        candidates.setdefault(key, []).append(step)
    for place in scope.places:
        nothing = [Step(place.object.path, place.part, NOT_DEFINED, None)]
        yield from candidates.pop((place.object.path, place.part), nothing)
    for steps in candidates.values():
        yield from steps


def _is_undefined(found: Definition) -> bool:
    return found.object.file.dynamic_symbols.sections[found.number] == c.SHN_UNDEF


def _definer(found: Definition) -> Definer:
    return Definer(
        found.object.path,
        found.object.file.dynamic_symbols.name_of(found.number),
        found.version,
        found.is_default,
        _TYPES.get(found.type, str(found.type)),
        _BINDINGS.get(found.binding, "LOCAL"),
        _VISIBILITIES[found.visibility],
        found.value,
        found.size,
    )


def _definers(item: LoadedObject, names: list[str], version: str | None) -> Iterator[Definer]:
    sections = item.file.dynamic_symbols.sections
    for name in names:
        for number in definitions(item.file).numbers(name):
            if sections[number] != c.SHN_UNDEF:
                found = definition_of(Place(item, number))
                if version is None or found.version == version:
                    yield _definer(found)


class _InSpace:
    """What the same references mean in a space in which only the file is opened."""

    def __init__(self, system: System, file: str) -> None:
        self._space, closure = space_with(system, file)
        self._system = system
        self._objects = {system.identity(item.path): item for item in closure.objects}

    def of(self, item: LoadedObject, reference: Reference, plain: Binding) -> InSpace | None:
        """What becomes of a REFERENCE that a process binds as PLAIN; None: the host's affair."""
        own = self._objects.get(self._system.identity(item.path))
        space: Space = self._space
        if own is None or space.is_taken(own) or own not in space.objects:
            return None
        bound = bind(reference, space.scope_of(own)).definition
        here = bound.object.path if bound else None
        there = plain.definition.object.path if plain.definition else None
        if self._identity(here) == self._identity(there):
            return InSpace(there, is_same=True, reason="")
        return InSpace(here, is_same=False, reason=self._reason(there))

    def _identity(self, path: str | None) -> tuple[int, int] | None:
        return None if path is None else self._system.identity(path)

    def _reason(self, there: str | None) -> str:
        if there is None:
            return "the shared group has it"
        if self._identity(there) not in self._objects:
            return f"{there} is not in the space"
        return f"{there} comes later there: a space's own objects come before the shared group"
