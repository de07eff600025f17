"""What a Python does first that `isolde python` has started: see the essay in isolde.startup.

No line of this may be too new for any Python: with ISOLDE_ISOLATE set, every Python that the script
starts comes by here, and those that are another than the script's own just go on.
"""

import os
import sys

_folder = os.path.dirname(__file__)  # noqa: PTH120
sys.path[:] = [each for each in sys.path if each != _folder]
sys.path_importer_cache.pop(_folder, None)

_isolate = os.environ.get("ISOLDE_ISOLATE", "")
if not _isolate:
    _first, _more, _rest = os.environ.get("PYTHONPATH", "").partition(os.pathsep)
    if _first == _folder and _more:
        os.environ["PYTHONPATH"] = _rest
    elif _first == _folder:
        del os.environ["PYTHONPATH"]

# The first Python to come by is the script's own; others of that prefix are its workers.
_is_first = "ISOLDE_ISOLATE_IN" not in os.environ
_is_meant = not _isolate or os.environ.setdefault("ISOLDE_ISOLATE_IN", sys.prefix) == sys.prefix
if _is_meant:
    _importable = os.path.join(os.path.dirname(_folder), "importable")  # noqa: PTH118, PTH120
    sys.path.append(_importable)

if _isolate and _is_meant:
    try:
        __import__("isolde.packages")
        if _is_first:
            sys.modules["isolde.packages"].isolate_from(_isolate)
        else:  # its parent hands over sys.path later
            sys.modules["isolde.packages"].isolate_from_environment()
    except Exception as _error:
        # site would print one line, and run the script without what was asked for.
        if isinstance(_error, (AssertionError, AttributeError, NameError, TypeError)):
            __import__("traceback").print_exc()  # a bug, and not the user's
        sys.stderr.write("isolde: cannot isolate %s: %s\n" % (_isolate, _error))  # noqa: UP031
        sys.stderr.flush()
        os._exit(1)

# The user's own one, which this one has hidden.  Where there is none, the ImportError is what site
# expects then.
del sys.modules["sitecustomize"]
__import__("sitecustomize")
