"""The tree as text."""

from __future__ import annotations

from isolde.diagnose.extension import extension_module
from isolde.diagnose.reason import place_of, reason_of
from isolde.diagnose.tree.facts import DLOPEN, NEEDED, Branch, Line, Tree
from isolde.resolve.closure import LoadedObject
from isolde.resolve.search import Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Paint = Callable[[str, str], str]

_SHAPES = {True: ("│   ", "    ", "├── ", "└── "), False: ("|   ", "    ", "|-- ", "`-- ")}


def tree_text(tree: Tree, paint: Paint, *, verbose: bool = False, drawn: bool = True) -> str:
    """Return TREE as lines of text.

    Args:
        tree: the facts.
        paint: gives a text a colour, or leaves it plain.
        verbose: whether to tell where else each object was looked for.
        drawn: whether the output can show line-drawing characters.
    """
    lines = [_title(tree, paint)]
    if verbose and tree.start is not None:
        lines += _places("  ", tree.start.found, paint)
    lines += _branches(tree, paint, verbose, _SHAPES[drawn])
    if tree.left_out:
        names = ", ".join(item.name for item in tree.left_out)
        lines.append(paint(f"Left out, as on every system: {names} (-a shows them)", "dim"))
    return "\n".join(lines) + "\n"


def _title(tree: Tree, paint: Paint) -> str:
    start = tree.start
    if start is None:
        return f"{tree.asked} {paint('not found', 'red')}"
    if start.found.rule == "path":
        return paint(start.path, "bold") + _remark(start)
    reason = paint(f"[{reason_of(start.found)}]", "dim")
    return f"{paint(start.found.name, 'bold')} => {start.path} {reason}{_remark(start)}"


def _remark(start: LoadedObject) -> str:
    kind = extension_module(start)
    if kind is not None:
        return f" ({kind}: the interpreter that imports it provides Py…)"
    if not start.outline.is_dynamic:
        return " (statically linked: it needs nothing)"
    return "" if start.entries or start.dlopens else " (needs nothing)"


def _branches(
    tree: Tree, paint: Paint, verbose: bool, shapes: tuple[str, str, str, str]
) -> Iterator[str]:
    through, past, fork, corner = shapes
    margins = [""]
    for number, line in enumerate(tree.lines):
        del margins[line.depth :]
        margin = margins[-1]
        margins.append(margin + (past if line.is_last else through))
        yield paint(margin + (corner if line.is_last else fork), "dim") + _described(line, paint)
        if (verbose and not line.is_repeated) or line.branch.is_fault:
            has_more = any(
                other.depth > line.depth for other in tree.lines[number + 1 : number + 2]
            )
            under = through[:2] if has_more else ""
            yield from _places(margins[-1] + under, line.branch.found, paint)


def _described(line: Line, paint: Paint) -> str:
    branch = line.branch
    name = branch.name + _kind(branch)
    if branch.object is None:
        return f"{name} {paint('not found', 'red' if branch.is_fault else 'dim')}"
    if line.is_repeated:
        return paint(f"{name} (above)", "dim")
    reason = paint(f"[{reason_of(branch.found)}]", "dim")
    return f"{paint(name, 'cyan')} => {branch.object.path} {reason}"


def _kind(branch: Branch) -> str:
    if branch.kind == NEEDED:
        return ""
    if branch.kind == DLOPEN and branch.note is not None:
        feature = f" for {branch.note.feature}" if branch.note.feature else ""
        return f" (opened at run time{feature}, {branch.note.priority})"
    return f" ({branch.kind})"


def _places(margin: str, found: Found, paint: Paint) -> Iterator[str]:
    for tried in found.tried:
        yield paint(f"{margin}not {place_of(tried)}", "dim")
