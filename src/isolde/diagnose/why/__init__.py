"""`isolde why`: what a symbol is bound to, who else has it, and why that one won.

from isolde.diagnose.why import why
from isolde.resolve.system import System
for asked in why(System(), "malloc", "/usr/bin/gdb").asked:
print(asked.asker, asked.bound)
"""

from isolde.diagnose.why.answer import why
from isolde.diagnose.why.difference import Change, Comparison, compare, is_document
from isolde.diagnose.why.difference_text import document_of_comparison, text_of_comparison
from isolde.diagnose.why.document import document_of
from isolde.diagnose.why.facts import (
    Absent,
    Asked,
    Definer,
    Ignored,
    InSpace,
    Setting,
    Step,
    Why,
)
from isolde.diagnose.why.text import text_of

__all__ = [
    "Absent",
    "Asked",
    "Change",
    "Comparison",
    "Definer",
    "Ignored",
    "InSpace",
    "Setting",
    "Step",
    "Why",
    "compare",
    "document_of",
    "document_of_comparison",
    "is_document",
    "text_of",
    "text_of_comparison",
    "why",
]
