"""What a document points at is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.toolchain import REPOSITORY
from tests.unit.house.sources import tracked_files

_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
_MAKE = re.compile(r"(?:^|`)make ([a-z][a-z-]*)\b", re.MULTILINE)


def _documents() -> list[Path]:
    return [file for file in tracked_files() if file.suffix == ".md"]


def _targets() -> set[str]:
    makefile = (REPOSITORY / "Makefile").read_text()
    return set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, re.MULTILINE))


def _code(document: Path) -> Iterator[str]:
    """The fenced blocks and the inline code of a document, where commands stand."""
    yield from re.findall(r"```.*?```|`[^`\n]+`", document.read_text(), re.DOTALL)


def test_every_relative_link_leads_to_a_file() -> None:
    dead = [
        f"{document.relative_to(REPOSITORY)}: {link}"
        for document in _documents()
        for link in _LINK.findall(document.read_text())
        if not (document.parent / link).exists()
    ]
    assert dead == []


def test_the_index_lists_every_page() -> None:
    index = REPOSITORY / "docs/index.md"
    listed = {(index.parent / link).resolve() for link in _LINK.findall(index.read_text())}
    pages = {file for file in _documents() if index.parent in file.parents} - {index}
    assert pages - listed == set()


def test_every_make_command_in_a_document_exists() -> None:
    unknown = [
        f"{document.relative_to(REPOSITORY)}: make {target}"
        for document in _documents()
        for code in _code(document)
        for target in _MAKE.findall(code)
        if target not in _targets()
    ]
    assert unknown == []
