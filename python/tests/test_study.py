"""A study: what it is made from, and that it keeps it."""

from __future__ import annotations

import copy
import inspect
import json
import pickle

import numpy as np
import pytest

import onset_theory as onset

from .conftest import SQUASHED


def test_every_field_of_the_format_is_an_argument() -> None:
    parameters = set(inspect.signature(onset.Study.__init__).parameters) - {"self"}
    with pytest.raises(onset.InputError) as caught:
        onset.Study("z1").with_(xyzzy=1)
    allowed = str(caught.value).split(": ")[-1].split(", ")
    # [loss] kind is the argument loss; the other sections can be given as mappings
    keys = set(allowed) - {"target", "network", "training", "numerics", "kind"}
    assert keys == parameters


def test_all_forms_make_the_same_study(squashed: onset.Study, tmp_path) -> None:
    text = squashed.to_toml()
    (tmp_path / "study.toml").write_text(text)
    found = squashed.delta_alg()
    found.save(tmp_path / "result.json")
    forms = [
        onset.Study.from_toml(text),
        onset.Study.from_file(tmp_path / "study.toml"),
        onset.Study.from_file(tmp_path / "result.json"),
        onset.Study.from_json(found.to_json()),
        onset.Study.from_dict(squashed.experiment),
        onset.Study.from_dict(found.to_dict()),
        onset.Study.from_dict(found),
        found.study,
        onset.Study(**{**SQUASHED, "readout": np.array([1, 0.5]), "seed": np.int64(1)}),
        onset.Study(**{**SQUASHED, "loss": {"kind": "pseudo-huber", "width": 1}}),
    ]
    for form in forms:
        assert form == squashed and hash(form) == hash(squashed)
        assert form.to_toml() == text


def test_shorthands_and_names() -> None:
    study = onset.Study(
        link="z1^2",
        activation="tanh",
        readout={"kind": "equal", "neurons": 4},
        scale="1/m",
        loss="square",
        init_std=1,
        name="four",
    )
    assert study.experiment["network"]["readout"] == [1.0] * 4
    assert study.experiment["network"]["scale"] == 0.25
    # the shorthand stays: a scale of 1/m follows the number of neurons
    larger = study.with_(**{"network.readout.neurons": 8})
    assert larger.experiment["network"]["scale"] == 0.125
    assert study.experiment["name"] == "four"
    assert "name" not in study.with_(name=None).experiment


@pytest.mark.parametrize("power", ["z1**2 - z1**4/8", "z1^2 - z1^4/8"])
def test_powers_in_both_spellings(power: str) -> None:
    reference = onset.Study("z1^2 - z1^4/8").delta_alg().delta_alg
    assert onset.Study(power).delta_alg().delta_alg == reference


def test_with_changes_one_field_and_keeps_the_rest(squashed: onset.Study) -> None:
    other = squashed.with_(init_std=0.3)
    before, after = squashed.experiment, other.experiment
    assert after["training"].pop("init_std") == 0.3
    assert before["training"].pop("init_std") == 0.5
    assert before == after


def test_studies_are_frozen_and_copied(squashed: onset.Study) -> None:
    with pytest.raises(AttributeError, match="frozen"):
        squashed.link = "z1"
    for other in (copy.copy(squashed), copy.deepcopy(squashed), pickle.loads(pickle.dumps(squashed))):
        assert other == squashed
    # shorthands survive as well
    with pytest.warns(onset.OnsetWarning, match="the signs that seed 1 draws"):
        drawn = squashed.with_(readout={"kind": "rademacher", "neurons": 3})
        again = pickle.loads(pickle.dumps(drawn)).with_(**{"network.readout.neurons": 5})
    assert len(again.experiment["network"]["readout"]) == 5


def test_repr_can_be_evaluated(squashed: onset.Study) -> None:
    again = eval(repr(squashed), {"Study": onset.Study})  # noqa: S307
    assert again == squashed
    assert "target.link" in squashed._repr_html_()


def test_sympy_formulas() -> None:
    sympy = pytest.importorskip("sympy")
    z1, z2, u, y, f = sympy.symbols("z1 z2 u y f", real=True)
    pairs = [
        (z1**2 / 2 + sympy.Rational(1, 3) * z1, "z1^2/2 + z1/3"),
        (sympy.Abs(z1) * sympy.exp(-(z1**2)), "abs(z1)*exp(-z1^2)"),
        (sympy.log(1 + z1**2), "ln(1 + z1^2)"),
        (sympy.Max(z1, -z1 / 2, 0.5), "max(z1, -z1/2, 0.5)"),
        (sympy.sign(z1) + sympy.pi * sympy.sqrt(z2**2 + 1), "sign(z1) + pi*sqrt(z2^2 + 1)"),
    ]
    for formula, text in pairs:
        ours, theirs = (onset.Study(link).delta_alg().to_dict() for link in (formula, text))
        assert (ours["easy_dim"], ours["hard_dim"]) == (theirs["easy_dim"], theirs["hard_dim"])
        # two spellings of one function round differently, within their errors
        bar = ours["delta_alg_error"] + theirs["delta_alg_error"]
        assert abs(ours["delta_alg"] - theirs["delta_alg"]) <= bar, formula
    study = onset.Study(
        z1 * z2,
        activation=sympy.sqrt(1 + u**2) - 1,
        readout=[1],
        loss=(y - f) ** 2 / 2,
        init_std=1,
    )
    assert study.spectrum(4).left_edge_kind in ("soft", "hard", "atom", "unbounded")
    with pytest.raises(onset.InputError, match="zeta"):
        onset.Study(sympy.zeta(z1 + 3))


def test_results_are_frozen_and_saved(squashed: onset.Study, tmp_path) -> None:
    found = squashed.spectrum(6)
    with pytest.raises(AttributeError, match="frozen"):
        found.margin = 1
    with pytest.raises(ValueError, match="read-only"):
        found._record["density"][0] = 1
    again = pickle.loads(pickle.dumps(found))
    assert again == found and np.array_equal(again.density, found.density)
    found.save(tmp_path / "spectrum.json")
    assert (tmp_path / "spectrum.json").read_text() == found.to_json()
    assert json.loads(found.to_json()) == found.to_dict()
    found.save(tmp_path / "spectrum.csv")
    table = np.genfromtxt(tmp_path / "spectrum.csv", names=True, delimiter=",")
    assert np.array_equal(table["x"], found.x) and np.array_equal(table["density"], found.density)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["spectrum.csv", "spectrum.json"]
    with pytest.raises(onset.InputError, match="json or .csv"):
        found.save(tmp_path / "spectrum.txt")


def test_pandas(squashed: onset.Study) -> None:
    pandas = pytest.importorskip("pandas")
    table = squashed.dynamics(6).to_pandas()
    assert isinstance(table, pandas.DataFrame)
    assert len(table) == 7 and "gram[0,1]_std_error" not in table
    assert table["gram[1,1]"].iloc[0] == pytest.approx(0.25)


def test_estimates() -> None:
    infinite = onset.Study("sign(z1)*sign(z2)*sign(z3)").delta_alg().delta_alg
    assert float(infinite) == np.inf and infinite.reason is not None
    zero = onset.Study("z1").delta_alg().delta_alg
    assert float(zero) == 0.0 and str(zero) == "0" and zero.reason is not None
    half = onset.Study("z1^2").delta_alg()
    assert float(half) == pytest.approx(0.5, abs=1e-6)
    assert np.sqrt(float(half.delta_alg)) == pytest.approx(0.5**0.5)
