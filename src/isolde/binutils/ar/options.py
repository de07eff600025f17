"""How an archive is changed or read: what the letters of `ar` ask for."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """Where new members go: before or after the member called NAME; at the end where it is not."""

    name: str
    after: bool


class Options(NamedTuple):
    """How an archive is changed.

    with_index: whether it gets a symbol index.
    deterministic: whether new members have no owner, no time and the mode 0o644.
    newer_only: replace only members that are older than the file.
    place: where new and moved members go.
    instance: which of several members of one name is meant, from 1 on; 0: the first.
    full_names: whether members are compared and called by their whole path.
    thin: whether a new archive is a thin one.
    """

    with_index: bool = True
    deterministic: bool = True
    newer_only: bool = False
    place: Place | None = None
    instance: int = 0
    full_names: bool = False
    thin: bool = False
