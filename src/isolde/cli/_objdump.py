"""What `isolde objdump` does, once its words are read; without typer, which takes longer."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isolde.binutils.inputs import Input
    from isolde.binutils.objdump.displays import Displays
    from isolde.binutils.objdump.view import View
    from isolde.cli._inputs import Report
    from isolde.elf import File

_SYNTAXES = ("att", "intel")
_MOST = (1 << 64) - 1


def dump(
    files: Sequence[str],
    *,
    everything: bool = False,
    only: Sequence[str] = (),
    start: str | None = None,
    stop: str | None = None,
    options: Sequence[str] = (),
    bare: bool = False,
    function: str = "",
    demangled: bool = False,
    wide: bool = False,
    as_json: bool = False,
    **displays: bool,
) -> int:
    """Print the DISPLAYS of FILES; EVERYTHING: those of -x, FUNCTION: the code of that symbol.

    Returns:
        The exit status: 1 if anything is wrong with the files.
    """
    from isolde.binutils.objdump.displays import ALL_HEADERS, Displays
    from isolde.cli._inputs import Report

    if everything:
        displays |= dict.fromkeys(ALL_HEADERS, True)
    if function:
        displays["code"] = True
    asked = Displays(**displays, raw=not bare, syntax=_syntax(options), function=function)
    _check(files, asked)
    report = Report("")
    first, last = _address("--start-address", start), _address("--stop-address", stop)
    seen: set[str] = set()
    for each, file in _titled(report, files, quiet=as_json):
        view = _view(each, file, asked, only, first, last, wide=wide, demangled=demangled)
        seen.update(section.name for section in view.sections)
        _show(report, each, view, asked, as_json=as_json)
    report.tell(f"no file has a section {name!r} (-j)" for name in only if name not in seen)
    return report.finish(as_json=as_json)


def _check(files: Sequence[str], asked: Displays) -> None:
    from isolde.cli._errors import MisuseError

    if asked.are_none:
        raise MisuseError(
            f"say what to display of {files[0]}: -f (header), -h (sections), -p (segments and"
            " dynamic section), -t or -T (symbols), -r or -R (relocations), -s (bytes), -d (code),"
            " or -x for all headers"
        )
    if asked.code or asked.all_code:
        from isolde.binutils.objdump.decoder import check_installed

        check_installed()


def _syntax(options: Sequence[str]) -> str:
    from isolde.cli._errors import MisuseError

    chosen = [word for option in options for word in option.split(",")]
    for word in chosen:
        if word not in _SYNTAXES:
            raise MisuseError(f"-M '{word}': say {' or '.join(_SYNTAXES)}")
    return chosen[-1] if chosen else _SYNTAXES[0]


def _address(option: str, text: str | None) -> int | None:
    from isolde.cli._errors import MisuseError

    if text is None:
        return None
    try:
        value = int(text, 0)
    except ValueError:
        value = -1
    if not 0 <= value <= _MOST:
        raise MisuseError(f"{option} '{text}': say an address, such as 0x1130")
    return value


def _titled(report: Report, files: Sequence[str], *, quiet: bool) -> Iterator[tuple[Input, File]]:
    """The inputs in FILES; each archive's name is told before its members."""
    for path in files:
        if not quiet and _is_archive(path):
            report.write([f"In archive {path}:"])
        yield from report.inputs([path])


def _is_archive(path: str) -> bool:
    from isolde.binutils.inputs import begins_as_archive

    try:
        return begins_as_archive(path)
    except OSError:
        return False  # told when its inputs are asked for


def _view(
    each: Input,
    file: File,
    asked: Displays,
    only: Sequence[str],
    start: int | None,
    stop: int | None,
    *,
    wide: bool,
    demangled: bool,
) -> View:
    from isolde.binutils.objdump.view import View

    readable = None
    if demangled:
        from isolde.demangle import demangle

        def readable(name: str) -> str:
            return demangle(name) or name

    return View(
        file,
        name=each.path if each.member is None else each.member,
        is_wide=wide,
        only=tuple(only),
        start=start,
        stop=stop,
        unpacked=not asked.contents,
        demangled=readable,
    )


def _show(report: Report, each: Input, view: View, asked: Displays, *, as_json: bool) -> None:
    from isolde.binutils.objdump.decoder import UnknownMachineError
    from isolde.binutils.objdump.displays import facts_of, text_of

    try:
        if as_json:
            report.add(each, facts_of(view, asked))
        else:
            report.write(text_of(view, asked, each.archived))
    except UnknownMachineError as error:
        view.tell(f"{each.name}: {error}")
    report.tell(view.faults)
