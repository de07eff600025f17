"""Symbols that nothing defines, libraries that are used and not named, or named and not used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from isolde.diagnose.check.facts import (
    FAULT,
    UNDEFINED,
    UNDERLINKED,
    UNUSED,
    WARNING,
    Finding,
    Provider,
    SymbolFact,
)
from isolde.diagnose.check.names import Asked, Pair, asked, asked_pairs, without_given
from isolde.diagnose.check.python import of_another_python
from isolde.diagnose.check.sonames import linker_flag
from isolde.elf.constants import STB_GLOBAL, STB_WEAK
from isolde.resolve.binding import Binding, bind
from isolde.resolve.definitions import definitions
from isolde.resolve.references import references

if TYPE_CHECKING:
    from isolde.diagnose.check.process import Process
    from isolde.diagnose.check.providers import Providers
    from isolde.diagnose.check.python import Extension
    from isolde.elf.file import File
    from isolde.resolve.closure import LoadedObject

_SHARED = (STB_GLOBAL, STB_WEAK)
_SHOWN = 12  # symbols that a line names


def undefined(process: Process) -> dict[LoadedObject, list[Binding]]:
    """The references that a loader finds nothing for, by the object that asks."""
    wanted = {item: asked_pairs(item.file) for item in process.own}
    left = set[Pair]().union(*wanted.values())
    for item in process.scope:
        left = without_given(left, item.file)
    found: dict[LoadedObject, list[Binding]] = {}
    for item, pairs in wanted.items():
        if not left.isdisjoint(pairs):
            faults = list(_faults(process, item, left & pairs))
            if faults:
                found[item] = faults
    return found


def _faults(process: Process, item: LoadedObject, pairs: set[Pair]) -> Iterator[Binding]:
    """Those of the PAIRS that a relocation asks for, and that are bound to nothing."""
    scope, seen = process.scope_of(item), set[int]()
    for reference in references(item.file):
        pair = (reference.name, reference.version)
        if pair in pairs and not reference.defined and reference.number not in seen:
            seen.add(reference.number)
            bound = bind(reference, scope)
            if bound.is_fault:
                yield bound


class Undefined:
    """Makes findings of references without a definition.

    process: where they were looked up.
    providers: who on the machine defines what.
    python: what is known of the Python that the file is a module for; None for another file.
    told: pairs of (object, library) of which a version is missing, or the whole library.
    """

    def __init__(self, process: Process, providers: Providers, python: Extension | None) -> None:
        self._process, self._providers, self._python = process, providers, python
        self._askers: dict[Pair, list[str]] = {}

    def findings(self, told: set[tuple[LoadedObject, str]]) -> Iterator[Finding]:
        """A finding for each object that asks; what is said of its libraries is not said twice.

        A finding that names a library follows from the absence of that library.
        """
        left = {
            item: [each for each in faults if self._is_new(item, each, told)]
            for item, faults in undefined(self._process).items()
        }
        for item, faults in left.items():
            for each in faults:
                askers = self._askers.setdefault((each.reference.name, each.reference.version), [])
                askers.append(item.path)
        known = self._providers.of(self._askers) if self._askers else {}
        for item, faults in left.items():
            if faults:
                yield self._finding(item, faults, known)

    def _is_new(
        self, item: LoadedObject, fault: Binding, told: set[tuple[LoadedObject, str]]
    ) -> bool:
        reference = fault.reference
        if reference.wanted.file is not None and (item, reference.wanted.file) in told:
            return False
        python = self._python
        return python is None or python.host is not None or not python.is_interpreters(reference)

    def _finding(
        self,
        item: LoadedObject,
        faults: Sequence[Binding],
        known: dict[Pair, tuple[Provider, ...]],
    ) -> Finding:
        symbols = []
        for each in faults:
            pair = (each.reference.name, each.reference.version)
            symbols.append(SymbolFact(*pair, tuple(self._askers[pair]), known[pair]))
        python = self._python
        alien = python is not None and all(python.is_interpreters(e.reference) for e in faults)
        if python is not None and alien:
            lacks = f"{python.description} does not define"
            reason, fixes = lacks, of_another_python(self._process.system, python, item.path)
        elif self._is_consequence(item, symbols):
            return _consequence(item, symbols, self._process.missing_for(item)[0])
        else:
            reason, fixes = self._reason_and_fixes(item, symbols)
        them, are = ("it", "is") if len(symbols) == 1 else ("them", "are")
        return Finding(
            UNDEFINED,
            FAULT,
            item.path,
            f"{_some(symbols)} {are} undefined: {reason} {them}",
            fixes=fixes,
            details=tuple(_details(symbols, faults)),
            symbols=tuple(symbols),
        )

    def _is_consequence(self, item: LoadedObject, symbols: Sequence[SymbolFact]) -> bool:
        """Whether a library that is missing would perhaps define the SYMBOLS."""
        if self._process.misses_its_own(item):
            return True
        nobody = not any(each.providers for each in symbols)
        return nobody and bool(self._process.missing_for(item))

    def _reason_and_fixes(
        self, item: LoadedObject, symbols: Sequence[SymbolFact]
    ) -> tuple[str, tuple[str, ...]]:
        best = _best(symbols)
        if not best:
            return self._nobody(symbols)
        names = ", ".join(each.name for each, _ in best)
        all_of = all(each.providers for each in symbols)
        verb = "define" if len(best) > 1 else "defines"
        what = "" if all_of else f" {sum(count for _, count in best)} of"
        flags = " ".join(linker_flag(each.name) for each, _ in best)
        patch = " ".join(f"--add-needed {each.name}" for each, _ in best)
        unnamed = f"{names}, which it does not name, {verb}{what}"
        return unnamed, (f"patchelf {patch} {item.path}", flags)

    def _nobody(self, symbols: Sequence[SymbolFact]) -> tuple[str, tuple[str, ...]]:
        host, target = self._process.host, self._process.target
        nobody = "no library of this machine defines"
        if host is not None:
            kept = _not_exported(host.file, symbols)
            if not kept:
                return nobody, ()
            what = "it" if len(symbols) == 1 else "them" if kept == len(symbols) else f"{kept}"
            way = f"link {host.path} with -rdynamic"
            return f"{host.path}, which has {what}, does not export", (way,)
        if target.file.is_executable:
            return nobody, ()
        return nobody, (f"isolde check --host PROGRAM {target.path}",)


def _not_exported(file: File, symbols: Sequence[SymbolFact]) -> int:
    """How many of the SYMBOLS a program has for itself: in .symtab, and not in .dynsym."""
    table, wanted = file.symbols, {each.name for each in symbols}
    columns = zip(table.names, table.sections, table.bindings, strict=True)
    kept = {name for name, section, binding in columns if section and binding in _SHARED}
    return len(wanted & kept)


def _consequence(item: LoadedObject, symbols: Sequence[SymbolFact], library: str) -> Finding:
    return Finding(
        UNDEFINED,
        FAULT,
        item.path,
        f"{_some(symbols)} {'is' if len(symbols) == 1 else 'are'} undefined without it",
        library=library,
        symbols=tuple(symbols),
    )


def under_their_causes(causes: Sequence[Finding], found: Iterable[Finding]) -> list[Finding]:
    """CAUSES and what was FOUND; of symbols that a missing library has the library tells."""
    told, rest = list(causes), []
    for each in found:
        libraries = [n for n, cause in enumerate(told) if cause.library == each.library]
        own = [number for number in libraries if told[number].object == each.object]
        if each.library is None or not libraries:
            rest.append(each)
            continue
        number = (own or libraries)[0]
        where = "" if own else f"{each.object}: "
        cause = told[number]
        told[number] = cause._replace(
            details=(*cause.details, f"{where}{each.message}"),
            symbols=(*cause.symbols, *each.symbols),
        )
    return [*told, *rest]


def _some(symbols: Sequence[SymbolFact]) -> str:
    """A few symbols in words: "f", "f and g", "f and 2 more symbols"."""
    first = symbols[0].words
    if len(symbols) == 1:
        return first
    return (
        f"{first} and {symbols[1].words}"
        if len(symbols) == 2
        else f"{first} and {len(symbols) - 1} more symbols"
    )


def _best(symbols: Sequence[SymbolFact]) -> list[tuple[Provider, int]]:
    """As few providers as will do, greedily, each with how many symbols it was taken for."""
    left = [set(symbol.providers) for symbol in symbols if symbol.providers]
    chosen = []
    while left:
        counts: dict[Provider, int] = {}
        for providers in left:
            for provider in providers:
                counts[provider] = counts.get(provider, 0) + 1
        best = min(counts, key=lambda each: (-counts[each], len(each.name), each.name))
        chosen.append((best, counts[best]))
        left = [providers for providers in left if best not in providers]
    return chosen


def _details(symbols: Sequence[SymbolFact], faults: Sequence[Binding]) -> Iterator[str]:
    from isolde.demangle import readable

    texts = readable([symbol.name for symbol in symbols[:_SHOWN]])
    for symbol, fault, text in zip(symbols, faults, texts, strict=False):
        who = ", ".join(each.name for each in symbol.providers) or "no library of this machine"
        also = [path for path in symbol.asked_by if path != fault.asker.path]
        asked_by = f"; {', '.join(also)} asks for it too" if also else ""
        name = symbol.label if text == symbol.name else f"{symbol.label} ({text})"
        yield f"{name}: defined by {who}{asked_by}{_near_misses(fault)}"
    if len(symbols) > _SHOWN:
        yield f"and {len(symbols) - _SHOWN} more, which --json lists"


def _near_misses(fault: Binding) -> str:
    """What has the name and will not do."""
    misses = []
    for each in fault.candidates:
        found = each.definition
        name = f"{each.definition.object.path} has it"
        version = f" as version {found.version}" if found.version else ""
        misses.append(f"; {name}{version}: {each.verdict}")
    return "".join(misses)


# ---- what is named, and what is used


def linkage(process: Process, python: Extension | None) -> Iterator[Finding]:
    """Libraries that the file uses without naming them, and names without using them."""
    target = process.target
    needs = dict(zip(target.file.needed, target.needs, strict=False))
    direct = [item for item in needs.values() if item is not None]
    used = _Used(process, direct, python)
    yield from _underlinked(target, used.unnamed)
    yield from _unused(target, needs, used.named)


class _Used:
    """The libraries that a file's symbols lead to.

    named: of those that it names.
    unnamed: others, with the symbols.
    """

    def __init__(
        self, process: Process, direct: Sequence[LoadedObject], python: Extension | None
    ) -> None:
        self._process, self._direct, self._python = process, direct, python
        self.named: set[LoadedObject] = set()
        self.unnamed: dict[LoadedObject, list[SymbolFact]] = {}
        target = process.target
        for need in target.file.version_needs:
            self._use(process.closure.named(need.file), None)
        plain = [each for each in asked(target.file) if each.library is None and not each.weak]
        self._use_plain(plain)

    def _use_plain(self, plain: Sequence[Asked]) -> None:
        """Symbols without a version: the first that defines them, of those that are named first."""
        left = {(each.name, each.version): each for each in plain}
        for item in (*self._direct, *self._others()):
            for pair in left.keys() - without_given(set(left), item.file):
                self._use(item, left.pop(pair))
        # What is left was linked with a library that had no versions then.
        for item in self._direct:
            found = [pair for pair in left if definitions(item.file).numbers(pair[0])]
            for pair in found:
                self._use(item, left.pop(pair))

    def _others(self) -> Iterator[LoadedObject]:
        seen = {self._process.target, *self._direct}
        return (item for item in self._process.scope if item not in seen)

    def _use(self, item: LoadedObject | None, symbol: Asked | None) -> None:
        if item is None:
            return
        if item in self._direct:
            self.named.add(item)
        elif symbol is not None and not self._is_hosts(item, symbol):
            fact = SymbolFact(symbol.name, symbol.version, (self._process.target.path,))
            self.unnamed.setdefault(item, []).append(fact)

    def _is_hosts(self, item: LoadedObject, symbol: Asked) -> bool:
        """What the loader or the program gives needs no name."""
        if item.is_loader or item.is_program or item is self._process.target:
            return True
        return self._python is not None and self._python.is_name(symbol.name)


def _underlinked(
    target: LoadedObject, unnamed: dict[LoadedObject, list[SymbolFact]]
) -> Iterator[Finding]:
    for item, symbols in unnamed.items():
        name = item.file.soname or item.path.rpartition("/")[2]
        count = f"{len(symbols)} symbols" if len(symbols) > 1 else symbols[0].words
        bringer = item.needed_by
        through = f"; it is there because {bringer.path} needs it" if bringer else ""
        provider = Provider(name, item.path)
        yield Finding(
            UNDERLINKED,
            WARNING,
            target.path,
            f"it uses {count} of {name}, which it does not name{through}",
            fixes=(f"patchelf --add-needed {name} {target.path}", linker_flag(name)),
            details=(f"uses {', '.join(each.words for each in symbols[:_SHOWN])}",),
            library=name,
            symbols=tuple(each._replace(providers=(provider,)) for each in symbols),
        )


def _unused(
    target: LoadedObject,
    needs: dict[str, LoadedObject | None],
    used: set[LoadedObject],
) -> Iterator[Finding]:
    for name, item in needs.items():
        if item is not None and item not in used:
            yield Finding(
                UNUSED,
                WARNING,
                target.path,
                f"it names {name} and uses nothing of it",
                fixes=(f"patchelf --remove-needed {name} {target.path}", "-Wl,--as-needed"),
                library=name,
            )
