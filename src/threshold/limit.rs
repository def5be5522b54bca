//! delta_NN: what the ladder says of its limit as training goes on.
//!
//! A verdict is not a guess. Noise never makes a plateau: it asks for three rungs over a decade of training that agree
//! within one percent and are known to one percent, so fewer samples make it harder. What depends on the number of samples
//! stays with the rungs.

mod words;

use super::answer::{Answer, Why};
use super::extrapolate::{Point, power_law};
use super::rung::Rung;
use crate::numerics::Measured;
use crate::recovery::Threshold;

/// How much longer the last rung of a plateau has trained than the first.
const DECADE: f64 = 10.0;

/// Rungs of a plateau, at least.
const RUNGS: usize = 3;

/// How well the rungs of a plateau agree and are known, relatively.
const ONE_PERCENT: f64 = 0.01;

/// Relative error of the last rung of a short ladder beyond which it needs samples before it needs steps.
const NOISY: f64 = 0.05;

/// Rungs are extrapolated from the time that is this many times shorter than the last.
const FIT_SPAN: f64 = 40.0;

/// Relative error beyond which an extrapolation says too little to be one.
pub(super) const EXTRAPOLATED_ERROR: f64 = 0.1;

/// T from which on an absent threshold counts for the end of training.
const LONG: usize = 320;

/// Rungs are compared when the training is longer by these factors: a doubling, two, and a decade.
const SPANS: [f64; 3] = [1.9, 3.9, 9.9];

/// Bars by which a threshold has to move for the move to be one, and by which a bound stays below what was found.
const BARS: f64 = 3.0;

/// The limit of delta_NN(T) as T grows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Limit {
    /// No direction is hard, so none has to leave the bulk: zero.
    NothingHard,
    /// Training ends at this threshold, and its end is solved: the gradient vanishes, the bulk is positive, and the end is stable.
    Exact {
        /// The threshold of the end.
        value: Measured,
    },
    /// The ladder follows a power of the time, and this is where it leads.
    Extrapolated {
        /// The limit; its bar holds the statistics, the spread over exponents, and the change when the last third is left out.
        value: Measured,
        /// nu of `d - c tau^-nu`.
        exponent: f64,
        /// T of the first rung used.
        from: usize,
        /// T of the last rung.
        to: usize,
        /// The sum of all step sizes up to there.
        time: f64,
        /// The last rung.
        last: Measured,
    },
    /// The ladder shows it.
    Plateau {
        /// The last rung, with the spread of the plateau in its bar.
        value: Measured,
        /// T of the first rung of the plateau.
        from: usize,
        /// T of the last rung.
        to: usize,
        /// The sum of all step sizes up to there.
        time: f64,
    },
    /// The last rungs grow, and no limit is in sight.
    Growing {
        /// What the limit exceeds if the growth goes on.
        lower_bound: f64,
        /// How they grow.
        trend: Trend,
        /// The sum of all step sizes up to the last rung.
        time: f64,
    },
    /// There is none at any T.
    Infinite {
        /// The cause.
        why: Why,
    },
    /// The ladder does not show it.
    NotResolved {
        /// What stands in the way.
        open: Open,
        /// delta_alg, where it bounds the limit from below.
        lower_bound: Option<f64>,
    },
}

/// How the threshold moves at the end of the ladder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// Change per doubling of T.
    pub per_doubling: f64,
    /// T before.
    pub from: usize,
    /// T of the last rung.
    pub to: usize,
    /// The last rung.
    pub last: Measured,
}

/// What is missing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Open {
    /// No rung was trained.
    NoTrainedRung,
    /// The last rung has no threshold.
    LastRung {
        /// T.
        steps: usize,
        /// Why it has none.
        why: Why,
    },
    /// The ladder is too short, or has gaps: what is shown does not span a decade.
    Short {
        /// T of the last rung.
        steps: usize,
    },
    /// Some rung of the last decade is not known to one percent.
    Noisy {
        /// T of the worst.
        steps: usize,
        /// Its relative error.
        relative_error: f64,
    },
    /// The rungs of the last decade differ by more than one percent.
    Moving {
        /// How.
        trend: Trend,
    },
}

impl From<&Limit> for Threshold {
    fn from(limit: &Limit) -> Self {
        let reason = || limit.to_string();
        match limit.value() {
            Some(value) => Self::Finite(value),
            None if matches!(limit, Limit::Infinite { .. }) => Self::Infinite { reason: reason() },
            None => Self::Undefined { reason: reason() },
        }
    }
}

