//! A study as Python holds it: what it was made from, and the questions that can be asked.

use std::path::PathBuf;
use std::sync::Arc;

use onset::curvature::Side;
use onset::experiment::{ExperimentError, Source, Template};
use onset::failure::{Failure, Fault};
use onset::numerics::{Progress, unpack};
use onset::report::{
    AlgReport, DynamicsReport, Provenance, SimulationReport, SpectrumReport, UnboundedCauses,
    ValidationReport, hidden_remark, to_json,
};
use onset::simulation::{Aim, Labels, Precision, Request};
use onset::study::{At, Study, escape};
use onset::teacher::LabelSupport;
use onset::threshold::SpectrumAt;
use onset::validation::{self, Validation};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;

use crate::call::{Options, Watch, run};
use crate::convert::{When, overrides, table_text};
use crate::errors::raised;
use crate::tree::Node;

/// A study, and the file that it was made from, shorthands kept.
#[pyclass(frozen, module = "onset_theory._onset")]
pub struct Core {
    study: Arc<Study>,
    template: Template,
}

/// A result: as a record, as one line of JSON, as a table for people.
pub struct Finished {
    record: Node,
    json: String,
    text: String,
}

impl Finished {
    /// A report in its forms.
    ///
    /// # Errors
    /// Those of the serialisers.
    pub fn new(report: &impl Serialize, text: String) -> Result<Self, Failure> {
        let record = Node::of(report).map_err(|error| Failure::new(Fault::Output, &error))?;
        Ok(Self {
            record,
            json: to_json(report)?,
            text,
        })
    }

    /// With an entry of the record that the JSON does not have.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub fn with(mut self, key: &str, value: &impl Serialize) -> Result<Self, Failure> {
        let node = Node::of(value).map_err(|error| Failure::new(Fault::Output, &error))?;
        if let Node::Map(entries) = &mut self.record {
            entries.push((key.to_owned(), node));
        }
        Ok(self)
    }
}

/// What the label tells of the latents, label by label.
#[derive(Serialize)]
struct LabelLaw {
    label: Vec<f64>,
    weight: Vec<f64>,
    mean: Vec<Vec<f64>>,
    second: Vec<Vec<Vec<f64>>>,
    discrete: bool,
}

/// Record, JSON and text.
pub type Answer<'py> = (Bound<'py, PyAny>, String, String);

/// Computes an answer.
pub fn answer<'py>(
    py: Python<'py>,
    options: &Options,
    work: impl FnOnce(&Watch) -> Result<Finished, Failure> + Send + 'static,
) -> PyResult<Answer<'py>> {
    let finished = run(py, options, work)?;
    Ok((
        finished.record.into_python(py)?,
        finished.json,
        finished.text,
    ))
}

impl Core {
    fn new(py: Python<'_>, source: Source, fields: &Bound<'_, PyDict>) -> PyResult<Self> {
        let overrides = overrides(fields)?;
        let template = Template::read(&source).map(|file| file.with(&overrides));
        let template = template.map_err(|error| raised(py, error.into()))?;
        Self::of(py, template, None)
    }

    fn of(py: Python<'_>, template: Template, known: Option<Arc<Study>>) -> PyResult<Self> {
        let file = template.clone();
        let quiet = Options::default();
        let study = run(py, &quiet, move |_| {
            let study = Study::new(file.resolve(&[])?)?;
            Ok(match known {
                Some(known) => study.sharing(&known),
                None => study,
            })
        })?;
        Ok(Self {
            study: Arc::new(study),
            template,
        })
    }
}

fn file_error(error: ExperimentError) -> Failure {
    error.into()
}

#[pymethods]
impl Core {
    /// From fields alone.
    #[staticmethod]
    fn from_fields(py: Python<'_>, fields: &Bound<'_, PyDict>) -> PyResult<Self> {
        Self::new(py, Source::Text(String::new()), fields)
    }

    /// From a mapping of sections.
    #[staticmethod]
    fn from_table(
        py: Python<'_>,
        sections: &Bound<'_, PyDict>,
        fields: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        Self::new(py, Source::Text(table_text(sections)?), fields)
    }

