"""What `isolde order` does, once its words are read."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from isolde.diagnose.order import Order


def print_order(files: Sequence[str], *, root: str = "", as_json: bool = False) -> int:
    """Print the orders, and on standard error what is missing, first, and what is in a circle.

    Returns:
        The exit status: 1 if anything is missing.
    """
    from isolde.cli._files import print_missing, system_of
    from isolde.diagnose.order import loading_order

    order = loading_order(files, system_of(root))
    status = print_missing(order.closure.missing, order.closure)
    if as_json:
        from isolde.diagnose.order.document import order_document
        from isolde.report import print_json

        print_json(order_document(order))
    else:
        _print(order)
    return status


def _print(order: Order) -> None:
    from isolde.diagnose.order.text import COLUMNS, remarks, rows
    from isolde.report import print_table, print_text

    print_table(COLUMNS, rows(order))
    told = remarks(order)
    if told:
        print_text("\n".join(told) + "\n")
