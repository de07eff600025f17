"""`isolde ar`: libraries of object files, made, changed and looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from isolde.cli._json import AsJson
from isolde.cli._version import Version

if TYPE_CHECKING:
    from isolde.binutils.ar import Change, Contents
    from isolde.cli._ar_line import ArLine
    from isolde.elf.archive import Archive, Member

# The letters may stand without a dash, and a dash does not make options of them.
CONTEXT = {"ignore_unknown_options": True}


def ar(
    words: Annotated[
        list[str],
        typer.Argument(metavar="LETTERS [MEMBER] [COUNT] ARCHIVE [FILE...]", help="What to do."),
    ],
    thin: Annotated[
        bool, typer.Option("--thin", help="Make a thin archive, which only names its files (T).")
    ] = False,
    output: Annotated[
        str, typer.Option("--output", metavar="DIR", help="Extract into this folder.")
    ] = ".",
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Make, change and read archives of object files.

    \b
    One of these letters says what to do:
      r  replace members by files, or add them     q  add files at the end
      d  delete members                            m  move members to the end
      t  list members                              p  print members
      x  extract members into files                s  write the symbol index anew
    These say how:
      c  no note when the archive is made          u  replace only by newer files (with U)
      s  with a symbol index (usual)               S  without
      D  no times and owners (usual)               U  with times and owners
      a, b or i  after or before MEMBER            N  the COUNTth member of a name (with d, x)
      T  thin    P  full paths    o  keep times (with x)    O  offsets (with t)    v  tell more

    \b
    isolde ar rcs libshapes.a circle.o square.o
    isolde ar t libshapes.a
    """  # noqa: D301 (\b keeps the lines as they are)
    from isolde.cli._ar_line import read_line

    line = read_line(words, thin=thin)
    if line.operation in "tpx":
        _read(line, output, as_json=as_json)
    else:
        _change(line, as_json=as_json)


def _read(line: ArLine, output: str, *, as_json: bool) -> None:
    from isolde.binutils.ar import Change, extract, selected
    from isolde.cli._errors import FaultError
    from isolde.elf.archive import Archive
    from isolde.report import print_bytes, print_text

    with Archive(line.archive) as archive:
        _refuse_reading(line, archive, as_json=as_json)
        missing, found, changes = [], [], []
        for member in selected(archive, line.files, line.options):
            if isinstance(member, str):
                missing.append(member)
                continue
            found.append(member)
            if line.operation == "x":
                extract(member, archive, output, keep_times="o" in line.modifiers)
                changes.append(Change("extracted", member.name))
            if line.operation == "p":
                print_text(f"\n<{member.name}>\n\n" if line.is_verbose else "")
                print_bytes(member.data)
        _tell(line, archive, found, changes, as_json=as_json)
        if missing:
            raise FaultError(f"{line.archive} has no member {', '.join(missing)}")


def _refuse_reading(line: ArLine, archive: Archive, *, as_json: bool) -> None:
    from isolde.cli._errors import FaultError, MisuseError

    if line.operation == "p" and as_json:
        raise MisuseError("p prints the members themselves; --json goes with t")
    if line.operation == "x" and archive.is_thin:
        raise FaultError(
            f"{line.archive} is a thin archive: its members are files already, `isolde ar t` "
            "lists them"
        )


def _tell(
    line: ArLine, archive: Archive, found: list[Member], changes: list[Change], *, as_json: bool
) -> None:
    from isolde.report import print_json, print_text

    if as_json:
        from isolde.binutils.ar import facts_of

        print_json(facts_of(archive, found, changes))
    elif line.operation == "t":
        from isolde.binutils.ar import listing

        print_text(listing(found, verbose=line.is_verbose, offsets="O" in line.modifiers))
    elif line.operation == "x" and line.is_verbose:
        print_text("".join(f"x - {change.name}\n" for change in changes))


def _change(line: ArLine, *, as_json: bool) -> None:
    from isolde.binutils.ar import Contents, change_line, facts_of
    from isolde.elf.archive import Archive
    from isolde.report import print_json, print_note, print_text

    contents = Contents(line.archive, line.options)
    _check_there(line, contents)
    operations = {
        "r": contents.replace,
        "q": contents.append,
        "d": contents.delete,
        "m": contents.move,
    }
    if line.operation in operations:
        operations[line.operation](line.files)
    contents.write()
    if contents.is_created and "c" not in line.modifiers:
        print_note(f"isolde ar made {line.archive}")
    if as_json:
        with Archive(line.archive) as archive:
            print_json(facts_of(archive, archive.members, contents.changes))
    elif line.is_verbose:
        print_text("".join(change_line(change) for change in contents.changes))


def _check_there(line: ArLine, contents: Contents) -> None:
    from errno import ENOENT
    from os import strerror

    if contents.is_created and line.operation not in "rq":
        raise OSError(ENOENT, strerror(ENOENT), line.archive)
