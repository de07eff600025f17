"""What a reference means: the definition that a loader binds it to, and why none of the others.

The first definition in the scope that will do; a weak one counts as much as a strong one.  Beyond
that order: what is local, hidden or internal means the object's own symbol, and so does a protected
symbol that the object defines; a copy relocation passes the program over; of STB_GNU_UNIQUE the
first definition that anybody bound to stands for all of its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from isolde.elf import constants as c
from isolde.resolve.definitions import LOCAL, NOTHING, STUB, definitions
from isolde.resolve.references import ADDRESS, COPY, UNUSED, Reference, references
from isolde.resolve.scope import Definer, Namespace, Object, Place, Scope
from isolde.resolve.version import LATER, MATCH, version_table

WON, SHADOWED, UNSEEN, UNIQUE = "won", "shadowed", "not in the scope", "another is unique"
COPIED = "the program's copy"


class Definition(NamedTuple):
    """One definition of a symbol.

    object: who defines it.
    number: its index among the object's dynamic symbols.
    version: its version, or None.
    is_default: whether a program that is linked today gets it ("name@@version").
    value: an address in the file.
    size: bytes.
    type, binding, visibility: STT_*, STB_*, STV_*.
    """

    object: Object
    number: int
    version: str | None
    is_default: bool
    value: int
    size: int
    type: int
    binding: int
    visibility: int


class Candidate(NamedTuple):
    """A symbol of the right name that stands in the way of a reference, and what became of it.

    definition: the symbol.
    part: why its object is in the scope; "" where it is not.
    verdict: "won", "shadowed", "wrong version", "hidden version", "later version" (one of several
        that an unversioned reference could mean), "local", "only a stub", "nothing" (no value),
        "the program's copy", "another is unique", or "not in the scope".
    """

    definition: Definition
    part: str
    verdict: str


class Binding(NamedTuple):
    """What a reference is bound to.

    asker: the object that refers.
    reference: to what.
    definition: what is bound; None for nothing: an error, or 0 for a weak reference.
    candidates: every symbol of that name, in the order of the scope; filled by `bind`.
    """

    asker: Object
    reference: Reference
    definition: Definition | None
    candidates: tuple[Candidate, ...] = ()

    @property
    def is_fault(self) -> bool:
        """Whether a loader refuses the object for it, at once or when the function is called."""
        return self.definition is None and not self.reference.weak


def definition_of(definer: Definer) -> Definition:
    """The facts about a symbol of an object."""
    item, number = definer
    file = item.file
    symbols, versions = file.dynamic_symbols, file.versions
    entry = 1
    if versions is not None and number < len(versions.indexes):
        entry = versions.indexes[number]
    known = version_table(file).get(entry & c.VERSYM_VERSION)
    info = symbols.infos[number]
    return Definition(
        item,
        number,
        known.name if known else None,
        not entry & c.VERSYM_HIDDEN,
        symbols.values[number],
        symbols.sizes[number],
        info & 15,
        info >> 4,
        symbols.others[number] & 3,
    )


def bind(reference: Reference, scope: Scope) -> Binding:
    """What REFERENCE means in SCOPE, with every symbol of its name and what became of it.

    A unique definition that is bound is entered in the scope's table.

    Raises:
        ElfError: the tables of an object are malformed.
    """
    bound = _Lookup(scope).bind(reference)
    found = definition_of(bound) if bound else None
    return Binding(scope.asker, reference, found, tuple(_candidates(reference, scope, bound)))


def bind_all(
    namespace: Namespace,
    objects: Iterable[Object] | None = None,
    names: Collection[str] | None = None,
) -> Iterator[Binding]:
    """What every reference of OBJECTS is bound to, without the candidates.

    Args:
        namespace: who sees whom.
        objects: whose; None: all, in the order in which they are relocated, which decides what
            stands for a unique symbol.
        names: only the references to these; None: every one.

    Raises:
        ElfError: the tables of an object are malformed.
    """
    known: dict[Definer, Definition] = {}
    indexes: dict[tuple[Place, ...], _Index] = {}
    for item in namespace.relocation_order if objects is None else objects:
        scope = namespace.scope_of(item)
        index = indexes.get(scope.order)
        if index is None:
            index = indexes[scope.order] = _Index(place.object for place in scope.order)
        lookup = _Lookup(scope, index)
        for reference in references(item.file):
            if names is not None and reference.name not in names:
                continue
            bound = lookup.bind(reference)
            found = None
            if bound is not None:
                found = known.get(bound)
                if found is None:
                    found = known[bound] = definition_of(bound)
            yield Binding(item, reference, found)


class _Index:
    """The names of a scope's objects, all read at once: for many look-ups."""

    def __init__(self, objects: Iterable[Object]) -> None:
        self.known: dict[tuple[str, str | None, bool, str], Definer | None] = {}
        self._rows = [(definitions(item.file).names, item) for item in objects]

    def having(self, name: str) -> Iterable[Object]:
        """The objects that have the NAME in their hash tables, in the order of the scope."""
        return [item for names, item in self._rows if name in names]


