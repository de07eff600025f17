"""What the documents show works: every example runs, and prints what the page says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.toolchain import REPOSITORY
from tests.unit.docs.blocks import matches, needs, read_blocks
from tests.unit.docs.page import Page

DOCS = REPOSITORY / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
RUN = ("sh", "python", "c")


def _missing(document: Path) -> list[str]:
    return [name for name in needs(document) if not (shutil.which(name) or Path(name).exists())]


@pytest.mark.parametrize(
    "document",
    [page for page in PAGES if any(block.language in RUN for block in read_blocks(page))],
    ids=lambda page: str(page.relative_to(DOCS)),
)
def test_the_examples_of_a_page_run(document: Path, tmp_path: Path) -> None:
    missing = _missing(document)
    if missing:
        pytest.skip(f"this machine has no {', '.join(missing)}")
    with Page(tmp_path) as page:
        for block in read_blocks(document):
            try:
                page.run(block)
            except AssertionError as error:
                pytest.fail(f"{document.relative_to(REPOSITORY)}:{block.line}: {error}")


@pytest.mark.parametrize(
    ("expected", "output", "same"),
    [
        ("one\ntwo\n", "one\ntwo\n", True),
        ("one\n", "one\ntwo\n", False),
        ("one ... three\n", "one two three\n", True),
        ("one\n...\nfour\n", "one\ntwo\nthree\nfour\n", True),
        ("one\n...\nfour\n", "one\ntwo\nthree\n", False),
    ],
)
def test_outputs_are_compared_line_by_line(expected: str, output: str, same: bool) -> None:
    assert matches(expected, output) is same


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("```sh\necho gone; false\n```\n", "gone"),
        ("```sh\necho one\n```\n\n```text\ntwo\n```\n", "it printed"),
        ("```python\n1 + 1  # → 3\n```\n", "2, not 3"),
        ("```python\nraise KeyError('here')\n```\n", "KeyError"),
        ("```c\nint isolde_abi(int);\n```\n", "conflicting types"),
        ("<!-- not run: -->\n```sh\ntrue\n```\n", "say why"),
    ],
)
def test_an_example_that_does_not_work_is_noticed(text: str, fault: str, tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(text)
    (block,) = read_blocks(document)
    with Page(tmp_path) as page, pytest.raises(AssertionError, match=fault):
        page.run(block)
