//! The call sites of the theory.

use super::CliError;
use super::options::GlobalOptions;
use crate::curvature::{Side, SupportKind};
use crate::experiment::{Experiment, Steps};
use crate::hessian::{EdgeKind, Spectrum};
use crate::phase1::{Escape, ReachedSplit};
use crate::report::{UnboundedCauses, vector_text};
use crate::threshold::{DELTAS, Problem, Training};

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

/// The escape asked about with `--dim` and `--fraction`.
pub(super) fn escape(dim: Option<u64>, fraction: f64) -> Result<Option<Escape>, CliError> {
    check_fraction("--fraction", fraction)?;
    Ok(dim.map(|dim| Escape { dim, fraction }))
}

/// Refuses a squared part of the weights that no weights have, or all.
pub(super) fn check_fraction(option: &str, fraction: f64) -> Result<(), CliError> {
    if fraction > 0.0 && fraction < 1.0 {
        return Ok(());
    }
    Err(CliError::Input(format!(
        "{option} {fraction:?}: the squared part of the weights in the hard directions lies between 0 and 1"
    )))
}

/// Refuses a step that the experiment's training does not reach.
pub(super) fn check_step(experiment: &Experiment, steps: usize) -> Result<(), CliError> {
    match experiment.training()?.steps {
        Steps::Count(count) if steps as u64 > count => Err(CliError::Input(format!(
            "--at {steps}: training ends before, training.steps = {count} (--set training.steps={steps})"
        ))),
        _ => Ok(()),
    }
}

/// The number of steps that a simulation takes.
pub(super) fn simulated_steps(experiment: &Experiment) -> Result<usize, CliError> {
    match experiment.training()?.steps {
        Steps::Count(steps) => Ok(usize::try_from(steps).unwrap_or(usize::MAX)),
        Steps::Converged => Err(CliError::Input(
            "training.steps = \"converged\": a simulation takes a number of steps, give --steps"
                .into(),
        )),
    }
}

/// Says what phase 1 is going to take, and refuses what does not fit.
pub(super) fn announce(
    global: &GlobalOptions,
    training: &Training<'_>,
    steps: usize,
) -> Result<(), CliError> {
    if steps == 0 {
        return Ok(());
    }
    global.note(&training.cost(steps)?);
    Ok(())
}

/// What the user has to know of the directions that the network does not see.
pub(super) fn hidden_remark(split: &ReachedSplit) -> Option<String> {
    (split.hidden > 0).then(|| {
        let first = split.hard.nrows() - split.hidden;
        let hidden: Vec<String> = split
            .hard
            .row_iter()
            .skip(first)
            .map(|row| vector_text(&row.iter().copied().collect::<Vec<f64>>()))
            .collect();
        format!(
            "easy, but hidden from this network: {} (their overlap with the weights is zero within its error at every step); \
             treated as hard, and delta_alg does not bound their threshold",
            hidden.join(" ")
        )
    })
}

/// Why the curvature is unbounded, on the sides where the spectrum has no edge.
pub(super) fn unbounded_causes(problem: &Problem<'_>, spectrum: &Spectrum) -> UnboundedCauses {
    let kinds = [spectrum.left_edge_kind, spectrum.right_edge_kind];
    if !kinds.contains(&EdgeKind::Unbounded) {
        return UnboundedCauses::default();
    }
    let cause = |side| match problem.support(side).classification() {
        SupportKind::Unbounded { cause } => Some(cause.to_string()),
        SupportKind::Bounded { .. } => None,
    };
    UnboundedCauses {
        below: cause(Side::Left),
        above: cause(Side::Right),
    }
}
