//! A threshold, or why there is none.

use std::fmt;

use crate::numerics::Measured;
use crate::phase1::Escape;
use crate::recovery::Threshold;

/// A threshold in delta = n/d with its error, or why it is absent.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The threshold.
    Found(Measured),
    /// There is none, or it is not known.
    Absent(Why),
}

/// What is sought over n/d.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sought {
    /// A negative outlier of the Hessian after T steps that carries hard directions.
    Outlier {
        /// T.
        steps: usize,
    },
    /// Half of all runs escape within T steps.
    Escape {
        /// T.
        steps: usize,
        /// Dimension and level.
        escape: Escape,
    },
}

/// The n/d that were looked at, on a grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The smallest.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

/// Why a threshold is absent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Why {
    /// delta_alg, which bounds it from below, is infinite.
    AlgorithmicInfinite {
        /// Why delta_alg is.
        reason: String,
    },
    /// Which directions are hard is not settled.
    UnsettledSplit {
        /// Why.
        reason: String,
    },
    /// The curvature is unbounded below, so the bulk has no left edge.
    UnboundedCurvature {
        /// T.
        steps: usize,
        /// Why it is unbounded.
        cause: String,
    },
    /// The label is a sign, and the curvature's law the same for both.
    BlindNetwork,
    /// None in the window, and none as n/d tends to infinity.
    NoneAtInfinity {
        /// What was sought.
        sought: Sought,
        /// Where.
        window: Window,
        /// The margin as n/d tends to infinity, above zero beyond its error.
        limit: Measured,
    },
    /// None in the window; beyond it there may be one.
    NotSeen {
        /// What was sought.
        sought: Sought,
        /// Where.
        window: Window,
        /// The margin as n/d tends to infinity, where it is known: below zero beyond its error, there is one further out.
        limit: Option<Measured>,
    },
    /// There already at the smallest n/d that is looked at.
    BelowWindow {
        /// What was sought.
        sought: Sought,
        /// The smallest n/d.
        delta: f64,
    },
    /// A crossing that only some of the independent computations show.
    LostInNoise {
        /// Where the coarse grid shows it.
        window: Window,
        /// How many show it.
        seen: usize,
        /// Of how many.
        of: usize,
        /// Samples of each; absent for quadratures.
        samples: Option<usize>,
    },
    /// The coarse grid shows one change of sign after the other: the curve is nowhere far enough from zero for its samples.
    Rough {
        /// Where they lie.
        window: Window,
        /// How many there are.
        changes: usize,
    },
    /// The margin is negative below delta_alg, where it cannot be.
    BelowAlgorithmic {
        /// Where.
        delta: f64,
        /// The margin.
        margin: f64,
        /// The bound.
        delta_alg: f64,
        /// Samples of a replicate; absent for quadratures.
        samples: Option<usize>,
    },
    /// Training was not followed so far.
    NotReached {
        /// How far it was, in words.
        reason: String,
    },
    /// A part of the computation failed.
    Failed {
        /// What failed, in words.
        reason: String,
    },
    /// The computation was interrupted before.
    Interrupted,
}

/// Standard errors from zero at which the margin's limit at infinite n/d has a sign.
pub(super) const SIGNIFICANT: f64 = 4.0;

impl Answer {
    /// The threshold, if there is one.
    pub fn finite(&self) -> Option<Measured> {
        match self {
            Self::Found(delta) => Some(*delta),
            Self::Absent(_) => None,
        }
    }

    /// Why there is none.
    pub fn why(&self) -> Option<&Why> {
        match self {
            Self::Found(_) => None,
            Self::Absent(why) => Some(why),
        }
    }

    /// Why there is none, in words.
    pub fn reason(&self) -> Option<String> {
        self.why().map(Why::to_string)
    }

