"""One quantity over one or two axes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._base import Array, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Axis:
    """What varies along an axis of a diagram: a field by its full name, or ``delta``, ``dim``; and its values (N,)."""

    key: str
    values: Array


class Diagram(Result):
    """One quantity over one or two axes."""

    __slots__ = ()

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "quantity", self.quantity
        yield self.x.key, f"{self.x.values[0]:g} .. {self.x.values[-1]:g}, {self.x.values.size} values"
        if self.y is not None:
            yield self.y.key, f"{self.y.values[0]:g} .. {self.y.values[-1]:g}, {self.y.values.size} values"
        yield "cells with a number", int(np.isfinite(self.value).sum())

    @property
    def quantity(self) -> str:
        """What the cells hold."""
        return str(self._record["quantity"])

    @property
    def x(self) -> Axis:
        """The horizontal axis."""
        return Axis(self._record["x"]["key"], self._record["x"]["values"])

    @property
    def y(self) -> Axis | None:
        """The vertical axis; None for a curve."""
        found = self._record["y"]
        return None if found is None else Axis(found["key"], found["values"])

    @property
    def shape(self) -> tuple[int, ...]:
        """(ny, nx), or (nx,) for a curve."""
        nx = self.x.values.size
        return (nx,) if self.y is None else (self.y.values.size, nx)

    def _cells(self, key: str) -> list[Any]:
        return [cell[key] for cell in self._record["cells"]]

    def _numbers(self, key: str) -> Array:
        values = [np.nan if value is None else value for value in self._cells(key)]
        return np.array(values, dtype=np.float64).reshape(self.shape)

    @property
    def value(self) -> Array:
        """The numbers (ny, nx), or (nx,) for a curve; not a number where there is none."""
        return self._numbers("value")

    @property
    def error(self) -> Array:
        """Their errors, of the same shape."""
        return self._numbers("error")

    @property
    def status(self) -> npt.NDArray[np.str_]:
        """What a cell came to, of the same shape: ``"value"`` or why there is no number, in a word."""
        return np.array(self._cells("status"), dtype=np.str_).reshape(self.shape)

    @property
    def reason(self) -> npt.NDArray[np.object_]:
        """The same in a sentence; None where there is a number."""
        return np.array(self._cells("reason"), dtype=object).reshape(self.shape)

    @property
    def interrupted(self) -> bool:
        """Whether cells are still to come."""
        return bool(self._record.get("interrupted", False))

    @property
    def lines(self) -> dict[str, Array]:
        """Thresholds that were asked for beside a diagram over n/d: points (N, 2) in its coordinates."""
        return {line["label"]: line["points"] for line in self._record["lines"]}

    def _columns(self) -> dict[str, Any]:
        columns = {self.x.key: self._cells("x")}
        if self.y is not None:
            columns[self.y.key] = self._cells("y")
        columns[self.quantity] = self._cells("value")
        for name in ("error", "status", "reason"):
            columns[name] = self._cells(name)
        return columns

    def _write_csv(self, file: Any) -> None:
        # as the command line writes it, with what was computed above it
        file.write(self._record["csv"])

    def plot(self, ax: Axes | None = None, **style: Any) -> Axes:
        """Draw the curve, or a map with its zero line and the thresholds that were asked for (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; unless given, axes of a new figure.
        **style
            Handed to ``Axes.errorbar`` or ``Axes.pcolormesh``.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .. import _plots

        return _plots.diagram(self, ax, style)
