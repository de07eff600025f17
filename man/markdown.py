"""The Markdown of docs/reference as blocks: no more of the language than those pages use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"(#+) (.*)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")


@dataclass(frozen=True)
class Heading:
    """A line of hashes and a text."""

    level: int
    text: str


@dataclass(frozen=True)
class Code:
    """A fenced block."""

    language: str
    text: str


@dataclass(frozen=True)
class Table:
    """A table: its first row names the columns."""

    columns: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Paragraph:
    """Lines that belong together, as one."""

    text: str


Block = Heading | Code | Table | Paragraph


def read(text: str) -> Iterator[Block]:
    """The blocks of TEXT in order; comments are left out."""
    at = 0
    for fence in _FENCE.finditer(text):
        yield from _read_plain(text[at : fence.start()])
        yield Code(fence[1], fence[2])
        at = fence.end()
    yield from _read_plain(text[at:])


def link_texts(text: str) -> str:
    """TEXT with every link replaced by what it shows; a document's name in quotes."""
    return _LINK.sub(_link_text, text)


def link_targets(text: str) -> list[str]:
    """Where the links of TEXT lead."""
    return [target for _, target in _LINK.findall(text)]


def _link_text(link: re.Match[str]) -> str:
    text, target = link.groups()
    return f'"{text}"' if ".md" in target and text[0].isupper() else str(text)


def _read_plain(text: str) -> Iterator[Block]:
    for part in re.split(r"\n{2,}", _COMMENT.sub("", text).strip("\n")):
        if not part.strip():
            continue
        if heading := _HEADING.fullmatch(part):
            yield Heading(len(heading[1]), heading[2])
        elif part.startswith("|"):
            yield _read_table(part)
        else:
            yield Paragraph(" ".join(part.splitlines()))


def _read_table(text: str) -> Table:
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines()]
    return Table([cell.strip("| ") for cell in rows[0]], [_cells(row) for row in rows[2:]])


def _cells(row: list[str]) -> list[str]:
    return [cell.strip("| ") for cell in row]
