"""A search over networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._estimate import Estimate
from ._base import Array, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Design(Result):
    """The network with the smallest delta_NN(T), and how far that is from delta_alg.

    ``float(design)`` is that threshold, from random numbers that the search had not seen.
    """

    __slots__ = ()

    def __float__(self) -> float:
        return float(self.delta_nn)

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "delta_nn", self.delta_nn
        yield "delta_alg", self.delta_alg
        yield from self.parameters.items()
        yield "converged", self.converged

    @property
    def delta_nn(self) -> Estimate:
        """delta_NN(T) of the best network, from fresh random numbers."""
        return self._estimate("delta_nn", "std_error", "reason")

    @property
    def delta_alg(self) -> Estimate:
        """The bound for every network."""
        return self._estimate("delta_alg")

    @property
    def ratio(self) -> Estimate:
        """delta_NN(T) over delta_alg."""
        return self._estimate("ratio")

    @property
    def parameters(self) -> dict[str, float]:
        """The best values, by the full names of their fields; not a number where there is no best network."""
        return {
            found["key"]: np.nan if found["value"] is None else float(found["value"])
            for found in self._record["parameters"]
        }

    @property
    def converged(self) -> bool:
        """Whether the restarts agree."""
        return bool(self._record["converged"])

    @property
    def interrupted(self) -> bool:
        """Whether the search was stopped."""
        return bool(self._record.get("interrupted", False))

    @property
    def path(self) -> Array:
        """Every network that was looked at (N, 2 + p): restart, delta_NN(T) (not a number without one), parameters."""
        steps = self._record["path"]
        rows = [
            [step["restart"], np.nan if step["delta_nn"] is None else step["delta_nn"], *step["values"]]
            for step in steps
        ]
        return np.array(rows, dtype=np.float64).reshape(len(rows), -1)

    def _columns(self) -> dict[str, Any]:
        names = ["restart", "delta_nn", *self.parameters]
        return dict(zip(names, self.path.T, strict=True))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw delta_NN(T) of every network that was looked at, restart by restart, above delta_alg (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; unless given, axes of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .. import _plots

        return _plots.design(self, ax)
