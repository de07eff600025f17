"""Markdown's blocks as man(7) macros, which groff and mandoc both read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from markdown import Block, Code, Heading, Table, link_texts

_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*")
_MEMBER = ["member", "type"]
_MEANING = ("means", "meaning", "is", "does", "when", "prints")


def title(name: str, section: int, version: str) -> str:
    """The lines that every page opens with."""
    source = f'"Isolde {version}" "Isolde manual"'
    return (
        f'.\\" Made by `make man`: change docs/reference instead.\n.TH {name} {section} "" {source}'
    )


def escape(text: str) -> str:
    """TEXT as characters, none of which roff takes for its own; hyphens stay hyphens."""
    return text.replace("\\", "\\e").replace("-", "\\-")


def prose(text: str) -> str:
    """One paragraph's text with Markdown's emphasis as fonts."""
    text = link_texts(text)
    parts, at = [], 0
    for found in _INLINE.finditer(text):
        parts.append(_plain(text[at : found.start()]))
        parts.append(_emphasised(found))
        at = found.end()
    return _guard("".join([*parts, _plain(text[at:])]))


def body(blocks: Iterable[Block]) -> Iterator[str]:
    """BLOCKS as lines, for the middle of a section."""
    spaced = True  # right below a section's heading no .PP is needed
    for block in blocks:
        if isinstance(block, Heading):
            yield f".SS {block.text}"
        elif isinstance(block, Table):
            yield from _table(block)
        else:
            yield from [] if spaced else [".PP"]
            yield from _example(block.text) if isinstance(block, Code) else [prose(block.text)]
        spaced = isinstance(block, Heading)


def synopsis(code: str) -> list[str]:
    """Declarations in bold, one to a line."""
    lines = [f"\\fB{escape(line)}\\fP" if line else ".sp" for line in code.splitlines()]
    return [".nf", *lines, ".fi"]


def _example(code: str) -> list[str]:
    lines = [_guard(escape(line)) for line in code.splitlines()]
    return [".in +4n", ".EX", *lines, ".EE", ".in"]


def _emphasised(found: re.Match[str]) -> str:
    code, strong, emphasis = found.groups()
    if code is not None:
        return f"\\fB{escape(code)}\\fP"
    return f"\\fB{_plain(strong)}\\fP" if strong else f"\\fI{_plain(emphasis)}\\fP"


def _plain(text: str) -> str:
    return text.replace("\\", "\\e")


def _guard(line: str) -> str:
    """LINE, which roff would take for a macro if it began with a full stop or a quote."""
    return f"\\&{line}" if line.startswith((".", "'")) else line


def _table(table: Table) -> Iterator[str]:
    for row in table.rows:
        first, *rest = row
        if table.columns[:2] == _MEMBER:
            first, rest = _declaration(first, rest[0]), rest[1:]
        yield from [".TP", prose(first), _explained(table, rest)]


def _declaration(members: str, kind: str) -> str:
    """``start``, ``end`` of type uintptr_t: a declaration as C writes it."""
    names = ", ".join(name.strip("` ") for name in members.split(","))
    kind = kind.strip("`")
    return f"`{kind}{'' if kind.endswith('*') else ' '}{names}`"


def _explained(table: Table, cells: list[str]) -> str:
    """What the row's first cell means; its other cells stand in brackets behind."""
    columns = table.columns[-len(cells) :]
    meaning = next((i for i, column in enumerate(columns) if column in _MEANING), -1)
    text = cells.pop(meaning)
    del columns[meaning]
    notes = [f"{name}: {cell}" for name, cell in zip(columns, cells, strict=True) if cell != "-"]
    return prose(f"{text} ({'; '.join(notes)})" if notes else text)
