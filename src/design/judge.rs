//! How networks are ranked by their thresholds.

use crate::hessian::EdgeKind;
use crate::recovery::Threshold;

/// What is known of one network.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// delta_NN(T); where its computation failed, undefined with the reason.
    pub delta_nn: Threshold,
    /// Kind of the bulk's left edge there.
    pub edge_kind: Option<EdgeKind>,
    /// delta_alg of its target, where that was computed.
    pub delta_alg: Option<Threshold>,
    /// Whether the computation failed.
    pub failed: bool,
}

/// Scores of networks without a finite threshold, above all of ln delta_NN: one with a threshold somewhere beyond
/// what was looked at is the nearest to having one, a failure says nothing.
const UNDEFINED: f64 = 100.0;
const INFINITE: f64 = 110.0;
const FAILED: f64 = 120.0;

/// ln delta_NN where it is zero, because nothing has to be found.
const ZERO: f64 = -100.0;

impl Verdict {
    /// A computation that failed.
    pub fn failure(reason: String) -> Self {
        Self {
            delta_nn: Threshold::Undefined { reason },
            edge_kind: None,
            delta_alg: None,
            failed: true,
        }
    }

    /// ln delta_NN, so that differences are relative ones; what is not finite is ranked above. Always a finite number.
    pub fn score(&self) -> f64 {
        match &self.delta_nn {
            _ if self.failed => FAILED,
            Threshold::Finite(delta) if delta.value.is_nan() => FAILED,
            Threshold::Finite(delta) if delta.value <= 0.0 => ZERO,
            Threshold::Finite(delta) => delta.value.ln().clamp(ZERO, UNDEFINED),
            Threshold::Undefined { .. } => UNDEFINED,
            Threshold::Infinite { .. } => INFINITE,
        }
    }

    /// Whether there is a finite threshold.
    pub fn is_finite(&self) -> bool {
        self.score() < UNDEFINED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::Measured;

    #[test]
    fn every_verdict_has_its_rank() {
        let of = |delta_nn| Verdict {
            delta_nn,
            edge_kind: None,
            delta_alg: None,
            failed: false,
        };
        let finite = |value| of(Threshold::Finite(Measured::new(value, 0.0)));
        let reason = String::new;
        let ranked = [
            finite(0.0),
            finite(0.5),
            finite(1e9),
            of(Threshold::Undefined { reason: reason() }),
            of(Threshold::Infinite { reason: reason() }),
            Verdict::failure(reason()),
        ];
        let scores: Vec<f64> = ranked.iter().map(Verdict::score).collect();
        assert!(scores.is_sorted_by(|a, b| a < b), "{scores:?}");
        assert_eq!(ranked.iter().filter(|v| v.is_finite()).count(), 3);
        assert!(!finite(f64::NAN).is_finite() && !finite(f64::INFINITY).is_finite());
    }
}
