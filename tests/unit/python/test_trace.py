"""What ISOLDE_TRACE_LOADS writes on standard error."""

from __future__ import annotations

from pathlib import Path

from tests.unit.python.fresh_python import run_fresh

_LOADS = """
    import isolde, sys
    provider = isolde.Space("a", search_path=[sys.argv[1]])
    user = isolde.Space("b")
    user.link(provider, "libcounter.so")
    user.load(sys.argv[1] + "/libtwice.so").close()
"""


def test_every_image_is_a_line_when_it_comes_and_when_it_goes(libraries: Path) -> None:
    traced = run_fresh(_LOADS, libraries, ISOLDE_TRACE_LOADS="1")
    counter, twice = libraries / "libcounter.so", libraries / "libtwice.so"
    assert traced.stderr.splitlines() == [
        f"isolde: space 'a' maps {counter} (search_path)",
        f"isolde: space 'b' maps {twice} (path)",
        f"isolde: space 'b' takes {counter} from space 'a' (link), needed by {twice}",
        f"isolde: space 'b' unmaps {twice}",
        f"isolde: space 'b' lets go of {counter}",
        f"isolde: space 'a' unmaps {counter}",
    ]


def test_nothing_is_written_unless_asked_for(libraries: Path) -> None:
    assert run_fresh(_LOADS, libraries, ISOLDE_TRACE_LOADS="0").stderr == ""
