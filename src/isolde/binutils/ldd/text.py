"""The lines of ldd."""

from __future__ import annotations

from isolde.binutils.ldd.facts import Dependency, Loading, NeededVersion, Undefined, VersionFault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def lines(loading: Loading) -> list[str]:
    """What ldd prints about a file; of addresses, which only loading would tell, zeros.

    With `unused` that is all that is told, as glibc's ldd has it.
    """
    found = [_version_fault(loading.file, each) for each in loading.version_faults]
    if loading.unused is not None:
        heading = ["Unused direct dependencies:"] if loading.unused else []
        return [*found, *heading, *(f"\t{path}" for path in loading.unused)]
    if loading.dependencies is None:
        found.append("\tstatically linked")
    else:
        address = f"(0x{'0' * loading.address_digits})"
        found += (_dependency(each, address) for each in loading.dependencies)
    found += (_undefined(each) for each in loading.undefined or ())
    found += _versions(loading.versions or ())
    return found


def _dependency(each: Dependency, address: str) -> str:
    if each.path is None:
        return f"\t{each.name} => not found"
    if each.path == each.name:
        return f"\t{each.name} {address}"
    return f"\t{each.name} => {each.path} {address}"


def _version_fault(file: str, each: VersionFault) -> str:
    required = f"(required by {each.needed_by})"
    if each.reason == "no versions":
        return f"{file}: {each.object}: no version information available {required}"
    weak = "weak " if each.reason == "weak" else ""
    return f"{file}: {each.object}: {weak}version `{each.version}' not found {required}"


def _undefined(each: Undefined) -> str:
    version = f", version {each.version}" if each.version else ""
    return f"undefined symbol: {each.symbol}{version}\t({each.object})"


def _versions(needed: Iterable[NeededVersion]) -> Iterator[str]:
    last = None
    for each in needed:
        if last is None:
            yield from ("", "\tVersion information:")
        if each.object != last:
            yield f"\t{each.object}:"
        last = each.object
        weak = "[WEAK] " if each.is_weak else ""
        yield f"\t\t{each.library} ({each.version}) {weak}=> {each.path or 'not found'}"
