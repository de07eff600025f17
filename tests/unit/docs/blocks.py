"""The fenced blocks of a document, and what its author says about each of them.

A block's first word names its language.  A `text` block right behind a block that runs is what that
one prints.  A comment on the line before a block changes what is done with it:

    <!-- not run: REASON -->        only looked at
    <!-- exits 1 -->                the last command of the block fails with this status
    <!-- in another terminal -->    a server: started, waited for, stopped after the last block
    <!-- differs: REASON -->        this output is an example; it is not compared

A block whose first line is a comment that holds nothing but a file name is that file.
`<!-- needs: PROGRAM-OR-FILE ... -->` anywhere in the page says what a machine must have for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NOTE = re.compile(r"<!-- (not run|exits|in another terminal|differs):? ?(.*?) ?-->\n+$")
_COMMENT = re.compile(r"<!--.*?-->")
_FILE = re.compile(r"\A(?:/\*|//|#) ([\w./-]+\.\w+)(?: \*/)?\n")
_NEEDS = re.compile(r"<!-- needs: (.*?) -->")


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        language: the word after the fence.
        code: what it holds.
        line: where it starts in its document.
        note: what the comment before it says, or "".
        reason: the rest of that comment.
        expected: the text it prints, or None where the document does not say.
    """

    language: str
    code: str
    line: int
    note: str
    reason: str
    expected: str | None

    @property
    def file(self) -> str | None:
        """The name of the file that this block is, or None."""
        found = _FILE.match(self.code)
        return found[1] if found else None

    @property
    def status(self) -> int:
        """The exit status that its author expects."""
        return int(self.reason) if self.note == "exits" else 0


def read_blocks(document: Path) -> list[Block]:
    """The blocks of DOCUMENT, each output joined to the block that prints it."""
    text = document.read_text()
    blocks: list[Block] = []
    end = 0
    for found in _FENCE.finditer(text):
        noted = _NOTE.search(text[: found.start()])
        note, reason = (noted[1], noted[2]) if noted else ("", "")
        line = text.count("\n", 0, found.start()) + 1
        block = Block(found[1], found[2], line, note, reason, None)
        adjacent = not _COMMENT.sub("", text[end : found.start()]).strip()
        end = found.end()
        if block.language == "text" and blocks and adjacent and _prints(blocks[-1]):
            blocks[-1] = _with_output(blocks[-1], block)
        else:
            blocks.append(block)
    return blocks


def needs(document: Path) -> list[str]:
    """The programs and files without which DOCUMENT's examples cannot run."""
    return [name for found in _NEEDS.findall(document.read_text()) for name in found.split()]


def matches(expected: str, output: str) -> bool:
    """Whether OUTPUT is what EXPECTED says; `...` stands for any text, alone for any lines."""
    lines = [line.rstrip() for line in expected.strip("\n").splitlines()]
    given = "".join(f"{line.rstrip()}\n" for line in output.strip("\n").splitlines())
    return re.fullmatch("".join(_pattern(line) for line in lines), given) is not None


def _pattern(line: str) -> str:
    if line.strip() == "...":
        return r"(?:.*\n)*?"
    return re.escape(line).replace(re.escape("..."), ".*") + r"\n"


def _prints(block: Block) -> bool:
    return block.language in ("sh", "python") and block.expected is None


def _with_output(block: Block, output: Block) -> Block:
    expected = None if output.note == "differs" else output.code
    return Block(block.language, block.code, block.line, block.note, block.reason, expected)
