"""Thresholds of a network after T steps, and at the end of its training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._estimate import Estimate
from ._base import Array, Indices, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Rung:
    """delta_NN(T) of one T.

    Attributes
    ----------
    steps : int
        T.
    time : float
        The sum of the first T step sizes.
    delta_nn : Estimate
        n/d above which a negative outlier of the Hessian after T steps carries hard directions.
    edge_kind : str or None
        Kind of the bulk's left edge there: ``"soft"``, ``"hard"``, ``"atom"`` or ``"unbounded"``.
    effective : Estimate
        The threshold as ``effective_n`` samples see it, where the edge is not soft.
    effective_n : int or None
        Those samples.
    """

    steps: int
    time: float
    delta_nn: Estimate
    edge_kind: str | None
    effective: Estimate
    effective_n: int | None


class Ladder(Result):
    """delta_NN(T) rung by rung, and its limit, beside delta_alg (docs/theory.md, section 7).

    ``float(ladder)`` is the limit, ``delta_nn``.
    """

    __slots__ = ()

    def __float__(self) -> float:
        return float(self.delta_nn)

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "delta_alg", self.delta_alg
        yield "delta_nn", self.delta_nn
        yield "verdict", self.verdict
        for rung in self.rungs:
            yield f"delta_nn({rung.steps})", rung.delta_nn

    @property
    def delta_alg(self) -> Estimate:
        """n/d above which the best first-order method learns the hard directions."""
        return self._estimate("delta_alg", reason="reason")

    @property
    def delta_nn(self) -> Estimate:
        """The limit of delta_NN(T) as T grows."""
        found = self._record["delta_nn"]
        return Estimate.of(found["value"], found["std_error"], found["reason"])

    @property
    def verdict(self) -> str:
        """How the limit is known, in one word; ``delta_nn.reason`` says it in a sentence."""
        return str(self._record["delta_nn"]["verdict"])

    @property
    def lower_bound(self) -> float | None:
        """What the limit is not below, where it is not known."""
        found = self._record["delta_nn"]["lower_bound"]
        return None if found is None else float(found)

    @property
    def interrupted(self) -> bool:
        """Whether rungs are missing because the computation was stopped."""
        return bool(self._record["interrupted"])

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """By increasing T."""
        return tuple(
            Rung(
                found["steps"],
                found["time"],
                Estimate.of(found["delta_nn"], found["std_error"], found["reason"]),
                found["edge_kind"],
                Estimate.of(
                    found["delta_nn_effective"],
                    found["delta_nn_effective_error"],
                    found["delta_nn_effective_reason"],
                ),
                found["effective_n"],
            )
            for found in self._record["ladder"]
        )

    @property
    def smallest(self) -> Rung | None:
        """The rung with the smallest threshold: what early steps show."""
        found = self._record["smallest"]
        if found is None:
            return None
        return next(rung for rung in self.rungs if rung.steps == found["steps"])

    @property
    def steps(self) -> Indices:
        """T of the rungs (R,)."""
        return np.array([rung.steps for rung in self.rungs], dtype=np.int64)

    @property
    def values(self) -> Array:
        """delta_NN(T) (R,); infinite or not a number where there is none."""
        return np.array([float(rung.delta_nn) for rung in self.rungs], dtype=np.float64)

    @property
    def std_errors(self) -> Array:
        """Their standard errors (R,)."""
        return np.array([rung.delta_nn.error for rung in self.rungs], dtype=np.float64)

    @property
    def escape(self) -> tuple[tuple[int, Estimate], ...]:
        """For every trained rung T and the n/d above which half of all runs find the hard directions within T steps."""
        found = self._record.get("escape")
        if found is None:
            return ()
        return tuple(
            (rung["steps"], Estimate.of(rung["delta"], rung["std_error"], rung["reason"]))
            for rung in found["ladder"]
        )

    def _columns(self) -> dict[str, Any]:
        rungs = self._record["ladder"]
        names = ("steps", "time", "delta_nn", "std_error", "edge_kind", "status", "reason")
        return {name: [rung[name] for rung in rungs] for name in names}

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw delta_NN(T) over T, the limit as a band, and delta_alg (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; unless given, axes of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .. import _plots

        return _plots.ladder(self, ax)
