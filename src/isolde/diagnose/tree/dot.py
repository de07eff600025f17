"""The tree as a picture: a directed graph in Graphviz's language."""

from __future__ import annotations

from isolde.diagnose.reason import reason_of
from isolde.diagnose.tree.facts import DLOPEN, NEEDED, Branch, Tree, branches_of
from isolde.resolve.closure import LoadedObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def trees_dot(trees: Sequence[Tree]) -> str:
    """Return TREES as one graph; `dot -Tsvg` draws it.

    What is missing is red, what is opened at run time has a dashed arrow.
    """
    statements = list(dict.fromkeys(text for tree in trees for text in _statements(tree)))
    head = ["digraph dependencies {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    return "\n".join([*head, *(f"  {text};" for text in statements), "}"]) + "\n"


def _statements(tree: Tree) -> Iterator[str]:
    hidden = set(tree.left_out)
    shown = [item for item in tree.closure.objects if item not in hidden]
    for item in shown:
        yield _node(item)
    for item in shown:
        for branch in branches_of(item, tree.closure):
            if branch.object is None:
                yield f"{_quoted(branch.name)} [color=red, fontcolor=red]"
            if branch.object not in hidden:
                yield _arrow(item, branch)
    if tree.start is None:
        yield f"{_quoted(tree.asked)} [color=red, fontcolor=red]"


def _node(item: LoadedObject) -> str:
    tip = f"{item.path} [{reason_of(item.found)}]"
    return f"{_quoted(item.path)} [label={_quoted(item.name)}, tooltip={_quoted(tip)}]"


def _arrow(item: LoadedObject, branch: Branch) -> str:
    target = branch.name if branch.object is None else branch.object.path
    style = ["style=dashed"] if branch.kind == DLOPEN else []
    label = [f"label={_quoted(branch.kind)}"] if branch.kind not in (NEEDED, DLOPEN) else []
    colour = ["color=red"] if branch.object is None else []
    facts = ", ".join([*style, *label, *colour])
    return f"{_quoted(item.path)} -> {_quoted(target)}" + (f" [{facts}]" if facts else "")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
