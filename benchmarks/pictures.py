"""Draws the pictures of docs/ from what `make bench` measured.

usage: python -m benchmarks.pictures [RESULTS.json]

The same results give the same bytes: no date, no random names.  A picture is legible on light
and on dark pages: it brings its own paper, and a style sheet that a viewer in dark mode follows.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.copies import PEERS
from benchmarks.curves import Curve, curve_of
from benchmarks.measure import LeftOut
from tests.toolchain import REPOSITORY

RESULTS = REPOSITORY / "benchmarks" / "results" / "latest.json"
PICTURES = REPOSITORY / "docs" / "explanation" / "pictures"

_INK, _FAINT, _PAPER = "#24292f", "#d0d7de", "#ffffff"
# Each colour on light paper, and what stands for it on dark.
_DARK = {
    _INK: "#e6edf3",
    _FAINT: "#3d444d",
    _PAPER: "#0d1117",
    "#d1480b": "#ff8f3f",
    "#0a66a8": "#58b4f0",
    "#0a8060": "#35d0a5",
    "#a8498a": "#e79fd0",
    "#6a6f76": "#a5adb6",
}
_COPIED = ("libz.so.1", "libstdc++.so.6")
_SHEET_STARTS = '<style type="text/css">'


@dataclass(frozen=True)
class Look:
    """How a way is drawn: told apart by its mark, too, for those who see no colours."""

    label: str
    colour: str
    mark: str
    width: float = 1.4


LOOKS = {
    "isolde": Look("Isolde", "#d1480b", "o", 2.4),
    "dlmopen": Look("dlmopen", "#0a66a8", "s"),
    "memfd": Look("dlopen of memfd copies", "#0a8060", "^"),
    "fork": Look("fork", "#a8498a", "D"),
    "posix_spawn": Look("posix_spawn", "#6a6f76", "v"),
}


@dataclass(frozen=True)
class Panel:
    """One pair of axes: a quantity of a subject, by every way that has it."""

    title: str
    quantity: str
    subject: str


@dataclass(frozen=True)
class Picture:
    """A row of panels of curves; where figures are alike, a plain scale from zero shows it."""

    name: str
    axis: str
    panels: tuple[Panel, ...]
    lowest: float = 0
    logarithmic: bool = True
    limit: tuple[float, str] | None = None


_SUBJECTS = {
    "a small library": "a small library",
    "libz.so.1": "libz",
    "a C++ module and its libstdc++": "a C++ module and its own libstdc++",
}


def _panels(quantity: str) -> tuple[Panel, ...]:
    return tuple(Panel(title, quantity, subject) for subject, title in _SUBJECTS.items())


PICTURES_OF_CURVES = (
    Picture("open", "one more copy, µs of processor time", _panels("open"), 10),
    Picture("close", "give one back, µs of processor time", _panels("close"), 3),
    Picture("memory", "memory of a copy, KiB", _panels("memory"), 5),
    Picture(
        "mappings",
        "mappings of the process",
        _panels("mappings"),
        20,
        limit=(65_530, "vm.max_map_count"),
    ),
    Picture(
        "inside",
        "ns of processor time",
        (
            Panel("dlsym in a small library", "dlsym", "a small library"),
            Panel("dlsym in libz", "dlsym", "libz.so.1"),
            Panel("throw and catch in a C++ module", "throw", "a C++ module and its libstdc++"),
        ),
        logarithmic=False,
    ),
)


@dataclass(frozen=True)
class Bar:
    """One way's figure beside those of others: which row has it."""

    label: str
    row: str
    against: str
    colour: str


def _bars(time: bool, library: str) -> list[Bar]:
    space = "one more space" if time else "memory of one more space"
    namespace = "one more space" if time else "private dirty memory a space"
    copy = "one more copy" if time else "memory of one more copy"
    peers = [
        Bar("the floor", f"{space}: {library}", "the floor", _FAINT),
        Bar("dlmopen", f"{namespace}: {library}", "glibc dlmopen", LOOKS["dlmopen"].colour),
    ]
    copies = [
        Bar(LOOKS[way].label, f"{copy}: {library}", against, LOOKS[way].colour)
        for way, against in PEERS.items()
    ]
    return peers + copies


def _set_up() -> None:
    """Have matplotlib draw the same bytes each time; raises LeftOut without it."""
    try:
        matplotlib: Any = import_module("matplotlib")
    except ImportError:
        raise LeftOut("matplotlib is not installed: pip install '.[bench]'") from None
    matplotlib.use("svg")
    matplotlib.rcParams.update(
        {
            "svg.hashsalt": "isolde",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.size": 9,
            "text.color": _INK,
            "axes.edgecolor": _FAINT,
            "axes.labelcolor": _INK,
            "axes.titlesize": 9.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "xtick.color": _INK,
            "ytick.color": _INK,
            "grid.color": _FAINT,
            "grid.linewidth": 0.6,
            "figure.facecolor": _PAPER,
            "axes.facecolor": _PAPER,
            "legend.frameon": False,
        }
    )