    /// One word for programs: `found`, or that of the reason.
    pub fn status(&self) -> &'static str {
        self.why().map_or("found", Why::status)
    }

    /// The threshold in the words of delta_alg.
    ///
    /// # Errors
    /// The reason, where the computation is to blame that there is none.
    pub fn resolved(&self) -> Result<Threshold, String> {
        match self.why().filter(|why| why.is_failure()) {
            Some(why) => Err(why.to_string()),
            None => Ok(Threshold::from(self)),
        }
    }
}

impl From<&Answer> for Threshold {
    fn from(answer: &Answer) -> Self {
        match answer {
            Answer::Found(delta) => Self::Finite(*delta),
            Answer::Absent(why) if why.is_infinite() => Self::Infinite {
                reason: why.to_string(),
            },
            Answer::Absent(why) => Self::Undefined {
                reason: why.to_string(),
            },
        }
    }
}

impl Why {
    /// Whether no n/d suffices.
    pub fn is_infinite(&self) -> bool {
        matches!(
            self,
            Self::AlgorithmicInfinite { .. }
                | Self::UnboundedCurvature { .. }
                | Self::BlindNetwork
                | Self::NoneAtInfinity { .. }
        )
    }

    /// Whether it holds whatever the time of training.
    pub fn at_every_time(&self) -> bool {
        matches!(
            self,
            Self::AlgorithmicInfinite { .. } | Self::UnboundedCurvature { .. } | Self::BlindNetwork
        )
    }

    /// Whether more samples would show what is there.
    pub fn is_noise(&self) -> bool {
        matches!(self, Self::LostInNoise { .. } | Self::Rough { .. })
    }

    /// Whether the computation is to blame, not the network.
    pub fn is_failure(&self) -> bool {
        matches!(
            self,
            Self::LostInNoise { .. }
                | Self::Rough { .. }
                | Self::BelowAlgorithmic { .. }
                | Self::NotReached { .. }
                | Self::Failed { .. }
                | Self::Interrupted
                | Self::UnsettledSplit { .. }
        )
    }

