"""A tidy report on a terminal: headings, aligned tables, a little colour where colour is welcome."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from typing import Any, TextIO

BOLD, DIM, GREEN, RED, CYAN = "1", "2", "32", "31", "36"


class Report:
    """Writes to one stream. Plain text when that is no terminal, or when NO_COLOR is set."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._colour = terminal and not os.environ.get("NO_COLOR")
        self._width = min(shutil.get_terminal_size((100, 24)).columns, 110) if terminal else 100
        try:
            "─█…·→".encode(stream.encoding or "ascii")
            self._plain = False
        except UnicodeEncodeError:
            self._plain = True

    def title(self, text: str, below: str) -> None:
        self._write("\n" + self._paint(text, BOLD))
        self._write(self._paint(below, DIM))

    def section(self, text: str) -> None:
        rule = "─" * (self._width - len(text) - 1)
        self._write(f"\n{self._paint(text, BOLD, CYAN)} {self._paint(rule, DIM)}")

    def question(self, text: str, how: str) -> None:
        self._write(f"\n  {self._paint(text, BOLD)}  {self._paint(how, DIM)}")

    def line(self, text: str) -> None:
        self._write(f"    {text}")

    def note(self, text: str) -> None:
        self._write(f"\n  {self._paint(text, DIM)}")

    def done(self, text: str) -> None:
        self._write(f"\n{self._paint(text, GREEN)}\n")

    def failed(self, text: str) -> None:
        self._write(f"\n{self._paint(text, RED)}\n")

    def code(self, text: str, *, most_lines: int) -> None:
        lines = text.splitlines()
        for line in lines[:most_lines]:
            self.line(_cut(line, self._width - 4))
        if len(lines) > most_lines:
            self.line(self._paint(f"… and {len(lines) - most_lines} more lines", DIM))

    def columns(self, names: Sequence[str], widths: Sequence[int]) -> Callable[[Sequence[str]], None]:
        """A table whose rows come one by one: prints the head and returns what prints a row."""

        def row(cells: Sequence[str], *style: str) -> None:
            padded = [_cut(cell, width).ljust(width) for cell, width in zip(cells[:-1], widths)]
            self.line(self._paint("  ".join([*padded, cells[-1].rjust(widths[-1])]), *style))

        self._write("")
        row(names, DIM)
        return row

    def table(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A table at once: numbers to the right, long cells cut so that a row stays a line."""
        cells = [[_text(cell) for cell in row] for row in rows]
        numeric = [all(_is_number(row[column]) for row in cells) for column in range(len(names))]
        widths = [max(len(line[column]) for line in [list(names), *cells]) for column in range(len(names))]
        spare = self._width - 4 - 2 * (len(names) - 1)
        while sum(widths) > spare and max(widths) > 8:
            widths[widths.index(max(widths))] -= 1

        def draw(line: Sequence[str], *style: str) -> None:
            padded = (
                _cut(cell, width).rjust(width) if right else _cut(cell, width).ljust(width)
                for cell, width, right in zip(line, widths, numeric)
            )
            self.line(self._paint("  ".join(padded).rstrip(), *style))

        draw(names, DIM)
        for row in cells:
            draw(row)

    def bars(self, values: Sequence[tuple[str, int]]) -> None:
        """One bar for each value, the longest as wide as half the report."""
        longest = max(value for _, value in values)
        name_width = max(len(name) for name, _ in values)
        for name, value in values:
            bar = "█" * max(1, round(value / longest * self._width / 2))
            self.line(f"{name.ljust(name_width)}  {self._paint(bar, CYAN)} {value:,}")

    def _paint(self, text: str, *style: str) -> str:
        return f"\x1b[{';'.join(style)}m{text}\x1b[0m" if self._colour and style else text

    def _write(self, text: str) -> None:
        if self._plain:
            text = text.translate({ord("─"): "-", ord("█"): "#", ord("…"): "~"})
            text = text.encode("ascii", "replace").decode("ascii")
        print(text, file=self._stream, flush=True)


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:,.2f}"
    return str(cell) if cell is not None else ""


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "", 1).isdigit()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
