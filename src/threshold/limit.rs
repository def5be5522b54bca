//! delta_NN: the limit of the ladder as training goes on.

use super::rung::Rung;
use crate::hessian::EdgeKind;
use crate::numerics::Measured;
use crate::recovery::Threshold;

/// Rungs are compared when the training is this much longer.
const DOUBLING: f64 = 1.9;

/// Slowest shrinking of the changes per doubling that is extrapolated.
const SLOWEST: f64 = 0.7;

/// Two successive shrinking factors have to agree this well for the sequence to count as geometric.
const AGREEMENT: f64 = 0.25;

/// The limit of delta_NN(T) as T grows.
#[derive(Clone, Debug)]
pub struct Limit {
    /// The limit; undefined, with the trend, where the ladder does not show it.
    pub delta_nn: Threshold,
    /// Whether the ladder shows its plateau, or approaches it so regularly that it can be extrapolated.
    pub converged: bool,
    /// How the limit was taken, where there is something to say.
    pub remark: Option<String>,
}

impl Limit {
    /// Takes the limit of a ladder, by increasing T (docs/theory.md section 7).
    ///
    /// The threshold at fixed T is the asymptotic one at a soft edge, and the effective one elsewhere: training
    /// bends the curvature's tail, so that the two limits do not commute, and only the latter one stays meaningful.
    pub fn of(ladder: &[Rung]) -> Self {
        let trained: Vec<&Rung> = ladder.iter().filter(|rung| rung.steps > 0).collect();
        let Some(last) = trained.last() else {
            return Self::open(
                "the ladder has no trained rung: give steps with --at, or training.steps".into(),
            );
        };
        let effective = trained.iter().any(|rung| rung.effective.is_some());
        let mut sequence: Vec<(usize, Measured)> = Vec::new();
        for rung in &trained {
            match value(rung, effective) {
                Threshold::Finite(value) => sequence.push((rung.steps, *value)),
                other if rung.steps == last.steps => return Self::settled(other),
                _ => {}
            }
        }
        let mut limit = Self::of_sequence(&spread(&sequence));
        if effective && limit.delta_nn.finite().is_some() {
            limit.remark = Some(effective_remark(last));
        }
        limit
    }

    /// The last rung is not a finite number: neither is the limit, as far as the ladder shows.
    fn settled(threshold: &Threshold) -> Self {
        Self {
            delta_nn: threshold.clone(),
            converged: false,
            remark: None,
        }
    }

    fn open(reason: String) -> Self {
        Self {
            delta_nn: Threshold::Undefined { reason },
            converged: false,
            remark: None,
        }
    }

    fn of_sequence(sequence: &[(usize, Measured)]) -> Self {
        let changes: Vec<f64> = sequence
            .windows(2)
            .map(|pair| pair[1].1.value - pair[0].1.value)
            .collect();
        let [.., (earlier, before), (steps, last)] = sequence else {
            return Self::open(
                "the limit in T needs two trained rungs, the later one at least twice as long"
                    .into(),
            );
        };
        if last.value == 0.0 && last.error == 0.0 {
            return Self::plateau(*last, None);
        }
        let change = last.value - before.value;
        if change.abs() <= last.error.hypot(before.error) {
            let error = last.error.hypot(change);
            let remark = format!("unchanged within its error from T = {earlier} to {steps}");
            return Self::plateau(Measured::new(last.value, error), Some(remark));
        }
        match geometric_limit(&changes, sequence) {
            Some(limit) => {
                let remark = format!(
                    "extrapolated from T = {steps}, where it is {:.3}: the change per doubling shrinks geometrically",
                    last.value
                );
                Self::plateau(limit, Some(remark))
            }
            None => Self::open(format!(
                "not converged: from T = {earlier} to {steps} it moves by {change:+.3} to {:.3} +- {:.3}",
                last.value, last.error
            )),
        }
    }

    fn plateau(value: Measured, remark: Option<String>) -> Self {
        Self {
            delta_nn: Threshold::Finite(value),
            converged: true,
            remark,
        }
    }
}

