"""Pictures show the numbers of their results."""

from __future__ import annotations

import numpy as np
import pytest

import onset_theory as onset

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")

import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_a_spectrum(squashed: onset.Study) -> None:
    found = squashed.spectrum(6)
    ax = found.plot()
    bulk = ax.lines[0]
    assert np.array_equal(bulk.get_xdata(), found.x) and np.array_equal(bulk.get_ydata(), found.density)
    assert ax.get_title() == "" and ax.get_xlabel() == r"$\lambda$"
    twin = ax.figure.axes[1]
    assert twin.lines[0].get_xdata()[0] == float(found.outliers[0].value)
    given = plt.subplots()[1]
    assert found.plot(given) is given


@pytest.mark.parametrize("quantity", ["loss", "gradient_norm", "gram", "overlap", "hard_growth"])
def test_curves(squashed: onset.Study, quantity: str) -> None:
    theory, runs = squashed.dynamics(6), squashed.simulate(6, dim=60, runs=2)
    ax = theory.plot(quantity=quantity)
    assert runs.plot(ax, quantity, ls="--") is ax
    values = getattr(theory, "train_loss" if quantity == "loss" else quantity)
    first = values if values.ndim == 1 else values[:, 0, 0]
    assert np.array_equal(ax.lines[0].get_ydata(), first)
    ax.figure.canvas.draw()


def test_other_quantities_are_refused(squashed: onset.Study) -> None:
    with pytest.raises(onset.InputError, match="known are loss"):
        squashed.dynamics(6, steps=2).plot(quantity="accuracy")


def test_validation_and_escapes(squashed: onset.Study) -> None:
    checked = squashed.validate(3, dim=[40, 60], runs=3, steps=2)
    ax = checked.plot()
    assert sum(len(line.get_xdata()) for line in ax.lines if line.get_marker() == "o") == len(checked.checks)
    escaped = squashed.escape([2, 4], dim=[40], runs=3)
    escaped.plot().figure.canvas.draw()
