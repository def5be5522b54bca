"""The package is the program: the same bytes, the same words."""

from __future__ import annotations

import os
import re
import subprocess

import numpy as np
import pytest

import onset_theory as onset

from .conftest import SQUASHED, Program

SQUARE = {
    "link": "z1^2",
    "activation": "u^2",
    "readout": [1.0],
    "loss": "normalised-square",
    "step_size": 0.1,
    "steps": 3,
    "init_std": 1.0,
    "samples": 1024,
    "replicates": 2,
}

EASY_AND_HARD = {**SQUASHED, "link": "z1 + z2^2", "readout": [1.0, -1.0], "steps": 3}


@pytest.mark.parametrize("fields", [SQUASHED, SQUARE, EASY_AND_HARD], ids=["squashed", "square", "split"])
def test_the_same_bytes(fields, program: Program) -> None:
    study = onset.Study(**fields)
    assert study.delta_alg().to_json() == program.json(study, "alg")
    assert study.spectrum(6).to_json() == program.json(study, "spectrum", "--delta", "6")
    assert study.spectrum(4, at=2, side="right", threads=1).to_json() == program.json(
        study, "spectrum", "--delta", "4", "--at", "2", "--side", "right"
    )
    assert study.dynamics(5, dim=500).to_json() == program.json(
        study, "dynamics", "--delta", "5", "--dim", "500"
    )


def test_the_same_bytes_at_finite_size(squashed: onset.Study, program: Program) -> None:
    simulated = squashed.simulate(3, dim=60, runs=3, steps=4, hessian_at=[0, 4], null=True)
    assert simulated.to_json() == program.json(
        squashed, "simulate", "--delta", "3", "--dim", "60", "--runs", "3", "--steps", "4", "--hessian-at", "0,4", "--null"
    )
    validated = squashed.validate(3, dim=[50, 80], runs=4, steps=3)
    assert validated.to_json() == program.json(
        squashed, "validate", "--delta", "3", "--dim", "50,80", "--runs", "4", "--steps", "3"
    )
    escaped = squashed.escape([2, 6], dim=[40], runs=4, steps=6, level=0.3)
    assert escaped.to_json() == program.json(
        squashed,
        *("simulate", "--delta", "2,6", "--dim", "40", "--runs", "4", "--steps", "6", "--until-escape", "0.3"),
    )
    crossed = squashed.crossing([1, 2, 4], dim=[30, 60], at=2, runs=3)
    assert crossed.to_json() == program.json(
        squashed,
        *("simulate", "--delta", "1,2,4", "--dim", "30,60", "--runs", "3", "--hessian-at", "2", "--crossing"),
    )


def test_the_same_bytes_of_a_trained_readout(squashed: onset.Study, program: Program) -> None:
    assert squashed.dynamics(3, steps=1).readout is None
    study = squashed.with_(readout_step_size=0.1, bias_step_size=0.1, readout_weight_decay=0.01)
    found = study.dynamics(3)
    assert found.to_json() == program.json(study, "dynamics", "--delta", "3")
    assert found.readout.shape == found.bias.shape == (7, 2)
    assert found.readout[0].tolist() == [1.0, 0.5] and found.readout[-1].tolist() != [1.0, 0.5]
    assert found.to_pandas()["readout[1]"].tolist() == found.readout[:, 1].tolist()


