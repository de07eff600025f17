"""Which references nothing answers, and which dependencies answer none."""

from __future__ import annotations

from isolde.binutils.ldd.facts import Undefined
from isolde.elf import constants as c
from isolde.elf.constants import DT_NEEDED
from isolde.resolve.binding import Binding, bind_all
from isolde.resolve.references import CALL, TLS, relocated_symbols
from isolde.resolve.scope import namespace_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from isolde.resolve.closure import Closure, LoadedObject
    from isolde.resolve.scope import Object


def undefined_in(made: Closure, *, functions: bool) -> tuple[Undefined, ...]:
    """What ld.so says as it relocates the objects, the program last; without FUNCTIONS lazily.

    Raises:
        ElfError: the tables of an object are malformed.
    """
    namespace = namespace_of(made)
    faults: dict[Object, dict[tuple[int, str], Undefined]] = {}
    for binding in bind_all(namespace):
        if binding.is_fault:
            key = binding.reference.number, _class_of(binding.reference.kind)
            faults.setdefault(binding.asker, {})[key] = _fault(binding, made)
    loader = {item for item in made.objects if item.is_loader}
    return tuple(
        faults[item][key]
        for item in namespace.relocation_order
        if item in faults and item not in loader
        for key in _met(item, faults[item], functions=functions)
    )


def _fault(binding: Binding, made: Closure) -> Undefined:
    reference = binding.reference
    version = reference.version if _knows_version(binding, made) else None
    return Undefined(reference.name, version, binding.asker.path)


def _knows_version(binding: Binding, made: Closure) -> bool:
    """Whether ld.so has a version's name: its table ends at the last whose library is there."""
    file = binding.asker.file
    if file.versions is None:
        return False
    known = [each.number for each in file.version_definitions]
    for need in file.version_needs:
        if made.named(need.file) is not None:
            known += [each.number for each in need.versions]
    number = file.versions.indexes[binding.reference.number] & c.VERSYM_VERSION
    return number <= max(known, default=0)


def _met(
    item: Object, faults: dict[tuple[int, str], Undefined], *, functions: bool
) -> Iterator[tuple[int, str]]:
    """The keys of FAULTS as relocations name them; ld.so remembers the last one it looked up."""
    at_once = functions or _binds_now(item)
    last = None
    for number, kind, may_wait in relocated_symbols(item.file):
        if may_wait and not at_once:
            continue
        key = number, _class_of(kind)
        if key != last and key in faults:
            yield key
        last = key


def _class_of(kind: str) -> str:
    """What ld.so tells apart as it looks a symbol up again."""
    return CALL if kind == TLS else kind


def _binds_now(item: Object) -> bool:
    file = item.file
    return bool(
        file.flags & c.DF_BIND_NOW
        or file.flags_1 & c.DF_1_NOW
        or file.dynamic_value(c.DT_BIND_NOW) is not None
    )


def unused_by(start: LoadedObject, made: Closure) -> tuple[str, ...]:
    """The direct dependencies of START that define nothing which START's relocations name.

    Raises:
        ElfError: the tables of an object are malformed.
    """
    bindings = bind_all(namespace_of(made), [start])
    used = {binding.definition.object for binding in bindings if binding.definition}
    return tuple(
        dict.fromkeys(
            entry.found.name if entry.object is None else entry.object.path
            for entry in start.entries
            if entry.tag == DT_NEEDED and entry.object not in used
        )
    )
