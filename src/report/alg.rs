//! The report of `onset alg`.

use nalgebra::DMatrix;

use super::fold::fold;
use super::json::{Provenance, rows};
use super::record::{Record, list};
use super::table::Table;
use super::threshold::JsonThreshold;
use super::{number, threshold};
use crate::recovery::{AlgorithmicThreshold, RecoveryError};
use crate::study::Study;

/// The easy/hard split and delta_alg.
#[derive(Clone, Copy, Debug)]
pub struct AlgReport<'a> {
    /// What was computed.
    pub result: &'a AlgorithmicThreshold,
    /// Whether it is an estimate from random samples instead of exact quadrature.
    pub sampled: bool,
    /// From what.
    pub provenance: Provenance<'a>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

const LATENTS: &str =
    "easy: E[z | y], or that given easy latents, is not zero along it; hard: it is";
const IRRELEVANT: &str = "; irrelevant: the label does not depend on it";
const STEPS: &str = "step of the staircase at which each easy direction appears";
const OVERLAP: &str = "of the easy latents with their best estimate at delta_alg";
const SPEC: &str = "the same for the best spectral method";
const DIRECTION: &str = "what is learned first, as a matrix in the latents";

impl<'a> AlgReport<'a> {
    /// What is known of a study's target.
    ///
    /// # Errors
    /// When delta_alg has no trustworthy value.
    pub fn of(study: &'a Study) -> Result<Self, RecoveryError> {
        Ok(Self {
            result: study.algorithmic()?,
            sampled: study.is_sampled(),
            provenance: Provenance::new(study.experiment()),
            name: study.experiment().name.as_deref(),
        })
    }
}

impl AlgReport<'_> {
    /// For people.
    pub fn text(&self) -> String {
        let result = self.result;
        let mut table = Table::default();
        let (mut parts, mut words) = (
            format!(
                "{} = {} easy + {} hard",
                result.latent_dim,
                easy(result),
                hard(result)
            ),
            LATENTS.to_owned(),
        );
        if result.irrelevant_basis.nrows() > 0 {
            parts.push_str(&format!(
                " + {} irrelevant",
                result.irrelevant_basis.nrows()
            ));
            words.push_str(IRRELEVANT);
        }
        table.row(["latents", &parts, &words]);
        for (what, basis) in [
            ("easy", &result.easy_basis),
            ("hard", &result.hard_basis),
            ("irrelevant", &result.irrelevant_basis),
        ] {
            // In one dimension, or where all is on one side, the basis says nothing new.
            if basis.nrows() > 0 && basis.nrows() < result.latent_dim {
                table.row([what, &basis_text(basis), ""]);
            }
        }
        if result.easy_steps.iter().any(|step| *step > 1) {
            let steps: Vec<String> = result.easy_steps.iter().map(usize::to_string).collect();
            table.row(["steps", &steps.join(", "), STEPS]);
        }
        let (zero, remarks) = threshold::split_remarks(result);
        for (what, value, meaning) in [
            ("delta_alg", &result.delta_alg, threshold::ALG),
            ("delta_spec", &result.delta_spec, SPEC),
        ] {
            let about = threshold::about(value, zero, meaning);
            table.row([what, &threshold::text(value), about]);
        }
        if let Some(direction) = result.direction.as_ref().filter(|_| result.latent_dim > 1) {
            table.row(["direction", &basis_text(direction), DIRECTION]);
        }
        if let Some(overlap) = &result.easy_overlap {
            table.row(["overlap", &basis_text(overlap), OVERLAP]);
        }
        let mut text = super::table::titled(self.name, &table);
        if threshold::has_error(&result.delta_alg) {
            text.push_str(if self.sampled {
                "+-: standard error over independent nets of samples, and the extrapolation in the width of the label's bins\n"
            } else {
                "+-: difference of two quadrature resolutions\n"
            });
        }
        for remark in remarks {
            text.push_str(&format!("note: {remark}\n"));
        }
        fold(&text)
    }

    /// For programs.
    pub fn json(&self) -> Record<'_> {
        let result = self.result;
        let (zero, _) = threshold::split_remarks(result);
        let alg = JsonThreshold::new(&result.delta_alg, zero);
        let spec = JsonThreshold::new(&result.delta_spec, zero);
        let method = if self.sampled {
            "samples"
        } else {
            "quadrature"
        };
        Record::of("onset/alg/1")
            .with("method", method)
            .threshold(["delta_alg", "delta_alg_error", "reason"], alg)
            .threshold(
                ["delta_spec", "delta_spec_error", "delta_spec_reason"],
                spec,
            )
            .with("latent_dim", result.latent_dim)
            .with("easy_dim", easy(result))
            .with("hard_dim", hard(result))
            .with("easy_basis", &result.easy_basis)
            .with("hard_basis", &result.hard_basis)
            .with("irrelevant_dim", result.irrelevant_basis.nrows())
            .with("irrelevant_basis", &result.irrelevant_basis)
            .with("easy_steps", &result.easy_steps[..])
            .with("easy_overlap", result.easy_overlap.as_ref())
            .with("direction", result.direction.as_ref())
            .with("remarks", list(&result.remarks, String::as_str))
            .provenance(self.provenance)
    }
}

fn easy(result: &AlgorithmicThreshold) -> usize {
    result.easy_basis.nrows()
}

fn hard(result: &AlgorithmicThreshold) -> usize {
    result.hard_basis.nrows()
}

fn basis_text(matrix: &DMatrix<f64>) -> String {
    rows(matrix)
        .iter()
        .map(|row| number::vector(row))
        .collect::<Vec<_>>()
        .join(" ")
}