impl Limit {
    /// Reads the limit off a ladder, by increasing T (docs/theory.md section 7); `bound` is delta_alg where it bounds
    /// delta_NN from below.
    pub fn of(ladder: &[Rung], bound: Option<f64>) -> Self {
        let open = |open| Self::NotResolved {
            open,
            lower_bound: bound,
        };
        let trained: Vec<&Rung> = ladder.iter().filter(|rung| rung.steps > 0).collect();
        let nothing_hard = |rung: &Rung| {
            let zero = |delta: Measured| delta.value == 0.0 && delta.error == 0.0;
            rung.delta_nn.finite().is_some_and(zero)
        };
        let Some(last) = trained.last() else {
            return match ladder.last() {
                Some(start) if nothing_hard(start) => Self::NothingHard,
                _ => open(Open::NoTrainedRung),
            };
        };
        match &last.delta_nn {
            Answer::Found(_) if nothing_hard(last) => Self::NothingHard,
            Answer::Found(value) if last.ended => Self::Exact { value: *value },
            Answer::Found(value) => {
                let known = trained.iter().filter_map(|rung| Step::of(rung)).collect();
                Self::of_steps(known, *value, bound)
            }
            // at the end of the longest training that is followed
            Answer::Absent(why @ Why::NoneAtInfinity { .. }) if last.steps >= LONG => {
                Self::Infinite { why: why.clone() }
            }
            Answer::Absent(why) if why.at_every_time() => Self::Infinite { why: why.clone() },
            Answer::Absent(why) => {
                let known: Vec<Step> = trained.iter().filter_map(|rung| Step::of(rung)).collect();
                // that the last rungs show nothing is what growth leads to
                let hidden =
                    why.is_noise() || matches!(why, Why::NotSeen { .. } | Why::Interrupted);
                let seen = hidden.then(|| growing(&known, bound)).flatten();
                seen.unwrap_or_else(|| {
                    open(Open::LastRung {
                        steps: last.steps,
                        why: why.clone(),
                    })
                })
            }
        }
    }

    fn of_steps(known: Vec<Step>, last: Measured, bound: Option<f64>) -> Self {
        let end = known[known.len() - 1].clone();
        let decade = last_decade(&known);
        let worst = decade.iter().max_by(|a, b| {
            a.value
                .relative_error()
                .total_cmp(&b.value.relative_error())
        });
        let noisy = worst.filter(|step| {
            step.value.relative_error().is_nan() || step.value.relative_error() > ONE_PERCENT
        });
        // without a decade to judge, the last rung speaks for itself
        let noisy = noisy.or(Some(&end).filter(|end| end.value.relative_error() > NOISY));
        let spread = spread(decade);
        if decade.len() >= RUNGS && noisy.is_none() && spread <= ONE_PERCENT * last.value {
            return Self::Plateau {
                value: Measured::new(last.value, last.error.hypot(spread)),
                from: decade[0].steps,
                to: end.steps,
                time: end.time,
            };
        }
        if let Some(limit) = extrapolated(&known, bound) {
            return limit;
        }
        if let Some(limit) = growing(&known, bound) {
            return limit;
        }
        let open = match (noisy, trend(&known, SPANS[0])) {
            (Some(step), _) => Open::Noisy {
                steps: step.steps,
                relative_error: step.value.relative_error(),
            },
            (None, Some((trend, _))) if decade.len() >= RUNGS => Open::Moving { trend },
            _ => Open::Short { steps: end.steps },
        };
        Self::NotResolved {
            open,
            lower_bound: bound,
        }
    }

    /// The number that a ladder leads to, however well it is known.
    pub(super) fn in_sight(ladder: &[Rung], bound: Option<f64>) -> Option<Measured> {
        let known: Vec<Step> = ladder.iter().filter_map(Step::of).collect();
        let fit = || power_law(&points(late_steps(&known))).map(|fit| fit.limit);
        Self::of(ladder, bound).value().or_else(fit)
    }