class _Lookup:
    """Looks references of one object up."""

    def __init__(self, scope: Scope, index: _Index | None = None) -> None:
        self._scope = scope
        self._index = index

    def bind(self, reference: Reference) -> Definer | None:
        """The symbol that REFERENCE is bound to, or None."""
        scope = self._scope
        own = Definer(scope.asker, reference.number)
        if reference.is_local:
            return own
        protected = reference.defined and reference.visibility == c.STV_PROTECTED
        if protected and scope.is_space:
            return own
        found = self._first(reference)
        if found is not None and definitions(found.object.file).is_unique(found.number):
            found = self._unified(reference, found)
        if protected and found is not None and not self._is_stub(found):
            return own
        return found

    def _first(self, reference: Reference) -> Definer | None:
        scope = self._scope
        if scope.is_symbolic:
            own = self._answer(scope.asker, reference)
            if own is not None:
                return own
        if self._index is None:
            return self._walk(reference)
        wanted, known = reference.wanted, self._index.known
        key = (reference.name, wanted.name, wanted.exact, reference.kind)
        try:
            return known[key]
        except KeyError:
            found = known[key] = self._walk(reference)
            return found

    def _walk(self, reference: Reference) -> Definer | None:
        if self._index is not None:
            objects = self._index.having(reference.name)
        else:
            objects = (place.object for place in self._scope.order)
        for item in objects:
            found = self._answer(item, reference)
            if found is not None:
                return found
        return None

    def _answer(self, item: Object, reference: Reference) -> Definer | None:
        """What ITEM answers."""
        if reference.kind == COPY and item is self._scope.program:
            return None
        number = definitions(item.file).find(
            reference.name, reference.wanted, stubs=takes_stubs(reference)
        )
        return None if number is None else Definer(item, number)

    def _unified(self, reference: Reference, found: Definer) -> Definer:
        """The definition that stands for all unique ones of that name."""
        scope = self._scope
        if found.object in scope.host:
            return found
        if reference.kind != COPY:
            return scope.unique.setdefault(reference.name, found)
        if not scope.is_space:
            scope.unique.setdefault(reference.name, Definer(scope.asker, reference.number))
        return found

    @staticmethod
    def _is_stub(found: Definer) -> bool:
        return found.object.file.dynamic_symbols.sections[found.number] == c.SHN_UNDEF


def takes_stubs(reference: Reference) -> bool:
    """Whether a program's stub of a function will do: where its address is taken."""
    return reference.kind in (ADDRESS, COPY, UNUSED)


def _candidates(reference: Reference, scope: Scope, bound: Definer | None) -> Iterator[Candidate]:
    for place in scope.places:
        for number, verdict in _verdicts(reference, scope, place.object, bound):
            definition = definition_of(Definer(place.object, number))
            yield Candidate(definition, place.part, verdict)
    for item in scope.elsewhere:
        for number in definitions(item.file).numbers(reference.name):
            if definitions(item.file).judge(number, reference.wanted, stubs=False) == MATCH:
                yield Candidate(definition_of(Definer(item, number)), "", UNSEEN)


def _verdicts(
    reference: Reference, scope: Scope, item: Object, bound: Definer | None
) -> Iterator[tuple[int, str]]:
    known = definitions(item.file)
    numbers = known.numbers(reference.name)
    chosen = known.find(reference.name, reference.wanted, stubs=takes_stubs(reference))
    for number in numbers:
        if bound == (item, number):
            yield number, WON
            continue
        verdict = known.judge(number, reference.wanted, stubs=takes_stubs(reference))
        if verdict in (NOTHING, LOCAL, STUB) and item is scope.asker and not reference.defined:
            continue  # the reference itself
        if number == chosen:
            verdict = _why_not(reference, scope, item, Definer(item, number), bound)
        yield number, SHADOWED if verdict == MATCH else verdict


def _why_not(
    reference: Reference, scope: Scope, item: Object, this: Definer, bound: Definer | None
) -> str:
    """Why the definition that ITEM would answer with is not the one that is bound."""
    if reference.kind == COPY and item is scope.program:
        return COPIED
    unique = scope.unique.get(reference.name)
    if unique is not None and bound == unique and this != unique:
        number = definitions(item.file)
        return UNIQUE if number.is_unique(this.number) else SHADOWED
    return SHADOWED


__all__ = [
    "LATER",
    "Binding",
    "Candidate",
    "Definition",
    "bind",
    "bind_all",
    "definition_of",
    "takes_stubs",
]
