//! What a page is asked to tell, and the command that asks for it again.

use crate::diagram::{self, Axis, DiagramError, Plan, Quantity};
use crate::experiment::{Source, Template};
use crate::simulation::{Labels, Precision};
use crate::study::{At, NnQuestion, Study, check_delta, check_step};
use crate::threshold::Effort;
use crate::validation;

use super::OverviewError;

/// d of the prediction for finite dimension.
const DIM: u64 = 1000;
/// The part of the weights in the hard directions that it is about.
const FRACTION: f64 = 0.1;
/// The probability that theory and simulation are found to disagree where they do not.
const LEVEL: f64 = 0.01;

/// What a page is asked to tell.
#[derive(Clone, Debug)]
pub struct Request {
    /// Rungs of the ladder; none for those that lead to the end of training.
    pub at: Vec<At>,
    /// Whether a first look at the ladder is enough.
    pub draft: bool,
    /// Steps whose spectra are shown.
    pub spectra_at: Vec<usize>,
    /// Spectra of each of them, over n/d; two at least.
    pub frames: u16,
    /// n/d of training; unless given twice the largest threshold that was found.
    pub delta: Option<f64>,
    /// The phase boundary.
    pub boundary: Option<BoundaryRequest>,
    /// Theory beside simulation, at the n/d of training.
    pub simulation: Option<Runs>,
}

/// delta_NN(T) over a field.
#[derive(Clone, Debug)]
pub struct BoundaryRequest {
    /// The field with its values.
    pub axis: Axis,
    /// T; at initialisation unless given.
    pub at: Option<At>,
}

/// Runs of finite size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runs {
    /// Dimensions d.
    pub dims: Vec<usize>,
    /// Runs at each of them; two at least.
    pub runs: u64,
}

impl Request {
    /// Refuses what cannot be told of this study, before anything is computed.
    ///
    /// # Errors
    /// The first fault, by the name of its option or field.
    pub fn check(&self, study: &Study) -> Result<(), OverviewError> {
        self.delta.map(check_delta).transpose()?;
        for steps in &self.spectra_at {
            check_step(study.experiment(), At::Steps(*steps))?;
        }
        self.boundary_plan(study)?;
        if let Some(runs) = &self.simulation {
            // any n/d will do
            runs.beside(self.delta.unwrap_or(1.0)).settings(study)?;
        }
        Ok(())
    }

    /// What the study is asked.
    pub(super) fn question(&self) -> NnQuestion {
        NnQuestion {
            at: self.at.clone(),
            effort: Effort {
                draft: self.draft,
                ..Effort::default()
            },
            dim: self.at.is_empty().then_some(DIM),
            fraction: FRACTION,
        }
    }

    /// The cells of the phase boundary with the file that they vary, where it is asked for. That file is the study's with every
    /// default filled in: the one that the page shows.
    pub(super) fn boundary_plan(
        &self,
        study: &Study,
    ) -> Result<Option<(Plan, Template)>, OverviewError> {
        let Some(BoundaryRequest { axis, at }) = &self.boundary else {
            return Ok(None);
        };
        let template = Template::read(&Source::Text(study.experiment().to_toml()?))?;
        let request = diagram::Request {
            quantity: Quantity::DeltaNn,
            x: axis.clone(),
            y: None,
            options: diagram::Options {
                at: *at,
                ..diagram::Options::default()
            },
            adaptive: false,
        };
        let plan: Result<Plan, DiagramError> = Plan::new(&template, request);
        Ok(Some((plan?, template)))
    }

    /// The command that makes the same page of the experiment in `file`.
    pub fn command(&self, file: &str, page: &str) -> String {
        let list = |values: &mut dyn Iterator<Item = String>| values.collect::<Vec<_>>().join(",");
        let mut words = vec![format!("onset report {file} --output {page}")];
        if !self.at.is_empty() {
            let at = list(&mut self.at.iter().map(At::to_string));
            words.push(format!("--at {at}"));
        }
        if self.draft {
            words.push("--draft".to_owned());
        }
        let spectra = list(&mut self.spectra_at.iter().map(usize::to_string));
        words.push(format!("--spectra-at {spectra} --frames {}", self.frames));
        if let Some(delta) = self.delta {
            words.push(format!("--delta {delta}"));
        }
        if let Some(BoundaryRequest { axis, at }) = &self.boundary {
            words.push(format!("--boundary {}", axis.typed()));
            words.extend(at.map(|at| format!("--boundary-at {at}")));
        }
        if let Some(Runs { dims, runs }) = &self.simulation {
            let dims = list(&mut dims.iter().map(usize::to_string));
            words.push(format!("--simulate --dim {dims} --runs {runs}"));
        }
        words.join(" ")
    }
}

impl Runs {
    /// The comparison at n/d `delta`.
    pub(super) fn beside(&self, delta: f64) -> validation::Request {
        validation::Request {
            deltas: vec![delta],
            dims: self.dims.clone(),
            runs: self.runs,
            hessian_at: None,
            labels: Labels::OfInputs,
            precision: Precision::Double,
            level: LEVEL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_says_all_that_was_asked() {
        let request = Request {
            at: vec![At::Steps(0), At::End],
            draft: true,
            spectra_at: vec![0, 5],
            frames: 9,
            delta: Some(2.5),
            boundary: Some(BoundaryRequest {
                axis: Axis::parse("--boundary", "training.init_std=log:0.1..1:4").unwrap(),
                at: Some(At::Steps(5)),
            }),
            simulation: Some(Runs {
                dims: vec![50, 100],
                runs: 4,
            }),
        };
        assert_eq!(
            request.command("experiment.toml", "page.html"),
            "onset report experiment.toml --output page.html --at 0,end --draft --spectra-at 0,5 --frames 9 --delta 2.5 \
             --boundary training.init_std=log:0.1..1:4 --boundary-at 5 --simulate --dim 50,100 --runs 4"
        );
    }
}
