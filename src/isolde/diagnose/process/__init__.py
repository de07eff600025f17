"""What a live process has loaded, in every link map, read from outside without stopping it.

`read_process` is the door; the facts are frozen dataclasses.  `text` and `document` render them.
"""

from isolde.diagnose.process.document import process_document, summary_document, survey_document
from isolde.diagnose.process.errors import ForbiddenError, ProcessError
from isolde.diagnose.process.facts import (
    Identity,
    LoadedObject,
    LoadedProcess,
    Namespace,
    OnDisk,
)
from isolde.diagnose.process.reading import read_process
from isolde.diagnose.process.survey import Refused, Survey, read_all_processes, read_processes
from isolde.diagnose.process.text import (
    OBJECT_COLUMNS,
    PROCESS_COLUMNS,
    STALE_COLUMNS,
    forbidden_remark,
    object_rows,
    process_row,
    remarks_on,
    stale_rows,
    stale_title,
    survey_title,
    title_of,
)

__all__ = [
    "OBJECT_COLUMNS",
    "PROCESS_COLUMNS",
    "STALE_COLUMNS",
    "ForbiddenError",
    "Identity",
    "LoadedObject",
    "LoadedProcess",
    "Namespace",
    "OnDisk",
    "ProcessError",
    "Refused",
    "Survey",
    "forbidden_remark",
    "object_rows",
    "process_document",
    "process_row",
    "read_all_processes",
    "read_process",
    "read_processes",
    "remarks_on",
    "stale_rows",
    "stale_title",
    "summary_document",
    "survey_document",
    "survey_title",
    "title_of",
]
