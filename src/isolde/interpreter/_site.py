"""What runs inside a private interpreter in place of `import site`, which is a third of a start.

The first interpreter of a program imports site, and tells the host what that has done.  The next
ones do the same to themselves where site would: that is, when it would start from the same values
(`_conditions`), and all files and folders it looks at are what they were (`_stamp`).  Otherwise
they import site, too, as they do wherever it runs code that is not known here: a sitecustomize or
usercustomize, or an import line of a .pth file.

The module `site` itself comes with its first use, without effects: it has had them.

Like `_agent.py`, this file runs on CPython 3.9 to 3.14, and imports nothing before it is needed.
"""

# ruff: noqa: PTH100, PTH112, PTH118, PTH120, PTH123, PTH208
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Ask = Callable[[bytes], bytes]
    Stamp = tuple[int, ...] | None

# A file that was changed twice in one tick of the file system's clock has one stamp for both.
_SETTLED_NS = 2_000_000_000

_VARIABLES = (b"HOME", b"PYTHONUSERBASE", b"SETUPTOOLS_USE_DISTUTILS", b"ISOLDE_ISOLATE")
_OF_SYS = {"_home", "__interactivehook__"}
_OF_SITE = ("ENABLE_USER_SITE", "USER_SITE", "USER_BASE", "PREFIXES")

_SETUPTOOLS = [
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, "
    f"'{usual}') == 'local'; enabled and __import__('_distutils_hack').add_shim();"
    for usual in ("local", "stdlib")
]
_ISOLDE = (
    'import os; os.environ.get("ISOLDE_ISOLATE") and '
    '__import__("isolde.packages", None, None, [""]).isolate_from_environment()'
)


def arrive(ask: "Ask") -> None:
    """Does what importing site does; in sys.modules is an empty one."""
    import marshal

    sys.modules.pop("site", None)
    sys.builtin_module_names = tuple(name for name in sys.builtin_module_names if name != "site")
    told = ask(b"s")
    if told:
        conditions, stamps, effects = marshal.loads(told)
        if conditions == _conditions() and all(_stamp(path) == was for path, was in stamps):
            _replay(*effects)
            return
    done = _imported()
    if done is not None:
        ask(b"t" + marshal.dumps(done))


def _conditions() -> "tuple[Any, ...]":
    import posix

    return (
        [posix.environ.get(name) for name in _VARIABLES],
        (posix.getuid() == posix.geteuid(), posix.getgid() == posix.getegid()),
        (sys.path, sys.prefix, sys.exec_prefix, sys.base_prefix, sys.executable, sys.platlibdir),
        tuple(sys.flags),
        sys.getfilesystemencoding(),
    )


def _stamp(path: str) -> "Stamp":
    import posix

    try:
        facts = posix.stat(path)
    except OSError:
        return None
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


# -- what site does, once more -------------------------------------------------------------------


def _replay(
    path: "list[str]",
    of_sys: "dict[str, str]",
    builtins: "dict[str, tuple[str, dict[str, Any]]]",
    lines: "list[str]",
    of_site: "dict[str, Any]",
) -> None:
    import _sitebuiltins
    import builtins as here

    sys.path[:] = path
    sys.__dict__.update(of_sys)
    if not sys.flags.isolated:
        sys.__interactivehook__ = _interactive
    for name, (kind, facts) in builtins.items():
        type_ = getattr(_sitebuiltins, kind)
        made = here.__dict__[name] = type_.__new__(type_)
        made.__dict__.update(facts)
    for line in lines:
        exec(line, {})
    sys.path[:] = path  # has got what the lines add
    _of_site.update(of_site)
    sys.modules["site"] = _Site("site")


def _interactive() -> None:
    import site

    site.enablerlcompleter()
    sys.__interactivehook__()


_of_site: "dict[str, Any]" = {}


class _Site(type(sys)):  # type: ignore[misc]
    """The module `site` before its first use."""

    def __getattribute__(self, name: str) -> "Any":
        _load(self)
        return getattr(self, name)

    def __setattr__(self, name: str, value: object) -> None:
        _load(self)
        setattr(self, name, value)

    def __delattr__(self, name: str) -> None:
        _load(self)
        delattr(self, name)


def _load(module: "Any") -> None:
    from _frozen_importlib import _find_spec, _init_module_attrs, _ModuleLockManager  # type: ignore

    with _ModuleLockManager("site"):
        if type(module) is not _Site:
            return
        type(sys).__setattr__(module, "__class__", type(sys))
        spec = _find_spec("site", None)
        names = module.__dict__
        names.update(vars(spec.loader.create_module(spec) or module))
        _init_module_attrs(spec, module, override=True)
        exec(spec.loader.get_code("site"), names, _Names(names))  # type: ignore[arg-type]
        names.update(_of_site)


