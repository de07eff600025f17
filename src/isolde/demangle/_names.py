"""Names of any language: which one a name is of, and what stands around the mangled part.

Some formats put dots before names, and readers of dynamic symbols put versions behind them;
neither is of the mangling.  Rust's legacy names are C++ names that end in a hash, so Rust is asked
first.
"""

from __future__ import annotations

from collections.abc import Iterable

from isolde.demangle import _itanium, _rust_legacy, _rust_v0

# Most names of a C library are no mangled names, and this tells them in one step.
_STARTS = ("_Z", "_R", "_GLOBAL_", ".", "$")
_CXX_STARTS = ("_Z", "_GLOBAL_")


def demangle(name: str) -> str | None:
    """What NAME, a symbol's name, stands for; None when it is no mangled name.

    Dots and dollar signs before it, and what follows an "@" (a version, "@plt"), are kept.  C++
    names are None on a machine without a C++ runtime (`has_cxx_runtime`).  For many names at once
    use `readable`, which is twenty times faster.
    """
    text = readable([name])[0]
    return None if text == name else text


def readable(names: Iterable[str]) -> list[str]:
    """NAMES, each as `demangle` reads it, and as it is where that is None."""
    texts = list(names)
    cxx: list[int] = []
    for place, name in enumerate(texts):
        if not name.startswith(_STARTS):
            continue
        core = _core(name)
        rust = _rust(core)
        if rust is not None:
            texts[place] = name.replace(core, rust, 1)
        elif core.startswith(_CXX_STARTS) and "\0" not in core:
            cxx.append(place)
    _read_cxx(texts, cxx)
    return texts


def _read_cxx(texts: list[str], places: list[int]) -> None:
    cores = [_core(texts[place]) for place in places]
    for place, core, text in zip(places, cores, _itanium.demangle_all(cores), strict=True):
        if text is not None:
            texts[place] = texts[place].replace(core, text, 1)


def _core(name: str) -> str:
    """The mangled part of NAME."""
    if name[0] in ".$" or "@" in name:
        return name.lstrip(".$").partition("@")[0]
    return name


def _rust(core: str) -> str | None:
    if core.startswith("_R"):
        return _rust_v0.demangle(core)
    return _rust_legacy.demangle(core) if "17h" in core and core.startswith("_ZN") else None
