"""Runs of several dimensions: when they escape, and where their overlaps cross."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._estimate import Estimate
from ._base import Array, Indices, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Escapes(Result):
    """When runs find the hard directions, beside what the theory predicts, for several n/d and dimensions."""

    __slots__ = ()

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "level", self.level
        yield "deltas", np.unique(self.delta)
        yield "dims", np.unique(self.dim)
        yield "delta_alg", self.delta_alg

    @property
    def level(self) -> float:
        """Squared part of the weights in the hard directions at which these count as found."""
        return float(self._record["level"])

    @property
    def interrupted(self) -> bool:
        """Whether runs, n/d or dimensions are missing."""
        return bool(self._record.get("interrupted", False))

    @property
    def delta_alg(self) -> Estimate:
        """n/d above which the best first-order method finds them."""
        return self._estimate("delta_alg")

    def _column(self, key: str) -> Array:
        cells = self._record["escape"]
        return np.array([np.nan if c[key] is None else c[key] for c in cells], dtype=np.float64)

    def _predicted(self, key: str) -> Array:
        cells = [cell["predicted"][key] for cell in self._record["escape"]]
        return np.array([np.nan if value is None else value for value in cells], dtype=np.float64)

    @property
    def delta(self) -> Array:
        """n/d of every cell (N,): each dimension with all n/d."""
        return self._column("delta")

    @property
    def dim(self) -> Indices:
        """d of every cell (N,)."""
        return self._column("dim").astype(np.int64)

    @property
    def success_fraction(self) -> Array:
        """The part of the runs that escaped within the cap on their steps (N,)."""
        return self._column("success_fraction")

    @property
    def success_fraction_std_error(self) -> Array:
        """Its standard error (N,)."""
        return self._column("success_fraction_std_error")

    @property
    def median_step(self) -> Array:
        """Steps after which half of the runs had escaped (N,); not a number where they had not."""
        return self._column("median_step")

    @property
    def median_step_std_error(self) -> Array:
        """Its standard error (N,)."""
        return self._column("median_step_std_error")

    @property
    def predicted_success_fraction(self) -> Array:
        """What the theory expects of ``success_fraction`` (N,)."""
        return self._predicted("success_fraction")

    @property
    def predicted_median_step(self) -> Array:
        """What the theory expects of ``median_step`` (N,)."""
        return self._predicted("median_step")

    def _columns(self) -> dict[str, Any]:
        names = ("success_fraction", "median_step")
        columns: dict[str, Any] = {"delta": self.delta, "dim": self.dim}
        for name in names:
            columns[name] = self._column(name)
            columns[f"{name}_std_error"] = self._column(f"{name}_std_error")
            columns[f"predicted_{name}"] = self._predicted(name)
        return columns

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the part of the runs that escaped over n/d, measured and predicted (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; unless given, axes of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .. import _plots

        return _plots.escapes(self, ax)


class Crossing(Result):
    """Scaled overlaps of the Hessian's lowest eigenvector over n/d: those of several dimensions cross near delta_NN(T)."""

    __slots__ = ()

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "steps", self.steps
        yield "delta_nn", self.delta_nn
        for dims, delta in self.crossings:
            yield f"d = {dims[0]}, {dims[1]}", delta

    @property
    def steps(self) -> int:
        """T."""
        return int(self._record["steps"])

    @property
    def delta_nn(self) -> Estimate:
        """delta_NN(T), from the theory."""
        return self._estimate("delta_nn", "delta_nn_std_error")

    @property
    def crossings(self) -> tuple[tuple[tuple[int, int], Estimate], ...]:
        """Where the curves of every two consecutive dimensions cross."""
        return tuple(
            (
                (int(found["dims"][0]), int(found["dims"][1])),
                Estimate.of(found["delta"], found["std_error"], found["reason"]),
            )
            for found in self._record["crossings"]
        )

    def _columns(self) -> dict[str, Any]:
        points = self._record["lowest"]
        scalars = [key for key, value in points[0].items() if np.ndim(value) == 0]
        return {key: [point[key] for point in points] for key in scalars}

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the scaled overlaps over n/d, dimension by dimension, the bars of their crossings, and delta_NN(T) (extra
        ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; unless given, axes of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .. import _plots

        return _plots.crossing(self, ax)
