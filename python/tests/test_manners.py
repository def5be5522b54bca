"""Threads, signals, progress, processes, memory."""

from __future__ import annotations

import concurrent.futures
import copy
import gc
import multiprocessing
import os
import pickle
import random
import signal
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import onset_theory as onset

from .conftest import SQUASHED


def _threshold(study: onset.Study) -> float:
    return float(study.delta_alg())


def _margin(study: onset.Study) -> float:
    return float(study.spectrum(6, at=2).margin)


def test_the_number_of_threads_changes_no_byte(squashed: onset.Study, monkeypatch) -> None:
    one = squashed.dynamics(6, threads=1)
    assert squashed.dynamics(6, threads=3) == one
    monkeypatch.setenv("ONSET_THREADS", "2")
    assert squashed.dynamics(6) == one
    runs = squashed.simulate(3, dim=40, runs=4, threads=1)
    assert squashed.simulate(3, dim=40, runs=4, threads=4) == runs


@pytest.mark.parametrize("threads", [0, -1, 2000, "2", 1.5])
def test_threads_are_checked(threads) -> None:
    with pytest.raises(onset.InputError, match="threads"):
        onset.Study("z1").delta_alg(threads=threads)


def test_the_environment_is_checked(monkeypatch) -> None:
    monkeypatch.setenv("ONSET_THREADS", "many")
    with pytest.raises(onset.InputError, match="ONSET_THREADS = many"):
        onset.Study("z1")


def _long() -> onset.Study:
    """Minutes of training, in replicates and runs of seconds."""
    return onset.Study(**{**SQUASHED, "steps": 150, "samples": 16384, "replicates": 64})