def test_the_same_bytes_at_the_end(
    squashed: onset.Study, at_rest: onset.Study, to_rest: onset.Dynamics, program: Program
) -> None:
    for study in (at_rest, squashed.with_(samples=512)):
        found = study.spectrum(3, at="end")
        assert found.to_json() == program.json(study, "spectrum", "--delta", "3", "--at", "end")
        assert found.steps is None and found.ending is not None
    assert to_rest.to_json() == program.json(at_rest, "dynamics", "--delta", "3", "--at", "end")
    assert to_rest.ending is not None
    assert np.isinf(to_rest.steps[-1]) == (to_rest.ending.kind == "static")
    assert len(to_rest.to_pandas()) == to_rest.steps.size == len(to_rest.train_loss)
    assert to_rest.hard_growth.shape == (to_rest.steps.size, 2, 2)
    simulated = at_rest.simulate(3, dim=40, runs=2, hessian_at="end")
    assert simulated.to_json() == program.json(
        at_rest, "simulate", "--delta", "3", "--dim", "40", "--runs", "2", "--hessian-at", "end"
    )
    validated = at_rest.validate(3, dim=40, runs=4, at=[0, "end"])
    assert validated.to_json() == program.json(
        at_rest, "validate", "--delta", "3", "--dim", "40", "--runs", "4", "--at", "0,end"
    )
    cells = at_rest.diagram("delta=2,3", at="end")
    assert cells.to_json() == program.json(at_rest, "diagram", "--x", "delta=2,3", "--at", "end")


def test_the_same_bytes_of_ladders_diagrams_and_designs(squashed: onset.Study, program: Program) -> None:
    assert squashed.ladder([0, 3], dim=500).to_json() == program.json(
        squashed, "nn", "--at", "0,3", "--dim", "500"
    )
    collapse = squashed.with_(weight_decay=0.1, samples=512)
    assert collapse.delta_nn(draft=True, dim=None, max_steps=200).to_json() == program.json(
        collapse, "nn", "--draft", "--dim", "none", "--max-steps", "200"
    )
    typed = squashed.diagram("delta=0.5..4:4", "training.init_std=0.3,0.6", at=2)
    assert typed.to_json() == program.json(
        squashed, "diagram", "--x", "delta=0.5..4:4", "--y", "training.init_std=0.3,0.6", "--at", "2"
    )
    listed = squashed.diagram("delta=0.5..4:4", ("init_std", [0.3, 0.6]), at=2, lines=["delta_alg"])
    assert np.array_equal(listed.value, typed.value)
    assert np.allclose(listed.lines["delta_alg"][:, 0], 0.5, atol=1e-6)
    assert typed.value.shape == (2, 4) and set(typed.status.ravel()) == {"value"}
    found = squashed.design({"init_std": (0.2, 1), "width": ("log", 0.5, 2)}, restarts=1, evaluations=8)
    assert found.to_json() == program.json(
        squashed,
        *("design", "--over", "training.init_std=0.2..1.0", "--over", "loss.width=log:0.5..2.0"),
        *("--restarts", "1", "--evaluations", "8"),
    )
    assert found.path.shape == (8, 4)


@pytest.mark.skipif(os.environ.get("ONSET_CI_ALL") == "no", reason="half a minute: .ci/run --all")
def test_the_same_bytes_of_a_design_at_the_end(program: Program) -> None:
    study = onset.Study(
        "z1^2",
        activation="softplus",
        readout=[1, -1],
        loss="pseudo-huber",
        step_size=0.5,
        init_std=0.5,
        weight_decay=0.1,
        samples=4096,
        replicates=2,
    )
    found = study.design({"init_std": (0.4, 0.6)}, at="end", restarts=1, evaluations=3)
    assert found.delta_nn.is_finite, found.delta_nn
    assert found.to_json() == program.json(
        study,
        *("design", "--over", "training.init_std=0.4..0.6", "--at", "end", "--restarts", "1", "--evaluations", "3"),
    )


