"""What `isolde tree` does, once its words are read; without typer, which takes longer."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from isolde.diagnose.tree import Refused, Tree


def print_trees(
    files: Sequence[str],
    *,
    every: bool = False,
    verbose: bool = False,
    root: str = "",
    dot: bool = False,
    as_json: bool = False,
) -> int:
    """Print the tree of each file, what is missing first, on standard error.

    Returns:
        The exit status: 1 if anything is missing, or one of several files cannot be read.
    """
    from isolde.cli._files import system_of
    from isolde.diagnose.tree import dependency_trees

    trees, refused = dependency_trees(files, system_of(root), every=every)
    status = _print_faults(trees, refused)
    if as_json:
        from isolde.diagnose.tree.document import trees_document
        from isolde.report import print_json

        print_json(trees_document(trees, refused))
    else:
        _print(trees, verbose, dot)
    return status


def _print_faults(trees: Sequence[Tree], refused: Sequence[Refused]) -> int:
    from isolde.cli._files import print_missing

    status = max((print_missing(each.faults, each.closure) for each in trees), default=0)
    if not refused:
        return status
    from isolde.cli._errors import FAULT
    from isolde.report import print_error

    for each in refused:
        print_error(each.reason)
    return FAULT


def _print(trees: Sequence[Tree], verbose: bool, dot: bool) -> None:
    from isolde.report import painter, print_text

    if dot:
        from isolde.diagnose.tree.dot import trees_dot

        print_text(trees_dot(trees))
        return
    from isolde.diagnose.tree.text import tree_text

    paint, drawn = painter(sys.stdout), _can_draw()
    print_text("\n".join(tree_text(each, paint, verbose=verbose, drawn=drawn) for each in trees))


def _can_draw() -> bool:
    try:
        "├└│".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
