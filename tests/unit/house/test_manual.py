"""The manual pages say what the reference says, which leaves nothing of isolde.h out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import REPOSITORY, require_tool
from tests.unit.house.sources import HEADER

MAN = REPOSITORY / "man"
REFERENCE = REPOSITORY / "docs" / "reference" / "c-api.md"
_PROTOTYPE = re.compile(r"^ISOLDE_API\b[^;]*?(\w+)\([^;]*\);", re.MULTILINE)
_STRUCT = re.compile(r"^struct (\w+) \{\n(.*?)^\};", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SECTIONS = [
    "NAME",
    "LIBRARY",
    "SYNOPSIS",
    "DESCRIPTION",
    "RETURN VALUE",
    "ERRORS",
    "ATTRIBUTES",
    "EXAMPLES",
    "SEE ALSO",
]


def _functions() -> list[str]:
    return _PROTOTYPE.findall(HEADER.read_text())


def _constants() -> list[str]:
    """The enumerators and macros that a host may name; not the include guard and the attribute."""
    text = _COMMENT.sub("", HEADER.read_text())
    macros = re.findall(r"^#define (ISOLDE_\w+) ", text, re.MULTILINE)
    enumerators = re.findall(r"^    (ISOLDE_\w+)(?: = \w+)?,? *$", text, re.MULTILINE)
    return [name for name in macros + enumerators if name != "ISOLDE_API"]


def _fields() -> list[tuple[str, str]]:
    """Each member of each structure: (structure, member)."""
    return [
        (struct, name)
        for struct, text in _STRUCT.findall(HEADER.read_text())
        for declaration in _COMMENT.sub("", text).split(";")
        for name in _declared(declaration)
    ]


def _declared(declaration: str) -> list[str]:
    pointer = re.search(r"\(\*(\w+)\)", declaration)
    if pointer:
        return [pointer[1]]
    return re.findall(r"(\w+)(?:\[\w*\])?\s*(?:,|$)", declaration.strip())


def _pages() -> list[Path]:
    """Every page that is not just a link to another."""
    return [page for page in sorted(MAN.glob("man?/*")) if not page.read_text().startswith(".so ")]


def test_the_manual_pages_are_what_the_reference_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(MAN / "pages.py"), str(tmp_path)], check=True)
    made = {str(p.relative_to(tmp_path)): p.read_text() for p in tmp_path.glob("man?/*")}
    kept = {str(p.relative_to(MAN)): p.read_text() for p in MAN.glob("man?/*")}
    stale = sorted(name for name in made | kept if made.get(name) != kept.get(name))
    assert stale == [], "docs/reference has changed: run `make man` and commit what it writes"


def test_every_function_has_a_manual_page() -> None:
    missing = [name for name in _functions() if not (MAN / "man3" / f"{name}.3").is_file()]
    assert missing == [], "describe them in docs/reference/c-api.md, then run `make man`"


def test_every_constant_is_explained_in_a_table() -> None:
    text = REFERENCE.read_text()
    assert {"ISOLDE_ABI", "ISOLDE_OK", "ISOLDE_EBUSY"} <= set(_constants())
    missing = [name for name in _constants() if f"\n| `{name}` |" not in text]
    assert missing == [], "give them a row in a table of docs/reference/c-api.md"


def test_every_member_of_a_structure_is_explained_in_its_table() -> None:
    text = REFERENCE.read_text()
    tables = {struct: text.partition(f"`struct {struct}`:\n\n")[2] for struct, _ in _fields()}
    rows = {struct: after.partition("\n\n")[0] for struct, after in tables.items()}
    assert ("isolde_options", "search_path") in _fields()
    assert ("isolde_image_info", "end") in _fields()
    missing = [f"{struct}.{name}" for struct, name in _fields() if f"`{name}`" not in rows[struct]]
    assert missing == [], "give them a row below `struct NAME`: in docs/reference/c-api.md"


def test_the_overview_explains_every_error_code() -> None:
    errors = (MAN / "man3" / "isolde.3").read_text().split(".SH ERRORS")[1].split(".SH ")[0]
    codes = [name for name in _constants() if re.fullmatch(r"ISOLDE_(OK|E[A-Z]+)", name)]
    assert codes
    assert [code for code in codes if f"\\fB{code}\\fP\n" not in errors] == []


def test_every_error_code_is_promised_by_a_function() -> None:
    pages = [page.read_text() for page in _pages() if page.stem != "isolde"]
    promised = "".join(text.split(".SH ERRORS")[1].split(".SH ")[0] for text in pages)
    codes = [name for name in _constants() if re.fullmatch(r"ISOLDE_E[A-Z]+", name)]
    assert [code for code in codes if f"\\fB{code}\\fP\n" not in promised] == []


@pytest.mark.parametrize("function", _functions())
def test_a_function_s_page_has_the_sections_of_a_manual_in_their_order(function: str) -> None:
    text = (MAN / "man3" / f"{function}.3").read_text()
    if text.startswith(".so "):
        text = (MAN / text.split()[1]).read_text()
    headings = re.findall(r"^\.SH (.*)$", text, re.MULTILINE)
    assert headings == [name for name in _SECTIONS if name in headings]
    assert set(_SECTIONS) - set(headings) <= {"EXAMPLES"}
    assert function in text.split(".SH SYNOPSIS")[0].split(".SH NAME")[1]


def test_only_isolde_space_of_may_be_called_in_a_signal_handler() -> None:
    """As the header says; whoever promises it for another function changes both."""
    safe = [page.stem for page in _pages() if "Async-signal safety: AS-Safe" in page.read_text()]
    assert safe == ["isolde_space_of"]


@pytest.mark.parametrize("page", _pages(), ids=lambda page: str(page.name))
def test_mandoc_and_groff_find_nothing_wrong(page: Path) -> None:
    lint = [require_tool("mandoc"), "-T", "lint", "-W", "warning", str(page)]
    said = subprocess.run(lint, capture_output=True, text=True, check=False).stdout.splitlines()
    # A page belongs to a version, which .TH names; a date would have to be kept by hand.
    assert [line for line in said if "missing date" not in line] == []
    check = [require_tool("groff"), "-man", "-ww", "-z", "-Tutf8", "-K", "utf-8", str(page)]
    assert subprocess.run(check, capture_output=True, text=True, check=False).stderr == ""
