"""A teacher, a network in training, and what can be asked of them."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from . import _sympy
from ._calls import Listener, ask, moment, real, several, whole
from ._errors import InputError, OnsetWarning
from ._onset import Core, full_name
from ._results import (
    AlgorithmicThreshold,
    Crossing,
    Design,
    Diagram,
    Dynamics,
    Escapes,
    Ladder,
    Page,
    Result,
    Simulation,
    Spectrum,
    Validation,
)

if TYPE_CHECKING:
    import numpy.typing as npt
    import sympy

    Formula: TypeAlias = str | sympy.Expr
    Numbers: TypeAlias = Sequence[float] | npt.NDArray[Any]

#: Beyond, the error bars are smaller than anything they are compared with.
_MOST_RUNS = 1 << 20
_MOST_STEPS = 1 << 24


class Study:
    """A study: labels, the network that learns them, its training, and the accuracy of the answers.

    Every argument is a field of the program's experiment file, with its name, default and range; one that is None is left to
    its default. A study without network, loss and training knows ``delta_alg`` alone. Studies are frozen: :meth:`with_` makes
    others.

    Parameters
    ----------
    link : str or sympy.Expr
        The label y as a formula in the latents z1 to z9, or a built-in name (``"phase"`` ..; ``onset links``). Powers are
        written ``**`` or ``^``.
    channel : {"deterministic", "gaussian", "logistic", "flip", "poisson"}, optional
        Noise between link and label.
    noise : float, optional
        Gaussian: standard deviation; flip: probability of a flipped label.
    activation : str or sympy.Expr, optional
        The neurons' s(u), a formula in u or a built-in name; twice continuously differentiable.
    readout : sequence of float, shape (m,), or dict, optional
        a_j; or ``{"kind": "rademacher", "neurons": 4, "seed": 1}``, ``{"kind": "equal", "neurons": 4}``.
    bias : sequence of float, shape (m,), optional
        b_j; zero by default.
    scale : float or str, optional
        The factor before the sum over neurons, or ``"1/m"``, ``"1/sqrt(m)"``; 1 by default.
    loss : str or sympy.Expr, optional
        ``"square"``, ``"pseudo-huber"``, ``"logistic"``, ``"correlation"``, ``"normalised-square"``, or a formula in y and f.
    width, offset : float, optional
        Of pseudo-huber and of normalised-square; 1 by default.
    step_size : float or sequence of float, optional
        eta of gradient descent; or one for each step.
    steps : int or "converged", optional
        T.
    weight_decay : float, optional
        The ridge lambda; 0 by default.
    momentum : float, optional
        Heavy-ball, or with ``nesterov`` Nesterov's; 0 by default.
    nesterov : bool, optional
        Whether the momentum is Nesterov's.
    batch : float, optional
        Every step sees each sample with this probability; 1 by default.
    spherical : bool, optional
        Whether the rows of W are brought back to the norm ``init_std`` after every step.
    readout_step_size, bias_step_size : float, optional
        Step sizes of readout and biases; 0 by default, where they are not trained.
    readout_weight_decay : float, optional
        The readout's ridge; 0 by default.
    init_std : float, optional
        s_w, the norm of the rows of W at initialisation.
    samples, replicates, seed : int, optional
        Sample paths of a replicate, replicates behind the error bars, seed of all random numbers: 65,536, 4, 1.
    name : str, optional
        A title.

    Raises
    ------
    InputError
        When a field is refused; the error names it, and in a formula the place.

    Examples
    --------
    >>> import onset_theory as onset
    >>> study = onset.Study(
    ...     link="1.5*tanh(z1**2 - 1)",
    ...     activation="sqrt(1 + u**2) - 1 + 0.2*u",
    ...     readout=[1, 0.5],
    ...     loss="pseudo-huber",
    ...     step_size=0.5,
    ...     steps=10,
    ...     init_std=0.5,
    ... )
    >>> print(study.delta_alg().delta_alg)
    0.50000 +- ...
    >>> study.with_(init_std=0.3).experiment["training"]["init_std"]
    0.3
    """

    __slots__ = ("_core",)

    _core: Core

    def __init__(
        self,
        link: Formula,
        *,
        channel: str | None = None,
        noise: float | None = None,
        activation: Formula | None = None,
        readout: Numbers | Mapping[str, Any] | None = None,
        bias: Numbers | None = None,
        scale: float | str | None = None,
        loss: Formula | Mapping[str, Any] | None = None,
        width: float | None = None,
        offset: float | None = None,
        step_size: float | Numbers | None = None,
        steps: int | str | None = None,
        weight_decay: float | None = None,
        momentum: float | None = None,
        nesterov: bool | None = None,
        batch: float | None = None,
        spherical: bool | None = None,
        readout_step_size: float | None = None,
        bias_step_size: float | None = None,
        readout_weight_decay: float | None = None,
        init_std: float | None = None,
        samples: int | None = None,
        replicates: int | None = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        given = {
            "link": link,
            "channel": channel,
            "noise": noise,
            "activation": activation,
            "readout": readout,
            "bias": bias,
            "scale": scale,
            "loss": loss,
            "width": width,
            "offset": offset,
            "step_size": step_size,
            "steps": steps,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "batch": batch,
            "spherical": spherical,
            "readout_step_size": readout_step_size,
            "bias_step_size": bias_step_size,
            "readout_weight_decay": readout_weight_decay,
            "init_std": init_std,
            "samples": samples,
            "replicates": replicates,
            "seed": seed,
            "name": name,
        }
        core = Core.from_fields(_fields({k: v for k, v in given.items() if v is not None}))
        self._hold(core)
        _remark(core, 3)

    def _hold(self, core: Core) -> None:
        object.__setattr__(self, "_core", core)

    @classmethod
    def _of(cls, core: Core) -> Study:
        study = object.__new__(cls)
        study._hold(core)
        _remark(core, 4)
        return study

    @classmethod
    def from_toml(cls, text: str, **fields: Any) -> Study:
        """The study of an experiment file's text.

        Parameters
        ----------
        text : str
            TOML with the sections ``[target]``, ``[network]``, ``[loss]``, ``[training]``, ``[numerics]``.
        **fields
            Fields that stand above the text, by the names of the constructor; None removes one.

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study.from_toml('[target]\\nlink = "z1^2"', seed=3)
        >>> study.experiment["numerics"]["seed"]
        3
        """
        return cls._of(Core.from_toml(text, _fields(fields)))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **fields: Any) -> Study:
        """The study of an experiment file (TOML), or of a saved result (JSON).

        Parameters
        ----------
        path : path-like
            The file; one that ends in ``.json`` is a result.
        **fields
            Fields that stand above the file, by the names of the constructor; None removes one.

        Raises
        ------
        InputError
            When the file cannot be read, or a field is refused.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import onset_theory as onset
        >>> study = onset.Study("z1*z2", seed=7)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "study.toml")
        ...     _ = path.write_text(study.to_toml())
        ...     onset.Study.from_file(path) == study
        True
        """
        place = Path(path)
        if place.suffix != ".json":
            return cls._of(Core.from_file(place, _fields(fields)))
        try:
            text = place.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot read {place}: {error}") from error
        return cls._of(_core_of_json(text, fields))

    @classmethod
    def from_json(cls, text: str, **fields: Any) -> Study:
        """The study of a result's JSON, or of an experiment's.

        Parameters
        ----------
        text : str
            What the program prints with ``--json``, or :meth:`Result.to_json` returns.
        **fields
            As in :meth:`from_file`.

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study("z1*z2")
        >>> onset.Study.from_json(study.delta_alg().to_json()) == study
        True
        """
        return cls._of(_core_of_json(text, fields))

    @classmethod
    def from_dict(cls, sections: Mapping[str, Any] | Result, **fields: Any) -> Study:
        """The study of an experiment's sections, or of a result.

        Parameters
        ----------
        sections : mapping or Result
            ``{"target": {"link": ..}, "network": {..}, ..}``; or a result, or a dictionary of one, which has them under
            ``"experiment"``.
        **fields
            As in :meth:`from_file`.

        Examples
        --------
        >>> import onset_theory as onset
        >>> first = onset.Study("z1*z2")
        >>> onset.Study.from_dict(first.delta_alg().to_dict()) == first
        True
        """
        return cls._of(_core_of_dict(sections, fields))

    def with_(self, **fields: Any) -> Study:
        """The same study with other values of fields.

        What is known of the same teacher (``delta_alg``, the label's law) is kept.

        Parameters
        ----------
        **fields
            Fields by the names of the constructor, or full names as ``**{"network.readout.neurons": 8}``; None removes one.

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study("z1^2", channel="gaussian", noise=0.1)
        >>> [round(float(study.with_(noise=noise).delta_alg()), 4) for noise in (0, 0.5)]
        [0.5, 0.5416]
        """
        return self._of(self._core.with_fields(_fields(fields)))

    @property
    def experiment(self) -> dict[str, Any]:
        """The experiment with every default filled in, section by section."""
        found: dict[str, Any] = json.loads(self._core.resolved_json())
        return found

    def to_toml(self) -> str:
        """The experiment with every default filled in, as the text of a file that the command line reads."""
        return self._core.resolved_toml()

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a Study is frozen: with_ makes another one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a Study is frozen: with_ makes another one")

    def __repr__(self) -> str:
        shown: dict[str, Any] = {}
        for section in self.experiment.values():
            if isinstance(section, dict):
                shown.update({"loss" if k == "kind" else k: v for k, v in section.items()})
        return f"Study({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    def _repr_html_(self) -> str:
        import html

        rows = []
        for name, section in self.experiment.items():
            entries = section.items() if isinstance(section, dict) else [("", section)]
            for key, value in entries:
                field = f"{name}.{key}" if key else name
                rows.append(f"<tr><th>{field}</th><td>{html.escape(str(value))}</td></tr>")
        return f"<table>{''.join(rows)}</table>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Study):
            return NotImplemented
        return self.to_toml() == other.to_toml()

    def __hash__(self) -> int:
        return hash(self._core.fingerprint())

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._core.template_toml(),)

    def __copy__(self) -> Study:
        return self

    def __deepcopy__(self, memo: Any) -> Study:
        return self

    def delta_alg(
        self, *, threads: int | None = None, progress: bool | Listener | None = None
    ) -> AlgorithmicThreshold:
        """The threshold of the best first-order method, with easy and hard directions.

        ``1/delta_alg`` is the spectral radius of ``M -> E[G(y) M G(y)]``, ``G(y) = E[z z^T - I | y]``; where some directions
        are easy, the same given what is known of them (docs/theory.md, section 3; arXiv:1708.05932, 2405.15480, 2502.02545).

        Parameters
        ----------
        threads : int, optional
            Threads; unless given those of ``ONSET_THREADS``, or all cores.
        progress : bool or callable, optional
            True for a bar of tqdm, or a function of the stage and the fraction done; where it returns False, the computation
            ends.

        Returns
        -------
        AlgorithmicThreshold

        Raises
        ------
        NumericalError
            When a number is not reached within its tolerance.

        Examples
        --------
        >>> import onset_theory as onset
        >>> found = onset.Study("z1*z2").delta_alg()
        >>> print(found.delta_alg, found.hard_dim)
        0.59375 +- ... 2
        """
        return AlgorithmicThreshold(*ask(self._core.alg, threads=threads, progress=progress))

    def spectrum(
        self,
        delta: float,
        *,
        at: int | str = 0,
        side: str = "left",
        threads: int | None = None,
        progress: bool | Listener | None = None,
    ) -> Spectrum:
        """Bulk density, edges and outliers of the Hessian at one n/d and step.

        Parameters
        ----------
        delta : float
            n/d.
        at : int or "end", default 0
            Step T of training, at most that of the study; ``"end"`` for the end of training.
        side : {"left", "right"}
            Where outliers are looked for.
        threads, progress
            As in :meth:`delta_alg`.

        Returns
        -------
        Spectrum

        Raises
        ------
        InputError
            When n/d or step mean nothing here.
        NumericalError
            When the equations cannot be solved at this n/d.

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study("z1^2", activation="u^2", readout=[1], loss="normalised-square", step_size=0.1, init_std=1)
        >>> found = study.spectrum(6)
        >>> print(found.left_edge_kind, float(found.margin) < 0, found.x.shape)
        soft True (200,)
        """
        if side not in ("left", "right"):
            raise InputError(f'side {side!r}: it is "left" or "right"', "side")
        delta, at = real("delta", delta), moment("at", at)
        right = side == "right"
        return Spectrum(
            *ask(
                lambda options: self._core.spectrum(options, delta, at, right),
                threads=threads,
                progress=progress,
            )
        )

    def dynamics(
        self,
        delta: float,
        *,
        steps: int | None = None,
        at: str | None = None,
        dim: int | None = None,
        fraction: float = 0.1,
        threads: int | None = None,
        progress: bool | Listener | None = None,
    ) -> Dynamics:
        """Losses, weights and overlaps step by step, in the limit of large dimension (docs/theory.md, section 4).

        Parameters
        ----------
        delta : float
            n/d.
        steps : int, optional
            T; stands above that of the study.
        at : "end", optional
            Follow training to its end, by implicit steps after the first ones; without ``steps`` and ``dim``.
        dim : int, optional
            Dimension at which to predict when the hard directions are found.
        fraction : float, default 0.1
            Squared part of the weights in them at which they count as found.
        threads, progress
            As in :meth:`delta_alg`.

        Returns
        -------
        Dynamics

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study(
        ...     "z1^2", activation="tanh", readout=[1], loss="square", step_size=0.1, init_std=1, samples=1024
        ... )
        >>> found = study.dynamics(4, steps=5)
        >>> found.gram.shape
        (6, 1, 1)
        """
        delta, fraction = real("delta", delta), real("fraction", fraction)
        if at not in (None, "end"):
            raise InputError(f'at {at!r}: it is "end", or left out', "at")
        if at is not None and (steps is not None or dim is not None):
            raise InputError('at "end": the end has no number of steps, and no dim: leave them out', "at")
        core = self._core_of(steps)
        dim = None if dim is None else whole("dim", dim, 2)
        return Dynamics(
            *ask(
                lambda options: core.dynamics(options, delta, at is not None, dim, fraction),
                threads=threads,
                progress=progress,
            )
        )

    def simulate(
        self,
        delta: float,
        *,
        dim: int = 1000,
        runs: int = 8,
        steps: int | None = None,
        hessian_at: int | str | Sequence[int | str] = (),
        null: bool = False,
        f32: bool = False,
        threads: int | None = None,
        progress: bool | Listener | None = None,
        on_interrupt: str = "raise",
    ) -> Simulation:
        """Train on data of finite size: the quantities of :meth:`dynamics`, measured.

        Parameters
        ----------
        delta : float
            n/d.
        dim : int, default 1000
            d.
        runs : int, default 8
            Independent runs behind the error bars.
        steps : int, optional
            T; stands above that of the study.
        hessian_at : int, "end", or a sequence of them, optional
            Steps at which the ends of the Hessian's spectrum are computed; ``"end"`` is the last one.
        null : bool, default False
            Draw the hard latents of the labels independently of the inputs: training without growth of the signal.
        f32 : bool, default False
            Store inputs in single precision.
        threads, progress
            As in :meth:`delta_alg`.
        on_interrupt : {"raise", "return"}
            What Ctrl-C does: raise KeyboardInterrupt, or return the runs that are finished.

        Returns
        -------
        Simulation

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study("z1^2", activation="tanh", readout=[1], loss="square", step_size=0.1, init_std=1)
        >>> found = study.simulate(4, dim=50, runs=2, steps=3)
        >>> found.train_loss.shape, found.runs
        ((4,), 2)
        """
        delta, dim, runs = real("delta", delta), whole("dim", dim, 0), whole("runs", runs, 1, _MOST_RUNS)
        places = several("hessian_at", hessian_at, moment)
        core = self._core_of(steps, _MOST_STEPS)
        return Simulation(
            *ask(
                lambda options: core.simulate(
                    options, delta, dim, runs, places, bool(null), bool(f32)
                ),
                threads=threads,
                progress=progress,
                on_interrupt=on_interrupt,
            )
        )

    def validate(
        self,
        delta: float | Numbers,
        *,
        dim: int | Sequence[int] = (200, 400),
        runs: int = 12,
        steps: int | None = None,
        at: int | str | Sequence[int | str] | None = None,
        null: bool = False,
        f32: bool = False,
        level: float = 0.01,
        threads: int | None = None,
        progress: bool | Listener | None = None,
        on_interrupt: str = "raise",
    ) -> Validation:
        """Theory beside simulation, number by number.

        Each number is judged by Student's t of its gap, all of them together by Holm's rule. With several dimensions a gap
        that vanishes as d grows is told from one that stays.

        Parameters
        ----------
        delta : float or sequence of float
            n/d.
        dim : int or sequence of int, default (200, 400)
            Dimensions of the simulation.
        runs : int, default 12
            Independent runs at each n/d and dimension.
        steps : int, optional
            T; stands above that of the study.
        at : int, "end", or a sequence of them, optional
            Steps at which the Hessians are compared: unless given, the first and the last; empty for none. With ``"end"`` the
            last step of the runs is held against the end of training, or against the same time where it has not ended.
        null, f32
            As in :meth:`simulate`.
        level : float, default 0.01
            Probability of finding any disagreement where there is none.
        threads, progress, on_interrupt
            As in :meth:`simulate`.

        Returns
        -------
        Validation
            True where theory and simulation agree.

        Raises
        ------
        InputError
            When n/d, dimensions or steps mean nothing here, or do not fit into memory.
        NumericalError
            When training diverges, or an equation cannot be solved.

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study(
        ...     "z1^2", activation="tanh", readout=[1], loss="square", step_size=0.1, init_std=1, samples=4096
        ... )
        >>> found = study.validate(4, dim=[40, 80], runs=4, steps=2, at=[])
        >>> bool(found), found.checks[0].quantity
        (True, 'train_loss')
        """
        deltas = several("delta", delta, real)
        dims = several("dim", dim, lambda name, d: whole(name, d, 0))
        runs, level = whole("runs", runs, 2, _MOST_RUNS), real("level", level)
        places = None if at is None else several("at", at, moment)
        core = self._core_of(steps)
        return Validation(
            *ask(
                lambda options: core.validate(
                    options, deltas, dims, runs, places, bool(null), bool(f32), level
                ),
                threads=threads,
                progress=progress,
                on_interrupt=on_interrupt,
            )
        )

    def escape(
        self,
        delta: float | Numbers,
        *,
        dim: int | Sequence[int] = 1000,
        level: float = 0.1,
        runs: int = 8,
        steps: int | None = None,
        steps_per_log: float | None = None,
        theory: bool = True,
        theory_steps: int = 200,
        f32: bool = False,
        threads: int | None = None,
        progress: bool | Listener | None = None,
        on_interrupt: str = "raise",
    ) -> Escapes:
        """Train until the hard directions are found, beside what the theory predicts (docs/theory.md, section 8).

        Parameters
        ----------
        delta : float or sequence of float
            n/d.
        dim : int or sequence of int, default 1000
            Dimensions.
        level : float, default 0.1
            Squared part of the weights in the hard directions at which these count as found.
        runs : int, default 8
            Independent runs at each n/d and dimension.
        steps : int, optional
            Cap on the steps; stands above that of the study.
        steps_per_log : float, optional
            Cap them at this number times ln d instead.
        theory : bool, default True
            Whether to predict.
        theory_steps : int, default 200
            Steps for which the theory is followed at most; its time grows with their square.
        f32
            As in :meth:`simulate`.
        threads, progress, on_interrupt
            As in :meth:`simulate`.

        Returns
        -------
        Escapes

        Raises
        ------
        InputError
            When no direction is hard, or as in :meth:`validate`.

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study("z1^2", activation="u^2", readout=[1], loss="normalised-square", step_size=0.1, init_std=1)
        >>> found = study.escape([1, 4], dim=40, runs=3, steps=10, theory=False)
        >>> found.success_fraction.shape
        (2,)
        """
        if steps is not None and steps_per_log is not None:
            raise InputError("steps and steps_per_log: give one of them", "steps_per_log")
        deltas = several("delta", delta, real)
        dims = several("dim", dim, lambda name, d: whole(name, d, 0))
        runs, level = whole("runs", runs, 1, _MOST_RUNS), real("level", level)
        per_log = None if steps_per_log is None else real("steps_per_log", steps_per_log)
        longest = whole("theory_steps", theory_steps, 0) if theory else None
        core = self._core_of(steps, _MOST_STEPS)
        return Escapes(
            *ask(
                lambda options: core.escape(
                    options, deltas, dims, runs, level, per_log, longest, bool(f32)
                ),
                threads=threads,
                progress=progress,
                on_interrupt=on_interrupt,
            )
        )

    def crossing(
        self,
        delta: Numbers,
        *,
        dim: Sequence[int],
        at: int | None = None,
        runs: int = 8,
        theory: bool = True,
        f32: bool = False,
        threads: int | None = None,
        progress: bool | Listener | None = None,
        on_interrupt: str = "raise",
    ) -> Crossing:
        """Where d^(1/3) times the overlap of the Hessian's lowest eigenvector, over n/d, crosses for several dimensions.

        Parameters
        ----------
        delta : sequence of float
            n/d.
        dim : sequence of int
            Dimensions.
        at : int, optional
            The step T of the Hessian; unless given, the last of training.
        runs : int, default 8
            Independent runs at each n/d and dimension.
        theory : bool, default True
            Whether delta_NN(T) is computed beside.
        f32
            As in :meth:`simulate`.
        threads, progress, on_interrupt
            As in :meth:`simulate`.

        Returns
        -------
        Crossing

        Raises
        ------
        InputError
            When no direction is hard, or as in :meth:`validate`.

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study("z1^2", activation="u^2", readout=[1], loss="normalised-square", step_size=0.1, init_std=1)
        >>> found = study.crossing([1, 2], dim=[30, 60], at=0, runs=3)
        >>> [dims for dims, _ in found.crossings], float(found.delta_nn) > 1
        ([(30, 60)], True)
        """
        deltas = several("delta", delta, real)
        dims = several("dim", dim, lambda name, d: whole(name, d, 0))
        runs = whole("runs", runs, 1, _MOST_RUNS)
        step = None if at is None else moment("at", at)
        core = self._core
        return Crossing(
            *ask(
                lambda options: core.crossing(
                    options, deltas, dims, runs, step, bool(theory), bool(f32)
                ),
                threads=threads,
                progress=progress,
                on_interrupt=on_interrupt,
            )
        )

    def delta_nn(
        self,
        *,
        error: float = 0.02,
        most_samples: int | None = None,
        draft: bool = False,
        max_steps: int = 10_000,
        dim: int | None = 1000,
        fraction: float = 0.1,
        threads: int | None = None,
        progress: bool | Listener | None = None,
        on_interrupt: str = "raise",
    ) -> Ladder:
        """The threshold of this network with this loss at the end of its training, beside ``delta_alg``.

        Training is followed to its end; what is found on the way is the ladder of delta_NN(T) (docs/theory.md, section 7).

        Parameters
        ----------
        error : float, default 0.02
            Relative error that is asked for: replicates are added until it is reached.
        most_samples : int, optional
            Sample paths of all replicates together, at most; those of the study by default.
        draft : bool, default False
            A first look in seconds, with a wide error bar.
        max_steps : int, default 10000
            The longest training on the way to its end, in steps.
        dim : int or None, default 1000
            Dimension for which the n/d is predicted above which half of all runs find the hard directions; None for none.
        fraction : float, default 0.1
            Squared part of the weights in them at which they count as found.
        threads, progress, on_interrupt
            As in :meth:`simulate`; what is returned are the finished rungs.

        Returns
        -------
        Ladder

        Raises
        ------
        NumericalError
            When no rung has an answer.

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study("z1", activation="tanh", readout=[1], loss="square", step_size=0.1, steps=10, init_std=1)
        >>> found = study.delta_nn()
        >>> print(found.verdict, float(found))
        nothing-hard 0.0
        """
        return self._ladder(
            (), error, most_samples, draft, max_steps, dim, fraction, threads, progress, on_interrupt
        )

    def ladder(
        self,
        at: int | str | Sequence[int | str] = (),
        *,
        error: float = 0.02,
        most_samples: int | None = None,
        draft: bool = False,
        max_steps: int = 10_000,
        dim: int | None = None,
        fraction: float = 0.1,
        threads: int | None = None,
        progress: bool | Listener | None = None,
        on_interrupt: str = "raise",
    ) -> Ladder:
        """delta_NN(T), the n/d above which the Hessian after T steps shows the hard directions, for several T.

        Parameters
        ----------
        at : int, "end", or a sequence of them, optional
            T, at most the steps of the study, and ``"end"`` for the end of training: unless given, 0, the study's steps, and
            the rungs that lead to the end.
        error, most_samples, draft, max_steps
            As in :meth:`delta_nn`.
        dim : int, optional
            Dimension for which the n/d is predicted above which half of all runs find the hard directions within T steps.
        fraction : float, default 0.1
            Squared part of the weights in them at which they count as found.
        threads, progress, on_interrupt
            As in :meth:`simulate`; what is returned are the finished rungs.

        Returns
        -------
        Ladder

        Raises
        ------
        NumericalError
            When no rung has an answer.

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study("z1^2", activation="u^2", readout=[1], loss="normalised-square", step_size=0.1, init_std=1)
        >>> found = study.ladder(0)
        >>> print(round(float(found.rungs[0].delta_nn), 3), float(found.delta_alg) < float(found.rungs[0].delta_nn))
        1.135 True
        """
        return self._ladder(
            at, error, most_samples, draft, max_steps, dim, fraction, threads, progress, on_interrupt
        )

    def _ladder(
        self,
        at: int | str | Sequence[int | str],
        error: float,
        most_samples: int | None,
        draft: bool,
        max_steps: int,
        dim: int | None,
        fraction: float,
        threads: int | None,
        progress: bool | Listener | None,
        on_interrupt: str,
    ) -> Ladder:
        steps = several("at", at, moment)
        error, fraction = real("error", error), real("fraction", fraction)
        paths = None if most_samples is None else whole("most_samples", most_samples, 512, 1 << 28)
        most_steps = whole("max_steps", max_steps, 1, 10_000_000)
        size = None if dim is None else whole("dim", dim, 2)
        return Ladder(
            *ask(
                lambda options: self._core.nn(
                    options, steps, error, paths, bool(draft), most_steps, size, fraction
                ),
                threads=threads,
                progress=progress,
                on_interrupt=on_interrupt,
                depth=4,
            )
        )

    def diagram(
        self,
        x: str | tuple[str, Numbers],
        y: str | tuple[str, Numbers] | None = None,
        *,
        quantity: str = "margin",
        delta: float | None = None,
        at: int | str | None = None,
        steps: int | None = None,
        dim: int | None = None,
        fraction: float | None = None,
        runs: int | None = None,
        adaptive: bool = False,
        lines: Sequence[str] = (),
        journal: str | os.PathLike[str] | None = None,
        resume: bool = False,
        threads: int | None = None,
        progress: bool | Listener | None = None,
        on_interrupt: str = "raise",
    ) -> Diagram:
        """One quantity over one or two axes: a curve, or a phase diagram.

        Parameters
        ----------
        x : str or tuple
            Horizontal axis over ``delta``, ``dim`` or a numeric field: ``"delta=0.5..8:32"``, ``"delta=log:0.5..8:32"``,
            ``"delta=1,2,4"``, or the name with increasing values, ``("init_std", numpy.linspace(0.1, 1, 16))``.
        y : str or tuple, optional
            Vertical axis; without it the diagram is a curve.
        quantity : str, default "margin"
            ``"margin"``, ``"outlier"``, ``"overlap"``, ``"delta_nn"``, ``"delta_alg"``, ``"escape_time"`` or
            ``"success_fraction"``.
        delta : float, optional
            n/d, where that is no axis.
        at : int or "end", optional
            Step at which the Hessian is taken, or the end of training; 0 by default.
        steps : int, optional
            T; stands above that of the study.
        dim : int, optional
            d of ``escape_time`` and ``success_fraction``, where that is no axis.
        fraction : float, optional
            Squared part of the weights in the hard directions at which these count as found; 0.1 by default.
        runs : int, optional
            Independent runs of a cell of ``success_fraction``; 8 by default.
        adaptive : bool, default False
            Compute cells near the phase boundary only.
        lines : sequence of {"delta_alg", "delta_nn"}, optional
            Thresholds beside a diagram over n/d, for every value of the other axis; ``delta_alg`` beside curves of ``delta_nn``, too.
        journal : path-like, optional
            File to which every finished cell is added at once.
        resume : bool, default False
            Continue the journal if there is one.
        threads, progress, on_interrupt
            As in :meth:`simulate`; what is returned are the finished cells.

        Returns
        -------
        Diagram
            A cell that fails has its reason; the others go on.

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study("z1^2", activation="u^2", readout=[1], loss="normalised-square", step_size=0.1, init_std=1)
        >>> found = study.diagram(("delta", [0.8, 2.0]))
        >>> (found.value < 0).tolist()
        [False, True]
        """
        numbers = {
            "delta": None if delta is None else real("delta", delta),
            "at": None if at is None else moment("at", at),
            "steps": None if steps is None else whole("steps", steps, 0),
            "dim": None if dim is None else whole("dim", dim, 0),
            "fraction": None if fraction is None else real("fraction", fraction),
            "runs": None if runs is None else whole("runs", runs, 1, _MOST_RUNS),
        }
        core = self._core_of(steps)
        horizontal = _axis("x", x)
        vertical = None if y is None else _axis("y", y)
        file = None if journal is None else (journal, bool(resume))
        names = [lines] if isinstance(lines, str) else list(lines)
        return Diagram(
            *ask(
                lambda options: core.diagram(
                    options, quantity, horizontal, vertical, numbers, bool(adaptive), file, names
                ),
                threads=threads,
                progress=progress,
                on_interrupt=on_interrupt,
            )
        )

    def design(
        self,
        over: Mapping[str, tuple[float, float] | tuple[str, float, float]],
        *,
        at: int | str = 0,
        restarts: int = 3,
        evaluations: int | None = None,
        tolerance: float = 5e-4,
        threads: int | None = None,
        progress: bool | Listener | None = None,
        on_interrupt: str = "raise",
    ) -> Design:
        """Search for the network with the smallest delta_NN(T), and say how far that is from ``delta_alg``.

        Parameters
        ----------
        over : mapping
            Fields that take real numbers, and their ranges: ``{"init_std": (0.1, 2)}``, or with equal steps in the logarithm
            ``{"width": ("log", 0.1, 10)}``.
        at : int or "end", default 0
            Step T of training at which delta_NN(T) is taken; ``"end"`` for the end of training, where each network takes seconds.
        restarts : int, default 3
            Starts of the search.
        evaluations : int, optional
            Networks looked at, at most, by all restarts together; 40 for each restart and parameter by default.
        tolerance : float, default 5e-4
            Relative accuracy of delta_NN at which a restart ends.
        threads, progress, on_interrupt
            As in :meth:`simulate`; what is returned is the best network so far.

        Returns
        -------
        Design

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study("z1^2", activation="u^2", readout=[1], loss="normalised-square", step_size=0.1, init_std=1)
        >>> found = study.design({"offset": (0.5, 2.0)}, restarts=1, evaluations=6)
        >>> list(found.parameters)
        ['loss.offset']
        """
        # a full name is judged with its range
        names = {name: name if "." in name else full_name(name) for name in over}
        ranges = [f"{names[name]}={_range(name, ends)}" for name, ends in over.items()]
        at, starts = moment("at", at), whole("restarts", restarts, 0)
        budget = None if evaluations is None else whole("evaluations", evaluations, 0)
        accuracy = real("tolerance", tolerance)
        return Design(
            *ask(
                lambda options: self._core.design(options, ranges, at, starts, budget, accuracy),
                threads=threads,
                progress=progress,
                on_interrupt=on_interrupt,
            )
        )

    def report(
        self,
        at: int | str | Sequence[int | str] = (),
        *,
        draft: bool = False,
        spectra_at: int | Sequence[int] = 0,
        frames: int = 25,
        delta: float | None = None,
        boundary: str | tuple[str, Numbers] | None = None,
        boundary_at: int | str | None = None,
        simulate: bool = False,
        dim: int | Sequence[int] = (200, 400),
        runs: int = 12,
        threads: int | None = None,
        progress: bool | Listener | None = None,
    ) -> Page:
        """One page with thresholds, ladder, spectra over n/d and the first steps of training.

        Parameters
        ----------
        at
            Rungs of the ladder, as in :meth:`ladder`.
        draft : bool, default False
            A first look at the ladder, with a wide error bar.
        spectra_at : int or sequence of int, default 0
            Steps whose spectra can be looked at; each takes a run of training for every n/d.
        frames : int, default 25
            Places of the slider over n/d.
        delta : float, optional
            n/d of the first steps of training; twice the largest threshold that was found by default.
        boundary : str or tuple, optional
            The phase boundary: delta_NN over this axis, a numeric field as in :meth:`diagram`.
        boundary_at : int or "end", optional
            Step T of the boundary, or the end of training; 0 by default.
        simulate : bool, default False
            Whether to show theory beside simulation, at n/d ``delta``.
        dim : int or sequence of int, default (200, 400)
            Dimensions of the simulation.
        runs : int, default 12
            Independent runs at each dimension.
        threads, progress
            As in :meth:`delta_alg`.

        Returns
        -------
        Page
            ``page.save("page.html")`` writes it; a notebook shows it.

        Examples
        --------
        >>> import onset_theory as onset
        >>> study = onset.Study(
        ...     "z1^2", activation="u^2", readout=[1], loss="normalised-square", step_size=0.1, steps=0, init_std=1, samples=1024
        ... )
        >>> page = study.report(0, frames=3, boundary=("width", [0.5, 1]))
        >>> page.html.startswith("<!DOCTYPE html>"), page.agree
        (True, None)
        """
        numbers = {
            "at": several("at", at, moment),
            "draft": bool(draft),
            "spectra_at": several("spectra_at", spectra_at, lambda name, step: whole(name, step, 0)),
            "frames": whole("frames", frames, 2, 200),
            "delta": None if delta is None else real("delta", delta),
            "boundary": None if boundary is None else _axis("boundary", boundary),
            "boundary_at": None if boundary_at is None else moment("boundary_at", boundary_at),
            "simulate": None,
        }
        if simulate:
            dims = several("dim", dim, lambda name, d: whole(name, d, 0))
            numbers["simulate"] = (dims, whole("runs", runs, 2, _MOST_RUNS))
        return Page(
            *ask(
                lambda options: self._core.page(options, numbers),
                threads=threads,
                progress=progress,
            )
        )

    def _core_of(self, steps: int | None, most: int = 2**63 - 1) -> Core:
        """The study with another number of steps, if one is given."""
        if steps is None:
            return self._core
        return self._core.with_fields({"training.steps": whole("steps", steps, 0, most)})


def _core_of_json(text: str, fields: Mapping[str, Any]) -> Core:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"the given text is not valid JSON: {error}") from error
    if not isinstance(found, dict):
        raise InputError("the given text is JSON, but no result: it has no keys")
    return _core_of_dict(found, fields)


def _core_of_dict(sections: Mapping[str, Any] | Result, fields: Mapping[str, Any]) -> Core:
    if isinstance(sections, Result):
        sections = sections.experiment
    sections = sections.get("experiment", sections)
    return Core.from_table(_plain(sections), _fields(fields))


def _remark(core: Core, depth: int) -> None:
    """Warn of what is to be known of a study; `depth` frames up stands whoever made it."""
    for words in core.remarks():
        warnings.warn(words, OnsetWarning, stacklevel=depth)


def _restored(text: str) -> Study:
    """A study as it was pickled, without the remarks that were made then."""
    study = object.__new__(Study)
    study._hold(Core.from_toml(text, {}))
    return study


def _range(name: str, ends: tuple[float, float] | tuple[str, float, float]) -> str:
    """A range as it is typed."""
    *spacing, low, high = ends
    if spacing not in ([], ["log"]):
        raise InputError(f'over {name}: it is (low, high) or ("log", low, high)', "over")
    return f"{'log:' if spacing else ''}{real(name, low)!r}..{real(name, high)!r}"


def _axis(name: str, axis: str | tuple[str, Numbers]) -> str | tuple[str, list[float]]:
    """An axis as it is typed, or a field with its values."""
    if isinstance(axis, str):
        return axis
    try:
        key, values = axis
    except (TypeError, ValueError):
        raise InputError(f"{name} {axis!r}: it is a text, or a name with its values", name) from None
    return key, [real(name, value) for value in values]


def _plain(value: Any) -> Any:
    """Formulas as text, mappings as dictionaries."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return _sympy.text(value)


def _fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in fields.items()}
