"""What a file needs, why each object was found where it was, and what is missing.

`dependency_tree` is the door, `dependency_trees` that for several files; `text`, `document` and
`dot` render their facts.
"""

from isolde.diagnose.tree.facts import (
    Branch,
    Line,
    Refused,
    Tree,
    dependency_tree,
    dependency_trees,
)

__all__ = ["Branch", "Line", "Refused", "Tree", "dependency_tree", "dependency_trees"]
