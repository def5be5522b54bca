//! delta_NN(0): the threshold of the Hessian at initialisation.

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::search::{Crossing, Interval, MarginCurve, geometric};
use super::{Effective, Rung, ThresholdError};
use crate::curvature::{CurvatureLaw, ModelSupport, Side, SupportKind};
use crate::experiment::NumericsSection;
use crate::hessian::{EdgeKind, HessianError, Support, infinite_ratio_margin};
use crate::network::Model;
use crate::numerics::{Measured, Progress};
use crate::phase1::{InitialLaw, Phase1Error, ReachedSplit, Resolution, TrainingRule};
use crate::recovery::{AlgorithmicThreshold, Threshold};
use crate::teacher::{LabelMoments, Teacher};

/// The coarse grid starts here, relative to delta_alg; nothing may cross below one.
const GRID_START: f64 = 0.8;
/// And here, where the network does not see easy directions, to which delta_alg does not apply.
const HIDDEN_START: f64 = 0.05;
/// Ratio of neighbouring deltas of the coarse grid, and their number (up to 90 delta_alg).
pub(super) const GRID_RATIO: f64 = 1.15;
pub(super) const GRID_POINTS: usize = 35;
/// The sparser grid beyond, used where an outlier must exist as delta tends to infinity.
const FAR_RATIO: f64 = 2.0;
const FAR_POINTS: usize = 12;

/// Standard errors from zero at which the limit of infinite delta has a sign.
const SIGNIFICANT: f64 = 4.0;

/// Samples that the coarse grid looks at.
const SCAN_SAMPLES: usize = 8192;

/// The Hessian at initialisation of a network trained on a target.
pub struct InitialProblem<'a> {
    pub(super) model: &'a Model,
    pub(super) algorithmic: &'a AlgorithmicThreshold,
    pub(super) moments: LabelMoments,
    pub(super) support: ModelSupport,
    pub(super) init_std: f64,
    pub(super) weight_decay: f64,
    pub(super) numerics: NumericsSection,
    /// Orthonormal rows: the directions that this network does not reach (r x k).
    hard: DMatrix<f64>,
    /// How many of them are easy ones, hidden from the network.
    hidden: usize,
    /// Whether rows of W are kept on the sphere.
    spherical: bool,
}

/// The law, more than once for the error bar.
pub(super) enum Laws {
    /// Quadrature at the fine and the coarse resolution.
    Resolutions(Box<[CurvatureLaw; 2]>),
    /// Independent samples.
    Replicates(Vec<CurvatureLaw>),
}

impl Laws {
    pub(super) fn all(&self) -> &[CurvatureLaw] {
        match self {
            Self::Resolutions(laws) => laws.as_slice(),
            Self::Replicates(laws) => laws,
        }
    }

    /// The same quantity of every law, as one number.
    pub(super) fn combine(&self, values: &[f64]) -> Measured {
        match self {
            Self::Resolutions(_) => Measured::new(values[0], values[0] - values[1]),
            Self::Replicates(_) => Measured::mean(values),
        }
    }
}

/// A crossing with its error bar.
struct Merged {
    delta: Measured,
    appears: bool,
    kind: EdgeKind,
}

impl<'a> InitialProblem<'a> {
    /// Computes the label's law and the support of the curvature.
    ///
    /// `init_std` is s_w, `weight_decay` the ridge lambda; `algorithmic` belongs to the same target.
    ///
    /// # Errors
    /// When the target cannot be integrated.
    pub fn new(
        target: &Teacher,
        model: &'a Model,
        algorithmic: &'a AlgorithmicThreshold,
        init_std: f64,
        weight_decay: f64,
        numerics: NumericsSection,
    ) -> Result<Self, ThresholdError> {
        let moments = LabelMoments::new(target)?;
        let support = ModelSupport::new(model, &moments.support, init_std, Side::Left);
        Ok(Self {
            model,
            algorithmic,
            moments,
            support,
            init_std,
            weight_decay,
            numerics,
            hard: algorithmic.hard_basis.clone(),
            hidden: 0,
            spherical: false,
        })
    }