/// The rung's threshold that has a limit.
fn value(rung: &Rung, effective: bool) -> &Threshold {
    match &rung.effective {
        Some(seen) if effective && rung.edge_kind != Some(EdgeKind::Soft) => &seen.delta_nn,
        _ => &rung.delta_nn,
    }
}

fn effective_remark(last: &Rung) -> String {
    let drift = last.effective.as_ref().and_then(|seen| seen.drift);
    let drift = drift.map_or_else(String::new, |drift| {
        format!(", where it drifts by {drift:+.3} per unit of ln n")
    });
    let n = last.effective.as_ref().map_or(0, |seen| seen.n);
    format!(
        "of the effective threshold at n = {n}: training bends the curvature's tail, so that n to infinity at fixed T has another \
         limit; after the longest training{drift}"
    )
}

/// The last rung and those before it that are each at most about half as long as the next.
fn spread(sequence: &[(usize, Measured)]) -> Vec<(usize, Measured)> {
    let mut kept: Vec<(usize, Measured)> = Vec::new();
    for entry in sequence.iter().rev() {
        let fits = |last: &(usize, Measured)| last.0 as f64 >= DOUBLING * entry.0 as f64;
        if kept.last().is_none_or(fits) {
            kept.push(*entry);
        }
    }
    kept.reverse();
    kept
}

/// The limit of a sequence whose changes shrink geometrically. All that the extrapolation adds counts as its error: the
/// approach may slow down later.
fn geometric_limit(changes: &[f64], sequence: &[(usize, Measured)]) -> Option<Measured> {
    let [.., first, second, third] = changes else {
        return None;
    };
    let (before, ratio) = (second / first, third / second);
    let steady = (before - ratio).abs() < AGREEMENT && ratio > 0.0 && before > 0.0;
    if !steady || ratio > SLOWEST || before > SLOWEST {
        return None;
    }
    let last = sequence.last()?.1;
    let rest = third * ratio / (1.0 - ratio);
    Some(Measured::new(last.value + rest, last.error.hypot(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder(values: &[(usize, f64)], error: f64) -> Vec<Rung> {
        values
            .iter()
            .map(|(steps, value)| {
                Rung::settled(*steps, Threshold::Finite(Measured::new(*value, error)))
            })
            .collect()
    }

    #[test]
    fn a_plateau_is_recognised_and_a_drift_is_not() {
        let flat = Limit::of(&ladder(&[(0, 0.9), (10, 2.0), (20, 2.4), (40, 2.41)], 0.02));
        assert!(flat.converged);
        let value = flat.delta_nn.finite().unwrap();
        assert!(value.value == 2.41 && value.error > 0.02);
        let drifting = Limit::of(&ladder(&[(10, 2.0), (20, 2.4), (40, 2.8), (80, 3.2)], 0.02));
        assert!(!drifting.converged);
        let reason = drifting.delta_nn.reason().unwrap();
        assert!(
            reason.contains("+0.400") && reason.contains("T = 40 to 80"),
            "{reason}"
        );
    }

    #[test]
    fn a_geometric_approach_is_extrapolated_with_the_rest_as_error() {
        // 3 - 2^-j: the change halves at every doubling
        let rungs: Vec<(usize, f64)> = (1..5).map(|j| (10 << j, 3.0 - 0.5f64.powi(j))).collect();
        let limit = Limit::of(&ladder(&rungs, 1e-4));
        let value = limit.delta_nn.finite().unwrap();
        assert!(limit.converged && (value.value - 3.0).abs() < 1e-12);
        assert!((value.error - 0.0625).abs() < 1e-4);
        assert!(limit.remark.unwrap().contains("extrapolated"));
    }

    #[test]
    fn neighbouring_rungs_do_not_make_a_plateau() {
        let limit = Limit::of(&ladder(&[(38, 2.0), (40, 2.0)], 0.02));
        assert!(!limit.converged);
        assert!(limit.delta_nn.reason().unwrap().contains("twice as long"));
    }
}
