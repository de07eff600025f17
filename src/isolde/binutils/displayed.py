"""What readelf and objdump know alike of the file that they display, and what is wrong with it.

A malformed file shows what can be shown: a part that cannot be read is left out, and the reason
stands in `faults`.
"""

from __future__ import annotations

from isolde.elf import ElfError, File, Header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    _T = TypeVar("_T")
    _Otherwise = TypeVar("_Otherwise")


class Displayed:
    """One object file.

    file: what is displayed.  is_wide: lines may be as long as they need to be.
    demangled: how names of symbols are shown, or None for as they are.
    faults: what could not be read, in the order in which it was met.
    """

    def __init__(
        self, file: File, *, is_wide: bool = False, demangled: Callable[[str], str] | None = None
    ) -> None:
        self.file = file
        self.is_wide = is_wide
        self.demangled = demangled
        self.faults: list[str] = []

    @property
    def header(self) -> Header:
        """The ELF header."""
        return self.file.header

    @property
    def digits(self) -> int:
        """Hexadecimal digits in an address."""
        return 16 if self.header.elf_class == 64 else 8

    def tell(self, reason: object) -> None:
        """Remembers what is wrong, once."""
        text = str(reason)
        if text not in self.faults:
            self.faults.append(text)

    def attempt(self, read: Callable[[], _T], otherwise: _Otherwise) -> _T | _Otherwise:
        """What READ gives, or OTHERWISE when the file does not have it."""
        try:
            return read()
        except ElfError as error:
            self.tell(error)
            return otherwise
