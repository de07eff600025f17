"""Makes the manual pages out of docs/reference, so that the two cannot differ.

    make man        or: python man/pages.py [FOLDER]

Each `###` of c-api.md becomes a page of section 3, with a link for every further function it names;
its introduction becomes isolde(3), the command line's page isolde(1).  What stands behind
**Returns**, **Errors**, **Attributes** and **Example** gets a section of its own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import roff
from markdown import Block, Code, Heading, Paragraph, Table, link_targets, read

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parent / "docs" / "reference"

# How the reference marks the parts of a section, and what a manual calls them.
_PARTS = {
    "Returns": "RETURN VALUE",
    "Errors": "ERRORS",
    "Attributes": "ATTRIBUTES",
    "Example": "EXAMPLES",
    "Constants": "CONSTANTS",
    "Error codes": "ERRORS",
    "Exit statuses": "EXIT STATUS",
}
_MARK = re.compile(rf"\*\*({'|'.join(_PARTS)})\*\*:?,? *(.*)")
_SAFE = "Thread safety: MT-Safe. Async-signal safety: {}."
_NO_ERRORS = "None."
# Sentences about the page as one reads it in a browser.
_OF_THE_PAGE = re.compile(r"[^.]*\bthis page\b[^.]*\.\s*")
_INCLUDE = "#include <isolde.h>\n\n"


@dataclass
class Section:
    """One `###`: what it is about, and its blocks under the headings of a manual."""

    names: list[str]
    parts: dict[str, list[Block]] = field(default_factory=dict)

    def add(self, part: str, block: Block) -> None:
        """Put BLOCK at the end of PART."""
        self.parts.setdefault(part, []).append(block)


def pages() -> dict[str, str]:
    """Every page by its path below man/."""
    version = _version()
    api = list(read((REFERENCE / "c-api.md").read_text()))
    sections = _sections(api)
    purposes = _purposes(api)
    result = {"man3/isolde.3": _overview(api, purposes, version)}
    for section in sections:
        first, *others = section.names
        result[f"man3/{first}.3"] = _function_page(section, purposes, version)
        result.update({f"man3/{other}.3": f".so man3/{first}.3\n" for other in others})
    result["man1/isolde.1"] = _command_page(version)
    return result


def _version() -> str:
    text = (HERE.parent / "pyproject.toml").read_text()
    found = re.search(r'^version = "(.*)"$', text, re.MULTILINE)
    assert found
    return found[1]


def _join(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


# -- isolde.h --------------------------------------------------------------------------------------


def _split(blocks: list[Block], part: str) -> Iterator[tuple[str, Block]]:
    """Each block with the part of the manual it belongs to."""
    for block in blocks:
        if isinstance(block, Paragraph) and not _OF_THE_PAGE.sub("", block.text):
            continue
        mark = _MARK.match(block.text) if isinstance(block, Paragraph) else None
        if mark is None:
            yield part, _for_a_manual(block)
            continue
        part = _PARTS[mark[1]]
        if mark[2]:
            text = mark[2]
            yield part, Paragraph(text[0].upper() + text[1:] if text[0].isalpha() else text)


def _for_a_manual(block: Block) -> Block:
    return Paragraph(_OF_THE_PAGE.sub("", block.text)) if isinstance(block, Paragraph) else block


def _sections(blocks: list[Block]) -> list[Section]:
    sections: list[Section] = []
    starts = [i for i, block in enumerate(blocks) if isinstance(block, Heading)]
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        heading = blocks[start]
        assert isinstance(heading, Heading)
        names = re.findall(r"`(\w+)`", heading.text)
        if heading.level != 3 or not names:
            continue
        section = Section(names)
        prototypes, *rest = blocks[start + 1 : end]
        section.add("SYNOPSIS", prototypes)
        for part, block in _split(rest, "DESCRIPTION"):
            section.add(part, block)
        sections.append(section)
    return sections


def _purposes(blocks: list[Block]) -> dict[str, str]:
    """What each function does, in the words of the table at the top."""
    table = next(b for b in blocks if isinstance(b, Table) and b.columns == ["function", "does"])
    return {re.findall(r"`(\w+)`", name)[0]: does for name, does in table.rows}


def _name(section: Section, purposes: dict[str, str]) -> str:
    missing = [name for name in section.names if name not in purposes]
    if missing:
        raise SystemExit(f"c-api.md: the table of functions has no row for {', '.join(missing)}")
    does = "; ".join(dict.fromkeys(purposes[name] for name in section.names))
    return f"{', '.join(section.names)} \\- {does}"


def _function_page(section: Section, purposes: dict[str, str], version: str) -> str:
    parts = section.parts
    (prototypes,) = parts["SYNOPSIS"]
    assert isinstance(prototypes, Code)
    lines = [roff.title(section.names[0], 3, version), ".SH NAME", _name(section, purposes)]
    lines += [".SH LIBRARY", "Isolde (libisolde, \\fB\\-lisolde\\fP)"]
    lines += [".SH SYNOPSIS", *roff.synopsis(_INCLUDE + prototypes.text)]
    described = parts.get("DESCRIPTION") or [_sentence(purposes[section.names[0]])]
    lines += [".SH DESCRIPTION", *roff.body(described)]
    lines += [".SH RETURN VALUE", *roff.body(parts.get("RETURN VALUE", [Paragraph("None.")]))]
    lines += [".SH ERRORS", *roff.body(parts.get("ERRORS", [Paragraph(_NO_ERRORS)]))]
    lines += [".SH ATTRIBUTES", roff.prose(_attributes(section))]
    if "EXAMPLES" in parts:
        lines += [".SH EXAMPLES", *roff.body(parts["EXAMPLES"])]
    return _join([*lines, ".SH SEE ALSO", _see_also(section)])


def _sentence(purpose: str) -> Paragraph:
    """Turn 'tell the version' into a sentence of a manual."""
    verb, rest = purpose.split(" ", 1)
    return Paragraph(f"{verb.capitalize()}s {rest}.")


def _attributes(section: Section) -> str:
    said = " ".join(b.text for b in section.parts.get("ATTRIBUTES", []) if isinstance(b, Paragraph))
    safe = "AS-Safe" if said.lower().startswith("async-signal-safe") else "AS-Unsafe"
    return _SAFE.format(safe)


def _see_also(section: Section) -> str:
    texts = [b.text for bs in section.parts.values() for b in bs if isinstance(b, Paragraph)]
    linked = [t[1:] for text in texts for t in link_targets(text) if t.startswith("#isolde_")]
    others = [name.split("-")[0] for name in dict.fromkeys(linked)]
    functions = [name for name in others if name not in section.names]
    return ", ".join(f"\\fB{name}\\fP(3)" for name in [*functions, "isolde"])


def _overview(blocks: list[Block], purposes: dict[str, str], version: str) -> str:
    end = next(i for i, b in enumerate(blocks) if isinstance(b, Heading) and b.level == 2)
    parts: dict[str, list[Block]] = {}
    for part, block in _split(blocks[1:end], "DESCRIPTION"):
        parts.setdefault(part, []).append(block)
    described = [b for b in parts["DESCRIPTION"] if not isinstance(b, Code | Table)]
    functions = [f".TP\n\\fB{name}\\fP(3)\n{does}" for name, does in purposes.items()]
    see = ["\\fBisolde\\fP(1)", "\\fBdlopen\\fP(3)", "\\fBdlmopen\\fP(3)", "\\fBld.so\\fP(8)"]
    return _join(
        [
            roff.title("isolde", 3, version),
            ".SH NAME\nisolde \\- any number of modules with libraries of their own in one process",
            ".SH LIBRARY\nIsolde (libisolde, \\fB\\-lisolde\\fP)",
            ".SH SYNOPSIS",
            *roff.synopsis(
                f"{_INCLUDE}cc $(pkg-config --cflags isolde) ... $(pkg-config --libs isolde)"
            ),
            ".SH DESCRIPTION",
            *roff.body(described),
            ".SS Functions",
            *functions,
            ".SS Constants",
            *roff.body(parts["CONSTANTS"]),
            ".SH ERRORS",
            *roff.body(parts["ERRORS"]),
            ".SH ATTRIBUTES",
            _SAFE.format("AS-Unsafe, except \\fBisolde_space_of\\fP(3)"),
            ".SH EXAMPLES",
            *roff.body([_first_example(blocks)]),
            ".SH SEE ALSO",
            ", ".join(see),
        ]
    )


def _first_example(blocks: list[Block]) -> Code:
    """The one of isolde_dlopen: it opens, looks up and tells what failed."""
    opening = next(s for s in _sections(blocks) if s.names == ["isolde_dlopen"])
    (example,) = opening.parts["EXAMPLES"]
    assert isinstance(example, Code)
    return example


# -- the command -----------------------------------------------------------------------------------


def _command_page(version: str) -> str:
    _, usage, commands, *rest = read((REFERENCE / "command-line.md").read_text())
    assert isinstance(usage, Paragraph)
    end = next(i for i, block in enumerate(rest) if isinstance(block, Heading))
    parts: dict[str, list[Block]] = {}
    for part, block in _split(rest[:end], "DESCRIPTION"):
        parts.setdefault(part, []).append(block)
    see = ["\\fBisolde\\fP(3)", "\\fBdlopen\\fP(3)", "\\fBld.so\\fP(8)"]
    return _join(
        [
            roff.title("isolde", 1, version),
            ".SH NAME\nisolde \\- open, call and serve libraries in spaces of their own",
            ".SH SYNOPSIS",
            roff.prose(usage.text),
            ".SH DESCRIPTION",
            *roff.body([*parts["DESCRIPTION"], commands]),
            ".SH EXIT STATUS",
            *roff.body(parts["EXIT STATUS"]),
            ".SH COMMANDS",
            *roff.body(rest[end:]),
            ".SH SEE ALSO",
            ", ".join(see),
        ]
    )


def main(folder: Path) -> None:
    """Write every page below FOLDER, and take away those that are no longer made."""
    wanted = pages()
    for old in folder.glob("man[1-8]/*"):
        if str(old.relative_to(folder)) not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