    /// One word for programs.
    pub fn verdict(&self) -> &'static str {
        match self {
            Self::NothingHard => "nothing-hard",
            Self::Exact { .. } => "exact",
            Self::Extrapolated { .. } => "extrapolated",
            Self::Plateau { .. } => "plateau",
            Self::Growing { .. } => "growing",
            Self::Infinite { .. } => "infinite",
            Self::NotResolved { .. } => "not-resolved",
        }
    }

    /// The limit, where it is a number.
    pub fn value(&self) -> Option<Measured> {
        match self {
            Self::NothingHard => Some(Measured::new(0.0, 0.0)),
            Self::Exact { value }
            | Self::Extrapolated { value, .. }
            | Self::Plateau { value, .. } => Some(*value),
            Self::Growing { .. } | Self::Infinite { .. } | Self::NotResolved { .. } => None,
        }
    }

    /// Whether longer training would not change the verdict.
    pub fn is_settled(&self) -> bool {
        match self {
            Self::NothingHard
            | Self::Exact { .. }
            | Self::Extrapolated { .. }
            | Self::Plateau { .. }
            | Self::Infinite { .. } => true,
            Self::Growing { .. } | Self::NotResolved { .. } => false,
        }
    }

    /// What the limit is known to exceed, where it is not a number.
    pub fn lower_bound(&self) -> Option<f64> {
        match self {
            Self::Growing { lower_bound, .. } => Some(*lower_bound),
            Self::NotResolved { lower_bound, .. } => *lower_bound,
            Self::NothingHard
            | Self::Exact { .. }
            | Self::Extrapolated { .. }
            | Self::Plateau { .. }
            | Self::Infinite { .. } => None,
        }
    }

    /// How the ladder moves, where it does.
    pub fn trend(&self) -> Option<Trend> {
        match self {
            Self::Growing { trend, .. }
            | Self::NotResolved {
                open: Open::Moving { trend },
                ..
            } => Some(*trend),
            _ => None,
        }
    }

    /// The sum of all step sizes up to the last rung, where the verdict rests on it.
    pub fn time(&self) -> Option<f64> {
        match self {
            Self::Plateau { time, .. }
            | Self::Extrapolated { time, .. }
            | Self::Growing { time, .. } => Some(*time),
            Self::NothingHard
            | Self::Exact { .. }
            | Self::Infinite { .. }
            | Self::NotResolved { .. } => None,
        }
    }
}

/// A rung with a threshold.
#[derive(Clone, Debug)]
struct Step {
    steps: usize,
    time: f64,
    value: Measured,
    replicates: Vec<f64>,
}

impl Step {
    fn of(rung: &Rung) -> Option<Self> {
        Some(Self {
            steps: rung.steps,
            time: rung.time,
            value: rung.delta_nn.finite()?,
            replicates: rung.replicates.clone(),
        })
    }
}

/// Where the last rungs lead, if they say it well enough.
fn extrapolated(known: &[Step], bound: Option<f64>) -> Option<Limit> {
    let (end, used) = (known.last()?, late_steps(known));
    let fit = power_law(&points(used))?;
    let believable = fit.limit.relative_error() <= EXTRAPOLATED_ERROR
        && bound.is_none_or(|bound| fit.limit.value + BARS * fit.limit.error >= bound);
    believable.then(|| Limit::Extrapolated {
        value: fit.limit,
        exponent: fit.exponent,
        from: used[0].steps,
        to: end.steps,
        time: end.time,
        last: end.value,
    })
}

/// Those of the last stretch of training, which are extrapolated.
fn late_steps(known: &[Step]) -> &[Step] {
    let end = known.last().map_or(0.0, |step| step.time);
    let early = known.partition_point(|step| step.time * FIT_SPAN < end);
    &known[early..]
}

fn points(steps: &[Step]) -> Vec<Point<'_>> {
    let points = steps.iter().map(|step| Point {
        time: step.time,
        error: step.value.error,
        replicates: &step.replicates,
    });
    points.collect()
}

/// That the last known rungs grow beyond their errors, if they do.
fn growing(known: &[Step], bound: Option<f64>) -> Option<Limit> {
    let end = known.last()?;
    // what one doubling hides in its noise a longer stretch may show
    let mut trends = SPANS.iter().filter_map(|span| trend(known, *span));
    let (trend, _) = trends.find(|(trend, error)| trend.per_doubling > BARS * error)?;
    let below = end.value.value - BARS * end.value.error;
    Some(Limit::Growing {
        lower_bound: bound.map_or(below, |bound| below.max(bound)),
        trend,
        time: end.time,
    })
}

/// The shortest end of the ladder that spans a decade; empty where there is none.
fn last_decade(known: &[Step]) -> &[Step] {
    let end = known[known.len() - 1].steps as f64;
    let early = |step: &Step| step.steps as f64 * DECADE <= end;
    known
        .iter()
        .rposition(early)
        .map_or(&[], |first| &known[first..])
}

/// Largest minus smallest value.
fn spread(steps: &[Step]) -> f64 {
    let values = || steps.iter().map(|step| step.value.value);
    values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min)
}

/// The change per doubling over the last stretch of training that is longer by a factor of at least `span`, with its error.
fn trend(known: &[Step], span: f64) -> Option<(Trend, f64)> {
    let end = known.last()?;
    let before = known
        .iter()
        .rfind(|step| end.steps as f64 >= span * step.steps as f64)?;
    let doublings = (end.steps as f64 / before.steps as f64).log2();
    let trend = Trend {
        per_doubling: (end.value.value - before.value.value) / doublings,
        from: before.steps,
        to: end.steps,
        last: end.value,
    };
    Some((trend, end.value.error.hypot(before.value.error) / doublings))
}

#[cfg(test)]
mod tests;
