"""What is displayed of a file, in the order in which objdump does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from isolde.binutils.objdump.view import View, without_controls
from isolde.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from isolde.binutils.objdump.disassembly import Disassembly
    from isolde.elf.archive import Member


# What -x stands for.
ALL_HEADERS = (
    *("archive_headers", "file_header", "private_headers", "section_headers"),
    *("symbols", "relocations"),
)


class Displays(NamedTuple):
    """Which displays are asked for.

    archive_headers: what an archive says of its member.

    code: disassembled sections; all_code: those without code, too.
    raw: the bytes of instructions are shown.  syntax: "att" or "intel", where there are two.
    function: the symbol whose code alone is disassembled; "": all code is.
    """

    archive_headers: bool = False
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
    function: str = ""

    @property
    def are_none(self) -> bool:
        """Whether nothing is asked for."""
        return not any(self[:11])


def text_of(view: View, displays: Displays, member: Member | None = None) -> Iterator[str]:
    """The lines of all DISPLAYS of VIEW; MEMBER: what it is of an archive."""
    yield f"\n{without_controls(view.name)}:     file format {view.format_name}"
    if displays.archive_headers:
        from isolde.binutils.ar.listing import listing

        yield listing([member], verbose=True, offsets=False)[:-1] if member else view.name
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
    if not any(displays[4:8]):
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


def _disassembly(view: View, displays: Displays) -> Disassembly:
    from isolde.binutils.objdump.disassembly import Disassembly

    return Disassembly(
        view,
        all_sections=displays.all_code,
        syntax=displays.syntax,
        function=displays.function,
    )


def _code_text(view: View, displays: Displays) -> Iterator[str]:
    from isolde.binutils.objdump.code import code_text
    from isolde.binutils.objdump.symbols import Symbols

    yield from code_text(
        view,
        _disassembly(view, displays),
        raw=displays.raw,
        relocations=Symbols(view, dynamic=False) if displays.relocations else None,
        dynamic=Symbols(view, dynamic=True) if displays.dynamic_relocations else None,
    )


def facts_of(view: View, displays: Displays) -> dict[str, object]:
    """What JSON says of VIEW: a field for each display, None for those not asked for."""
    facts: dict[str, object] = {"format": view.format_name}
    for name, is_asked, make in _makers(view, displays):
        facts[name] = make() if is_asked else None
    return facts


def _makers(view: View, displays: Displays) -> Iterator[tuple[str, bool, Callable[[], object]]]:
    from isolde.binutils.objdump import contents, relocations, symbols
    from isolde.binutils.objdump.file_header import file_header_facts
    from isolde.binutils.objdump.private_headers import private_headers_facts
    from isolde.binutils.objdump.section_headers import section_headers_facts

    asked = displays
    plain, dynamic = (symbols.Symbols(view, dynamic=which) for which in (False, True))
    yield "header", asked.file_header, lambda: file_header_facts(view)
    yield "private_headers", asked.private_headers, lambda: private_headers_facts(view)
    yield "sections", asked.section_headers, lambda: section_headers_facts(view)
    yield "symbols", asked.symbols, lambda: symbols.symbols_facts(view, plain)
    yield "dynamic_symbols", asked.dynamic_symbols, lambda: symbols.symbols_facts(view, dynamic)
    yield "relocations", asked.relocations, lambda: relocations.relocations_facts(view, plain)
    yield (
        "dynamic_relocations",
        asked.dynamic_relocations,
        lambda: relocations.dynamic_relocations_facts(view, dynamic),
    )
    yield "contents", asked.contents, lambda: contents.contents_facts(view)
    yield "code", asked.code or asked.all_code, lambda: _code_facts(view, displays)


def _code_facts(view: View, displays: Displays) -> list[dict[str, object]]:
    from isolde.binutils.objdump.code import code_facts

    return code_facts(view, _disassembly(view, displays))
