//! What is reported of a threshold.

use super::ThresholdError;
use super::answer::{Answer, Why};
use crate::hessian::EdgeKind;
use crate::numerics::Measured;

/// One rung of the ladder in T.
#[derive(Clone, Debug)]
pub struct Rung {
    /// T.
    pub steps: usize,
    /// The sum of the first T step sizes.
    pub time: f64,
    /// delta_NN(T): the first crossing at which the outlier appears.
    pub delta_nn: Answer,
    /// Kind of the bulk's left edge at the threshold.
    pub edge_kind: Option<EdgeKind>,
    /// All crossings, increasing, with true where the outlier appears as delta grows.
    pub crossings: Vec<(Measured, bool)>,
    /// The threshold of the law as `effective_n` samples see it, where the edge is not soft.
    pub effective: Option<Effective>,
    /// How far phase 1 has come at the threshold.
    pub end: Option<PhaseEnd>,
    /// The threshold on each replicate, where they all show it.
    pub replicates: Vec<f64>,
    /// Whether training has ended there, on all of them.
    pub ended: bool,
}

/// What tells whether phase 1 has ended.
#[derive(Clone, Copy, Debug)]
pub struct PhaseEnd {
    /// Norm of the gradient relative to that at initialisation.
    pub gradient_ratio: Measured,
    /// The bulk's left edge, ridge included: it tends to zero, or above.
    pub edge: Measured,
}

impl Rung {
    /// A rung that needs no search.
    pub(super) fn settled(steps: usize, time: f64, delta_nn: Answer) -> Self {
        Self {
            steps,
            time,
            delta_nn,
            edge_kind: None,
            crossings: Vec::new(),
            effective: None,
            end: None,
            replicates: Vec::new(),
            ended: false,
        }
    }

    /// A rung that could not be computed.
    pub(super) fn failed(steps: usize, time: f64, error: &ThresholdError) -> Self {
        Self::settled(steps, time, Answer::Absent(Why::from(error)))
    }

    /// Whether training was not followed so far.
    pub(super) fn out_of_reach(&self) -> bool {
        matches!(self.delta_nn.why(), Some(Why::NotReached { .. }))
    }

    /// Whether a part of it is missing because the computation was interrupted.
    pub(super) fn interrupted(&self) -> bool {
        let stopped = |answer: &Answer| answer.why() == Some(&Why::Interrupted);
        stopped(&self.delta_nn)
            || self
                .effective
                .as_ref()
                .is_some_and(|seen| stopped(&seen.delta_nn))
    }
}

/// The threshold of the law as n samples see it: its tails end where their mass is 1/n.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The threshold.
    pub delta_nn: Answer,
    /// n.
    pub n: usize,
    /// d delta_nn / d ln n, measured from n/4 to n.
    pub drift: Option<f64>,
}
