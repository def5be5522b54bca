"""What tests share: the program beside the package, and small studies."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import onset_theory as onset

ROOT = Path(__file__).resolve().parents[2]

SQUASHED = {
    "link": "1.5*tanh(z1^2 - 1)",
    "activation": "sqrt(1+u^2) - 1 + 0.2*u",
    "readout": [1.0, 0.5],
    "loss": "pseudo-huber",
    "step_size": 0.5,
    "steps": 6,
    "init_std": 0.5,
    "samples": 2048,
    "replicates": 2,
}


@pytest.fixture
def squashed() -> onset.Study:
    """Two soft-abs neurons on a squashed square, quick and rough."""
    return onset.Study(**SQUASHED)


@pytest.fixture(scope="session")
def at_rest() -> onset.Study:
    """A ridge that brings training to rest."""
    return onset.Study(**{**SQUASHED, "weight_decay": 0.1, "samples": 512})


@pytest.fixture(scope="session")
def to_rest(at_rest: onset.Study) -> onset.Dynamics:
    """Its training, followed to the end."""
    return at_rest.dynamics(3, at="end")


class Program:
    """The command line."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self, study: onset.Study, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(study.to_toml(), command, *arguments)

    def run(self, toml: str, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command on an experiment given as text."""
        call = [self.path, command, "-", "--quiet", *arguments]
        return subprocess.run(call, input=toml, capture_output=True, text=True, check=False)

    def json(self, study: onset.Study, command: str, *arguments: str) -> str:
        """What a command prints with --json."""
        return self(study, command, "--json", *arguments).stdout


@pytest.fixture(scope="session")
def program() -> Program:
    """The program of this tree: ONSET_BIN, or the release build, or what is installed."""
    built = ROOT / "target" / "release" / "onset"
    path = os.environ.get("ONSET_BIN") or (str(built) if built.exists() else shutil.which("onset"))
    if path is None:
        pytest.fail("the program is not built: cargo build --release")
    return Program(path)


def load(text: str) -> Any:
    """JSON as Python objects."""
    return json.loads(text)
