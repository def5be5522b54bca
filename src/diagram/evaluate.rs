//! One cell: from its experiment to its outcome.

use std::sync::Arc;

use super::plan::{Group, Place, Plan};
use super::{Cell, Outcome, Quantity};
use crate::numerics::{Measured, Silent};
use crate::phase1::{Curves, Escape, EscapeTime, Growth, NOTHING_HARD};
use crate::recovery::Threshold;
use crate::simulation::{Simulation, SimulationError, Stop};
use crate::study::{At, Study};
use crate::threshold::{Effort, HessianAfter, LowestOutlier, Problem, Reading, ThresholdError};

/// Evaluates cells of one group, as many as `next` hands out, and gives each to `done`, which says whether to go on.
/// Simulations that `stop` cuts short give no cell.
///
/// What the group shares is computed once: the label's law, the support of the curvature, and at initialisation the law
/// of the curvature. Where that fails, it fails for every cell.
pub(super) fn evaluate(
    plan: &Plan,
    group: &Group,
    next: &mut dyn FnMut() -> Option<Place>,
    done: &mut dyn FnMut(Cell) -> bool,
    stop: Stop,
) {
    let mut give = |compute: &mut Compute<'_>| {
        while let Some(place) = next() {
            let outcome = match compute(place) {
                Ok(Some(outcome)) => outcome,
                Ok(None) => return,
                Err(reason) => Outcome::Failed { reason },
            };
            if !done(Cell {
                index: place.index,
                outcome: finite(outcome),
            }) {
                return;
            }
        }
    };
    if let Err(reason) = evaluate_group(plan, group, &mut give, stop) {
        give(&mut |_| Err(reason.clone()));
    }
}

/// Computes places one after the other, until there are no more.
type Give<'a> = dyn FnMut(&mut Compute<'_>) + 'a;

/// What one place came to; nothing if it was interrupted.
type Compute<'a> = dyn FnMut(Place) -> Result<Option<Outcome>, String> + 'a;

fn evaluate_group(
    plan: &Plan,
    group: &Group,
    give: &mut Give<'_>,
    stop: Stop,
) -> Result<(), String> {
    let experiment = &group.experiment;
    let algorithmic = plan.algorithmic(group)?;
    if plan.request.quantity == Quantity::DeltaAlg {
        give(&mut |_| Ok(Some(threshold(&algorithmic.delta_alg))));
        return Ok(());
    }
    let study = Study::new(experiment.clone()).map_err(|e| e.to_string())?;
    let mut study = study.knowing(Arc::clone(algorithmic));
    let at = plan.at(experiment)?;
    if at == At::End {
        study = study.to_the_end(|_| {});
    }
    if plan.request.quantity == Quantity::SuccessFraction {
        study.split().map_err(|e| e.to_string())?;
        give(&mut |place| success_fraction(plan, group, place, &study, stop));
        return Ok(());
    }
    let problem = study.problem().map_err(|e| e.to_string())?;
    match plan.request.quantity {
        Quantity::DeltaNn => give(&mut |_| {
            let (found, _) = problem.threshold(at, Effort::DRAFT, &Silent)?;
            Ok(Some(threshold(&found)))
        }),
        Quantity::EscapeTime => {
            let mut known = Vec::new();
            let steps = at.rows();
            give(&mut |place| escape_time(plan, place, &problem, steps, &mut known).map(Some));
        }
        quantity => {
            let hessian = problem.hessian_after(at).map_err(words)?;
            give(&mut |place| of_hessian(&hessian, quantity, place).map(Some));
        }
    }
    Ok(())
}

fn words(error: ThresholdError) -> String {
    error.to_string()
}

fn of_hessian(
    hessian: &HessianAfter<'_>,
    quantity: Quantity,
    place: Place,
) -> Result<Outcome, String> {
    let delta = place.delta.ok_or("the Hessian needs an n/d")?;
    if quantity == Quantity::Margin {
        return Ok(match hessian.margin(delta).map_err(words)? {
            Reading::Number(margin) => Outcome::Value(margin),
            Reading::Absent { reason } => Outcome::Absent { reason },
        });
    }
    Ok(match hessian.outlier(delta).map_err(words)? {
        LowestOutlier::At { overlap, .. } if quantity == Quantity::Overlap => {
            Outcome::Value(overlap)
        }
        LowestOutlier::At { value, .. } => Outcome::Value(value),
        LowestOutlier::Absent { reason } => Outcome::Absent { reason },
    })
}

/// When half of all runs are predicted to have escaped; the curves at one n/d serve every dimension, so they are remembered.
fn escape_time(
    plan: &Plan,
    place: Place,
    problem: &Problem<'_>,
    steps: usize,
    known: &mut Vec<(f64, Curves)>,
) -> Result<Outcome, String> {
    let (delta, dim) = place
        .delta
        .zip(place.dim)
        .ok_or("an escape needs n/d and d")?;
    let at = match known.iter().position(|(known, _)| *known == delta) {
        Some(at) => at,
        None => {
            let curves = problem
                .training
                .growth(delta, steps, &Silent)
                .map_err(words)?;
            known.push((delta, curves));
            known.len() - 1
        }
    };
    let fraction = plan.request.options.fraction;
    let escape = Escape {
        dim,
        fraction: fraction.ok_or("an escape needs a fraction")?,
    };
    Ok(match escape.time(Growth::Median, &known[at].1) {
        EscapeTime::At(time) => Outcome::Value(time),
        EscapeTime::NotWithin { reason } => Outcome::Absent { reason },
    })
}

fn success_fraction(
    plan: &Plan,
    group: &Group,
    place: Place,
    study: &Study,
    stop: Stop,
) -> Result<Option<Outcome>, String> {
    let hard = &study.split().map_err(|e| e.to_string())?.hard;
    if hard.nrows() == 0 {
        return Ok(Some(Outcome::Absent {
            reason: NOTHING_HARD.to_owned(),
        }));
    }
    let student = study.student().map_err(|e| e.to_string())?;
    let simulation = Simulation::of(study.as_teacher(), student, hard);
    let options = &plan.request.options;
    let (level, runs) = options
        .fraction
        .zip(options.runs)
        .ok_or("a simulation needs a fraction and a number of runs")?;
    let what = plan.simulation(&group.experiment, place)?;
    match simulation.escapes(&what, level, runs, &Silent, stop) {
        // the fraction of some of the runs is that of another cell
        Ok(escapes) if escapes.interrupted() => Ok(None),
        Ok(escapes) => Ok(Some(Outcome::Value(escapes.success_fraction()))),
        Err(SimulationError::Interrupted) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

fn threshold(threshold: &Threshold) -> Outcome {
    match threshold {
        Threshold::Finite(value) => Outcome::Value(*value),
        Threshold::Infinite { reason } | Threshold::Undefined { reason } => Outcome::Absent {
            reason: reason.clone(),
        },
    }
}

/// A value that is no number is a failure; an error that is none is unknown, which is written as NaN only.
fn finite(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Value(Measured { value, .. }) if !value.is_finite() => Outcome::Failed {
            reason: format!("the result is {value}, not a finite number"),
        },
        Outcome::Value(Measured { value, error }) if !error.is_finite() => {
            Outcome::Value(Measured::new(value, f64::NAN))
        }
        other => other,
    }
}
