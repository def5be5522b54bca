//! What a search came to: the best network, its distance from delta_alg, and whether the restarts agree.

use super::{End, Ended, Evaluation, Restart, Run, Verdict};
use crate::numerics::Measured;
use crate::recovery::Threshold;

/// The best network.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// The restart that found it, from zero.
    pub restart: usize,
    /// The network, with its threshold as the search saw it.
    pub found: Evaluation,
    /// The end of its range that each parameter (p) has come to, if it has.
    pub border: Vec<Option<End>>,
    /// Its threshold from other random numbers, which the search had no chance to fit.
    pub afresh: Verdict,
    /// How far that is from delta_alg, where both are finite and delta_alg is not zero.
    pub gap: Option<Gap>,
}

/// The distance of delta_NN from delta_alg.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// delta_NN / delta_alg.
    pub ratio: Measured,
    /// delta_NN - delta_alg.
    pub difference: Measured,
}

/// Whether the restarts found the same minimum.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Whether all of them settled, at least two, at values that are equal within the error.
    pub converged: bool,
    /// For each restart whether its value is that of the best one within the error.
    pub agrees: Vec<bool>,
    /// Smallest and largest value of each parameter (p) over the restarts that agree.
    pub spread: Vec<(f64, f64)>,
    /// How large a difference counts as none: the error of delta_NN, or the tolerance.
    pub within: f64,
    /// In words.
    pub remark: String,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// All that was looked at.
    pub run: Run,
    /// The best network; absent where none has a finite threshold.
    pub best: Option<Best>,
    /// Whether the restarts agree; absent where none has a finite threshold.
    pub agreement: Option<Agreement>,
}

impl Outcome {
    /// Looks closer at the best network: `afresh` computes its threshold from other random numbers.
    pub fn new(run: Run, afresh: impl FnOnce(&[f64]) -> Verdict) -> Self {
        let Some((restart, at)) = run.best() else {
            return Self {
                run,
                best: None,
                agreement: None,
            };
        };
        let found = run.restarts[restart].evaluations[at].clone();
        let afresh = afresh(&found.values);
        let agreement = Agreement::new(&run, &found, &afresh);
        let gap = gap(&afresh);
        let border = run.space.border(&found.point);
        Self {
            run,
            best: Some(Best {
                restart,
                found,
                border,
                afresh,
                gap,
            }),
            agreement: Some(agreement),
        }
    }
}

fn gap(verdict: &Verdict) -> Option<Gap> {
    let nn = verdict.delta_nn.finite()?;
    let alg = verdict.delta_alg.as_ref().and_then(Threshold::finite)?;
    if alg.value <= 0.0 {
        return None;
    }
    let ratio = nn.value / alg.value;
    let relative = (nn.error / alg.value).hypot(ratio * alg.relative_error());
    Some(Gap {
        ratio: Measured::new(ratio, relative),
        difference: Measured::new(nn.value - alg.value, nn.error.hypot(alg.error)),
    })
}

impl Agreement {
    fn new(run: &Run, best: &Evaluation, afresh: &Verdict) -> Self {
        let value = |verdict: &Verdict| verdict.delta_nn.finite();
        let least = value(&best.verdict).map_or(0.0, |delta| delta.value);
        let errors = [&best.verdict, afresh].map(|v| value(v).map_or(0.0, |delta| delta.error));
        let within = errors
            .into_iter()
            .fold(run.settings.tolerance * least, f64::max);
        let ends: Vec<Option<&Evaluation>> = run
            .restarts
            .iter()
            .map(|restart| restart.best().map(|at| &restart.evaluations[at]))
            .collect();
        let near = |end: &Option<&Evaluation>| {
            let found = end.and_then(|end| value(&end.verdict));
            found.is_some_and(|delta| delta.value - least <= within)
        };
        let agrees: Vec<bool> = ends.iter().map(near).collect();
        let agreeing = ends.iter().zip(&agrees).filter(|(_, agrees)| **agrees);
        let agreeing: Vec<&Evaluation> = agreeing.filter_map(|(end, _)| *end).collect();
        let spread = (0..run.space.dims())
            .map(|axis| {
                let values = agreeing.iter().map(|end| end.values[axis]);
                values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                    (low.min(x), high.max(x))
                })
            })
            .collect();
        let settled = |restart: &Restart| restart.ended == Ended::Settled;
        let all_agree = agrees.iter().all(|agrees| *agrees);
        Self {
            converged: agrees.len() > 1 && all_agree && run.restarts.iter().all(settled),
            remark: remark(run, &agrees),
            agrees,
            spread,
            within,
        }
    }
}

/// What the restarts show.
fn remark(run: &Run, agrees: &[bool]) -> String {
    let count = agrees.len();
    let agreeing = agrees.iter().filter(|agrees| **agrees).count();
    let ended = |how: Ended| run.restarts.iter().filter(|r| r.ended == how).count();
    if ended(Ended::Interrupted) > 0 {
        return format!(
            "not converged: interrupted after {} evaluations",
            run.evaluations()
        );
    }
    let mut parts = Vec::new();
    if ended(Ended::Budget) > 0 {
        parts.push(format!(
            "{} of {count} restarts used up their evaluations (--evaluations)",
            ended(Ended::Budget)
        ));
    }
    if ended(Ended::NothingFinite) > 0 {
        parts.push(format!(
            "{} of {count} restarts met no finite threshold",
            ended(Ended::NothingFinite)
        ));
    }
    match (count, agreeing) {
        (1, _) => parts.push("a single restart has nothing to agree with (--restarts)".into()),
        (_, 1) => parts.push(format!("one of {count} restarts found it")),
        _ if agreeing < count => {
            parts.push(format!(
                "{agreeing} of {count} restarts found it, the others ended higher"
            ));
        }
        _ if parts.is_empty() => {
            return format!("converged: {count} restarts agree within the error");
        }
        _ => {}
    }
    format!("not converged: {}", parts.join("; "))
}
