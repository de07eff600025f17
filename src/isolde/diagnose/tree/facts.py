"""The dependency tree of one file: the closure's graph, unfolded once from its start."""

from __future__ import annotations

from isolde.diagnose.family import is_of_system
from isolde.diagnose.subject import open_file
from isolde.elf.constants import DT_AUXILIARY, DT_FILTER, DT_NEEDED
from isolde.errors import IsoldeError
from isolde.record import NamedTuple
from isolde.resolve.closure import Closure, LoadedObject, Missing
from isolde.resolve.search import Found
from isolde.resolve.system import System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isolde.elf.note import DlopenNote

NEEDED, FILTER, AUXILIARY, PRELOAD, DLOPEN = "needed", "filter", "auxiliary", "preload", "dlopen"
_KINDS = {DT_NEEDED: NEEDED, DT_FILTER: FILTER, DT_AUXILIARY: AUXILIARY}


class Branch(NamedTuple):
    """One object's wish for another.

    name: what is asked for.
    kind: "needed", "filter", "auxiliary", "preload", or "dlopen" for what it opens at run time.
    object: what answers; None where nothing does.
    found: the search that led to it first, or the one that failed.
    note: what the object declares of a "dlopen".
    """

    name: str
    kind: str
    object: LoadedObject | None
    found: Found
    note: DlopenNote | None = None

    @property
    def is_fault(self) -> bool:
        """Whether the object cannot do without what is missing here."""
        if self.object is not None or self.kind == AUXILIARY:
            return False
        return self.note is None or self.note.priority == "required"


class Line(NamedTuple):
    """A branch at its place in the tree.

    branch: what stands here.
    depth: 1 below the start.
    is_last: whether no other branch of the same object follows.
    is_repeated: whether what it leads to stands further up, with all that it needs.
    """

    branch: Branch
    depth: int
    is_last: bool
    is_repeated: bool


class Tree(NamedTuple):
    """All that one file needs.

    asked: the word that it was asked for by.
    start: its object; None where nothing has that name.
    closure: the objects, in the order of loading.
    lines: the tree in the order of reading.
    left_out: what belongs to every system and is not shown, in the order of loading.
    """

    asked: str
    start: LoadedObject | None
    closure: Closure
    lines: tuple[Line, ...]
    left_out: tuple[LoadedObject, ...]

    @property
    def faults(self) -> tuple[Missing, ...]:
        """What is missing, each name with the object that needs it."""
        noted = [
            Missing(branch.found, item)
            for item in self.closure.objects
            for branch in noted_branches(item)
            if branch.is_fault
        ]
        return (*self.closure.missing, *noted)


class Refused(NamedTuple):
    """A file of several that has no tree: the word that it was asked for by, and why."""

    asked: str
    reason: str


def dependency_trees(
    words: Sequence[str], system: System, *, every: bool = False
) -> tuple[list[Tree], list[Refused]]:
    """Return the tree of each file; of several, those that cannot be read do not hide the others.

    Args:
        words: as for `dependency_tree`.
        system: where.
        every: as for `dependency_tree`.

    Raises:
        OSError, ElfError, SubjectError: as `dependency_tree`, for a single file.
    """
    if len(words) == 1:
        return [dependency_tree(words[0], system, every=every)], []
    trees, refused = [], []
    for word in words:
        try:
            trees.append(dependency_tree(word, system, every=every))
        except IsoldeError as error:
            refused.append(Refused(word, str(error)))
        except OSError as error:
            refused.append(Refused(word, f"{error.filename or word}: {error.strerror}"))
    return trees, refused


def dependency_tree(word: str, system: System, *, every: bool = False) -> Tree:
    """Return the tree of the file, or of the library by that name, that WORD means.

    Args:
        word: a path, or a name that is searched for as dlopen would.
        system: where.
        every: whether to show what belongs to every system, too.

    Raises:
        OSError: the file cannot be opened.
        ElfError: it is no ELF file, or malformed.
        SubjectError: it is a script, an object file or a core.
    """
    closure = Closure(system)
    start = open_file(closure, word)
    closure.open_noted()
    hidden = () if every else tuple(item for item in closure.objects if is_of_system(item))
    lines = () if start is None else tuple(_lines(start, closure, frozenset(hidden)))
    return Tree(word, start, closure, lines, tuple(item for item in hidden if item is not start))


def branches_of(item: LoadedObject, closure: Closure) -> list[Branch]:
    """Return what ITEM asks for: preloaded, needed, filtered, opened at run time."""
    preloaded = _preloaded(item, closure)
    return [*preloaded, *_needed(item), *noted_branches(item)]


def noted_branches(item: LoadedObject) -> list[Branch]:
    """Return what ITEM declares, in `.note.dlopen`, that it opens at run time."""
    branches = []
    for entry in item.dlopens:
        if entry.found:
            found = entry.found[-1]
            tried = tuple(place for search in entry.found[:-1] for place in search.tried)
            found = found._replace(tried=(*tried, *found.tried))
            branches.append(Branch(found.name, DLOPEN, entry.object, found, entry.note))
    return branches


def _preloaded(item: LoadedObject, closure: Closure) -> list[Branch]:
    if not item.is_program:
        return []
    there = [
        Branch(other.found.name, PRELOAD, other, other.found)
        for other in closure.objects
        if other.found.rule == "preload"
    ]
    missing = [
        Branch(each.found.name, PRELOAD, None, each.found)
        for each in closure.missing
        if each.found.rule == "preload"
    ]
    return [*there, *missing]


def _needed(item: LoadedObject) -> list[Branch]:
    return [
        Branch(entry.name, _KINDS[entry.tag], entry.object, entry.found) for entry in item.entries
    ]


def _lines(
    start: LoadedObject, closure: Closure, hidden: frozenset[LoadedObject]
) -> Iterator[Line]:
    """Depth first, without recursion: a chain of libraries may be long."""
    shown = {start}
    way = [iter(_numbered(branches_of(start, closure), hidden))]
    while way:
        following = next(way[-1], None)
        if following is None:
            way.pop()
            continue
        branch, is_last = following
        item = branch.object
        yield Line(branch, len(way), is_last, item in shown)
        if item is not None and item not in shown:
            shown.add(item)
            way.append(iter(_numbered(branches_of(item, closure), hidden)))


def _numbered(
    branches: Sequence[Branch], hidden: frozenset[LoadedObject]
) -> list[tuple[Branch, bool]]:
    seen = [branch for branch in branches if branch.object not in hidden]
    return [(branch, branch is seen[-1]) for branch in seen]
