"""What is displayed of a file, in the order in which objdump does it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from isolde.binutils.objdump.view import View, without_controls


class Displays(NamedTuple):
    """Which displays are asked for.

    code: disassembled sections; all_code: those without code, too.
    raw: the bytes of instructions are shown.  syntax: "att" or "intel", where there are two.
    """

    file_header: bool = False
    private_headers: bool = False
    section_headers: bool = False
    symbols: bool = False
    dynamic_symbols: bool = False
    relocations: bool = False
    dynamic_relocations: bool = False
    contents: bool = False
    code: bool = False
    all_code: bool = False
    raw: bool = True
    syntax: str = "att"

    @property
    def are_none(self) -> bool:
        """Whether nothing is asked for."""
        return not any(self[:10])


def text_of(view: View, displays: Displays) -> Iterator[str]:
    """The lines of all DISPLAYS of VIEW."""
    yield f"\n{without_controls(view.name)}:     file format {view.format_name}"
    if displays.file_header:
        from isolde.binutils.objdump.file_header import file_header_text

        yield from file_header_text(view)
    if displays.private_headers:
        from isolde.binutils.objdump.private_headers import private_headers_text

        yield from private_headers_text(view)
    yield ""
    if displays.section_headers:
        from isolde.binutils.objdump.section_headers import section_headers_text

        yield from section_headers_text(view)
    yield from _tables_text(view, displays)
    if displays.contents:
        from isolde.binutils.objdump.contents import contents_text

        yield from contents_text(view)
    if displays.code or displays.all_code:
        yield from _code_text(view, displays)


def _tables_text(view: View, displays: Displays) -> Iterator[str]:
    if not any(displays[3:7]):
        return
    disassembled = displays.code or displays.all_code
    from isolde.binutils.objdump.relocations import dynamic_relocations_text, relocations_text
    from isolde.binutils.objdump.symbols import Symbols, symbols_text

    plain, dynamic = Symbols(view, dynamic=False), Symbols(view, dynamic=True)
    if displays.symbols:
        yield from symbols_text(view, plain, dynamic=False)
    if displays.dynamic_symbols:
        yield from symbols_text(view, dynamic, dynamic=True)
    if displays.relocations and not disassembled:
        yield from relocations_text(view, plain)
    if displays.dynamic_relocations and not disassembled:
        yield from dynamic_relocations_text(view, dynamic)


def _code_text(view: View, displays: Displays) -> Iterator[str]:
    from isolde.binutils.objdump.code import code_text
    from isolde.binutils.objdump.disassembly import Disassembly
    from isolde.binutils.objdump.symbols import Symbols

    disassembly = Disassembly(view, all_sections=displays.all_code, syntax=displays.syntax)
    yield from code_text(
        view,
        disassembly,
        raw=displays.raw,
        relocations=Symbols(view, dynamic=False) if displays.relocations else None,
        dynamic=Symbols(view, dynamic=True) if displays.dynamic_relocations else None,
    )
