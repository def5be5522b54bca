//! The report of `onset simulate`.

mod crossing;
mod escape;
mod json;
mod text;

use super::fold::fold;
use super::json::Provenance;
use super::number;
use super::record::Record;
use crate::numerics::Measured;
use crate::simulation::{Eigenpair, Ensemble, HessianSpectrum, Labels, Plan, Precision};
use crate::study::Study;

pub use crossing::CrossingReport;
pub use escape::EscapeReport;
#[cfg(feature = "plot")]
pub(super) use escape::question;

/// What runs measured, averaged.
#[derive(Clone, Copy, Debug)]
pub struct SimulationReport<'a> {
    /// The finished runs.
    pub ensemble: &'a Ensemble,
    /// The directions that count as hard (r x k).
    pub hard_basis: &'a nalgebra::DMatrix<f64>,
    /// From what.
    pub provenance: Provenance<'a>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

impl<'a> SimulationReport<'a> {
    /// What runs of a study measured.
    pub fn of(
        study: &'a Study,
        ensemble: &'a Ensemble,
        hard_basis: &'a nalgebra::DMatrix<f64>,
    ) -> Self {
        Self {
            ensemble,
            hard_basis,
            provenance: Provenance::new(study.experiment()),
            name: study.experiment().name.as_deref(),
        }
    }
}

impl SimulationReport<'_> {
    /// For people.
    pub fn text(&self) -> String {
        fold(&text::text(self))
    }

    /// For programs.
    pub fn json(&self) -> Record<'_> {
        json::record(self)
    }
}

/// The word for the labels in tables and JSON.
fn labels_name(labels: Labels) -> &'static str {
    match labels {
        Labels::OfInputs => "of the inputs",
        Labels::Null => "null: hard latents drawn independently of the inputs",
    }
}

/// The word for how inputs are stored.
fn precision_name(precision: Precision) -> &'static str {
    match precision {
        Precision::Single => "f32",
        Precision::Double => "f64",
    }
}

/// `n = 6000, d = 1000`.
fn size_words(plan: &Plan) -> String {
    format!("n = {}, d = {}", plan.samples(), plan.dim)
}

/// What stands behind the error bars.
fn error_words(runs: usize) -> String {
    match runs {
        1 => "+-: unknown, there is one run only".to_owned(),
        runs => format!("+-: standard error over {runs} runs"),
    }
}

/// Why there is no standard error.
fn missing_error(runs: usize) -> Option<&'static str> {
    (runs == 1).then_some("a single run has no standard error")
}

/// One of the ends of a spectrum.
type End = fn(&HessianSpectrum) -> &Vec<Eigenpair>;
const LOWEST: End = |spectrum| &spectrum.lowest;
const HIGHEST: End = |spectrum| &spectrum.highest;

/// Value and hard overlap of the pairs at one end, from the end inwards, over runs.
fn averages(spectra: &[&HessianSpectrum], end: End) -> Vec<(Measured, Measured)> {
    let count = spectra.first().map_or(0, |spectrum| end(spectrum).len());
    let over = |index: usize, pick: fn(&Eigenpair) -> f64| {
        let values: Vec<f64> = spectra.iter().map(|s| pick(&end(s)[index])).collect();
        Measured::mean(&values)
    };
    (0..count)
        .map(|index| {
            (
                over(index, |pair| pair.value),
                over(index, |pair| pair.hard_overlap),
            )
        })
        .collect()
}

/// A number with its error, where there is one.
fn estimate(number: Measured) -> String {
    if number.error.is_finite() {
        number::measured(number)
    } else {
        format!("{} +- ?", number::plain(number.value))
    }
}
