"""The repository works wherever it stands: it names no machine's folders and no registry's host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.toolchain import REPOSITORY
from tests.unit.house.sources import tracked_files

# Written with character classes so that this file does not match itself.
_ELSEWHERE = re.compile(
    r"(?<![\w.$}>*-])/(?:roo[t]|wor[k]|hom[e]/\w+)/"
    r"|pyp[i]\.org|pythonhoste[d]\.org|npmj[s]\.|de[b]\.debian\.org|prox[y]\.golang\.org"
    r"|static\.crate[s]\.io"
)


def _named_places() -> Iterator[str]:
    for file in tracked_files():
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
            if found := _ELSEWHERE.search(line):
                yield f"{file.relative_to(REPOSITORY)}:{number}: {found.group()}"


def test_no_file_names_a_machine_or_a_registry() -> None:
    assert list(_named_places()) == []


def test_the_rule_would_notice() -> None:
    for text in ("x = '/roo" + "t/.cache'", "see py" + "pi.org/x", "/hom" + "e/me/src"):
        assert _ELSEWHERE.search(text), text
