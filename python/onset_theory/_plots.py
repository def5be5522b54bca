"""Pictures in matplotlib's own style: symbols as the field writes them, no titles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._results import (
        AlgorithmicThreshold,
        Crossing,
        Design,
        Diagram,
        Escapes,
        Ladder,
        Spectrum,
        Validation,
    )
    from ._results._base import Array
    from ._results._curves import _Curves

_LAMBDA = r"$\lambda$"
_STEPS = r"$t$"

#: What can be drawn over the steps: its symbol, and how one entry of it is written.
_QUANTITIES = {
    "gradient_norm": (r"$\|\nabla R\|_F$", ""),
    "gram": (r"$W W^\top$", r"$(WW^\top)_{{{i}{j}}}$"),
    "overlap": (r"$W \Theta$", r"$(W\Theta)_{{{i}{j}}}$"),
    "hard_growth": (r"$q_V = d\, M_V M_V^\top$", r"$(q_V)_{{{i}{j}}}$"),
}


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(layout="constrained")[1]


def moments(found: AlgorithmicThreshold, ax: Axes | None) -> Axes:
    """The eigenvalues of G(y) over the labels that occur: curves, or stems where labels are points."""
    law = found._label_law()
    ax = _axes(ax)
    seen = np.cumsum(law["weight"]) / np.sum(law["weight"])
    # the rarest labels of a continuous law lie far out and show nothing
    here = np.ones(len(seen), dtype=bool) if law["discrete"] else (seen >= 0.01) & (seen <= 0.99)
    labels, eigenvalues = law["label"][here], np.linalg.eigvalsh(law["second"][here])[:, ::-1]
    ax.axhline(0.0, color="0.7", lw=0.8)
    for place, values in enumerate(eigenvalues.T):
        label = "$G(y)$" if eigenvalues.shape[1] == 1 else f"eigenvalue {place + 1}"
        if law["discrete"]:
            ax.plot(labels, values, "o", color=f"C{place % 10}", label=label)
            ax.vlines(labels, 0.0, values, color=f"C{place % 10}", lw=0.8)
        else:
            ax.plot(labels, values, ls=("-", "--", ":")[place % 3], label=label)
    ax.set_xlabel("$y$")
    ax.set_ylabel(r"$G(y) = E[z z^\top - I \mid y]$")
    ax.legend()
    return ax


def spectrum(found: Spectrum, ax: Axes | None) -> Axes:
    """The bulk, its edges, and the outliers as stems as high as their overlaps."""
    ax = _axes(ax)
    (line,) = ax.plot(found.x, found.density, label="bulk")
    ax.fill_between(found.x, found.density, alpha=0.2, color=line.get_color(), lw=0)
    ax.set_xlabel(_LAMBDA)
    ax.set_ylabel(r"$\rho(\lambda)$")
    ax.set_ylim(bottom=0.0)
    if found.atom is not None:
        ax.axvline(found.atom.value, color=line.get_color(), ls=":", label=f"atom, mass {found.atom.mass:.3g}")
        ax.legend()
    if found.outliers:
        places = [float(outlier.value) for outlier in found.outliers]
        overlaps = [float(outlier.overlap) for outlier in found.outliers]
        twin = ax.twinx()
        twin.vlines(places, 0.0, overlaps, color="C3")
        twin.plot(places, overlaps, "o", color="C3")
        twin.set_ylim(0.0, 1.0)
        twin.set_ylabel("squared overlap of outliers", color="C3")
        twin.tick_params(axis="y", colors="C3")
    return ax


def _band(ax: Axes, x: Any, y: Array, error: Array, style: dict[str, Any], label: str) -> None:
    (line,) = ax.plot(x, y, **{"label": label, **style})
    if np.isfinite(error).any():
        ax.fill_between(x, y - error, y + error, alpha=0.25, color=line.get_color(), lw=0)


def curves(found: _Curves, ax: Axes | None, quantity: str, style: dict[str, Any]) -> Axes:
    """One quantity over the steps."""
    if quantity != "loss" and quantity not in _QUANTITIES:
        known = ", ".join(["loss", *_QUANTITIES])
        raise InputError(f"quantity {quantity!r}: known are {known}", "quantity")
    if quantity == "hard_growth" and found.hard_growth is None:
        raise InputError("quantity 'hard_growth': no direction is hard", "quantity")
    ax = _axes(ax)
    ax.set_xlabel(_STEPS)
    if found.steps.dtype.kind != "i" or found.steps[-1] >= found.steps.size:
        # to the end of training: the first steps one by one, then ever longer ones
        ax.set_xscale("symlog", linthresh=10.0)
    if quantity == "loss":
        for name in ("train", "test"):
            values, error = getattr(found, f"{name}_loss"), getattr(found, f"{name}_loss_std_error")
            _band(ax, found.steps, values, error, style, f"{name}ing" if name == "train" else name)
        ax.set_ylabel("loss")
        ax.legend()
        return ax
    symbol, entry = _QUANTITIES[quantity]
    ax.set_ylabel(symbol)
    values, error = getattr(found, quantity), getattr(found, f"{quantity}_std_error")
    if values.ndim == 1:
        _band(ax, found.steps, values, error, style, symbol)
        return ax
    symmetric = quantity != "overlap"
    for i, j in np.ndindex(*values.shape[1:]):
        if symmetric and j < i:
            continue
        label = entry.format(i=i + 1, j=j + 1)
        _band(ax, found.steps, values[:, i, j], error[:, i, j], style, label)
    if quantity == "hard_growth" and (values[:, 0, 0] > 0).all():
        ax.set_yscale("log")
    ax.legend()
    return ax


_FINDINGS = {"agrees": "C0", "finite size": "C1", "disagrees": "C3", "not judged": "0.7"}


def validation(found: Validation, ax: Axes | None) -> Axes:
    """The z-score of every check."""
    ax = _axes(ax)
    scores = np.array([check.z for check in found.checks], dtype=np.float64)
    findings = np.array([check.finding for check in found.checks])
    for name, colour in _FINDINGS.items():
        here = np.flatnonzero(findings == name)
        if here.size:
            ax.plot(here, scores[here], "o", ms=3, color=colour, label=name)
    for bound in (-3.0, 3.0):
        ax.axhline(bound, color="0.5", lw=0.8, ls="--")
    ax.set_xlabel("check")
    ax.set_ylabel(r"$z$")
    ax.legend()
    return ax


def escapes(found: Escapes, ax: Axes | None) -> Axes:
    """Success over n/d, dimension by dimension."""
    ax = _axes(ax)
    for place, dim in enumerate(np.unique(found.dim)):
        here = found.dim == dim
        colour = f"C{place % 10}"
        order = np.argsort(found.delta[here])
        delta = found.delta[here][order]
        measured = found.success_fraction[here][order]
        error = found.success_fraction_std_error[here][order]
        ax.errorbar(delta, measured, error, fmt="o", color=colour, label=f"$d = {dim}$")
        ax.plot(delta, found.predicted_success_fraction[here][order], color=colour)
    if found.delta_alg.is_finite:
        ax.axvline(float(found.delta_alg), color="0.5", ls=":", label=r"$\delta_\mathrm{alg}$")
    ax.set_xlabel(r"$\delta = n/d$")
    ax.set_ylabel("part of the runs that escaped")
    ax.set_ylim(-0.03, 1.03)
    ax.legend()
    return ax


def crossing(found: Crossing, ax: Axes | None) -> Axes:
    """Scaled overlaps over n/d, dimension by dimension, and where they cross."""
    ax = _axes(ax)
    points = found._record["lowest"]
    for dim in sorted({point["dim"] for point in points}):
        here = sorted((point for point in points if point["dim"] == dim), key=lambda point: point["delta"])
        delta = [point["delta"] for point in here]
        scaled = [point["scaled_overlap"] for point in here]
        bars = [point["scaled_overlap_std_error"] for point in here]
        error = np.array([np.nan if bar is None else bar for bar in bars])
        ax.errorbar(delta, scaled, error, fmt="o-", lw=0.8, label=f"$d = {dim}$")
    for _, place in found.crossings:
        if place.is_finite:
            ax.axvspan(place.value - place.error, place.value + place.error, color="0.8", lw=0)
    if found.delta_nn.is_finite:
        ax.axvline(float(found.delta_nn), color="k", ls=":", label=rf"$\delta_\mathrm{{NN}}({found.steps})$")
    ax.set_xlabel(r"$\delta = n/d$")
    ax.set_ylabel(r"$d^{1/3} \times$ squared overlap")
    ax.legend()
    return ax


#: Quantities as the field writes them.
_SYMBOLS = {
    "delta": r"$\delta = n/d$",
    "dim": r"$d$",
    "delta_alg": r"$\delta_\mathrm{alg}$",
    "delta_nn": r"$\delta_\mathrm{NN}$",
    "margin": r"margin $\lambda_\mathrm{min}(A)$",
    "outlier": r"outlier $\lambda$",
    "overlap": "squared overlap of the outlier",
    "escape_time": "steps to the escape",
    "success_fraction": "part of the runs that escaped",
    "target.noise": "label noise",
    "network.scale": "scale of the network",
    "network.readout.neurons": "neurons $m$",
    "loss.width": "width $w$ of the loss",
    "loss.offset": "offset $a$ of the loss",
    "training.init_std": r"$s_w$",
    "training.step_size": r"step size $\eta$",
    "training.readout_step_size": "step size of the readout",
    "training.bias_step_size": "step size of the biases",
    "training.steps": r"$T$",
    "training.weight_decay": r"weight decay $\lambda$",
    "training.momentum": r"momentum $\beta$",
    "training.batch": r"batch fraction $\kappa$",
}


def _symbol(name: str) -> str:
    if name.startswith("delta_NN("):
        return rf"$\delta_\mathrm{{NN}}{name.removeprefix('delta_NN')}$"
    return _SYMBOLS.get(name, name)


def ladder(found: Ladder, ax: Axes | None) -> Axes:
    """delta_NN(T) over T, with T = 0 on a linear piece before the logarithm."""
    ax = _axes(ax)
    finite = np.isfinite(found.values)
    ax.errorbar(
        found.steps[finite], found.values[finite], found.std_errors[finite], fmt="o-", label=r"$\delta_\mathrm{NN}(T)$"
    )
    trained = found.steps[found.steps > 0]
    if trained.size:
        ax.set_xscale("symlog", linthresh=float(trained.min()))
        # the rungs themselves, as far as their numbers have room
        places = found.steps[:: 1 + found.steps.size // 10]
        ax.set_xticks(places, [str(step) for step in places])
        ax.set_xticks([], minor=True)
    limit = found.delta_nn
    if limit.is_finite:
        error = 0.0 if np.isnan(limit.error) else limit.error
        ax.axhspan(limit.value - error, limit.value + error, alpha=0.25, color="C1", lw=0)
        ax.axhline(limit.value, color="C1", label=r"$\delta_\mathrm{NN}$")
    if found.delta_alg.is_finite:
        ax.axhline(float(found.delta_alg), color="0.5", ls=":", label=r"$\delta_\mathrm{alg}$")
    ax.set_xlabel(r"$T$")
    ax.set_ylabel(r"$\delta = n/d$")
    ax.legend()
    return ax


#: More curves than this are not told apart.
_MOST_CURVES = 8


def _curves(found: Diagram, ax: Axes, style: dict[str, Any]) -> Axes:
    """The quantity over x, a curve for each value of y in an ordered colour."""
    import matplotlib

    x, y = found.x, found.y
    values, errors = np.atleast_2d(found.value), np.atleast_2d(found.error)
    colours = matplotlib.colormaps["viridis"](np.linspace(0.0, 0.85, len(values)))
    for place, (value, error) in enumerate(zip(values, errors, strict=True)):
        own: dict[str, Any] = {} if y is None else {"color": colours[place], "label": f"{_symbol(y.key)} = {y.values[place]:g}"}
        ax.errorbar(x.values, value, np.where(np.isfinite(error), error, 0.0), **{"fmt": "o-", **own, **style})
    if found._record["x"]["spacing"] == "logarithmic":
        ax.set_xscale("log")
    ax.set_ylabel(_symbol(found.quantity))
    for place, (name, points) in enumerate(found.lines.items()):
        ax.plot(points[:, 0], points[:, 1], color="k", ls=("--", ":", "-.")[place % 3], label=_symbol(name))
    if y is not None or found.lines:
        ax.legend()
    return ax


def diagram(found: Diagram, ax: Axes | None, style: dict[str, Any]) -> Axes:
    """A curve with its errors, delta_NN over few values as curves, or a map: diverging around zero for what has a sign."""
    ax = _axes(ax)
    x, y = found.x, found.y
    ax.set_xlabel(_symbol(x.key))
    if y is None or (found.quantity == "delta_nn" and y.values.size <= _MOST_CURVES):
        return _curves(found, ax, style)
    ax.set_ylabel(_symbol(y.key))
    signed = found.quantity == "margin" and bool(np.isfinite(found.value).any())
    if signed:
        most = float(np.nanmax(np.abs(found.value)))
        style = {"cmap": "RdBu", "vmin": -most, "vmax": most, **style}
    mesh = ax.pcolormesh(x.values, y.values, found.value, **{"shading": "nearest", **style})
    ax.figure.colorbar(mesh, ax=ax, label=_symbol(found.quantity))
    if signed and min(found.shape) > 1 and (found.value < 0).any() and (found.value > 0).any():
        ax.contour(x.values, y.values, found.value, levels=[0.0], colors="k", linewidths=1.0)
    limits = ax.get_xlim(), ax.get_ylim()
    # what stands beside curves of delta_NN has no place among its cells
    lines = {} if found.quantity == "delta_nn" else found.lines
    for place, (name, points) in enumerate(lines.items()):
        ax.plot(points[:, 0], points[:, 1], color="k", ls=("--", ":", "-.")[place % 3], label=_symbol(name))
    ax.set_xlim(limits[0])
    ax.set_ylim(limits[1])
    if lines:
        ax.legend()
    return ax


def design(found: Design, ax: Axes | None) -> Axes:
    """The thresholds of all networks that were looked at."""
    from matplotlib.ticker import MaxNLocator

    ax = _axes(ax)
    path = found.path
    for restart in np.unique(path[:, 0]):
        here = path[:, 0] == restart
        ax.plot(np.flatnonzero(here), path[here, 1], ".-", lw=0.8, label=f"restart {int(restart) + 1}")
    if found.delta_nn.is_finite:
        ax.axhline(float(found.delta_nn), color="k", lw=0.8, label=r"smallest $\delta_\mathrm{NN}(T)$")
    if found.delta_alg.is_finite:
        ax.axhline(float(found.delta_alg), color="0.5", ls=":", label=r"$\delta_\mathrm{alg}$")
    ax.set_ylim(bottom=0.0)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("network")
    ax.set_ylabel(r"$\delta_\mathrm{NN}(T)$")
    ax.legend()
    return ax
