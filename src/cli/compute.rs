//! The call sites of the theory.

use std::ops::RangeInclusive;

use super::CliError;
use super::options::GlobalOptions;
use crate::experiment::{Experiment, ExperimentError, Steps};
use crate::hessian::{EdgeKind, ModelSupport, Side, Spectrum, SupportKind};
use crate::network::Model;
use crate::numerics::Progress;
use crate::recovery::{AlgorithmicThreshold, algorithmic_threshold};
use crate::report::UnboundedCauses;
use crate::target::{LabelMoments, Target};
use crate::threshold::{InitialProblem, Rung, ThresholdError};

/// What the theory works on.
pub(super) struct Problem {
    pub target: Target,
    pub model: Model,
    /// s_w.
    pub init_std: f64,
    /// lambda.
    pub weight_decay: f64,
}

impl Problem {
    /// Builds all parts of the experiment, or says which one is missing or refused.
    pub fn new(experiment: &Experiment) -> Result<Self, ExperimentError> {
        let (target, model) = (experiment.target()?, experiment.model()?);
        let training = experiment.training()?;
        Ok(Self {
            target,
            model,
            init_std: training.init_std,
            weight_decay: training.weight_decay,
        })
    }
}

impl Problem {
    fn at_initialisation<'a>(
        &'a self,
        experiment: &Experiment,
        algorithmic: &'a AlgorithmicThreshold,
    ) -> Result<InitialProblem<'a>, CliError> {
        Ok(InitialProblem::new(
            &self.target,
            &self.model,
            algorithmic,
            self.init_std,
            self.weight_decay,
            experiment.numerics,
        )?)
    }
}

/// Further out only the limits are of interest, and the solvers' accuracy ends.
const DELTAS: RangeInclusive<f64> = 1e-6..=1e9;

/// Refuses a `--delta` for which nothing can be computed.
pub(super) fn check_delta(delta: f64) -> Result<(), CliError> {
    let reason = if !(delta.is_finite() && delta > 0.0) {
        "n/d has to be positive and finite"
    } else if !DELTAS.contains(&delta) {
        "n/d has to lie between 1e-6 and 1e9, as far as the equations can be solved"
    } else {
        return Ok(());
    };
    Err(CliError::Input(format!("--delta {delta:?}: {reason}")))
}

/// Refuses a later step than this version reaches.
pub(super) fn only_at_initialisation(steps: u64) -> Result<(), CliError> {
    if steps == 0 {
        return Ok(());
    }
    Err(CliError::Input(format!(
        "--at {steps}: this version has the Hessian at initialisation only (--at 0)"
    )))
}

/// Says so where the experiment trains for longer than this version follows it.
pub(super) fn note_steps(global: &GlobalOptions, experiment: &Experiment) {
    if experiment
        .training
        .as_ref()
        .is_some_and(|training| training.steps != Steps::Count(0))
    {
        global.note(
            "training.steps is not used: this version has the Hessian at initialisation only",
        );
    }
}

/// delta_alg and delta_NN(0).
pub(super) fn initial_threshold(
    problem: &Problem,
    experiment: &Experiment,
    progress: &dyn Progress,
) -> Result<(AlgorithmicThreshold, Rung), CliError> {
    progress.report("delta_alg", 0.0);
    let algorithmic = algorithmic_threshold(&problem.target)?;
    let rung = problem
        .at_initialisation(experiment, &algorithmic)?
        .threshold(progress)?;
    Ok((algorithmic, rung))
}

/// The spectrum at T = 0.
pub(super) fn initial_spectrum(
    problem: &Problem,
    experiment: &Experiment,
    delta: f64,
    side: Side,
    progress: &dyn Progress,
) -> Result<Spectrum, CliError> {
    progress.report("label law", 0.0);
    let algorithmic = algorithmic_threshold(&problem.target)?;
    Ok(problem
        .at_initialisation(experiment, &algorithmic)?
        .spectrum(delta, side, progress)?)
}

/// Why the curvature is unbounded, on the sides where the spectrum has no edge.
pub(super) fn unbounded_causes(
    problem: &Problem,
    spectrum: &Spectrum,
) -> Result<UnboundedCauses, CliError> {
    let kinds = [spectrum.left_edge_kind, spectrum.right_edge_kind];
    if !kinds.contains(&EdgeKind::Unbounded) {
        return Ok(UnboundedCauses::default());
    }
    let moments = LabelMoments::new(&problem.target).map_err(ThresholdError::from)?;
    let cause = |side| {
        let support = ModelSupport::new(&problem.model, &moments.support, problem.init_std, side);
        match support.classification() {
            SupportKind::Unbounded { cause } => Some(cause.to_string()),
            _ => None,
        }
    };
    Ok(UnboundedCauses {
        below: cause(Side::Left),
        above: cause(Side::Right),
    })
}
