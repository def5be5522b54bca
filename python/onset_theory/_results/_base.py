"""What every result is: frozen, with the keys of the program's JSON, and its forms for people and files."""

from __future__ import annotations

import csv
import html
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from .._errors import InputError
from .._estimate import Estimate

if TYPE_CHECKING:
    import pandas

    from .._study import Study

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

R = TypeVar("R", bound="Result")


class Result:
    """A result: its keys, its experiment, and its forms for people and files.

    Results are frozen, and their arrays read-only. They can be compared, pickled and saved; a saved result can be run again
    (:meth:`Study.from_file`).
    """

    __slots__ = ("_json", "_record", "_text")

    _record: Mapping[str, Any]
    _json: str
    _text: str

    def __init__(self, record: Mapping[str, Any], text_json: str, text: str) -> None:
        for name, value in (("_record", record), ("_json", text_json), ("_text", text)):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a {type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a {type(self).__name__} is frozen")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._record, self._json, self._text)

    def __copy__(self: R) -> R:
        return self

    def __deepcopy__(self: R, memo: Any) -> R:
        return self

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._json == other._json

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._json))

    def __str__(self) -> str:
        """The table that the command line prints."""
        return self._text.rstrip("\n")

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={value}" for name, value in self._headline())
        return f"<{type(self).__name__} {parts}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(str(value))}</td></tr>"
            for name, value in self._headline()
        )
        details = f"<details><summary>all</summary><pre>{html.escape(str(self))}</pre></details>"
        return f"<table>{rows}</table>{details}"

    def _headline(self) -> Iterator[tuple[str, Any]]:
        """What a reader wants to know first."""
        yield "seed", self._record["seed"]

    @property
    def onset_version(self) -> str:
        """The version that computed it."""
        return str(self._record["onset_version"])

    @property
    def experiment(self) -> dict[str, Any]:
        """The experiment with every default filled in, section by section: enough to run it again bit for bit."""
        found: dict[str, Any] = json.loads(self._json)["experiment"]
        return found

    @property
    def study(self) -> Study:
        """The study of this result's experiment."""
        from .._study import Study

        return Study.from_dict(self.experiment)

    def to_json(self) -> str:
        """One line of JSON, byte for byte what the command line prints with ``--json``."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The same as dictionaries and lists; an absent number is None, with its reason beside it."""
        found: dict[str, Any] = json.loads(self._json)
        return found

    def to_pandas(self) -> pandas.DataFrame:
        """The result's table as a data frame (extra ``pandas``)."""
        import pandas

        return pandas.DataFrame(self._columns())

    def _columns(self) -> dict[str, Any]:
        """The result's table, column by column, of equal length."""
        return {name: [value] for name, value in self._record.items() if np.isscalar(value)}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the result into a file: all of it (``.json``), or its table (``.csv``).

        The file is written beside its place first and then moved there, so that it is whole or not there.

        Parameters
        ----------
        path : path-like
            The file; its ending says which form it has.

        Raises
        ------
        InputError
            When the ending is another one.
        """
        place = Path(path)
        if place.suffix == ".json":
            _write(place, lambda file: file.write(self._json))
        elif place.suffix == ".csv":
            _write(place, self._write_csv)
        else:
            raise InputError(f"path {str(place)!r}: it has to end in .json or .csv", "path")

    def _write_csv(self, file: Any) -> None:
        columns = self._columns()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))

    def _estimate(self, key: str, error: str | None = None, reason: str | None = None) -> Estimate:
        record = self._record
        return Estimate.of(
            record[key],
            record[error or f"{key}_error"],
            record.get(reason or f"{key}_reason"),
        )

    def _array(self, key: str, width: int) -> Array:
        """Rows of a matrix that may have none."""
        found: Array = np.asarray(self._record[key], dtype=np.float64).reshape(-1, width)
        return found


def _write(place: Path, write: Any) -> None:
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=place.name, text=True)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        mode = place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask()
        os.chmod(name, mode)
        os.replace(name, place)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
