"""Command lines that are read without typer, whose import takes longer than these commands' work.

A row of `QUICK` says which plain words a command understands: files, flags, options with a value.
Any other word (help, a misspelt option, an option that may come twice) is left to typer, and so is
whatever goes wrong: the command itself meets it again and tells it.  So both ways give the same
result.
"""

from __future__ import annotations

import os
import sys

from isolde.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Quick(NamedTuple):
    """How a command's plain words are read.

    module, function: what does the work: called with the files and, by name, with what the options
        say; it returns the exit status.
    flags: the parameter that each option without a value sets to True.
    values: the parameter of each option with a value.
    """

    module: str
    function: str
    flags: Mapping[str, str]
    values: Mapping[str, str]


_JSON = {"--json": "as_json"}
_ROOT = {"--root": "root"}
QUICK = {
    "tree": Quick(
        "isolde.cli._tree",
        "print_trees",
        {
            "-a": "every",
            "--all": "every",
            "-v": "verbose",
            "--verbose": "verbose",
            "--dot": "dot",
            **_JSON,
        },
        _ROOT,
    ),
    "readelf": Quick(
        "isolde.cli._readelf",
        "display",
        {
            "-a": "everything",
            "-e": "headers",
            "-h": "header",
            "-l": "segments",
            "-S": "sections",
            "-t": "details",
            "-g": "groups",
            "-d": "dynamic",
            "-s": "symbols",
            "--dyn-syms": "dynamic_symbols",
            "-r": "relocations",
            "-u": "unwind",
            "-V": "versions",
            "-n": "notes",
            "-I": "histogram",
            "-D": "image",
            "-W": "wide",
            "-C": "demangled",
            **_JSON,
        },
        {},
    ),
    "objdump": Quick(
        "isolde.cli._objdump",
        "dump",
        {
            "-a": "archive_headers",
            "-f": "file_header",
            "-p": "private_headers",
            "-h": "section_headers",
            "-x": "everything",
            "-t": "symbols",
            "-T": "dynamic_symbols",
            "-r": "relocations",
            "-R": "dynamic_relocations",
            "-s": "contents",
            "-d": "code",
            "-D": "all_code",
            "-C": "demangled",
            "-w": "wide",
            "--no-show-raw-insn": "bare",
            **_JSON,
        },
        {},
    ),
    "order": Quick("isolde.cli._order", "print_order", _JSON, _ROOT),
    "check": Quick(
        "isolde.cli._check",
        "print_checks",
        {"--strict": "strict", **_JSON},
        {"--host": "host", **_ROOT},
    ),
    "nm": Quick(
        "isolde.cli._nm",
        "list_symbols",
        {
            "-D": "dynamic",
            "--dynamic": "dynamic",
            "-C": "demangle",
            "--demangle": "demangle",
            "-S": "sizes",
            "--print-size": "sizes",
            "-u": "undefined_only",
            "--undefined-only": "undefined_only",
            "--defined-only": "defined_only",
            "-g": "external_only",
            "--extern-only": "external_only",
            "-W": "no_weak",
            "--no-weak": "no_weak",
            "-a": "debugging",
            "--debug-syms": "debugging",
            "--special-syms": "special",
            "-n": "by_address",
            "-v": "by_address",
            "--numeric-sort": "by_address",
            "--size-sort": "by_size",
            "-p": "unsorted",
            "--no-sort": "unsorted",
            "-r": "reverse",
            "--reverse-sort": "reverse",
            "-A": "file_names",
            "-o": "file_names",
            "--print-file-name": "file_names",
            "-P": "posix",
            "--portability": "posix",
            "-j": "just_symbols",
            "--just-symbols": "just_symbols",
            "-s": "index",
            "--print-armap": "index",
            "--quiet": "quiet",
            **_JSON,
        },
        {"-f": "form", "--format": "form", "-t": "radix", "--radix": "radix"},
    ),
    "ldd": Quick(
        "isolde.cli._ldd",
        "print_loadings",
        {
            "-v": "verbose",
            "--verbose": "verbose",
            "-d": "data",
            "--data-relocs": "data",
            "-r": "functions",
            "--function-relocs": "functions",
            "-u": "unused",
            "--unused": "unused",
            **_JSON,
        },
        _ROOT,
    ),
}


def run_quickly(words: Sequence[str]) -> int | None:
    """Do what WORDS, the command line without the program's name, say, if they are plain.

    Returns:
        The exit status; None: nothing has been done, and typer is to read them.
    """
    command = QUICK.get(words[0]) if words else None
    if command is None or "_ISOLDE_COMPLETE" in os.environ:
        return None
    read = read_words(command, words[1:])
    return None if read is None else _run(command, *read)


def read_words(
    command: Quick, words: Sequence[str]
) -> tuple[list[str], dict[str, str | bool]] | None:
    """Return the files and parameters that WORDS mean to COMMAND; None: they are not plain."""
    files: list[str] = []
    parameters: dict[str, str | bool] = {}
    waiting = iter(words)
    for word in waiting:
        if word in command.flags:
            parameters[command.flags[word]] = True
        elif joined := _joined(command, word):
            parameters |= dict.fromkeys(joined, True)
        elif not word.startswith("-"):
            files.append(word)
        else:
            name, equals, value = word.partition("=")
            value = value if equals else next(waiting, "-")
            if name not in command.values or value.startswith("-"):
                return None
            parameters[command.values[name]] = value
    return (files, parameters) if files else None


def _joined(command: Quick, word: str) -> list[str]:
    """The parameters of several flags in one WORD ("-hSW"); none where it is something else."""
    letters = word[1:] if word.startswith("-") and not word.startswith("--") else ""
    names = [command.flags.get(f"-{letter}", "") for letter in letters]
    return names if all(names) else []


def _run(command: Quick, files: list[str], parameters: dict[str, str | bool]) -> int | None:
    import gc

    from isolde.report import OutputError

    gc.set_threshold(100_000)  # nothing of so short a process is worth collecting
    try:
        work = getattr(_module(command.module), command.function)
        status: int = work(files, **parameters)
    except KeyboardInterrupt:
        from isolde.cli._main import INTERRUPTED

        return INTERRUPTED
    except OutputError as error:
        from isolde.cli._main import end_without_output

        end_without_output(error)
    except Exception:
        return None
    return status


def _module(name: str) -> object:
    __import__(name)
    return sys.modules[name]
