"""The order of loading and of constructors, of files that one process opens one after another."""

from __future__ import annotations

from isolde.diagnose.subject import open_file
from isolde.record import NamedTuple
from isolde.resolve.closure import Closure, LoadedObject
from isolde.resolve.order import Cycle
from isolde.resolve.system import System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Step(NamedTuple):
    """One object and its places.

    load: its place in the order of loading, 1 for the first.
    init: its place in the order of constructors; None for one that is never initialised.
    object: the object.
    """

    load: int
    init: int | None
    object: LoadedObject


class Order(NamedTuple):
    """The orders.

    closure: the objects, and what is missing.
    steps: every object, in the order of loading.
    first: the object whose constructors DF_1_INITFIRST puts before all others, or None.
    cycles: objects that need each other, whose constructors run in no order that their makers
        could rely on.
    """

    closure: Closure
    steps: tuple[Step, ...]
    first: LoadedObject | None
    cycles: tuple[Cycle, ...]


def loading_order(words: Sequence[str], system: System) -> Order:
    """Return the order in which one process loads the files that WORDS mean.

    Args:
        words: paths, or names that are searched for; each is opened after the one before.  If the
            first is a program, it is the process's.
        system: where.

    Raises:
        OSError: a file cannot be opened.
        ElfError: one is no ELF file, or malformed.
        SubjectError: one is a script, an object file or a core.
    """
    closure = Closure(system)
    for word in words:
        open_file(closure, word)
    order = closure.init_order()
    places = {item: place for place, item in enumerate(order.objects, start=1)}
    steps = (Step(item.index + 1, places.get(item), item) for item in closure.objects)
    return Order(closure, tuple(steps), order.first, order.cycles)
