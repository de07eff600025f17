"""`isolde check`: whether a file can be loaded, why not, and what mends it.  Nothing is executed.

from isolde.diagnose.check import Checker
from isolde.resolve.system import System
for finding in Checker(System()).check("/usr/bin/gdb").findings:
    print(finding.severity, finding.message, finding.fixes)
"""

from isolde.diagnose.check.checking import Checker
from isolde.diagnose.check.document import document_of
from isolde.diagnose.check.facts import (
    FAULT,
    WARNING,
    Finding,
    Needed,
    Provider,
    Report,
    SymbolFact,
)
from isolde.diagnose.check.text import text_of

__all__ = [
    "FAULT",
    "WARNING",
    "Checker",
    "Finding",
    "Needed",
    "Provider",
    "Report",
    "SymbolFact",
    "document_of",
    "text_of",
]
