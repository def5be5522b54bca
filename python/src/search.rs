//! Questions that vary T or the experiment: ladders, diagrams, designs.

use std::path::PathBuf;

use onset::design;
use onset::diagram::{
    Axis, AxisKey, Diagram, DiagramError, Fingerprint, Header, Journal, Options as Given, Plan,
    Quantity, Request, Spacing, fill, threshold_line,
};
use onset::experiment::full_name;
use onset::failure::{Failure, Fault};
use onset::numerics::Progress;
use onset::report::{DesignReport, DiagramReport, NnReport, Provenance, line_label, rung_line};
use onset::study::{NnQuestion, unanswered};
use onset::threshold::{Effort, Milestone};
use pyo3::prelude::*;
use serde::Serialize;

use crate::call::Options;
use crate::convert::When;
use crate::errors::raised;
use crate::study::{Answer, Core, Finished, answer};

/// An axis: as it is typed, or a field with its values.
#[derive(FromPyObject)]
pub enum AxisGiven {
    Typed(String),
    Values(String, Vec<f64>),
}

impl AxisGiven {
    pub fn read(self, option: &'static str) -> Result<Axis, Failure> {
        let (name, values) = match self {
            Self::Typed(text) => return Ok(Axis::parse(option, &text)?),
            Self::Values(name, values) => (name, values),
        };
        let refuse = |reason: String| DiagramError::Axis {
            option,
            text: name.clone(),
            reason,
        };
        let key = match name.as_str() {
            "delta" | "dim" => AxisKey::parse(&name),
            field => full_name(field)
                .map_err(|error| error.to_string())
                .and_then(|name| AxisKey::parse(&name)),
        };
        let axis = key.and_then(|key| Axis::new(key, Spacing::List, values));
        Ok(axis.map_err(refuse)?)
    }
}

/// Numbers that quantities of a diagram need besides the experiment.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct GivenNumbers {
    delta: Option<f64>,
    at: Option<When>,
    steps: Option<u64>,
    dim: Option<u64>,
    fraction: Option<f64>,
    runs: Option<u64>,
}

/// Where a threshold lies in a diagram over n/d.
#[derive(Serialize)]
struct Line {
    label: String,
    points: Vec<(f64, f64)>,
}

#[pymethods]
impl Core {
    /// The ladder of delta_NN(T) and its limit.
    #[expect(clippy::too_many_arguments, reason = "those of the Python method")]
    fn nn<'py>(
        &self,
        py: Python<'py>,
        options: &Options,
        at: Vec<When>,
        error: f64,
        most_samples: Option<usize>,
        draft: bool,
        longest: usize,
        dim: Option<u64>,
        fraction: f64,
    ) -> PyResult<Answer<'py>> {
        let study = self.study();
        answer(py, options, move |watch| {
            let mut effort = Effort::default();
            effort.error = error;
            effort.most_samples = most_samples;
            effort.draft = draft;
            effort.longest = longest;
            let question = NnQuestion {
                at: at.into_iter().map(|When(at)| at).collect(),
                effort,
                dim,
                fraction,
            };
            let found = study.nn(&question, watch, &mut |milestone| match milestone {
                Milestone::Ahead(cost) => watch.ahead(cost),
                Milestone::Rung(rung) => watch.ahead(&rung_line(rung)),
            })?;
            if let Some(words) = unanswered(&found.climb) {
                return Err(Failure::new(Fault::Numerical, &words));
            }
            let report = NnReport::of(&study, &found)?;
            Finished::new(&report.json(), report.text())
        })
    }

    /// One quantity over one or two axes.
    #[expect(clippy::too_many_arguments, reason = "those of the Python method")]
    fn diagram<'py>(
        &self,
        py: Python<'py>,
        options: &Options,
        quantity: &str,
        x: AxisGiven,
        y: Option<AxisGiven>,
        numbers: GivenNumbers,
        adaptive: bool,
        journal: Option<(PathBuf, bool)>,
        lines: Vec<String>,
    ) -> PyResult<Answer<'py>> {
        let fail = |failure| raised(py, failure);
        let named = |name: &str| {
            let found = Quantity::parse(name);
            found.map_err(|words| {
                fail(Failure::new(
                    Fault::Input,
                    &format!("quantity {name}: {words}"),
                ))
            })
        };
        let y = y.map(|y| y.read("--y")).transpose();
        let request = Request {
            quantity: named(quantity)?,
            x: x.read("--x").map_err(fail)?,
            y: y.map_err(fail)?,
            options: Given {
                delta: numbers.delta,
                at: numbers.at.map(|When(at)| at),
                dim: numbers.dim,
                fraction: numbers.fraction,
                runs: numbers.runs,
            },
            adaptive,
        };
        let checked = request.check_steps(numbers.steps);
        checked.map_err(|error| fail(error.into()))?;
        let lines: Vec<Quantity> = lines
            .iter()
            .map(|name| named(name))
            .collect::<PyResult<_>>()?;
        let template = self.template().clone();
        answer(py, options, move |watch| {
            let plan = Plan::new(&template, request)?;
            let fingerprint = Fingerprint::new(&plan, &template)?;
            let header = Header::new(fingerprint.clone(), None);
            let place = journal
                .as_ref()
                .map(|(path, resume)| (path.as_path(), *resume));
            let (mut journal, mut cells) =
                Journal::of(place, &header, &mut |words| watch.note(words))?;
            let all: Vec<usize> = (0..plan.request.cells()).collect();
            let stop = || watch.interrupted();
            fill(&plan, &all, &mut journal, &mut cells, watch, &stop)?;
            let diagram = Diagram::new(&plan.request, cells);
            let mut drawn = Vec::new();
            for quantity in lines {
                let line = threshold_line(&fingerprint, quantity, watch, &stop)?;
                drawn.extend(line.map(|line| Line {
                    label: line_label(&line),
                    points: line.points,
                }));
            }
            let report = DiagramReport {
                fingerprint: &fingerprint,
                diagram: &diagram,
            };
            Finished::new(&report.json(), report.text())?
                .with("csv", &report.csv())?
                .with("lines", &drawn)
        })
    }

    /// The network with the smallest delta_NN(T).
    #[expect(clippy::too_many_arguments, reason = "those of the Python method")]
    fn design<'py>(
        &self,
        py: Python<'py>,
        options: &Options,
        over: Vec<String>,
        at: When,
        restarts: usize,
        evaluations: Option<usize>,
        tolerance: f64,
    ) -> PyResult<Answer<'py>> {
        let template = self.template().clone();
        answer(py, options, move |watch| {
            let request = design::Request::new(&over, at.0, restarts, evaluations, tolerance)?;
            let stop = || watch.interrupted();
            let found = request.search(&template, &[], watch, &stop)?;
            let report = DesignReport {
                outcome: &found.outcome,
                at: found.at,
                delta_alg: &found.delta_alg,
                fresh_seed: found.fresh_seed,
                provenance: Provenance::new(&found.best),
                name: found.best.name.as_deref(),
            };
            Finished::new(&report.json(), report.text())
        })
    }
}
