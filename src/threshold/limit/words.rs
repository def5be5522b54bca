//! What the ladder says of its limit, in words.

use std::fmt;

use super::{Limit, Open, Trend};

/// The verdict in words.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingHard => f.write_str("no direction is hard, so none has to leave the bulk"),
            Self::Exact { .. } => f.write_str("training ends there, and its end is solved"),
            Self::Extrapolated {
                exponent,
                from,
                to,
                last,
                ..
            } => write!(
                f,
                "extrapolated from T = {from} to {to}, where it is {:.3} +- {:.3}: the distance falls as T^-{exponent:.2}",
                last.value, last.error
            ),
            Self::Plateau { from, to, .. } => {
                write!(f, "within one percent from T = {from} to {to}")
            }
            Self::Growing { trend, .. } => write!(
                f,
                "no limit in sight: {trend}; the bound holds if that goes on"
            ),
            Self::Infinite { why } => write!(f, "{why}"),
            Self::NotResolved { open, .. } => write!(f, "{open}"),
        }
    }
}

impl fmt::Display for Trend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "from T = {} to {} it moves by {:+.3} per doubling of T, to {:.3} +- {:.3}",
            self.from, self.to, self.per_doubling, self.last.value, self.last.error
        )
    }
}

impl fmt::Display for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTrainedRung => f.write_str(
                "the ladder has no trained rung: give steps with --at, or training.steps",
            ),
            Self::LastRung { steps, why } => write!(
                f,
                "delta_NN({steps}), the longest training, is no number ({}): its line says why",
                why.status().replace('-', " ")
            ),
            Self::Short { steps } => write!(
                f,
                "a plateau takes three rungs over a decade of training, and the ladder ends at T = {steps}: give more steps"
            ),
            Self::Noisy {
                steps,
                relative_error,
            } => write!(
                f,
                "delta_NN({steps}) is known to {:.1} percent only, and a plateau asks for one: raise numerics.samples or \
                 numerics.replicates",
                100.0 * relative_error
            ),
            Self::Moving { trend } => write!(f, "{trend}"),
        }
    }
}