def svg_of(picture: Picture, curves: Sequence[Curve]) -> str:
    """Draw ``picture``; raises LeftOut where matplotlib is missing."""
    _set_up()
    figure = import_module("matplotlib.figure").Figure(figsize=(9.2, 3.5), layout="constrained")
    axes = figure.subplots(1, len(picture.panels), sharey=picture.logarithmic)
    for place, panel in zip(axes, picture.panels, strict=True):
        place.set_yscale("log" if picture.logarithmic else "linear")
        _draw(place, panel, curves)
        if picture.limit:
            limit, label = picture.limit
            place.axhline(limit, color=_INK, linewidth=0.9, linestyle="--", label=label)
    for place in axes:  # now that the highest is known
        highest = place.get_ylim()[1]
        place.set_ylim(picture.lowest, highest if picture.logarithmic else 1.1 * highest)
    axes[0].set_ylabel(picture.axis)
    marks = {mark.get_label(): mark for place in axes for mark in place.get_lines()}
    figure.legend(marks.values(), marks.keys(), loc="outside lower center", ncols=len(marks))
    return _written(figure)


def _draw(place: Any, panel: Panel, curves: Iterable[Curve]) -> None:
    place.set_title(panel.title, loc="left")
    place.set_xscale("log")
    place.grid(visible=True)
    place.set_axisbelow(True)
    place.set_xlabel("copies in the process")
    place.set_xlim(0.8, 14_000)
    place.set_xticks([1, 10, 100, 1000, 10_000], ["1", "10", "100", "1,000", "10,000"])
    place.minorticks_off()
    place.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    for curve in curves:
        if (curve.subject, curve.quantity) == (panel.subject, panel.quantity):
            _draw_curve(place, curve)


def _draw_curve(place: Any, curve: Curve) -> None:
    look = LOOKS[curve.way]
    place.plot(
        [point.copies for point in curve.points],
        [point.middle for point in curve.points],
        color=look.colour,
        marker=look.mark,
        linewidth=look.width,
        markersize=4.5,
        label=look.label,
        zorder=3 if curve.way == "isolde" else 2,
    )


def ways_svg(rows: Iterable[Mapping[str, Any]], libraries: Sequence[str]) -> str:
    """Draw what one more copy of these libraries takes, time above memory; needs their rows."""
    _set_up()
    figure = import_module("matplotlib.figure").Figure(figsize=(9.2, 4.6), layout="constrained")
    axes = figure.subplots(2, len(libraries), squeeze=False)
    found = {(row["name"], row["against"]): row for row in rows}
    for line, (time, what) in zip(
        axes, ((True, "µs of processor time"), (False, "KiB")), strict=True
    ):
        for place, library in zip(line, libraries, strict=True):
            place.set_title(f"{library}: {what}", loc="left")
            _draw_bars(place, _bars(time, library), found)
    return _written(figure)


def _draw_bars(place: Any, bars: Iterable[Bar], rows: Mapping[tuple[str, str], Any]) -> None:
    present = [(bar, rows[key]) for bar in bars if (key := (bar.row, bar.against)) in rows]
    ours = [row["ours"] for _, row in present[:1]]
    isolde = LOOKS["isolde"]
    figures = [*ours, *(row["peer"] for _, row in present)]
    labels = [*[isolde.label for _ in ours], *(bar.label for bar, _ in present)]
    colours = [*[isolde.colour for _ in ours], *(bar.colour for bar, _ in present)]
    drawn = place.barh(labels, figures, color=colours, height=0.7)
    place.bar_label(drawn, [f"{figure:,.0f}" for figure in figures], padding=3)
    place.invert_yaxis()
    place.margins(x=0.12)
    place.spines["bottom"].set_visible(False)
    place.tick_params(left=False, bottom=False, labelbottom=False)


def _written(figure: Any) -> str:
    stream = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(stream, format="svg", metadata=nothing)
    return _with_dark_sheet(stream.getvalue())


def _with_dark_sheet(svg: str) -> str:
    """Add a rule for each colour: they stand in each element's own style."""
    rules = "".join(
        f'[style*="{part}: {light}"]{{{part}: {dark} !important}}\n'
        for light, dark in _DARK.items()
        for part in ("fill", "stroke")
    )
    sheet = f"@media (prefers-color-scheme: dark) {{\n{rules}}}\n"
    head, found, rest = svg.partition(_SHEET_STARTS)
    if not found:
        raise ValueError("matplotlib wrote no style sheet to add to")
    return f"{head}{found}{sheet}{rest}"


def pictures(results: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The name and the text of each picture that these results are enough for."""
    curves = [curve_of(facts) for facts in results["curves"]]
    quantities = {curve.quantity for curve in curves}
    for picture in PICTURES_OF_CURVES:
        if quantities & {panel.quantity for panel in picture.panels}:
            yield f"cost-{picture.name}.svg", svg_of(picture, curves)
    copied = {row["name"] for row in results["rows"]}
    libraries = [name for name in _COPIED if f"one more copy: {name}" in copied]
    if libraries:
        yield "cost-ways.svg", ways_svg(results["rows"], libraries)


def draw(file: Path = RESULTS, folder: Path = PICTURES) -> list[Path]:
    """Write the pictures of the results in ``file`` into ``folder``; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, text in pictures(json.loads(file.read_text())):
        made.append(folder / name)
        made[-1].write_text(text)
    return made


if __name__ == "__main__":
    print(*draw(*map(Path, sys.argv[1:2])), sep="\n")