QUESTIONS = {
    "dynamics": lambda study, listener: study.dynamics(3, progress=listener),
    "delta_nn": lambda study, listener: study.delta_nn(progress=listener),
    "simulate": lambda study, listener: study.simulate(3, runs=1000, progress=listener),
    "diagram": lambda study, listener: study.with_(replicates=2).diagram(
        "delta=1..4:500", steps=5, at=5, progress=listener
    ),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_interrupts_arrive_within_a_second(question) -> None:
    study = _long()
    began = threading.Event()
    raised: list[float] = []

    def interrupt() -> None:
        began.wait()
        raised.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    sender = threading.Thread(target=interrupt, daemon=True)
    sender.start()
    with pytest.raises(KeyboardInterrupt):
        question(study, lambda stage, fraction: began.set())
    assert time.monotonic() - raised[0] < 1.0
    sender.join()


def test_finished_runs_are_returned() -> None:
    study = onset.Study(**{**SQUASHED, "steps": 20})

    def until_two_runs(stage: str, fraction: float) -> bool:
        return "training, 0" in stage or "training, 1" in stage or "training" not in stage

    found = study.simulate(3, dim=100, runs=5000, threads=1, progress=until_two_runs)
    assert found.interrupted and 2 <= found.runs < 5000
    # one thread takes the runs in their order
    again = study.simulate(3, dim=100, runs=found.runs)
    assert np.array_equal(found.train_loss, again.train_loss)


def test_progress_is_told_and_its_errors_arrive() -> None:
    told: list[tuple[str, float]] = []

    def listen(stage: str, fraction: float) -> None:
        told.append((stage, fraction))
        if len(told) == 3:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        _long().simulate(3, dim=200, progress=listen)
    assert all(isinstance(stage, str) and 0 <= fraction <= 1 for stage, fraction in told)


def test_a_bar_is_shown_where_tqdm_is(squashed: onset.Study, capsys) -> None:
    pytest.importorskip("tqdm")
    found = squashed.simulate(3, dim=200, runs=40, progress=True)
    assert found == squashed.simulate(3, dim=200, runs=40)
    # one run at least takes longer than progress waits
    assert "training" in capsys.readouterr().err


def test_remarks_are_warnings() -> None:
    hidden = onset.Study(**{**SQUASHED, "link": "z1", "activation": "u^2", "readout": [1.0]})
    with pytest.warns(onset.OnsetWarning, match="hidden from this network") as caught:
        hidden.spectrum(3)
    assert caught[0].filename == __file__


def test_a_drawn_readout_is_told() -> None:
    drawn = {**SQUASHED, "readout": {"kind": "rademacher", "neurons": 3, "seed": 4}}
    with pytest.warns(onset.OnsetWarning, match="the signs that seed 4 draws are") as caught:
        study = onset.Study(**drawn)
        study.with_(init_std=0.3)
        onset.Study.from_dict(drawn_experiment(drawn))
    assert [each.filename for each in caught] == [__file__] * 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # told once
        assert pickle.loads(pickle.dumps(study)) == study
        assert copy.copy(study) is study
        # with its signs written out there is nothing to tell
        onset.Study.from_dict(study.experiment)


def drawn_experiment(fields: dict[str, Any]) -> dict[str, Any]:
    """The sections of an experiment whose readout is drawn."""
    return {
        "target": {"link": fields["link"]},
        "network": {"activation": fields["activation"], "readout": fields["readout"]},
    }


def test_what_is_left_behind_ends() -> None:
    # one replicate takes many times as long as the wait below
    study = onset.Study(**{**SQUASHED, "steps": 150, "samples": 1 << 18})

    def leave(stage: str, fraction: float) -> None:
        if stage == "phase 1":
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        study.dynamics(6, progress=leave)
    patience = time.monotonic() + 10
    while True:
        spent = time.process_time()
        time.sleep(0.25)
        if time.process_time() - spent < 0.05:
            return
        assert time.monotonic() < patience, "the computation goes on"


def test_two_threads_do_not_wait_for_each_other() -> None:
    # as many runs of each, so that neither is done before the other begins
    first, second = _long(), _long().with_(seed=2)
    meeting = threading.Barrier(2, timeout=60)

    def compute(study: onset.Study) -> bool:
        met = False

        def meet(stage: str, fraction: float) -> bool:
            nonlocal met
            if not met:
                # both computations are under way at the same time, or this breaks
                meeting.wait()
                met = True
            return False

        with pytest.raises(onset.OnsetError, match="interrupted"):
            study.simulate(3, dim=100, progress=meet)
        return met

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert all(pool.map(compute, [first, second]))


def test_two_threads_may_ask_one_study(squashed: onset.Study) -> None:
    study = squashed.with_(link="z1*z2")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = list(pool.map(_margin, [study] * 4))
    assert len(set(found)) == 1


@pytest.mark.parametrize("start", ["fork", "spawn", "forkserver"])
def test_processes(start: str, squashed: onset.Study) -> None:
    if start not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {start} here")
    studies = [squashed.with_(init_std=s) for s in (0.3, 0.5)]
    # threads of the parent are running before it is forked
    here = [_margin(study) for study in studies]
    squashed.simulate(3, dim=40, runs=2)
    context = multiprocessing.get_context(start)
    with warnings.catch_warnings():
        # newer interpreters warn of forks beside threads; that it works all the same is what is tested
        warnings.simplefilter("ignore", DeprecationWarning)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            assert list(pool.map(_margin, studies, timeout=120)) == here
            runs = pool.map(_runs, studies, timeout=120)
            assert list(runs) == [_runs(study) for study in studies]


def _runs(study: onset.Study) -> float:
    return float(study.simulate(3, dim=40, runs=2).train_loss[-1])


def _resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_studies_leak_nothing() -> None:
    chance = random.Random(1)

    def one() -> None:
        a, b = chance.uniform(0.1, 2), chance.uniform(0.1, 2)
        study = onset.Study(**{**SQUASHED, "link": f"tanh({a}*z1^2 - {b})", "init_std": b, "samples": 256})
        study.delta_alg(threads=1)
        study.dynamics(3, steps=1, threads=1)
        with pytest.raises(onset.InputError):
            study.with_(link="z1 +")

    def many(count: int) -> int:
        for _ in range(count):
            one()
        gc.collect()
        return _resident()

    before = many(200)
    after = many(1000)
    # a study with its answers takes tens of kilobytes: a thousand kept ones would take as many megabytes
    assert after - before < 8 << 20, (before, after)