    /// From the text of an experiment file, fields above it.
    #[staticmethod]
    fn from_toml(py: Python<'_>, text: String, fields: &Bound<'_, PyDict>) -> PyResult<Self> {
        Self::new(py, Source::Text(text), fields)
    }

    /// From an experiment file, fields above it.
    #[staticmethod]
    fn from_file(py: Python<'_>, path: PathBuf, fields: &Bound<'_, PyDict>) -> PyResult<Self> {
        Self::new(py, Source::File(path), fields)
    }

    /// The same with other values of fields; what is known of the same teacher is kept.
    fn with_fields(&self, py: Python<'_>, fields: &Bound<'_, PyDict>) -> PyResult<Self> {
        let template = self.template.with(&overrides(fields)?);
        Self::of(py, template, Some(Arc::clone(&self.study)))
    }

    /// The file that it was made from.
    fn template_toml(&self, py: Python<'_>) -> PyResult<String> {
        self.template
            .to_toml()
            .map_err(|error| raised(py, file_error(error)))
    }

    /// The experiment with every default filled in.
    fn resolved_toml(&self, py: Python<'_>) -> PyResult<String> {
        let text = self.study.experiment().to_toml();
        text.map_err(|error| raised(py, file_error(error)))
    }

    /// The experiment with every default filled in, as JSON.
    fn resolved_json(&self, py: Python<'_>) -> PyResult<String> {
        to_json(self.study.experiment()).map_err(|error| raised(py, error.into()))
    }

    /// What is to be known of the experiment before anything is asked, in words.
    fn remarks(&self) -> Vec<String> {
        let remark = self.template.drawn_signs(self.study.experiment());
        remark.into_iter().collect()
    }

    /// Sixteen hexadecimal digits that are equal for equal experiments, names aside.
    fn fingerprint(&self, py: Python<'_>) -> PyResult<String> {
        let digits = self.study.experiment().fingerprint();
        digits.map_err(|error| raised(py, file_error(error)))
    }

