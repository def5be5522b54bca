"""Training step by step: in the limit of large dimension, and measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._estimate import Estimate
from ._base import Array, Result
from ._ending import Ending

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Escape:
    """When training leaves phase 1 at a finite dimension (docs/theory.md, 8.1).

    Attributes
    ----------
    dim : int
        d.
    fraction : float
        Squared part of the weights in the hard directions at which these count as found.
    steps : Estimate
        Steps after which the mean growth reaches it.
    median_steps : Estimate
        Steps after which half of all runs have.
    success_fraction : Estimate
        The part of all runs that have within the steps followed.
    """

    dim: int
    fraction: float
    steps: Estimate
    median_steps: Estimate
    success_fraction: Estimate


class _Curves(Result):
    """Quantities of training, step by step; entry t is before step t."""

    __slots__ = ()

    @property
    def delta(self) -> float:
        """n/d."""
        return float(self._record["delta"])

    @property
    def steps(self) -> npt.NDArray[Any]:
        """0 to T (T + 1,). On the way to the end of training they grow, and an end after which nothing changes is infinite."""
        found = np.asarray(self._record["steps"])
        return found if found.dtype.kind == "i" else np.where(np.isnan(found), np.inf, found)

    @property
    def train_loss(self) -> Array:
        """Mean loss of the training samples, without the ridge (T + 1,)."""
        return np.asarray(self._record["train_loss"])

    @property
    def train_loss_std_error(self) -> Array:
        """Its standard error (T + 1,)."""
        return np.asarray(self._record["train_loss_std_error"])

    @property
    def test_loss(self) -> Array:
        """Mean loss of fresh samples (T + 1,)."""
        return np.asarray(self._record["test_loss"])

    @property
    def test_loss_std_error(self) -> Array:
        """Its standard error (T + 1,)."""
        return np.asarray(self._record["test_loss_std_error"])

    @property
    def gradient_norm(self) -> Array:
        """Frobenius norm of the risk's gradient, ridge included (T + 1,)."""
        return np.asarray(self._record["gradient_norm"])

    @property
    def gradient_norm_std_error(self) -> Array:
        """Its standard error (T + 1,)."""
        return np.asarray(self._record["gradient_norm_std_error"])

    @property
    def gram(self) -> Array:
        """W W^T (T + 1, m, m)."""
        return np.asarray(self._record["gram"])

    @property
    def gram_std_error(self) -> Array:
        """Its standard error (T + 1, m, m)."""
        return np.asarray(self._record["gram_std_error"])

    @property
    def overlap(self) -> Array:
        """W Theta (T + 1, m, k)."""
        return np.asarray(self._record["overlap"])

    @property
    def overlap_std_error(self) -> Array:
        """Its standard error (T + 1, m, k)."""
        return np.asarray(self._record["overlap_std_error"])

    @property
    def readout(self) -> Array | None:
        """a of every step (T + 1, m), where readout or biases are trained; else None."""
        return self._record.get("readout")

    @property
    def readout_std_error(self) -> Array | None:
        """Its standard error (T + 1, m)."""
        return self._record.get("readout_std_error")

    @property
    def bias(self) -> Array | None:
        """b of every step (T + 1, m), where readout or biases are trained; else None."""
        return self._record.get("bias")

    @property
    def bias_std_error(self) -> Array | None:
        """Its standard error (T + 1, m)."""
        return self._record.get("bias_std_error")

    @property
    def hard_growth(self) -> Array | None:
        """q_V = d M_V M_V^T (T + 1, m, m), of the overlaps with hard directions; None where nothing is hard."""
        return self._of_matrices("hard_growth")

    @property
    def hard_growth_std_error(self) -> Array | None:
        """Its standard error (T + 1, m, m)."""
        return self._of_matrices("hard_growth_std_error")

    def _of_matrices(self, key: str) -> Array | None:
        """A matrix for each step; not a number at an end that has none."""
        found = self._record[key]
        if found is None or isinstance(found, np.ndarray):
            return found
        absent = np.full_like(found[0], np.nan)
        return np.array([absent if matrix is None else matrix for matrix in found])

    def _columns(self) -> dict[str, Any]:
        columns: dict[str, Any] = {"steps": self.steps}
        for key in ("readout", "readout_std_error", "bias", "bias_std_error"):
            for i, values in enumerate(np.transpose(self._record.get(key, []))):
                columns[f"{key}[{i}]"] = values
        for name in ("train_loss", "test_loss", "gradient_norm", "gram", "overlap", "hard_growth"):
            for key in (name, f"{name}_std_error"):
                values = getattr(self, key)
                if values is None or np.size(values) == 0:
                    continue
                if np.ndim(values) == 1:
                    columns[key] = values
                    continue
                for i, j in np.ndindex(*np.shape(values)[1:]):
                    columns[f"{key}[{i},{j}]"] = np.asarray(values)[:, i, j]
        return columns

    def plot(self, ax: Axes | None = None, quantity: str = "loss", **style: Any) -> Axes:
        """Draw one quantity over the steps, with bands of one standard error (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; unless given, axes of a new figure.
        quantity : {"loss", "gradient_norm", "gram", "overlap", "hard_growth"}
            What.
        **style
            Handed to ``Axes.plot``.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .. import _plots

        return _plots.curves(self, ax, quantity, style)


class Dynamics(_Curves):
    """Phase 1: training in the limit of large dimension, step by step (docs/theory.md, section 4)."""

    __slots__ = ()

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "delta", self.delta
        yield "steps", self.steps[-1]
        yield "train_loss", Estimate(self.train_loss[-1], self.train_loss_std_error[-1])
        yield "test_loss", Estimate(self.test_loss[-1], self.test_loss_std_error[-1])

    @property
    def hard_growth_trace(self) -> Array | None:
        """Tr q_V (T + 1,)."""
        found = self._record["hard_growth_trace"]
        return None if found is None else np.asarray(found)

    @property
    def hard_growth_trace_std_error(self) -> Array | None:
        """Its standard error (T + 1,); the entries of q_V vary together, so it is not the sum of theirs."""
        found = self._record["hard_growth_trace_std_error"]
        return None if found is None else np.asarray(found)

    @property
    def reached_basis(self) -> Array:
        """Latent directions that training reaches, orthonormal rows (e, k)."""
        return self._array("reached_basis", self.overlap.shape[-1])

    @property
    def hard_basis(self) -> Array:
        """Those that it leaves to the Hessian, orthonormal rows (r, k)."""
        return self._array("hard_basis", self.overlap.shape[-1])

    @property
    def ending(self) -> Ending | None:
        """How training ended, where it was followed to its end."""
        return Ending.of(self._record["ending"])

    @property
    def escape(self) -> Escape | None:
        """When the hard directions are found in the dimension that was asked for, if one was."""
        found = self._record["escape"]
        if found is None:
            return None
        return Escape(
            found["dim"],
            found["fraction"],
            Estimate.of(found["steps"], found["steps_std_error"], found["reason"]),
            Estimate.of(
                found["median_steps"], found["median_steps_std_error"], found["median_reason"]
            ),
            Estimate.of(found["success_fraction"], found["success_fraction_std_error"]),
        )


@dataclass(frozen=True)
class HessianEnds:
    """Both ends of the Hessian's spectrum at one step, run by run.

    Attributes
    ----------
    steps : int
        T.
    method : str
        ``"dense"`` or ``"lanczos"``.
    lowest, highest : ndarray, shape (runs, count)
        Eigenvalues from the end inwards.
    lowest_overlaps, highest_overlaps : ndarray, shape (runs, count)
        Squared parts of their eigenvectors in the hard directions.
    """

    steps: int
    method: str
    lowest: Array
    highest: Array
    lowest_overlaps: Array
    highest_overlaps: Array


class Simulation(_Curves):
    """Training on data of finite size: means over runs, step by step."""

    __slots__ = ()

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "delta", self.delta
        yield "dim", self.dim
        yield "runs", self.runs
        yield "steps", self.steps[-1]
        yield "train_loss", Estimate(self.train_loss[-1], self.train_loss_std_error[-1])
        yield "test_loss", Estimate(self.test_loss[-1], self.test_loss_std_error[-1])

    @property
    def dim(self) -> int:
        """d."""
        return int(self._record["dim"])

    @property
    def samples(self) -> int:
        """n."""
        return int(self._record["samples"])

    @property
    def runs(self) -> int:
        """Finished runs."""
        return int(self._record["runs"])

    @property
    def interrupted(self) -> bool:
        """Whether more runs were asked for."""
        return bool(self._record["interrupted"])

    @property
    def hessian(self) -> tuple[HessianEnds, ...]:
        """The ends of the Hessian's spectrum at the steps that were asked for."""
        return tuple(
            HessianEnds(
                found["steps"],
                found["method"],
                found["eigenvalues"]["lowest"],
                found["eigenvalues"]["highest"],
                found["overlaps"]["lowest"],
                found["overlaps"]["highest"],
            )
            for found in self._record["hessian"]
        )
