"""Tables of other libraries as JSON data, none of which is imported here: a class is known by its name and its module.

A data frame is a list of records, a series keeps its labels, what has no labels is a list. A missing value is null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..errors import InvalidResult

Encoder = Callable[[Any], Any]


def encoder_of(kind: type) -> Encoder | None:
    """What turns values of a class of pandas, polars or pyarrow into JSON data; None for all other classes."""
    for base in kind.__mro__:
        library = base.__module__.partition(".")[0]
        if library == "pandas":
            return _PANDAS.get(base.__name__) or (_cells if hasattr(kind, "tolist") and hasattr(kind, "isna") else None)
        if library == "polars":
            return _POLARS.get(base.__name__)
        if library == "pyarrow":
            return next((_calling(name) for name in ("to_pylist", "as_py") if hasattr(kind, name)), None)
    return None


def records(names: Sequence[str], columns: Iterable[Iterable[Any]]) -> list[dict[str, Any]]:
    """Rows of columns as objects.

    Raises:
        InvalidResult: two columns have one name, so that one of them would be lost.
    """
    twice = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if twice is not None:
        raise InvalidResult(f"result: two columns are named {twice!r}")
    return [dict(zip(names, row)) for row in zip(*columns)]


def _frame(frame: Any) -> list[dict[str, Any]]:
    """A pandas data frame: a record for each row, with the row's labels unless they are only its number."""
    levels = [] if _is_count(frame.index) else _levels(frame.index)
    names = [name for name, _ in levels] + [_name(label) for label in frame.columns]
    columns = [cells for _, cells in levels]
    columns += [_cells(frame.iloc[:, position]) for position in range(frame.shape[1])]
    return records(names, columns) if columns else [{} for _ in range(len(frame))]


def _series(series: Any) -> Any:
    """A pandas series: its values by their labels; as records where labels repeat or have several parts."""
    levels, cells = _levels(series.index), _cells(series)
    if len(levels) == 1 and series.index.is_unique:
        return dict(zip(levels[0][1], cells))
    name = "value" if series.name is None else _name(series.name)
    return records([name for name, _ in levels] + [name], [*(labels for _, labels in levels), cells])


def _levels(index: Any) -> list[tuple[str, list[Any]]]:
    """The parts of the labels of a pandas index, with their names."""
    several = index.nlevels > 1
    return [
        (
            _name(name) if name is not None else f"level_{position}" if several else "index",
            _cells(index.get_level_values(position)),
        )
        for position, name in enumerate(index.names)
    ]


def _is_count(index: Any) -> bool:
    """Whether labels are what pandas numbers rows with when nobody says otherwise."""
    return type(index).__name__ == "RangeIndex" and index.name is None and (index.start, index.step) == (0, 1)


def _cells(values: Any) -> list[Any]:
    """The values of a pandas series, index or array; missing ones as None."""
    return [None if missing else value for value, missing in zip(values.tolist(), values.isna().tolist())]


def _name(label: Any) -> str:
    """The name of a column: of several levels, their names joined."""
    if isinstance(label, tuple):
        return "_".join(str(part) for part in label if part != "")
    return str(label)


def _calling(method: str) -> Encoder:
    return lambda value: getattr(value, method)()


_PANDAS: dict[str, Encoder] = {
    "DataFrame": _frame,
    "Series": _series,
    "MultiIndex": list,
    "Period": str,
    "Interval": str,
}
_POLARS: dict[str, Encoder] = {"DataFrame": _calling("to_dicts"), "Series": _calling("to_list")}