    /// The label's law with E[z | y] and G(y), by increasing labels; of at most three latents.
    fn moments<'py>(&self, py: Python<'py>, options: &Options) -> PyResult<Answer<'py>> {
        let study = Arc::clone(&self.study);
        answer(py, options, move |watch| {
            watch.report("label law", 0.0);
            let moments = study.moments()?;
            let (nodes, k) = (moments.fine.nodes(), moments.fine.latent_dim());
            let second = nodes.iter().map(|node| {
                let matrix = unpack(&node.second, k);
                let rows = matrix.row_iter();
                rows.map(|row| row.iter().copied().collect()).collect()
            });
            let law = LabelLaw {
                label: nodes.iter().map(|node| node.label).collect(),
                weight: nodes.iter().map(|node| node.weight).collect(),
                mean: nodes.iter().map(|node| node.mean[..k].to_vec()).collect(),
                second: second.collect(),
                discrete: !matches!(moments.support, LabelSupport::Interval { .. }),
            };
            Finished::new(&law, String::new())
        })
    }

    /// delta_alg and the split of the latents.
    fn alg<'py>(&self, py: Python<'py>, options: &Options) -> PyResult<Answer<'py>> {
        let study = Arc::clone(&self.study);
        answer(py, options, move |watch| {
            study.announce_label_law(watch);
            let report = AlgReport::of(&study)?;
            Finished::new(&report.json(), report.text())
        })
    }

    /// The spectrum of the Hessian.
    fn spectrum<'py>(
        &self,
        py: Python<'py>,
        options: &Options,
        delta: f64,
        at: When,
        right: bool,
    ) -> PyResult<Answer<'py>> {
        let (study, at) = (Arc::clone(&self.study), at.0);
        answer(py, options, move |watch| {
            let side = if right { Side::Right } else { Side::Left };
            let study = until(study, at == At::End, watch)?;
            let SpectrumAt { spectrum, ending } = study.spectrum(delta, at, side, watch)?;
            let problem = study.problem()?;
            if let Some(remark) = hidden_remark(problem.split()) {
                watch.note(&remark);
            }
            let report = SpectrumReport {
                spectrum: &spectrum,
                at,
                ending,
                causes: &UnboundedCauses::of(&problem, &spectrum),
                provenance: Provenance::new(study.experiment()),
                name: study.experiment().name.as_deref(),
            };
            Finished::new(&report.json(), report.text())
        })
    }

    /// Phase 1 step by step.
    fn dynamics<'py>(
        &self,
        py: Python<'py>,
        options: &Options,
        delta: f64,
        to_the_end: bool,
        dim: Option<u64>,
        fraction: f64,
    ) -> PyResult<Answer<'py>> {
        let study = Arc::clone(&self.study);
        answer(py, options, move |watch| {
            let escape = escape(dim, fraction)?;
            let study = until(study, to_the_end, watch)?;
            let found = study.curves(delta, to_the_end, watch)?;
            let report = DynamicsReport::of(&study, &found, escape)?;
            Finished::new(&report.json(), report.text())
        })
    }

    /// Training on data of finite size.
    #[expect(clippy::too_many_arguments, reason = "those of the Python method")]
    fn simulate<'py>(
        &self,
        py: Python<'py>,
        options: &Options,
        delta: f64,
        dim: usize,
        runs: u64,
        hessian_at: Vec<When>,
        null: bool,
        single: bool,
    ) -> PyResult<Answer<'py>> {
        let hessian_at: Vec<At> = hessian_at.into_iter().map(|When(at)| at).collect();
        let to_the_end = hessian_at.contains(&At::End);
        let request = Request {
            deltas: vec![delta],
            dims: vec![dim],
            hessian_at,
            labels: labels(null),
            precision: precision(single),
            aim: Aim::Curves,
        };
        let study = Arc::clone(&self.study);
        answer(py, options, move |watch| {
            let study = until(study, to_the_end, watch)?;
            let prepared = request.prepare(&study, watch)?;
            let stop = || watch.interrupted();
            let ensemble = prepared.ensemble(runs, watch, &stop)?;
            let report = SimulationReport::of(&study, &ensemble, prepared.simulation.hard_basis());
            Finished::new(&report.json(), report.text())
        })
    }

    /// Theory beside simulation.
    #[expect(clippy::too_many_arguments, reason = "those of the Python method")]
    fn validate<'py>(
        &self,
        py: Python<'py>,
        options: &Options,
        deltas: Vec<f64>,
        dims: Vec<usize>,
        runs: u64,
        hessian_at: Option<Vec<When>>,
        null: bool,
        single: bool,
        level: f64,
    ) -> PyResult<Answer<'py>> {
        let hessian_at: Option<Vec<At>> =
            hessian_at.map(|at| at.into_iter().map(|When(at)| at).collect());
        let to_the_end = hessian_at.iter().flatten().any(|at| *at == At::End);
        let request = validation::Request {
            deltas,
            dims,
            runs,
            hessian_at,
            labels: labels(null),
            precision: precision(single),
            level,
        };
        let study = Arc::clone(&self.study);
        answer(py, options, move |watch| {
            let study = until(study, to_the_end, watch)?;
            study.student()?;
            let settings = request.settings(&study)?;
            let stop = || watch.interrupted();
            let validation = Validation::of(&study, &settings, watch, &stop)?;
            if let Some(remark) = hidden_remark(study.split()?) {
                watch.note(&remark);
            }
            let report = ValidationReport::of(&study, &validation);
            Finished::new(&report.json(), report.text())
        })
    }
}

/// The study as it is followed to the end of training, where that is asked for.
fn until(study: Arc<Study>, to_the_end: bool, watch: &Watch) -> Result<Arc<Study>, Failure> {
    if !to_the_end {
        return Ok(study);
    }
    let late = Study::new(study.experiment().clone())?.sharing(&study);
    Ok(Arc::new(late.to_the_end(|words| watch.note(words))))
}

/// What labels are made of.
pub fn labels(null: bool) -> Labels {
    if null { Labels::Null } else { Labels::OfInputs }
}

/// How inputs are stored.
pub fn precision(single: bool) -> Precision {
    if single {
        Precision::Single
    } else {
        Precision::Double
    }
}

impl Core {
    /// For questions that stand in other files.
    pub fn study(&self) -> Arc<Study> {
        Arc::clone(&self.study)
    }

    /// For questions that vary the experiment.
    pub fn template(&self) -> &Template {
        &self.template
    }
}
