"""What `isolde readelf` does, once its words are read; without typer, which takes longer."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from isolde.binutils.readelf import Displays

# What -e and -a stand for.
_HEADERS = ("header", "segments", "sections")
_EVERYTHING = (
    *(*_HEADERS, "groups", "dynamic", "symbols", "dynamic_symbols", "relocations", "unwind"),
    *("versions", "notes", "histogram"),
)


def display(
    files: Sequence[str],
    *,
    everything: bool = False,
    headers: bool = False,
    hex_dumps: Sequence[str] = (),
    string_dumps: Sequence[str] = (),
    demangled: bool = False,
    wide: bool = False,
    as_json: bool = False,
    **displays: bool,
) -> int:
    """Print the DISPLAYS of FILES; EVERYTHING and HEADERS: those of -a and -e.

    Returns:
        The exit status: 1 if anything is wrong with the files.
    """
    from isolde.binutils.readelf import Displays, Subject, facts_of, text_of
    from isolde.cli._inputs import Report

    asked = Displays(
        **_with_whole(displays, everything=everything, headers=headers),
        hex_dumps=tuple(hex_dumps),
        string_dumps=tuple(string_dumps),
    )
    _check(files, asked)
    readable = _readable if demangled else None
    report = Report("" if as_json else "\nFile: {}")
    for each, file in report.inputs(files):
        subject = Subject(file, is_wide=wide, demangled=readable)
        if as_json:
            report.add(each, facts_of(subject, asked))
        else:
            report.write(text_of(subject, asked))
        report.tell(subject.faults)
    return report.finish(as_json=as_json)


def _with_whole(displays: dict[str, bool], *, everything: bool, headers: bool) -> dict[str, bool]:
    names = _EVERYTHING if everything else _HEADERS if headers else ()
    whole = displays | dict.fromkeys(names, True)
    return whole | {"sections": whole.get("sections", False) or whole.get("details", False)}


def _check(files: Sequence[str], asked: Displays) -> None:
    from isolde.cli._errors import MisuseError

    if asked.are_none:
        raise MisuseError(
            f"say what to display of {files[0]}: -h (header), -S (sections), -l (segments), -s"
            " (symbols), -d (dynamic section), -r, -n, -V … or -a for all"
        )


def _readable(name: str) -> str:
    from isolde.demangle import demangle

    return demangle(name) or name
