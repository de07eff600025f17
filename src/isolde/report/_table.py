"""Tables on standard output."""

from __future__ import annotations

import sys

from isolde.report._output import print_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str | None = None
) -> None:
    """Prints ROWS under COLUMNS; a cell is shown by `str`."""
    cells = [[str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _print_rich(columns, cells, title)
    else:
        print_text(_plain(columns, cells, title))


def _plain(columns: Sequence[str], rows: list[list[str]], title: str | None) -> str:
    """Columns as wide as their widest cell, two spaces apart, nothing after the last."""
    lines = [list(columns), *rows]
    widths = [max(len(line[position]) for line in lines) for position in range(len(columns))]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([title, *text] if title else text) + "\n"


def _print_rich(columns: Sequence[str], rows: list[list[str]], title: str | None) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in columns:
        table.add_column(name, overflow="fold")  # a cell cut short would hide facts
    for row in rows:
        table.add_row(*(Text(_showable(cell)) for cell in row))
    Console().print(table)


def _showable(cell: str) -> str:
    r"""CELL with "\xff" for a byte that is no UTF-8, which a terminal could not show either."""
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
