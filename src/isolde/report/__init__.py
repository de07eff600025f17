"""How facts are shown: tables, JSON and error lines.

In a terminal, tables have lines and colours (rich, imported only then); in a pipe they are plain
columns.  Every command's facts are also available as JSON, which never depends on where it goes.
"""

from isolde.report._colour import painter
from isolde.report._json import print_json
from isolde.report._message import print_error, print_note
from isolde.report._output import OutputError, print_bytes, print_text
from isolde.report._progress import ProgressBar
from isolde.report._table import print_table

__all__ = [
    "OutputError",
    "ProgressBar",
    "painter",
    "print_bytes",
    "print_error",
    "print_json",
    "print_note",
    "print_table",
    "print_text",
]
