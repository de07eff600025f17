"""What the samples of a profile are counted for."""

from __future__ import annotations

import pytest

from benchmarks.profile import Frame, main, part_of, samples, shares

_KERNEL = "[kernel.kallsyms]"
_SCRIPT = """
\tffffffff81bda91c clear_page_erms ([kernel.kallsyms])
\tffffffff81604fa0 do_anonymous_page+0x20 ([kernel.kallsyms])
\tffffffff81000c82 asm_exc_page_fault ([kernel.kallsyms])
\te328 recipe_apply (/lib/libisolde.so)
\t1ab78 main (/usr/bin/copies (deleted))


\te328 std::locale::classic() (/usr/lib/libstdc++.so.6)

\te329 std::locale::classic() (/usr/lib/libstdc++.so.6)

\tffffffff81000c82 exit_mmap ([kernel.kallsyms])
"""


def test_a_sample_is_its_frames_with_the_files_they_are_of() -> None:
    first, *others = samples(_SCRIPT)
    assert first[1] == ("do_anonymous_page", _KERNEL)
    assert first[3:] == [("recipe_apply", "libisolde.so"), ("main", "copies (deleted)")]
    assert len(others) == 3


@pytest.mark.parametrize(
    ("frames", "part"),
    [
        ([("memset", _KERNEL), ("do_madvise", _KERNEL)], "making pages present at once"),
        ([("__mmap_region", _KERNEL), ("mmap64", "libc.so.6")], "mmap, munmap"),
        ([("recipe_apply", "libisolde.so")], "replaying relocations"),
        ([("space_new", "libisolde.so")], "the rest of Isolde"),
        ([("init", "libz.so.1.2.13")], "the library's constructors"),
        ([("_dl_main", "ld-linux-x86-64.so.2")], ""),
        ([("begin_new_exec", _KERNEL), ("load_elf_binary", _KERNEL)], ""),
        ([("syscall_return", _KERNEL)], "into the kernel and back"),
    ],
)
def test_what_a_sample_is_counted_for(frames: list[Frame], part: str) -> None:
    assert part_of(frames) == part


def test_a_page_fault_says_whose_it_was() -> None:
    assert dict(shares(_SCRIPT)) == {
        "the library's constructors": pytest.approx(200 / 3),
        "page faults: replaying relocations": pytest.approx(100 / 3),
    }


def test_a_library_that_has_no_profile_is_refused_with_those_that_have(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["libfoo.so.1"])
    assert "'libfoo.so.1' is none of libz.so.1, libstdc++.so.6" in capsys.readouterr().err
