"""The tree as JSON values; docs/reference/json.md describes each field."""

from __future__ import annotations

from isolde.diagnose.extension import extension_module
from isolde.diagnose.tree.facts import Branch, Refused, Tree, branches_of
from isolde.resolve.closure import Closure, LoadedObject, Missing
from isolde.resolve.search import Tried

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def trees_document(trees: Sequence[Tree], refused: Sequence[Refused]) -> dict[str, object]:
    """Return TREES, and those of several files that cannot be read."""
    return {
        "trees": [tree_document(each) for each in trees],
        "refused": [each._asdict() for each in refused],
    }


def tree_document(tree: Tree) -> dict[str, object]:
    """Return every object of TREE once, in the order of loading, and what leads where."""
    start = tree.start
    return {
        "asked": tree.asked,
        "path": start.path if start else None,
        "is_program": bool(start and start.is_program),
        "extension_module": bool(start and extension_module(start)),
        "objects": [_object(item, tree.closure) for item in tree.closure.objects],
        "missing": [_missing(each) for each in tree.faults],
    }


def _object(item: LoadedObject, closure: Closure) -> dict[str, object]:
    return {
        "index": item.index,
        "path": item.path,
        "soname": item.outline.soname,
        "asked": item.found.name,
        "rule": item.found.rule,
        "origin": item.found.origin,
        "tried": _tried(item.found.tried),
        "needed_by": None if item.needed_by is None else item.needed_by.index,
        "branches": [_branch(branch) for branch in branches_of(item, closure)],
    }


def _branch(branch: Branch) -> dict[str, object]:
    note = branch.note
    return {
        "name": branch.name,
        "kind": branch.kind,
        "index": None if branch.object is None else branch.object.index,
        "feature": note.feature if note else None,
        "description": note.description if note else None,
        "priority": note.priority if note else None,
        "sonames": list(note.sonames) if note else None,
    }


def _missing(missing: Missing) -> dict[str, object]:
    return {
        "name": missing.found.name,
        "needed_by": None if missing.needed_by is None else missing.needed_by.index,
        "tried": _tried(missing.found.tried),
    }


def _tried(places: tuple[Tried, ...]) -> list[dict[str, object]]:
    return [place._asdict() for place in places]