    /// The same problem for a network that reaches fewer directions than are easy, or is trained on the sphere.
    #[must_use]
    pub fn with_training(mut self, split: &ReachedSplit, rule: &TrainingRule) -> Self {
        self.hard = split.hard.clone();
        self.hidden = split.hidden;
        self.spherical = rule.radius.is_some();
        self
    }

    /// delta_alg of the target.
    pub fn delta_alg(&self) -> &Threshold {
        &self.algorithmic.delta_alg
    }

    /// delta_NN(0) with its error bar, the kind of the edge there, and the effective threshold where
    /// the edge is not soft (docs/theory.md section 7; arXiv:2510.18435 for T = 0).
    ///
    /// # Errors
    /// When the spectrum is not resolved by the samples.
    pub fn threshold(&self, progress: &dyn Progress) -> Result<Rung, ThresholdError> {
        if let Some(settled) = self.without_search(0) {
            return Ok(settled);
        }
        if let SupportKind::Unbounded { cause } = self.support.classification() {
            let reason = format!(
                "the curvature is unbounded below ({cause}): the bulk has no left edge at any n/d, so no outlier leaves it"
            );
            let mut rung = Rung::settled(0, Threshold::Infinite { reason });
            rung.edge_kind = Some(EdgeKind::Unbounded);
            rung.effective = Some(self.effective(progress)?);
            return Ok(rung);
        }
        let laws = self.laws()?;
        let found = self.crossings(&laws, Support::Known(&self.support), progress)?;
        let edge_kind = found
            .iter()
            .find(|crossing| crossing.appears)
            .map(|crossing| crossing.kind);
        let effective = match edge_kind {
            Some(EdgeKind::Hard) => Some(self.effective(progress)?),
            _ => None,
        };
        Ok(Rung {
            steps: 0,
            delta_nn: self.outcome(&found, &laws)?,
            edge_kind,
            crossings: found
                .iter()
                .map(|crossing| (crossing.delta, crossing.appears))
                .collect(),
            effective,
            end: None,
        })
    }

    /// Answers that follow from the label alone.
    pub(super) fn without_search(&self, steps: usize) -> Option<Rung> {
        if self.hidden > 0 {
            // what the label shows is not what this network sees
            return None;
        }
        let rung = |threshold| Some(Rung::settled(steps, threshold));
        match &self.algorithmic.delta_alg {
            Threshold::Infinite { reason } => rung(Threshold::Infinite {
                reason: format!("delta_NN >= delta_alg, which is infinite: {reason}"),
            }),
            Threshold::Undefined { reason } => rung(Threshold::Undefined {
                reason: reason.clone(),
            }),
            Threshold::Finite(_) if self.algorithmic.hard_basis.nrows() == 0 => {
                rung(Threshold::Finite(Measured::new(0.0, 0.0)))
            }
            Threshold::Finite(_) => None,
        }
    }