def test_the_same_bytes_of_a_page(squashed: onset.Study, program: Program, tmp_path) -> None:
    squashed = squashed.with_(samples=512, steps=3)
    page = squashed.report(
        [0, 3],
        spectra_at=[0, 3],
        frames=3,
        boundary=("init_std", [0.3, 0.6]),
        boundary_at=3,
        simulate=True,
        dim=[40, 80],
        runs=3,
    )
    written = program(
        squashed,
        *("report", "--output", str(tmp_path / "page.html"), "--at", "0,3", "--spectra-at", "0,3", "--frames", "3"),
        *("--boundary", "training.init_std=0.3,0.6", "--boundary-at", "3", "--simulate", "--dim", "40,80", "--runs", "3"),
        "--json",
    )
    assert written.returncode == (0 if page.agree else 1), written.stderr
    assert page.html == (tmp_path / "page.html").read_text()
    assert page.to_json() == written.stdout
    page.save(tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text() == page.html
    assert float(page.rungs[0].delta_nn) > float(page.delta_alg)
    assert "<iframe" in page._repr_html_()
    assert squashed.report(0, frames=2).agree is None


def test_journals_are_resumed(squashed: onset.Study, tmp_path) -> None:
    first = squashed.diagram("delta=0.5..4:4", journal=tmp_path / "cells.journal")
    with pytest.warns(onset.OnsetWarning, match="4 cells are in the journal"):
        again = squashed.diagram("delta=0.5..4:4", journal=tmp_path / "cells.journal", resume=True)
    assert again == first
    first.save(tmp_path / "cells.csv")
    lines = [line for line in (tmp_path / "cells.csv").read_text().splitlines() if line[0] != "#"]
    place = lines[0].split(",").index("margin")
    assert [float(line.split(",")[place]) for line in lines[1:]] == first.value.tolist()


def test_arrays_are_handed_over_and_not_copied(squashed: onset.Study) -> None:
    found = squashed.dynamics(6)
    for key in ("train_loss", "gram", "overlap", "hard_growth"):
        array = getattr(found, key)
        # NumPy took over what the library had filled, and every look is at the same memory
        assert not array.flags.owndata and not array.flags.writeable, key
        assert np.shares_memory(array, getattr(found, key)), key
    spectrum = squashed.spectrum(6)
    assert np.shares_memory(spectrum.x, spectrum.density.base)


def test_arrays_are_the_numbers_of_the_json(squashed: onset.Study) -> None:
    found = squashed.dynamics(6)
    written = found.to_dict()
    for key in ("train_loss", "gram", "overlap", "hard_growth"):
        assert getattr(found, key).tolist() == written[key], key
    spectrum = squashed.spectrum(6)
    pairs = [[x, rho] for x, rho in zip(spectrum.x.tolist(), spectrum.density.tolist(), strict=True)]
    assert pairs == spectrum.to_dict()["density"]


TARGET = '[target]\nlink = "z1^2"\n'

#: Experiment files that are refused, of every kind.
BAD_FILES = [
    '[target]\nlnk = "z1"',
    '[target]\nlink = "z1 + q"',
    '[target]\nlink = "z1 +"',
    '[target]\nlink = ""',
    "[target]\nlink = 3",
    '[target]\nlink = "z2"',
    '[target]\nlink = "z1^2"\nchannel = "gausian"',
    '[target]\nlink = "z1^2"\nchannel = "gaussian"\nnoise = -1',
    '[target]\nlink = "z1^2"\nnoise = 1',
    "[netwrok]\nscale = 1",
    'target = "z1"',
    "name = 3\n" + TARGET,
    "[target\n",
    TARGET + '[network]\nactivation = "relu"\nreadout = [1]',
    TARGET + '[network]\nactivation = "tanj(u)"\nreadout = [1]',
    TARGET + '[network]\nactivation = "abs(u)"\nreadout = [1]',
    TARGET + '[network]\nactivation = "tanh"\nreadout = []',
    TARGET + '[network]\nactivation = "tanh"\nreadout = "1"',
    TARGET + '[network]\nactivation = "tanh"\nreadout = [1, nan]',
    TARGET + '[network]\nactivation = "tanh"\nreadout = [1, 2]\nbias = [1]',
    TARGET + '[network]\nactivation = "tanh"\nreadout = {kind = "even", neurons = 2}',
    TARGET + '[network]\nactivation = "tanh"\nreadout = [1]\nscale = "2/m"',
    TARGET + '[loss]\nkind = "sqare"',
    TARGET + '[loss]\nkind = "square"\nwidth = 2',
    TARGET + '[loss]\nkind = "(y - f)^2 + w"',
    TARGET + "[training]\nsteps = 3\ninit_std = 1",
    TARGET + "[training]\nsteps = -3\ninit_std = 1\nstep_size = 1",
    TARGET + "[training]\nsteps = 2.5\ninit_std = 1\nstep_size = 1",
    TARGET + "[training]\nstep_size = 0\ninit_std = 1",
    TARGET + "[training]\nmomentum = 1\ninit_std = 1",
    TARGET + "[numerics]\nsamples = 10",
    TARGET + "[numerics]\nseed = -1",
    TARGET + "[numerics]\nreplicates = 1",
    "",
    "[target]\nlink = z1^2\n",
    '[target]\nlink = "' + "z1+" * 70_000 + '" nonsense',
    "[trainig]\ninit_std = 1\n" + TARGET,
    TARGET + '[network]\nactivation = "tanh"\nreadout = {kind = "rademacher"}',
    TARGET + "[training]\nstep_size = [0.5, 0.4]\nsteps = 6\ninit_std = 1",
    TARGET + "[training]\nstep_size = 1\ninit_sd = 1",
    '[target]\nlink = "z1^2"\nchannel = "Gausian"',
    TARGET + '[loss]\nkind = "Pseudo-Huber"',
]


@pytest.mark.parametrize("text", BAD_FILES)
def test_bad_files_in_the_same_words(text: str, program: Program) -> None:
    refusal = program.run(text, "show")
    assert refusal.returncode == 2
    with pytest.raises(onset.InputError) as caught:
        onset.Study.from_toml(text)
    words = refusal.stderr.removeprefix("error: ").rstrip("\n")
    assert str(caught.value) == words.replace("standard input is not", "the given text is not")


@pytest.mark.parametrize(
    ("fields", "field", "place"),
    [
        ({"link": "z1 + q"}, "target.link", (5, 6)),
        ({"link": "z1", "activation": "tanh(u) $", "readout": [1]}, "network.activation", (8, 9)),
        ({"link": "z1", "loss": "(y - f)^2 +"}, "loss.kind", (10, 11)),
        ({"link": "z1", "init_std": -1}, "training.init_std", None),
        ({"link": "z1", "readout": "x"}, "network.activation", None),
        ({"link": "z1", "samples": 1e3}, "numerics.samples", None),
        ({"link": "z1", "seed": 10**30}, "numerics.seed", None),
        ({"link": "z1", "seed": object()}, "numerics.seed", None),
    ],
)
def test_errors_say_where(fields, field: str, place) -> None:
    with pytest.raises(onset.InputError) as caught:
        onset.Study(**fields)
    assert (caught.value.field, caught.value.place) == (field, place), caught.value


#: Questions that are refused: as a method, and as a command.
BAD_QUESTIONS = [
    (lambda s: s.spectrum(0), ("spectrum", "--delta", "0")),
    (lambda s: s.spectrum(float("nan")), ("spectrum", "--delta", "nan")),
    (lambda s: s.spectrum(1e12), ("spectrum", "--delta", "1e12")),
    (lambda s: s.spectrum(1e-300), ("spectrum", "--delta", "1e-300")),
    (lambda s: s.spectrum(float("inf")), ("spectrum", "--delta", "inf")),
    (lambda s: s.spectrum(3, at=99), ("spectrum", "--delta", "3", "--at", "99")),
    (lambda s: s.dynamics(-1), ("dynamics", "--delta", "-1")),
    (lambda s: s.dynamics(2, dim=100, fraction=2), ("dynamics", "--delta", "2", "--dim", "100", "--fraction", "2")),
    (lambda s: s.with_(steps="converged").dynamics(2), ("dynamics", "--delta", "2", "--set", "training.steps=converged")),
    (lambda s: s.dynamics(2, steps=10**6), ("dynamics", "--delta", "2", "--steps", "1000000")),
    (
        lambda s: s.with_(loss="square", step_size=1000).dynamics(2),
        ("dynamics", "--delta", "2", "--set", "loss.kind=square", "--set", "loss.width=", "--set", "training.step_size=1000"),
    ),
    (lambda s: s.with_(step_size=[0.5, 0.4]).dynamics(2), ("dynamics", "--delta", "2", "--set", "training.step_size=[0.5, 0.4]")),
    (lambda s: s.simulate(0), ("simulate", "--delta", "0")),
    (lambda s: s.simulate(0.01, dim=100), ("simulate", "--delta", "0.01", "--dim", "100")),
    (lambda s: s.simulate(6, dim=0), ("simulate", "--delta", "6", "--dim", "0")),
    (lambda s: s.simulate(6, dim=10**7), ("simulate", "--delta", "6", "--dim", "10000000")),
    (
        lambda s: s.with_(link="z1*z2").simulate(6, dim=1),
        ("simulate", "--delta", "6", "--dim", "1", "--set", "target.link=z1*z2"),
    ),
    (lambda s: s.crossing([1, -1], dim=[40]), ("simulate", "--delta", "1,-1", "--dim", "40", "--crossing")),
    (
        lambda s: s.crossing([1], dim=[40], at=1 << 30),
        ("simulate", "--delta", "1", "--dim", "40", "--crossing", "--hessian-at", str(1 << 30)),
    ),
    (
        lambda s: s.with_(link="z1").crossing([1], dim=[40]),
        ("simulate", "--delta", "1", "--dim", "40", "--crossing", "--set", "target.link=z1"),
    ),
    (
        lambda s: s.escape(2, steps_per_log=-1),
        ("simulate", "--delta", "2", "--until-escape", "0.1", "--steps-per-log", "-1"),
    ),
    (
        lambda s: s.escape(2, dim=40, steps_per_log=1e9),
        ("simulate", "--delta", "2", "--dim", "40", "--until-escape", "0.1", "--steps-per-log", "1e9"),
    ),
    (lambda s: s.simulate(1, dim=1), ("simulate", "--delta", "1", "--dim", "1")),
    (lambda s: s.simulate(1, dim=40, hessian_at=[9]), ("simulate", "--delta", "1", "--dim", "40", "--hessian-at", "9")),
    (lambda s: s.with_(steps="converged").simulate(2), ("simulate", "--delta", "2", "--set", "training.steps=converged")),
    (lambda s: s.validate([2, 2]), ("validate", "--delta", "2,2")),
    (lambda s: s.validate(float("nan")), ("validate", "--delta", "nan")),
    (lambda s: s.validate(6, dim=[50, 50]), ("validate", "--delta", "6", "--dim", "50,50")),
    (lambda s: s.validate(2, level=1), ("validate", "--delta", "2", "--level", "1")),
    (lambda s: s.validate(2, at=[7]), ("validate", "--delta", "2", "--at", "7")),
    (lambda s: s.escape(2, level=0), ("simulate", "--delta", "2", "--until-escape", "0")),
    (lambda s: s.with_(link="z1").escape(2), ("simulate", "--delta", "2", "--until-escape", "0.1", "--set", "target.link=z1")),
    (lambda s: s.ladder(9), ("nn", "--at", "9")),
    (lambda s: s.ladder(3, dim=100, fraction=1), ("nn", "--at", "3", "--dim", "100", "--fraction", "1")),
    (lambda s: s.ladder(0, error=2), ("nn", "--at", "0", "--error", "2")),
    (lambda s: s.diagram("delta=1..2"), ("diagram", "--x", "delta=1..2")),
    (lambda s: s.diagram("init_sdt=1,2"), ("diagram", "--x", "init_sdt=1,2")),
    (lambda s: s.diagram("delta=1,2", delta=3), ("diagram", "--x", "delta=1,2", "--delta", "3")),
    (lambda s: s.diagram("training.init_std=1,2"), ("diagram", "--x", "training.init_std=1,2")),
    (lambda s: s.diagram("delta=2..1:3"), ("diagram", "--x", "delta=2..1:3")),
    (lambda s: s.diagram("delta=1..2:0"), ("diagram", "--x", "delta=1..2:0")),
    (lambda s: s.diagram("delta=1,2", "target.link=1,2"), ("diagram", "--x", "delta=1,2", "--y", "target.link=1,2")),
    (lambda s: s.diagram("delta=1,2", "delta=1,2"), ("diagram", "--x", "delta=1,2", "--y", "delta=1,2")),
    (
        lambda s: s.diagram("delta=1,2", quantity="delta_nn"),
        ("diagram", "--x", "delta=1,2", "--quantity", "delta_nn"),
    ),
    (
        lambda s: s.diagram("delta=1,2", quantity="escape_time"),
        ("diagram", "--x", "delta=1,2", "--quantity", "escape_time"),
    ),
    (lambda s: s.diagram("delta=1,2", runs=3), ("diagram", "--x", "delta=1,2", "--runs", "3")),
    (lambda s: s.diagram("delta=1,2", at=7), ("diagram", "--x", "delta=1,2", "--at", "7")),
    (lambda s: s.diagram("delta=-1..1:3"), ("diagram", "--x", "delta=-1..1:3")),
    (
        lambda s: s.diagram("delta=1,2", "training.momentum=0.5,1"),
        ("diagram", "--x", "delta=1,2", "--y", "training.momentum=0.5,1"),
    ),
    (
        lambda s: s.diagram("training.steps=0,1.5", delta=2),
        ("diagram", "--x", "training.steps=0,1.5", "--delta", "2"),
    ),
    (
        lambda s: s.diagram("delta=0.01,6", dim=60, quantity="success_fraction"),
        ("diagram", "--x", "delta=0.01,6", "--dim", "60", "--quantity", "success_fraction"),
    ),
    (
        lambda s: s.diagram("training.steps=1,2", delta=2, steps=3),
        ("diagram", "--x", "training.steps=1,2", "--delta", "2", "--steps", "3"),
    ),
    (lambda s: s.design({}), ("design",)),
    (lambda s: s.design({"loss.widht": (1, 2)}), ("design", "--over", "loss.widht=1.0..2.0")),
    (lambda s: s.design({"link": (1, 2)}), ("design", "--over", "target.link=1.0..2.0")),
    (lambda s: s.design({"width": ("log", 0, 1)}), ("design", "--over", "loss.width=log:0.0..1.0")),
    (lambda s: s.design({"steps": (1, 9)}), ("design", "--over", "training.steps=1.0..9.0")),
    (
        lambda s: s.design({"width": (1, 2), "loss.width": (1, 3)}),
        ("design", "--over", "loss.width=1.0..2.0", "--over", "loss.width=1.0..3.0"),
    ),
    (lambda s: s.design({"offset": (1, 3)}), ("design", "--over", "loss.offset=1.0..3.0")),
    (lambda s: s.design({"width": (0, 3)}), ("design", "--over", "loss.width=0.0..3.0")),
    (lambda s: s.design({"momentum": (0, 1)}), ("design", "--over", "training.momentum=0.0..1.0")),
    (lambda s: s.design({"width": (1, 2)}, at=99), ("design", "--over", "loss.width=1.0..2.0", "--at", "99")),
    (
        lambda s: s.design({"width": (1, 2)}, evaluations=8),
        ("design", "--over", "loss.width=1.0..2.0", "--evaluations", "8"),
    ),
    (
        lambda s: s.design({"width": (1, 2)}, tolerance=-1),
        ("design", "--over", "loss.width=1.0..2.0", "--tolerance", "-1"),
    ),
    (lambda s: s.design({"init_std": (2, 1)}), ("design", "--over", "training.init_std=2.0..1.0")),
    (lambda s: s.design({"init_std": (1, 2)}, restarts=0), ("design", "--over", "training.init_std=1..2", "--restarts", "0")),
    (
        lambda s: s.with_(activation=None, readout=None).spectrum(2),
        ("spectrum", "--delta", "2", "--set", "network.activation=", "--set", "network.readout="),
    ),
]


def _told(words: str) -> str:
    """Words without what the machine has to spare at the moment, and names as options have them."""
    return re.sub(r"of the [\d.]+ GB", "of the GB", words).replace("_", "-")


@pytest.mark.parametrize(("ask", "command"), BAD_QUESTIONS, ids=[" ".join(c) for _, c in BAD_QUESTIONS])
def test_bad_questions_in_the_same_words(ask, command, squashed: onset.Study, program: Program) -> None:
    refusal = program(squashed, *command)
    assert refusal.returncode == 2
    with pytest.raises(onset.InputError) as caught:
        ask(squashed)
    words = refusal.stderr.removeprefix("error: ").rstrip("\n")
    # options are arguments here
    assert _told(str(caught.value)) == _told(words.replace("--until-escape", "level").replace("--", ""))


def test_other_bad_arguments(squashed: onset.Study) -> None:
    # what the command line's parser refuses in its own words
    for ask, words in [
        (lambda: squashed.ladder("last"), "at 'last': it has to be a number of steps, or \"end\""),
        (lambda: squashed.ladder(-1), "at -1: it has to be at least 0"),
        (lambda: squashed.spectrum("six"), "delta 'six': it has to be a number"),
        (lambda: squashed.spectrum(2, side="top"), "side 'top'"),
        (lambda: squashed.dynamics(2, at="start"), "at 'start'"),
        (lambda: squashed.dynamics(2, at="end", steps=3), 'at "end"'),
        (lambda: squashed.dynamics(2, dim=1), "dim 1: it has to be at least 2"),
        (lambda: squashed.simulate(2, dim=2.5), "dim 2.5: it has to be a whole number"),
        (lambda: squashed.validate(2, runs=1), "runs 1: it has to be between 2"),
        (lambda: squashed.delta_nn(max_steps=0), "max_steps 0"),
        (lambda: squashed.delta_nn(most_samples=1), "most_samples 1"),
        (lambda: squashed.delta_nn(on_interrupt="stop"), "on_interrupt 'stop'"),
        (lambda: squashed.design({"widht": (1, 2)}), "did you mean `width`"),
        (lambda: squashed.design({"width": (1, 2, 3)}), "over width"),
    ]:
        with pytest.raises(onset.InputError, match=re.escape(words)):
            ask()


def test_files_in_the_same_words(program: Program, tmp_path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'name = "\xff"')
    for path in (tmp_path / "none.toml", tmp_path, tmp_path / "latin.toml"):
        call = [program.path, "show", str(path), "--quiet"]
        refusal = subprocess.run(call, capture_output=True, text=True, check=False)
        assert refusal.returncode == 2
        with pytest.raises(onset.InputError) as caught:
            onset.Study.from_file(path)
        assert str(caught.value) == refusal.stderr.removeprefix("error: ").rstrip("\n")


def test_failures_in_the_same_words(squashed: onset.Study, program: Program) -> None:
    # one rung of a training that runs away at every n/d
    wild = squashed.with_(loss="square", step_size=1000)
    failure = program(wild, "nn", "--at", "6")
    assert failure.returncode == 1
    with pytest.raises(onset.NumericalError) as caught:
        wild.ladder(6)
    assert str(caught.value) == failure.stderr.removeprefix("error: ").rstrip("\n")