class _Names:
    """The names of site's module, for which alone `sys.flags.no_site` is set."""

    def __init__(self, names: "dict[str, Any]") -> None:
        self._names = names

    def __getitem__(self, name: str) -> "Any":
        if name == "sys":
            return _Overlay(sys, flags=_Overlay(sys.flags, no_site=1))
        return self._names[name]

    def __setitem__(self, name: str, value: object) -> None:
        self._names[name] = value


class _Overlay:
    def __init__(self, below: object, **names: object) -> None:
        self.__dict__.update(names)
        self._below = below

    def __getattr__(self, name: str) -> "Any":
        return getattr(self._below, name)


# -- what site did -------------------------------------------------------------------------------


def _imported() -> "tuple[Any, ...] | None":
    """Imports site; what `arrive` reads, or None: it cannot be replayed."""
    import builtins
    from marshal import dumps, loads

    conditions = loads(dumps(_conditions()))
    names, of_sys = set(vars(builtins)), set(vars(sys))
    try:
        import site
    except BaseException as error:  # a SystemExit would end the process
        raise ImportError("site cannot be imported") from error
    new = {name: vars(builtins)[name] for name in vars(builtins).keys() - names}
    if (
        {"sitecustomize", "usercustomize"} & sys.modules.keys()
        or vars(sys).keys() - of_sys - _OF_SYS
        or any(type(value).__module__ != "_sitebuiltins" for value in new.values())
        or not _is_plain(conditions[2][0])
        or not _is_fixed(conditions[0])
    ):
        return None
    try:
        return _told(site, conditions, new)
    except (OSError, ValueError):  # site has complained, or will
        return None


def _told(
    site: "Any", conditions: "tuple[Any, ...]", builtins: "dict[str, Any]"
) -> "tuple[Any, ...] | None":
    files: list[str] = []
    lines: list[str] = []
    for folder in [*site.getsitepackages(), site.getusersitepackages()]:
        if not _read_folder(folder, files, lines):
            return None
    stamps = _stamps([*sys.path, *files, *_configurations()])
    if stamps is None:
        return None
    effects = (
        list(sys.path),
        {name: vars(sys)[name] for name in ("prefix", "exec_prefix", "_home") if name in vars(sys)},
        {name: (type(value).__name__, vars(value)) for name, value in builtins.items()},
        lines,
        {name: getattr(site, name) for name in _OF_SITE},
    )
    return conditions, stamps, effects


def _is_plain(path: "list[str]") -> bool:
    """Whether site leaves the names in PATH alone, in every current folder."""
    import os

    return [os.path.abspath(each) for each in path] == list(dict.fromkeys(path)) == path


def _is_fixed(variables: "list[bytes | None]") -> bool:
    home, base, _, isolate = variables
    return bool(home or base) and not isolate


def _configurations() -> "list[str]":
    import os

    folder = os.path.dirname(os.path.abspath(sys.executable))
    return [f"{each}/pyvenv.cfg" for each in (folder, os.path.dirname(folder))]


def _read_folder(folder: str, files: "list[str]", lines: "list[str]") -> bool:
    """Adds what site looks at in FOLDER, and the lines that it executes if they are known."""
    import os

    files.append(folder)
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return all(_read_pth(folder, name, files, lines) for name in names if name.endswith(".pth"))


def _read_pth(folder: str, name: str, files: "list[str]", lines: "list[str]") -> bool:
    import os

    files.append(f"{folder}/{name}")
    with open(files[-1], encoding="utf-8", errors="surrogateescape") as file:
        content = [line.rstrip() for line in file]
    for line in content:
        if line.startswith(("import ", "import\t")):
            if line not in [*_SETUPTOOLS, _ISOLDE]:
                return False
            if line != _ISOLDE and "_distutils_hack" in sys.modules:
                lines.append(line)
        elif line and not line.startswith("#"):
            files.append(os.path.join(folder, line))
    return True


def _stamps(paths: "list[str]") -> "list[tuple[str, Stamp]] | None":
    import time

    latest = time.time_ns() - _SETTLED_NS
    stamps = [(path, _stamp(path)) for path in dict.fromkeys(paths)]
    settled = all(stamp is None or stamp[3] < latest for _, stamp in stamps)
    return stamps if settled else None
