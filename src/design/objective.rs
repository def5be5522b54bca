//! delta_NN(T) as a function of the parameters.

use std::sync::Arc;

use super::{Space, Verdict};
use crate::experiment::{Experiment, ExperimentError, Override, Template};
use crate::numerics::Silent;
use crate::recovery::AlgorithmicThreshold;
use crate::study::{At, Study};
use crate::threshold::Effort;

/// The bit of the seed that is flipped for the final evaluation: no seed that people choose has it set.
const OTHER_SEED: u64 = 1 << 62;

/// What is minimised.
pub trait Objective: Sync {
    /// What is known of the network with these parameters (p). The same parameters give the same verdict.
    fn evaluate(&self, values: &[f64]) -> Verdict;
}

/// delta_NN(T) of an experiment whose parameters vary.
#[derive(Clone, Debug)]
pub struct DeltaNn<'a> {
    /// The experiment's file.
    pub template: &'a Template,
    /// What stands above the file, below the parameters.
    pub overrides: &'a [Override],
    /// The parameters.
    pub space: &'a Space,
    /// When it is taken.
    pub at: At,
    /// delta_alg and the split of the target, if no parameter moves them.
    pub algorithmic: Option<Arc<AlgorithmicThreshold>>,
}

impl DeltaNn<'_> {
    /// The experiment with these parameters (p).
    ///
    /// # Errors
    /// When a field is out of range.
    pub fn experiment(&self, values: &[f64]) -> Result<Experiment, ExperimentError> {
        self.space.experiment(self.template, self.overrides, values)
    }

    /// delta_NN(T) of the network with these parameters (p), from random numbers that the search has not seen.
    pub fn afresh(&self, values: &[f64]) -> Verdict {
        self.judge(values, |experiment| {
            experiment.numerics.seed = other_seed(experiment.numerics.seed);
        })
    }

    fn judge(&self, values: &[f64], change: impl Fn(&mut Experiment)) -> Verdict {
        let mut experiment = match self.experiment(values) {
            Ok(experiment) => experiment,
            Err(error) => return Verdict::failure(error.to_string()),
        };
        change(&mut experiment);
        self.verdict(&experiment).unwrap_or_else(Verdict::failure)
    }

    fn verdict(&self, experiment: &Experiment) -> Result<Verdict, String> {
        let study = Study::new(experiment.clone()).map_err(|error| error.to_string())?;
        let study = match &self.algorithmic {
            Some(algorithmic) => study.knowing(Arc::clone(algorithmic)),
            None => study,
        };
        let problem = study.problem().map_err(|error| error.to_string())?;
        let (delta_nn, edge_kind) = problem.threshold(self.at, Effort::DRAFT, &Silent)?;
        Ok(Verdict {
            delta_nn,
            edge_kind,
            delta_alg: Some(problem.algorithmic.delta_alg.clone()),
            failed: false,
        })
    }
}

impl Objective for DeltaNn<'_> {
    fn evaluate(&self, values: &[f64]) -> Verdict {
        self.judge(values, |_| {})
    }
}

/// The seed of the final evaluation.
pub fn other_seed(seed: u64) -> u64 {
    seed ^ OTHER_SEED
}
