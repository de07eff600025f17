"""The census itself: it sees every kind of ending under both loaders, and notices a difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.census.census import Explanation, Finding, census, explanation_of, explanations
from tests.census.outcome import Outcome, read_outcome
from tests.toolchain import compile_library

SOURCES = {
    "libopens.so": "int x;",
    "libneeds.so": "int nobody_has_this(void); int f(void) { return nobody_has_this(); }",
    "libcrashes.so": "__attribute__((constructor)) void f(void) { __builtin_trap(); }",
    "libhangs.so": "__attribute__((constructor)) void f(void) { for (;;) ; }",
    "libexits.so": "void _exit(int); __attribute__((constructor)) void f(void) { _exit(5); }",
    "libends.so": "__attribute__((destructor)) void f(void) { __builtin_trap(); }",
}
EXPECTED = {
    "libopens.so": "opened",
    "libneeds.so": "refused: an undefined symbol",
    "libcrashes.so": "started, then SIGILL",
    "libhangs.so": "started, then hung",
    "libexits.so": "started, then exit 5",
    "libends.so": "opened, then SIGILL",
    "libtext.so": "refused: not a loadable file",
    "libabsent.so": "refused: a file is missing",
}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finding]:
    folder = tmp_path_factory.mktemp("census")
    for name, source in SOURCES.items():
        (folder / "source.c").write_text(source)
        compile_library(folder / name, [folder / "source.c"])
    (folder / "libtext.so").write_text("not an ELF file, but long enough to hold a header\n" * 9)
    files = [str(folder / name) for name in EXPECTED]
    return {Path(each.file).name: each for each in census(files, ["1"])}


@pytest.mark.parametrize("name", list(EXPECTED))
def test_both_loaders_endings_are_seen(findings: dict[str, Finding], name: str) -> None:
    assert findings[name].glibc.what == EXPECTED[name]
    assert findings[name].isolde.what == EXPECTED[name]


def test_every_explanation_has_a_reason() -> None:
    assert [each.files for each in explanations() if len(each.why) < 20] == []


def test_an_explanation_covers_only_the_outcomes_it_names() -> None:
    known = [Explanation("*/liba.so", "because", glibc="opened", isolde="refused: *")]
    refused, opened = Outcome("refused: an undefined symbol"), Outcome("opened")
    assert explanation_of(Finding("/x/liba.so", opened, refused), known)
    assert not explanation_of(Finding("/x/liba.so", refused, opened), known)
    assert not explanation_of(Finding("/x/libb.so", opened, refused), known)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("libx.so: cannot open shared object file: No such file or directory", "a file is missing"),
        ("./a.so: undefined symbol: f", "an undefined symbol"),
        ("libz.so: version `Z_9' not found (required by ./a.so)", "a missing version"),
        ("a.so: cannot allocate memory in static TLS block", "no static TLS left"),
        ("a.so: invalid ELF header", "not a loadable file"),
    ],
)
def test_glibcs_messages_are_brought_to_reasons(message: str, reason: str) -> None:
    assert read_outcome(f"refused\texit 0\t0\t{message}\n") == Outcome(
        f"refused: {reason}", message
    )