    /// One word for programs.
    pub fn status(&self) -> &'static str {
        match self {
            Self::AlgorithmicInfinite { .. } => "algorithmic-infinite",
            Self::UnsettledSplit { .. } => "unsettled-split",
            Self::UnboundedCurvature { .. } => "unbounded-curvature",
            Self::BlindNetwork => "blind-network",
            Self::NoneAtInfinity { .. } => "infinite",
            Self::NotSeen { .. } => "not-seen",
            Self::BelowWindow { .. } => "below-window",
            Self::LostInNoise { .. } | Self::Rough { .. } => "lost-in-noise",
            Self::BelowAlgorithmic { .. } => "below-delta-alg",
            Self::NotReached { .. } => "not-reached",
            Self::Failed { .. } => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// A limit of the margin that is below zero beyond its error.
    fn beyond(limit: &Option<Measured>) -> Option<Measured> {
        limit.filter(|limit| limit.value < -SIGNIFICANT * limit.error)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlgorithmicInfinite { reason } => {
                write!(f, "delta_NN >= delta_alg, which is infinite: {reason}")
            }
            Self::UnsettledSplit { reason }
            | Self::NotReached { reason }
            | Self::Failed { reason } => f.write_str(reason),
            Self::UnboundedCurvature { steps, cause } => {
                if *steps > 0 {
                    f.write_str("after any fixed number of steps ")?;
                }
                write!(
                    f,
                    "the curvature is unbounded below ({cause}): the bulk has no left edge at any n/d, so no outlier leaves it"
                )
            }
            Self::BlindNetwork => f.write_str(
                "the label is a sign, and the curvature does not see it: with label and inputs reversed, this network and loss have the same Hessian, so no eigenvalue of it shows what tells one label from the other",
            ),
            Self::NoneAtInfinity {
                sought,
                window,
                limit,
            } => write!(
                f,
                "{}, nor as n/d tends to infinity: there {}",
                Nowhere(sought, window),
                Limit(limit)
            ),
            Self::NotSeen {
                sought,
                window,
                limit,
            } => not_seen(f, sought, window, limit.as_ref()),
            Self::BelowWindow { sought, delta } => write!(
                f,
                "{} already at n/d = {delta:.4}, the smallest that is looked at",
                Event(sought)
            ),
            Self::LostInNoise {
                window,
                seen,
                of,
                samples,
            } => lost_in_noise(f, window, (*seen, *of), *samples),
            Self::Rough {
                window: Window { low, high },
                changes,
            } => write!(
                f,
                "on a coarse grid it comes and goes {changes} times between delta = {low:.4} and {high:.4}, in the noise of few \
                 samples: raise numerics.samples"
            ),
            Self::BelowAlgorithmic {
                delta,
                margin,
                delta_alg,
                samples,
            } => {
                write!(
                    f,
                    "the margin is {margin:.2e} at delta = {delta:.4}, below delta_alg = {delta_alg:.4}: the spectrum is not resolved"
                )?;
                match samples {
                    Some(samples) => write!(f, " by {samples} samples"),
                    None => Ok(()),
                }
            }
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

fn not_seen(
    f: &mut fmt::Formatter<'_>,
    sought: &Sought,
    window: &Window,
    limit: Option<&Measured>,
) -> fmt::Result {
    let Window { high, .. } = window;
    write!(
        f,
        "not seen below n/d = {high:.0}: {}",
        Nowhere(sought, window)
    )?;
    match (limit, Why::beyond(&limit.copied())) {
        (_, Some(limit)) => write!(
            f,
            ", but there is one beyond: as n/d tends to infinity {}",
            Limit(&limit)
        ),
        (Some(limit), None) => write!(
            f,
            "; beyond it is open: as n/d tends to infinity {}",
            Limit(limit)
        ),
        (None, None) => Ok(()),
    }
}

/// `seen` of how many show the crossing.
fn lost_in_noise(
    f: &mut fmt::Formatter<'_>,
    window: &Window,
    (seen, of): (usize, usize),
    samples: Option<usize>,
) -> fmt::Result {
    let Window { low, high } = window;
    write!(f, "the crossing between delta = {low:.4} and {high:.4} ")?;
    match samples {
        Some(samples) => write!(
            f,
            "is lost in the noise of {samples} samples ({seen} of {of} replicates show it): raise numerics.samples"
        ),
        None => write!(f, "is seen at {seen} of {of} quadrature resolutions"),
    }
}

/// What happens.
struct Event<'a>(&'a Sought);

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Sought::Outlier { steps } => {
                write!(
                    f,
                    "after {steps} steps there is an informative negative outlier"
                )
            }
            Sought::Escape { steps, escape } => write!(
                f,
                "within {steps} steps at d = {} half of all runs have {} of their weights in the hard directions",
                escape.dim, escape.fraction
            ),
        }
    }
}

/// That it does not happen in the window.
struct Nowhere<'a>(&'a Sought, &'a Window);

impl fmt::Display for Nowhere<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Window { low, high } = self.1;
        match self.0 {
            Sought::Outlier { steps: 0 } => f.write_str("no informative negative outlier")?,
            Sought::Outlier { steps } => {
                write!(
                    f,
                    "after {steps} steps there is no informative negative outlier"
                )?;
            }
            Sought::Escape { .. } => {
                let event = Event(self.0);
                return write!(
                    f,
                    "{event} at no n/d that was looked at, from {low:.2} to {high:.0}"
                );
            }
        }
        write!(
            f,
            " at any n/d that was looked at, from {low:.2} to {high:.0}"
        )
    }
}

/// What the margin's limit is a limit of.
struct Limit<'a>(&'a Measured);

impl fmt::Display for Limit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.0.value < 0.0 { "below" } else { "above" };
        write!(
            f,
            "the smallest eigenvalue of E[D (x) z z^T] on the hard directions lies {:.2e} +- {:.0e} {side} zero and the bulk",
            self.0.value.abs(),
            self.0.error
        )
    }
}
