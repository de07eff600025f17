"""Stands in `sys.path` for the package two folders up, and for nothing that is installed beside it.

It replaces itself by that package.  As a folder in `sys.path` it also reaches the workers of
multiprocessing, which an import hook would not.
"""

import os
import sys

if sys.version_info < (3, 10):  # noqa: UP036 (any Python may come here)
    _version = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    raise ImportError("isolde needs Python 3.10 or newer, and this is " + _version)

from importlib.util import module_from_spec, spec_from_file_location

_package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
_spec = spec_from_file_location(
    "isolde",
    os.path.join(_package, "__init__.py"),  # noqa: PTH118
    submodule_search_locations=[_package],
)
assert _spec is not None
assert _spec.loader is not None
sys.modules["isolde"] = module_from_spec(_spec)
_spec.loader.exec_module(sys.modules["isolde"])
