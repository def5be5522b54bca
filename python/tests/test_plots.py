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


def test_the_way_to_the_end(to_rest: onset.Dynamics) -> None:
    ax = to_rest.plot()
    assert np.array_equal(ax.lines[0].get_xdata(), to_rest.steps) and ax.get_xscale() == "symlog"
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


def test_the_label_of_a_square() -> None:
    ax = onset.Study("z1^2").delta_alg().plot()
    curve = ax.lines[1]
    labels, shown = curve.get_xdata(), curve.get_ydata()
    assert len(labels) > 10
    # y = z^2 tells z^2, so G(y) = y - 1; within the width of a bin of the label's law
    assert np.allclose(shown, labels - 1, atol=1e-6 + 1e-6 * labels)
    # two labels are stems
    assert onset.Study("sign(z1)*sign(z2)").delta_alg().plot().lines[1].get_ls() == "None"


def test_ladders_crossings_and_designs(squashed: onset.Study) -> None:
    climbed = squashed.ladder([0, 2, 4])
    ax = climbed.plot()
    assert np.array_equal(ax.lines[0].get_xdata(), climbed.steps)
    assert np.array_equal(ax.lines[0].get_ydata(), climbed.values)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "2", "4"]
    crossed = squashed.crossing([1, 3], dim=[30, 60], at=0, runs=3)
    ax = crossed.plot()
    assert [line.get_xdata().tolist() for line in ax.lines[:2]] == [[1, 3], [1, 3]]
    ax.figure.canvas.draw()
    found = squashed.design({"init_std": (0.2, 1)}, restarts=1, evaluations=6)
    assert np.array_equal(found.plot().lines[0].get_ydata(), found.path[:, 1])


def test_diagrams(squashed: onset.Study) -> None:
    curve = squashed.diagram("delta=1,2,4")
    assert np.array_equal(curve.plot().lines[0].get_ydata(), curve.value)
    plane = squashed.diagram("delta=1,2,4", ("init_std", [0.3, 0.6]), lines=["delta_alg"])
    ax = plane.plot()
    assert np.array_equal(ax.collections[0].get_array(), plane.value)
    assert ax.get_ylabel() == "$s_w$" and ax.lines[0].get_label() == r"$\delta_\mathrm{alg}$"
    ax.figure.canvas.draw()


def test_curves_of_thresholds(squashed: onset.Study) -> None:
    found = squashed.diagram("training.init_std=0.3,0.6", "training.steps=0,2", quantity="delta_nn", lines="delta_alg")
    ax = found.plot()
    for place in range(2):
        assert np.array_equal(ax.containers[place][0].get_ydata(), found.value[place])
    alg = ax.lines[-1]
    assert np.allclose(alg.get_ydata(), 0.5, atol=1e-6) and alg.get_xdata().tolist() == [0.3, 0.6]
    assert ax.get_ylabel() == r"$\delta_\mathrm{NN}$" and len(ax.get_legend().get_texts()) == 3
    ax.figure.canvas.draw()
