"""`isolde why`: what a symbol is bound to, who else has it, and why that one won.

from isolde.diagnose.why import why
from isolde.resolve.system import System
for asked in why(System(), "malloc", "/usr/bin/gdb").asked:
print(asked.asker, asked.bound)
"""

from isolde.diagnose.why.answer import why
from isolde.diagnose.why.difference import Change, changes, is_document, text_of_changes
from isolde.diagnose.why.document import document_of
from isolde.diagnose.why.facts import Asked, Definer, InSpace, Setting, Step, Why
from isolde.diagnose.why.text import text_of

__all__ = [
    "Asked",
    "Change",
    "Definer",
    "InSpace",
    "Setting",
    "Step",
    "Why",
    "changes",
    "document_of",
    "is_document",
    "text_of",
    "text_of_changes",
    "why",
]
