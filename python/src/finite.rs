//! Questions about runs of finite size: when they escape, and where their overlaps cross.

use onset::failure::Failure;
use onset::numerics::Progress;
use onset::report::{CrossingReport, EscapeReport, Provenance};
use onset::simulation::{Aim, Request, RequestError, crossings};
use pyo3::prelude::*;

use crate::call::Options;
use crate::convert::When;
use crate::study::{Answer, Core, Finished, answer, labels, precision};

/// Where the command line says `--no-theory`.
const NO_THEORY: &str = "no theory was asked for";

/// What the command line calls --until-escape is the argument `level`.
fn of_level(error: RequestError) -> Failure {
    let failure = Failure::from(error);
    Failure {
        words: failure.words.replace("--until-escape", "--level"),
        ..failure
    }
}

#[pymethods]
impl Core {
    /// When runs find the hard directions, beside what the theory predicts.
    #[expect(clippy::too_many_arguments, reason = "those of the Python method")]
    fn escape<'py>(
        &self,
        py: Python<'py>,
        options: &Options,
        deltas: Vec<f64>,
        dims: Vec<usize>,
        runs: u64,
        level: f64,
        steps_per_log: Option<f64>,
        theory_steps: Option<usize>,
        single: bool,
    ) -> PyResult<Answer<'py>> {
        let request = Request {
            deltas,
            dims,
            hessian_at: Vec::new(),
            labels: labels(false),
            precision: precision(single),
            aim: Aim::Escape {
                level,
                steps_per_log,
            },
        };
        let study = self.study();
        answer(py, options, move |watch| {
            let prepared = request.prepare(&study, watch).map_err(of_level)?;
            let forecast = match theory_steps {
                Some(longest) => prepared
                    .forecast(level, longest, watch)
                    .map_err(|error| Failure::from(error).words),
                None => Err(NO_THEORY.to_owned()),
            };
            let stop = || watch.interrupted();
            let simulated = prepared.escapes(level, runs, watch, &stop)?;
            let report = EscapeReport {
                escapes: &simulated.finished,
                interrupted: simulated.interrupted,
                level,
                algorithmic: study.algorithmic()?,
                forecast: forecast.as_ref().map_err(String::as_str),
                provenance: Provenance::new(study.experiment()),
                name: study.experiment().name.as_deref(),
            };
            Finished::new(&report.json(), report.text())
        })
    }

    /// Where the overlaps of several dimensions cross, beside delta_NN(T).
    #[expect(clippy::too_many_arguments, reason = "those of the Python method")]
    fn crossing<'py>(
        &self,
        py: Python<'py>,
        options: &Options,
        deltas: Vec<f64>,
        dims: Vec<usize>,
        runs: u64,
        at: Option<When>,
        theory: bool,
        single: bool,
    ) -> PyResult<Answer<'py>> {
        let request = Request {
            deltas,
            dims,
            hessian_at: at.into_iter().map(|When(at)| at).collect(),
            labels: labels(false),
            precision: precision(single),
            aim: Aim::Crossing,
        };
        let study = self.study();
        answer(py, options, move |watch| {
            let prepared = request.prepare(&study, watch)?;
            let steps = prepared.plans.first().map_or(0, |plan| plan.steps);
            let delta_nn = match theory {
                true => study
                    .rung(steps, watch)
                    .map_err(|error| Failure::from(error).words)
                    .and_then(|rung| rung.delta_nn.resolved()),
                false => Err(NO_THEORY.to_owned()),
            };
            let stop = || watch.interrupted();
            let simulated = prepared.lowest_overlaps(runs, watch, &stop)?;
            let points = simulated.finished;
            let report = CrossingReport {
                steps,
                points: &points,
                interrupted: simulated.interrupted,
                crossings: &crossings(&points),
                algorithmic: study.algorithmic()?,
                delta_nn: delta_nn.as_ref().map_err(String::as_str),
                provenance: Provenance::new(study.experiment()),
                name: study.experiment().name.as_deref(),
            };
            Finished::new(&report.json(), report.text())
        })
    }
}
