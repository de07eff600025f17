"""Runs the experiment with lazily relocated pages, and prints its tables.

    python -m benchmarks.experiments.lazy_pages [--rounds N]

docs/explanation/lazy-page-relocation.md tells what came of it.
"""

from __future__ import annotations

import argparse

from benchmarks.experiments.lazy_pages.experiment import (
    LIBRARIES,
    REFILLS,
    WAYS,
    Costs,
    RefusedError,
    Use,
    cold,
    costs,
    hazards,
    uses,
)


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _head(*names: str) -> None:
    print(_row(*names))
    print(_row("---", *("---:" for _ in names[1:])))


def _measure(ways: tuple[str, ...], library: str, rounds: int) -> dict[str, Costs]:
    found = {}
    for way in ways:
        try:
            found[way] = costs(way, library, rounds)
        except RefusedError as refusal:
            print(f"{way}: {refusal}")
    return found


def _print_costs(library: str, measured: dict[str, Costs]) -> None:
    print(f"\n{library}\n")
    _head(
        *("way", "open, µs", "eagerly, µs", "touch, µs", "write, µs", "close, µs"),
        *("idle, KiB", "used, KiB", "mappings", "half touched"),
    )
    for way, figures in measured.items():
        cells = [
            f"{figures['open'][0]:.1f}",
            f"{figures['open'][1]:.1f}",
            f"{figures['first touch of a page'][0]:.2f}",
            f"{figures['first write to a page'][0]:.2f}",
            f"{figures['close, all touched'][0]:.1f}",
            *(
                f"{figures[name][0]:.0f}"
                for name in (
                    "private, idle",
                    "private, all touched",
                    "mappings, idle",
                    "mappings, every other page touched",
                )
            ),
        ]
        print(_row(way, *cells))


def _print_use(use: Use, measured: dict[str, Costs]) -> None:
    """What opening and using costs by each way, against eagerly, from the figures of both."""
    ratios = []
    for way, figures in measured.items():
        made = use.in_blocks if "16 pages" in way else use.touched
        ours, peer = (
            figures["open"][side]
            + (made if side == 0 else use.touched) * figures["first touch of a page"][side]
            + use.changed * figures["first write to a page"][side]
            for side in (0, 1)
        )
        ratios.append(f"{ours / peer:.2f}")
    print(_row(use.phase, use.touched, use.pages, use.changed, use.in_blocks, *ratios))


def main() -> None:
    """Measure each way on each library, then ask what breaks."""
    parser = argparse.ArgumentParser(prog="lazy_pages", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, help="copies opened by each way")
    rounds = parser.parse_args().rounds
    for library in LIBRARIES:
        refilled = _measure(REFILLS, library, rounds)
        measured = _measure(WAYS, library, rounds)
        _print_costs(library, refilled | measured)
        print("\npages touched, and open plus touches against eagerly\n")
        _head("after", "touched", "of", "changed", "in blocks of 16", *measured)
        try:
            for use in uses(library):
                _print_use(use, measured)
        except RefusedError as refusal:
            print(f"not known: {refusal}")
    print("\nto write a page, µs: {} in memory, {} in a cache".format(*cold(60_000)))
    print("\nwho meets a page that was not touched yet\n")
    answers = {way: hazards(way, "libcrypto.so.3") for way in ("populated", *WAYS)}
    _head("question", *answers)
    for question in answers["populated"]:
        print(_row(question, *(answers[way][question] for way in answers)))


if __name__ == "__main__":
    main()
