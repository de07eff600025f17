"""Words of GNU's tools that click does not read as they do, or that are not there yet."""

from __future__ import annotations

from collections.abc import Iterator

import typer
import typer.core

_DEMANGLING = {"auto": "--demangle", "gnu-v3": "--demangle", "rust": "--demangle"} | {
    "none": "--no-demangle"
}
_WITH_VALUES = ("-n", "--bytes", "-t", "--radix", "-e", "--encoding", "-s", "--output-separator")
_DWARF = "gdb and GNU's own tools read DWARF"
_TARGET = "the format is read from the file"
_RAW = "-x SECTION shows the bytes of a section"

# What GNU's tools of binutils 2.40 take and these do not, and what does instead.
LACKING = {
    "readelf": {
        **dict.fromkeys(("-A", "--arch-specific", "-R", "--relocated-dump", "--ctf"), _RAW),
        **dict.fromkeys(("-w", "--debug-dump"), _DWARF),
        **dict.fromkeys(("-c", "--archive-index"), "`isolde nm -s` shows the index of an archive"),
        **dict.fromkeys(("-L", "--lint"), "`isolde check` tells what is wrong with a file"),
    },
    "objdump": {
        **dict.fromkeys(("-S", "--source", "-l", "--line-numbers"), _DWARF),
        **dict.fromkeys(("-g", "--debugging", "-W", "--dwarf"), _DWARF),
        **dict.fromkeys(("-b", "--target", "-m", "--architecture"), _TARGET),
        **dict.fromkeys(("-z", "--disassemble-zeroes"), "-s shows zeros, too"),
    },
    "nm": {
        **dict.fromkeys(("-l", "--line-numbers"), _DWARF),
        "--synthetic": "`isolde objdump -d` names the entries of .plt",
        "--target": _TARGET,
    },
    "size": {"--target": _TARGET},
    "strings": dict.fromkeys(("-T", "--target"), _TARGET),
}


class GnuCommand(typer.core.TyperCommand):
    """A command that takes the words of the GNU tool of its name."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Click sees words that it reads; what is only GNU's is told as such."""
        tool = ctx.info_name or ""
        try:
            return super().parse_args(ctx, list(_read(tool, args)))
        except Exception as error:
            option = getattr(error, "option_name", None)
            instead = LACKING.get(tool, {}).get(option or "")
            if instead is None:
                raise
            from isolde.cli._errors import MisuseError

            raise MisuseError(
                f"{option} is an option of GNU {tool} that is not there yet: {instead};"
                f" `isolde {tool} --help` lists those that are"
            ) from None


def _read(tool: str, words: list[str]) -> Iterator[str]:
    """The WORDS of a command line of TOOL as click reads them."""
    end = words.index("--") if "--" in words else len(words)
    for place, word in enumerate(words[:end]):
        name, equals, value = word.partition("=")
        is_value = tool == "strings" and place > 0 and words[place - 1] in _WITH_VALUES
        if tool == "strings" and not is_value and word[:1] == "-" and word[1:].isdecimal():
            yield f"--bytes={word[1:]}"
        elif tool in ("nm", "readelf", "objdump") and name == "--demangle" and equals:
            yield _demangling(value)
        elif tool == "objdump" and name == "--disassemble" and equals:
            yield f"--disassemble-symbol={value}"
        else:
            yield word
    yield from words[end:]


def _demangling(style: str) -> str:
    from isolde.cli._inputs import one_of

    return _DEMANGLING[one_of("--demangle", style, _DEMANGLING)]
