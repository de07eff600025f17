"""What `strip` is asked to remove, and what to keep."""

from __future__ import annotations

from typing import NamedTuple

from isolde.binutils.strip.patterns import Patterns

ALL, DEBUG, UNNEEDED, ONLY_DEBUG, NOTHING = "all", "debug", "unneeded", "only-debug", "nothing"


class Options(NamedTuple):
    """What to remove.

    what: ALL symbols and what is for debugging; what is for DEBUG; what is UNNEEDED by a
        link editor; all but what is for debugging (ONLY_DEBUG); NOTHING but what is named below.
    locals_too: whether local symbols go ("all"), those that a compiler made ("made"), or none ("").
    keep_symbols, remove_symbols, keep_sections, remove_sections: by their names.
    keep_file_symbols: whether the names of source files stay, as symbols.
    """

    what: str = ALL
    locals_too: str = ""
    keep_symbols: Patterns = Patterns()
    remove_symbols: Patterns = Patterns()
    keep_sections: Patterns = Patterns()
    remove_sections: Patterns = Patterns()
    keep_file_symbols: bool = False
