"""Why a file was taken, in a few words."""

from __future__ import annotations

from isolde.resolve.search import Found, Tried


def reason_of(found: Found) -> str:
    """Return what led to a file: "cache", "runpath of /usr/bin/a", "LD_LIBRARY_PATH"."""
    if found.origin and found.rule in ("rpath", "runpath"):
        return f"{found.rule} of {found.origin}"
    return _NAMES.get(found.rule, found.rule)


def place_of(tried: Tried) -> str:
    """Return a place that was looked at, and why nothing there was taken."""
    return f"{tried.path} [{_NAMES.get(tried.rule, tried.rule)}]: {tried.objection}"


_NAMES = {"default": "default folder", "preload": "LD_PRELOAD"}
