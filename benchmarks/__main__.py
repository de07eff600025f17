"""Runs the benchmarks: prints one table, writes benchmarks/results/latest.json.

The machine may be slow or shared: trust the ratios, which are made of pairs taken alternately,
not the times.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.curves import curves, lines
from benchmarks.measure import LeftOut, Row
from benchmarks.pictures import RESULTS, draw
from benchmarks.rows import ALL
from tests.toolchain import MissingToolError, libisolde

SCALE = "scale"
_WIDTH = 64


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    models = [
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    compiler = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True)
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": f"{len(models)} x {models[0] if models else 'unknown'}",
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()),
        "compiler": compiler.stdout.splitlines()[0],
        "python": platform.python_version(),
        "load": f"{os.getloadavg()[0]:.1f} at the start",
    }


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value >= 0.01 else f"{value:.1g}"


def _line(row: Row) -> str:
    spread = f"({_ratio(row.ratio_low)} to {_ratio(row.ratio_high)})"
    figures = f"{row.ours:12,.1f} {row.peer:12,.1f} {row.unit:4}"
    return f"{row.name:{_WIDTH}} {figures} {_ratio(row.ratio):>6} {spread:18} {row.against}"


def table_line(row: Row) -> str:
    """A row as figures.md has it."""
    unit = f" {row.unit}" if row.unit else ""
    figures = f"{row.ours:,.1f}{unit} | {row.peer:,.1f}{unit}"
    spread = f"{_ratio(row.ratio_low)} to {_ratio(row.ratio_high)}"
    return f"| {row.name} | {row.against} | {figures} | **{_ratio(row.ratio)}** | {spread} |"


@dataclass
class Measured:
    """Rows, and for each name without: why it was left out, or what failed."""

    rows: list[Row] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def measured(names: Iterable[str], effort: int, show: Callable[[Row], str]) -> Measured:
    """Measure the rows of these names; print each, and what is missing."""
    told = Measured()
    for name in names:
        try:
            made = ALL[name](effort)
        except (LeftOut, MissingToolError) as reason:
            told.left_out[name] = str(reason)
            print(f"{name}: left out, {reason}", flush=True)
        except (RuntimeError, subprocess.CalledProcessError) as error:
            told.failed[name] = str(error)
            print(f"{name}: failed, {error}", flush=True)
        else:
            told.rows += made
            print(*map(show, made), sep="\n", flush=True)
    return told


def _draw() -> int:
    try:
        print(*draw(), sep="\n")
    except LeftOut as reason:
        print(f"no pictures: {reason}", file=sys.stderr)
        return 1
    return 0


def _known(name: str) -> str:
    if name not in (*ALL, SCALE):
        raise argparse.ArgumentTypeError(f"no rows {name!r}; there are {', '.join([*ALL, SCALE])}")
    return name


def main(arguments: Sequence[str]) -> int:
    """Measure what the command line names, or everything."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--effort", type=int, default=3, help="multiplies the number of samples")
    parser.add_argument("--markdown", action="store_true", help="print rows for figures.md")
    parser.add_argument("--pictures", action="store_true", help="draw the pictures of docs/, too")
    everything = ", ".join([*ALL, SCALE])
    parser.add_argument("row", nargs="*", type=_known, help=f"default: all of {everything}")
    options = parser.parse_args(arguments)
    facts = machine()
    print(", ".join(facts.values()))
    show = table_line if options.markdown else _line
    print(
        f"{'':{_WIDTH}} {'isolde':>12} {'peer':>12} {'unit':4} {'ratio':>6} {'(quartiles)':18} peer"
    )
    names = options.row or [*ALL, SCALE]
    told = measured([name for name in names if name != SCALE], options.effort, show)
    followed = curves(options.effort) if SCALE in names else []
    print(*lines(followed), sep="\n")
    result = {
        "machine": facts,
        "library": libisolde().name,
        "rows": [row.facts() for row in told.rows],
        "left_out": told.left_out,
        "failed": told.failed,
        "curves": [curve.facts() for curve in followed],
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    drawn = _draw() if options.pictures else 0
    return 1 if told.failed else drawn


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