    pub(super) fn law(&self) -> InitialLaw<'_> {
        InitialLaw {
            model: self.model,
            label: &self.moments.fine,
            hard_basis: &self.hard,
            init_std: self.init_std,
            sphere: self.spherical.then_some(self.weight_decay),
        }
    }

    /// Quadrature for one neuron, else samples.
    pub(super) fn laws(&self) -> Result<Laws, ThresholdError> {
        let coarse = InitialLaw {
            label: &self.moments.coarse,
            ..self.law()
        };
        match (
            self.law().quadrature(Resolution::Fine)?,
            coarse.quadrature(Resolution::Coarse)?,
        ) {
            (Some(fine), Some(coarse)) => Ok(Laws::Resolutions(Box::new([fine, coarse]))),
            _ => self.replicates(|replicate| self.focused(self.numerics.samples, replicate)),
        }
    }

    fn replicates(
        &self,
        draw: impl Fn(u64) -> Result<CurvatureLaw, Phase1Error> + Send + Sync,
    ) -> Result<Laws, ThresholdError> {
        let laws: Result<Vec<CurvatureLaw>, Phase1Error> = (0..self.numerics.replicates as u64)
            .into_par_iter()
            .map(draw)
            .collect();
        Ok(Laws::Replicates(laws?))
    }

    /// Samples as that many data would give.
    pub(super) fn plain_samples(&self, count: usize) -> Result<Laws, ThresholdError> {
        self.replicates(|replicate| self.law().sample(count, self.numerics.seed, replicate))
    }

    /// Refuses a target whose hard directions are not settled.
    pub(super) fn check_split(&self) -> Result<(), ThresholdError> {
        match &self.algorithmic.delta_alg {
            _ if self.hidden > 0 => Ok(()),
            Threshold::Undefined { reason } => Err(ThresholdError::UnsettledSplit {
                reason: reason.clone(),
            }),
            Threshold::Finite(_) | Threshold::Infinite { .. } => Ok(()),
        }
    }

    /// A sample that looks closely at the infimum of the curvature's support.
    fn focused(&self, count: usize, replicate: u64) -> Result<CurvatureLaw, Phase1Error> {
        match self.support.classification() {
            SupportKind::Bounded { pre_activation, .. } => {
                self.law()
                    .focused_sample(pre_activation, count, self.numerics.seed, replicate)
            }
            SupportKind::Unbounded { .. } => {
                self.law().sample(count, self.numerics.seed, replicate)
            }
        }
    }

    /// Scans coarsely and refines every crossing on all laws.
    fn crossings(
        &self,
        laws: &Laws,
        support: Support<'_>,
        progress: &dyn Progress,
    ) -> Result<Vec<Merged>, ThresholdError> {
        let mut merged = Vec::new();
        for interval in self.intervals(laws, support, progress)? {
            let crossings: Result<Vec<Option<Crossing>>, ThresholdError> = laws
                .all()
                .par_iter()
                .map(|law| MarginCurve::new(law, support, self.weight_decay).refine(interval))
                .collect();
            let crossings: Option<Vec<Crossing>> = crossings?.into_iter().collect();
            let lost = || ThresholdError::LostCrossing {
                low: interval.low,
                high: interval.high,
                samples: laws.all()[0].count(),
            };
            let crossings = crossings.ok_or_else(lost)?;
            let deltas: Vec<f64> = crossings.iter().map(|crossing| crossing.delta).collect();
            merged.push(Merged {
                delta: self.with_label_error(laws.combine(&deltas)),
                appears: interval.appears,
                kind: crossings[0].kind,
            });
        }
        Ok(merged)
    }

    /// Adds the relative error of delta_alg: it is that of the label's law.
    pub(super) fn with_label_error(&self, delta: Measured) -> Measured {
        let label = self
            .algorithmic
            .delta_alg
            .finite()
            .map_or(0.0, |alg| alg.relative_error());
        Measured::new(delta.value, delta.error.hypot(label * delta.value))
    }

    /// Brackets of the crossings, from a thin sample.
    fn intervals(
        &self,
        laws: &Laws,
        support: Support<'_>,
        progress: &dyn Progress,
    ) -> Result<Vec<Interval>, ThresholdError> {
        let count = SCAN_SAMPLES.min(laws.all()[0].count());
        let thin = match support {
            Support::Known(_) => self.focused(count, 0)?,
            Support::Empirical => self.law().sample(count, self.numerics.seed, 0)?,
        };
        let curve = MarginCurve::new(&thin, support, self.weight_decay);
        let grid = geometric(self.lowest(), GRID_RATIO, GRID_POINTS);
        let start = curve
            .at(grid[0])?
            .map_or(f64::INFINITY, |margin| margin.value);
        if start < 0.0 {
            return Err(self.below_algorithmic(grid[0], start, thin.count()));
        }
        let tick = |i: usize| {
            progress.report(
                "coarse grid in delta",
                0.5 * (i + 1) as f64 / GRID_POINTS as f64,
            )
        };
        let near = curve.scan(&grid, tick)?;
        if !near.is_empty() || !exists_at_infinity(self.limit(laws)?) {
            return Ok(near);
        }
        let far = geometric(grid[grid.len() - 1], FAR_RATIO, FAR_POINTS);
        curve.scan(&far, |_| {})
    }

    /// The smallest delta that is looked at: nothing crosses below delta_alg.
    pub(super) fn lowest(&self) -> f64 {
        match self.algorithmic.delta_alg.finite() {
            Some(alg) if self.hidden == 0 => GRID_START * alg.value,
            _ => HIDDEN_START,
        }
    }

    /// A negative margin where there cannot be one.
    pub(super) fn below_algorithmic(
        &self,
        delta: f64,
        margin: f64,
        samples: usize,
    ) -> ThresholdError {
        let delta_alg = self.algorithmic.delta_alg.finite();
        match delta_alg.filter(|_| self.hidden == 0) {
            Some(alg) => ThresholdError::BelowAlgorithmic {
                delta,
                margin,
                delta_alg: alg.value,
                samples,
            },
            None => ThresholdError::BelowGrid { delta, margin },
        }
    }

    /// The largest delta that is looked at.
    fn farthest(&self) -> f64 {
        let near = GRID_RATIO.powi(GRID_POINTS as i32 - 1);
        self.lowest() * near * FAR_RATIO.powi(FAR_POINTS as i32 - 1)
    }

    /// The margin as delta tends to infinity.
    fn limit(&self, laws: &Laws) -> Result<Measured, ThresholdError> {
        let limits: Result<Vec<f64>, HessianError> = laws
            .all()
            .iter()
            .map(|law| infinite_ratio_margin(law, self.weight_decay))
            .collect();
        let limits = limits.map_err(|source| ThresholdError::Hessian {
            delta: f64::INFINITY,
            source,
        })?;
        Ok(laws.combine(&limits))
    }

    fn outcome(&self, found: &[Merged], laws: &Laws) -> Result<Threshold, ThresholdError> {
        if let Some(first) = found.iter().find(|crossing| crossing.appears) {
            return Ok(Threshold::Finite(first.delta));
        }
        let limit = self.limit(laws)?;
        let away = format!("{:+.3e} +- {:.0e}", limit.value, limit.error);
        if exists_at_infinity(limit) {
            let reason = format!(
                "no informative negative outlier up to n/d = {:.1e}, but there is one beyond: as n/d tends to infinity the smallest \
                 eigenvalue on the hard directions is {away} from the smaller of zero and the bulk",
                self.farthest()
            );
            return Ok(Threshold::Undefined { reason });
        }
        let reason = format!(
            "no informative negative outlier at any n/d: as n/d tends to infinity the Hessian on the hard directions tends to \
             E[D (x) z z^T], whose smallest eigenvalue is {away} from the smaller of zero and the bulk"
        );
        Ok(Threshold::Infinite { reason })
    }

    /// The threshold as `numerics.samples` samples see the law.
    fn effective(&self, progress: &dyn Progress) -> Result<Effective, ThresholdError> {
        let n = self.numerics.samples;
        let at = |count: usize| -> Result<Threshold, ThresholdError> {
            let laws = self.plain_samples(count)?;
            let found = self.crossings(&laws, Support::Empirical, progress)?;
            self.outcome(&found, &laws)
        };
        let delta_nn = at(n)?;
        let drift = match (delta_nn.finite(), at(n / 4)?.finite()) {
            (Some(all), Some(quarter)) => Some((all.value - quarter.value) / 4f64.ln()),
            _ => None,
        };
        Ok(Effective { delta_nn, n, drift })
    }
}

/// Whether the margin's limit is negative beyond doubt; one that is zero within its error promises nothing.
fn exists_at_infinity(limit: Measured) -> bool {
    limit.value < -SIGNIFICANT * limit.error
}
