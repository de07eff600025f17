"""What a file needs, why each object was found where it was, and what is missing.

`dependency_tree` is the door; `text`, `document` and `dot` render its facts.
"""

from isolde.diagnose.tree.facts import Branch, Line, Tree, dependency_tree

__all__ = ["Branch", "Line", "Tree", "dependency_tree"]
