"""Measurements as pictures: SVG, its letters left as text, in colours that can be seen on white and on black."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from .cells import OPERATIONS, Cell, Results
from .contenders import CEILING, CONTENDERS, LANGUAGES, OURS, PEER
from .plan import SIZES, WIDTH, WIDTHS, width_of
from .tables import best_wire

GREY = "#7a828c"
COLOURS = {OURS: "#e8590c", PEER: "#3b82c4", CEILING: GREY}
LINES = ("#3b82c4", "#2f9e6e", "#9b6dd0", "#b8860b", GREY)
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "oxmcp",
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 11,
    "text.color": GREY,
    "axes.labelcolor": GREY,
    "axes.edgecolor": GREY,
    "axes.titlecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "grid.color": GREY,
    "grid.alpha": 0.25,
    "legend.frameon": False,
}


def short(number: float, _: object = None) -> str:
    """A number on an axis."""
    for scale, letter in ((1e6, "M"), (1e3, "k")):
        if abs(number) >= scale:
            return f"{number / scale:,.3g}{letter}"
    return f"{number:,.3g}"


def write_all(results: Results, folder: Path) -> list[str]:
    """Every picture that something was measured for; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, Callable[[Path], bool]] = {
        "echo": lambda path: bars(results, "echo", "CPU time of the server for one call, in µs", path),
        "search": lambda path: bars(results, "search", "CPU time of the server for one search, in µs", path),
        "connections": lambda path: lines(
            results,
            [(float(width), "echo", width) for width in WIDTHS],
            "per_second",
            "calls a second",
            "connections",
            path,
        ),
        "bytes": lambda path: lines(
            results,
            [(float(OPERATIONS[name].text_bytes), name, width_of(name)) for name in SIZES],
            "cpu_us",
            "CPU µs for each call",
            "bytes of text, sent and sent back",
            path,
        ),
    }
    return [name for name, draw in drawn.items() if draw(folder / f"{name}.svg")]


def bars(results: Results, operation: str, title: str, path: Path) -> bool:
    """What an operation costs each server, on a logarithmic scale; whether there was anything to draw."""
    groups: list[list[tuple[str, float, str]]] = []
    for language in LANGUAGES:
        of_language = [
            (f"{contender.title}  ({language})", taken["cpu_us"], contender.role)
            for contender in CONTENDERS.values()
            if contender.language == language
            and (taken := results.get(Cell(operation, contender.name, best_wire(contender.name), WIDTH)))
        ]
        groups += [sorted(of_language, key=_cost)] if of_language else []
    if not groups:
        return False
    # From the top down, half a bar of room between the languages.
    rows = [row for group in groups for row in group]
    places = [
        -(number + 0.5 * index)
        for index, group in enumerate(groups)
        for number in range(sum(map(len, groups[:index])), sum(map(len, groups[: index + 1])))
    ]
    costs = [cost for _, cost, _ in rows]
    with pyplot.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(8.6, 1.3 + 0.3 * len(rows)))
        axes.barh(places, costs, color=[COLOURS[role] for _, _, role in rows], height=0.66)
        for place, cost in zip(places, costs):
            axes.text(cost * 1.06, place, f"{cost:,.0f}" if cost >= 100 else f"{cost:,.1f}", va="center", fontsize=10)
        axes.set_yticks(places, [label for label, _, _ in rows])
        axes.set_xscale("log")
        axes.set_xlim(min(costs) / 2, max(costs) * 2.2)
        axes.set_xlabel("logarithmic: from one line to the next ten times as much; less is better")
        axes.xaxis.set_major_formatter(FuncFormatter(short))
        axes.tick_params(axis="y", length=0)
        axes.set_title(title, loc="left", fontsize=12)
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        meanings = {OURS: "oxmcp", PEER: "other packages for MCP", CEILING: "what does not speak MCP"}
        drawn = [Patch(color=COLOURS[role], label=words) for role, words in meanings.items()]
        axes.legend(handles=drawn, fontsize=9, loc="upper center", bbox_to_anchor=(0.25, -0.13), ncols=3)
        _save(figure, path)
    return True


def _cost(row: tuple[str, float, str]) -> float:
    return row[1]


def lines(
    results: Results, points: Sequence[tuple[float, str, int]], name: str, y_title: str, x_title: str, path: Path
) -> bool:
    """How a figure changes from one cell to the next, a panel for each language; whether there was anything to draw."""
    with pyplot.rc_context(STYLE):
        figure, panels = pyplot.subplots(1, len(LANGUAGES), figsize=(11, 4.2), sharey=True)
        is_empty = True
        for axes, language in zip(panels, LANGUAGES):
            is_empty &= not _panel(axes, results, language, points, name)
            axes.set_title(language, loc="left", fontsize=12)
            axes.set_xlabel(x_title)
        panels[0].set_ylabel(y_title)
        if is_empty:
            pyplot.close(figure)
            return False
        _save(figure, path)
    return True


def _panel(axes: Axes, results: Results, language: str, points: Sequence[tuple[float, str, int]], name: str) -> bool:
    colours = iter(LINES)
    has_line = False
    for contender in CONTENDERS.values():
        if contender.language != language:
            continue
        wire = best_wire(contender.name)
        cells = [(x, results.get(Cell(operation, contender.name, wire, width))) for x, operation, width in points]
        measured = [(x, taken[name]) for x, taken in cells if taken]
        if len(measured) < 2:
            continue
        has_line = True
        is_ours = contender.role == OURS
        axes.plot(
            *zip(*measured),
            label=contender.title,
            color=COLOURS[OURS] if is_ours else next(colours),
            linewidth=2.4 if is_ours else 1.4,
            marker="o",
            markersize=4,
            linestyle="--" if contender.role == CEILING else "-",
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks([x for x, _, _ in points])
    axes.minorticks_off()
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(short))
    axes.grid()
    if has_line:
        axes.legend(fontsize=9, loc="upper left", bbox_to_anchor=(0, -0.2), borderaxespad=0)
    return has_line


def _save(figure: pyplot.Figure, path: Path) -> None:
    figure.savefig(path, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None})
    pyplot.close(figure)
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")
