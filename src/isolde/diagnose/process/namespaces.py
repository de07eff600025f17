"""Whose list is whose: the program's, one of dlmopen's, or a space of Isolde's."""

from __future__ import annotations

from isolde.diagnose.process.facts import MAIN, NAMESPACE, OTHER, SPACE, Namespace
from isolde.diagnose.process.linkmaps import LinkMapList
from isolde.diagnose.process.objects import Objects
from isolde.diagnose.process.snapshot import Snapshot


def name_lists(snapshot: Snapshot, objects: Objects) -> tuple[Namespace, ...]:
    """The namespaces of a process: main, dlmopen's by number, then spaces by number.

    glibc's own heads lie in its dynamic linker's data, in the order in which dlmopen first used
    them; as it takes the lowest number that is free, the place in that order is the Lmid_t.
    """
    if not snapshot.chain:
        return ()
    first, *others = snapshot.chain
    main = Namespace(MAIN, 0, None, objects.describe_all(first.objects))
    spaces = {space.address for space, _ in snapshot.spaces}
    rest = [each for each in others if each.address not in spaces]
    loader = next((each for each in main.objects if each.start <= first.address < each.end), None)
    glibc = [each for each in rest if loader and loader.start <= each.address < loader.end]
    foreign = [each for each in rest if each not in glibc]
    return (
        main,
        *_numbered(NAMESPACE, glibc, objects),
        *_numbered(OTHER, foreign, objects),
        *sorted(
            (
                Namespace(SPACE, space.number, space.name, objects.describe_all(found))
                for space, found in snapshot.spaces
            ),
            key=lambda each: each.number,
        ),
    )


def _numbered(kind: str, heads: list[LinkMapList], objects: Objects) -> list[Namespace]:
    """Those with objects in them: a namespace that has been closed keeps its head."""
    return [
        Namespace(kind, number, None, objects.describe_all(each.objects))
        for number, each in enumerate(heads, 1)
        if each.objects
    ]
