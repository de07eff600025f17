"""The reference leaves nothing out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import isolde
from isolde.cli._main import COMMANDS
from isolde.engine import FunctionManifest, Manifest
from isolde.gateway.application import ROUTES
from tests.toolchain import REPOSITORY
from tests.unit.house.sources import HEADER

DOCS = REPOSITORY / "docs"
REFERENCE = DOCS / "reference"
_LINK = re.compile(r"\]\(([^)#\s]+\.md)")
_ANCHOR = re.compile(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)")
_OPTION = re.compile(r"^  (?:-\w, )?(--[a-z-]+)", re.MULTILINE)


def _headings(page: str) -> str:
    text = (REFERENCE / page).read_text()
    return "\n".join(line for line in text.splitlines() if line.startswith("#"))


def _words(page: str) -> set[str]:
    return set(re.findall(r"[\w.-]+", (REFERENCE / page).read_text()))


def test_every_function_of_the_header_has_a_heading() -> None:
    functions = re.findall(r"^ISOLDE_API\b[^;]*?(\w+)\([^;]*\);", HEADER.read_text(), re.MULTILINE)
    headings = _headings("c-api.md")
    assert functions
    assert [name for name in functions if f"`{name}`" not in headings] == []


def test_every_error_code_has_a_heading() -> None:
    codes = re.findall(r"\bISOLDE_E[A-Z]+\b", HEADER.read_text())
    headings = _headings("errors.md")
    assert codes
    assert [code for code in codes if f"`{code}`" not in headings] == []


def test_every_public_name_of_the_package_is_described() -> None:
    assert set(isolde.__all__) - _words("python.md") == set()


def test_every_public_member_of_space_library_and_image_is_described() -> None:
    members = {
        name
        for kind in (isolde.Space, isolde.Library)
        for name in vars(kind)
        if not name.startswith("_")
    }
    fields = set(isolde.Image.__dataclass_fields__)
    assert (members | fields) - _words("python.md") == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_described(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "isolde.cli", command, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    text = (REFERENCE / "command-line.md").read_text()
    section = text.split(f"## isolde {command}\n", 1)[1].split("\n## ", 1)[0]
    options = set(_OPTION.findall(done.stdout)) - {"--help", "--version"}
    assert options
    assert [option for option in options if f"`{option}" not in section] == []


def test_every_key_of_the_manifest_is_described() -> None:
    keys = {
        each.name for kind in (Manifest, FunctionManifest) for each in msgspec.structs.fields(kind)
    }
    assert keys - _words("manifest.md") == set()


def test_every_route_has_a_heading() -> None:
    headings = _headings("http.md")
    assert [route for route in ROUTES if f"`{route}`" not in headings] == []


def test_the_index_leads_to_every_page() -> None:
    index = DOCS / "index.md"
    linked = {(DOCS / link).resolve() for link in _LINK.findall(index.read_text())}
    pages = {page.resolve() for page in DOCS.rglob("*.md")} - {index.resolve()}
    assert sorted(str(page.relative_to(DOCS)) for page in pages - linked) == []


def test_every_link_to_a_heading_leads_to_one() -> None:
    dead = [
        f"{page.relative_to(DOCS)}: {link}#{anchor}"
        for page in DOCS.rglob("*.md")
        for link, anchor in _ANCHOR.findall(page.read_text())
        if anchor not in _anchors((page.parent / link).resolve() if link else page)
    ]
    assert dead == []


def _anchors(page: Path) -> set[str]:
    """The names by which GitHub's Markdown lets one link to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_rule_of_the_loader_named_in_a_page_exists() -> None:
    unknown = [
        f"{page.name}: {name}"
        for page in DOCS.rglob("*.md")
        for name in re.findall(r"tests/cases/(\d{3}\w+)", page.read_text())
        if not (REPOSITORY / "tests" / "cases" / name).is_dir()
    ]
    assert unknown == []


def test_the_table_of_commands_lists_them_as_help_does() -> None:
    page = (REFERENCE / "command-line.md").read_text()
    assert re.findall(r"^\| \[`(\w+)`\]\(#isolde-\w+\) ", page, re.MULTILINE) == list(COMMANDS)
