"""What the methods of a study return: frozen results with the keys of the program's JSON."""

from __future__ import annotations

import csv
import html
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from ._errors import InputError
from ._estimate import Estimate

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

    from ._study import Study

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
        from ._study import Study

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


class AlgorithmicThreshold(Result):
    """The threshold of the best first-order method, and how the latent directions split.

    ``float(threshold)`` is ``delta_alg``.
    """

    __slots__ = ()

    def __float__(self) -> float:
        return float(self.delta_alg)

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "delta_alg", self.delta_alg
        yield "delta_spec", self.delta_spec
        yield "easy_dim", self.easy_dim
        yield "hard_dim", self.hard_dim

    @property
    def delta_alg(self) -> Estimate:
        """n/d above which the best first-order method learns the hard directions (docs/theory.md, section 3)."""
        return self._estimate("delta_alg", reason="reason")

    @property
    def delta_spec(self) -> Estimate:
        """The same for the best spectral method; never below ``delta_alg``."""
        return self._estimate("delta_spec")

    @property
    def method(self) -> str:
        """``"quadrature"``, or beyond three latents that matter ``"samples"``."""
        return str(self._record["method"])

    @property
    def latent_dim(self) -> int:
        """k, the latents of the link."""
        return int(self._record["latent_dim"])

    @property
    def easy_dim(self) -> int:
        """Directions that E[z | y], or that given easy latents, shows."""
        return int(self._record["easy_dim"])

    @property
    def hard_dim(self) -> int:
        """Directions that it does not show."""
        return int(self._record["hard_dim"])

    @property
    def irrelevant_dim(self) -> int:
        """Directions on which the label does not depend."""
        return int(self._record["irrelevant_dim"])

    @property
    def easy_basis(self) -> Array:
        """Orthonormal rows (easy_dim, k)."""
        return self._array("easy_basis", self.latent_dim)

    @property
    def hard_basis(self) -> Array:
        """Orthonormal rows (hard_dim, k)."""
        return self._array("hard_basis", self.latent_dim)

    @property
    def irrelevant_basis(self) -> Array:
        """Orthonormal rows (irrelevant_dim, k)."""
        return self._array("irrelevant_basis", self.latent_dim)

    @property
    def direction(self) -> Array | None:
        """What is learned first, a matrix in the latents (k, k): the top eigenvector of F; None where nothing is."""
        found = self._record["direction"]
        return None if found is None else np.asarray(found)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be known of the split, in words."""
        return tuple(self._record["remarks"])


@dataclass(frozen=True)
class Outlier:
    """An eigenvalue outside the bulk.

    Attributes
    ----------
    value : Estimate
        The eigenvalue.
    overlap : Estimate
        Squared part of its eigenvector in the hard directions, between 0 and 1.
    neurons : ndarray, shape (m,)
        How much each neuron takes part.
    latent : ndarray, shape (k,)
        The latent direction that it leans to.
    """

    value: Estimate
    overlap: Estimate
    neurons: Array
    latent: Array


@dataclass(frozen=True)
class Atom:
    """A point mass of the bulk: where it lies, and how much of the spectrum it holds."""

    value: float
    mass: float


class Spectrum(Result):
    """The spectrum of the Hessian at one n/d after T steps (docs/theory.md, sections 5 and 6)."""

    __slots__ = ()

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "delta", self.delta
        yield "steps", self.steps
        yield "left_edge", f"{self.left_edge} ({self.left_edge_kind})"
        yield "right_edge", f"{self.right_edge} ({self.right_edge_kind})"
        yield "margin", self.margin
        yield "outliers", len(self.outliers)

    @property
    def delta(self) -> float:
        """n/d."""
        return float(self._record["delta"])

    @property
    def steps(self) -> int:
        """T."""
        return int(self._record["steps"])

    @property
    def side(self) -> str:
        """``"left"`` or ``"right"``: where outliers were looked for."""
        return str(self._record["side"])

    @property
    def left_edge(self) -> Estimate:
        """Lower end of the bulk."""
        return self._estimate("left_edge")

    @property
    def left_edge_kind(self) -> str:
        """``"soft"``, ``"hard"``, ``"atom"`` or ``"unbounded"``."""
        return str(self._record["left_edge_kind"])

    @property
    def right_edge(self) -> Estimate:
        """Upper end of the bulk."""
        return self._estimate("right_edge")

    @property
    def right_edge_kind(self) -> str:
        """As ``left_edge_kind``."""
        return str(self._record["right_edge_kind"])

    @property
    def margin(self) -> Estimate:
        """Signed distance to the transition, lambda_min(A(left edge)); negative: an informative outlier exists."""
        return self._estimate("margin")

    @property
    def left_edge_effective(self) -> Estimate:
        """The left edge as ``effective_n`` samples see it, where the curvature is unbounded below."""
        return self._estimate("left_edge_effective")

    @property
    def right_edge_effective(self) -> Estimate:
        """The right edge as ``effective_n`` samples see it, where the curvature is unbounded above."""
        return self._estimate("right_edge_effective")

    @property
    def margin_effective(self) -> Estimate:
        """The margin at that left edge."""
        return self._estimate("margin_effective")

    @property
    def effective_n(self) -> int | None:
        """Samples to which the effective numbers refer; None where nothing depends on their number."""
        found = self._record["effective_n"]
        return None if found is None else int(found)

    @property
    def outliers(self) -> tuple[Outlier, ...]:
        """Eigenvalues outside the bulk, on the side that was asked for, that carry hard directions."""
        return tuple(
            Outlier(
                Estimate.of(found["value"], found["value_error"], found["error_reason"]),
                Estimate.of(found["overlap"], found["overlap_error"], found["error_reason"]),
                found["neurons"],
                found["latent"],
            )
            for found in self._record["outliers"]
        )

    @property
    def atom(self) -> Atom | None:
        """A point mass of the bulk, if there is one."""
        found = self._record["atom"]
        return None if found is None else Atom(found["value"], found["mass"])

    @property
    def x(self) -> Array:
        """Places of the bulk's density (N,), increasing."""
        return self._array("density", 2)[:, 0]

    @property
    def density(self) -> Array:
        """The bulk's density there (N,), per unit of eigenvalue."""
        return self._array("density", 2)[:, 1]

    def _columns(self) -> dict[str, Any]:
        return {"x": self.x, "density": self.density}

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the bulk, and the outliers with their overlaps (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; unless given, axes of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from . import _plots

        return _plots.spectrum(self, ax)


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
    def steps(self) -> Indices:
        """0 to T (T + 1,)."""
        return np.asarray(self._record["steps"])

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
    def hard_growth(self) -> Array | None:
        """q_V = d M_V M_V^T (T + 1, m, m), of the overlaps with hard directions; None where nothing is hard."""
        found = self._record["hard_growth"]
        return None if found is None else np.asarray(found)

    @property
    def hard_growth_std_error(self) -> Array | None:
        """Its standard error (T + 1, m, m)."""
        found = self._record["hard_growth_std_error"]
        return None if found is None else np.asarray(found)

    def _columns(self) -> dict[str, Any]:
        columns: dict[str, Any] = {"steps": self.steps}
        for name in ("train_loss", "test_loss", "gradient_norm", "gram", "overlap", "hard_growth"):
            for key in (name, f"{name}_std_error"):
                values = self._record[key]
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
        from . import _plots

        return _plots.curves(self, ax, quantity, style)


class Dynamics(_Curves):
    """Phase 1: training in the limit of large dimension, step by step (docs/theory.md, section 4)."""

    __slots__ = ()

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "delta", self.delta
        yield "steps", int(self.steps[-1])
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
        yield "steps", int(self.steps[-1])
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


@dataclass(frozen=True)
class Check:
    """One number of theory beside the same of simulation.

    Attributes
    ----------
    quantity : str
        Which.
    delta : float
        n/d.
    dim : int
        d.
    steps : int
        T.
    theory, simulation : Estimate
        The number on both sides.
    z : float
        Their gap over its error.
    finding : str
        ``"agrees"``, ``"finite size"``, ``"disagrees"`` or ``"not judged"``.
    reason : str or None
        Why it was not judged.
    """

    quantity: str
    delta: float
    dim: int
    steps: int
    theory: Estimate
    simulation: Estimate
    z: float
    finding: str
    reason: str | None


@dataclass(frozen=True)
class Trend:
    """How a gap goes with the dimension.

    Attributes
    ----------
    quantity : str
        Of which number.
    delta : float
        n/d.
    steps : int
        T.
    dims : ndarray, shape (D,)
        Dimensions.
    gaps, gap_errors : ndarray, shape (D,)
        Simulation minus theory there, and its standard error.
    limit : Estimate
        What it tends to as the dimension grows.
    vanishes : bool
        Whether it goes away as finite-size effects do.
    """

    quantity: str
    delta: float
    steps: int
    dims: Indices
    gaps: Array
    gap_errors: Array
    limit: Estimate
    vanishes: bool


class Validation(Result):
    """Theory beside simulation, number by number (docs/theory.md, section 7.2). True where they agree."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return self.agree

    def _headline(self) -> Iterator[tuple[str, Any]]:
        yield "agree", self.agree
        yield "judged", self._record["judged"]
        yield "disagree", self._record["disagree"]
        yield "finite_size", self._record["finite_size"]

    @property
    def agree(self) -> bool:
        """Whether no number disagrees."""
        return bool(self._record["agree"])

    @property
    def level(self) -> float:
        """The probability of finding any disagreement where there is none."""
        return float(self._record["level"])

    @property
    def interrupted(self) -> bool:
        """Whether there would be more runs, dimensions or deltas."""
        return bool(self._record["interrupted"])

    @property
    def checks(self) -> tuple[Check, ...]:
        """All numbers that were compared."""
        return tuple(
            Check(
                found["quantity"],
                found["delta"],
                found["dim"],
                found["steps"],
                Estimate.of(found["theory"], found["theory_error"]),
                Estimate.of(found["simulation"], found["simulation_error"]),
                np.nan if found["z"] is None else found["z"],
                found["finding"],
                found["reason"],
            )
            for found in self._record["checks"]
        )

    @property
    def trends(self) -> tuple[Trend, ...]:
        """Gaps over the dimensions, where there are several."""
        return tuple(
            Trend(
                found["quantity"],
                found["delta"],
                found["steps"],
                found["dims"],
                found["gaps"],
                found["gap_errors"],
                Estimate.of(found["limit"], found["limit_error"]),
                found["vanishes"],
            )
            for found in self._record["trend"]
        )

    def _columns(self) -> dict[str, Any]:
        checks = self._record["checks"]
        names = list(checks[0]) if len(checks) else []
        return {name: [check[name] for check in checks] for name in names}

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the z-score of every check, in the colour of its finding (extra ``plot``).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; unless given, axes of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from . import _plots

        return _plots.validation(self, ax)


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
        from . import _plots

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
        from . import _plots

        return _plots.ladder(self, ax)


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
        from . import _plots

        return _plots.diagram(self, ax, style)


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
        from . import _plots

        return _plots.design(self, ax)
