//! Single numbers of one experiment: delta_NN(T), and the Hessian's margin and lowest outlier at one n/d.
//!
//! They are the cells of a diagram and the objective of a search, so they come without density, right edge or ladder.

use rayon::prelude::*;

use super::climb::{Effort, Steps};
use super::end::{At, Until};
use super::laws::Laws;
use super::{Problem, Rung, ThresholdError};
use crate::curvature::{CurvatureLaw, Side, SupportKind};
use crate::hessian::{EdgeKind, HessianError, Outlier, Support, informative_margin, side_spectrum};
use crate::numerics::{Measured, Progress, Silent};
use crate::phase1::NOTHING_HARD;
use crate::recovery::Threshold;

/// A number with its error, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// The number.
    Number(Measured),
    /// There is no such number; the reason in words.
    Absent {
        /// Why.
        reason: String,
    },
}

/// The lowest informative outlier of the Hessian, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum LowestOutlier {
    /// Below the bulk and below zero.
    At {
        /// Its position, ridge included.
        value: Measured,
        /// Squared overlap of its eigenvector with the hard directions.
        overlap: Measured,
    },
    /// There is none; the reason in words.
    Absent {
        /// Why.
        reason: String,
    },
}

/// The Hessian of one problem after a number of steps, at any n/d.
///
/// At initialisation the law of the curvature does not depend on n/d: it is drawn once and serves every value. After
/// training it is that of a run of phase 1 at the n/d in question.
pub struct HessianAfter<'p> {
    problem: &'p Problem<'p>,
    until: Until,
    initial: Option<Laws>,
}

impl Problem<'_> {
    /// delta_NN(T): at initialisation, or the one rung of a ladder.
    ///
    /// # Errors
    /// When phase 1 fails at every n/d, or the spectrum is not resolved by the samples.
    pub fn delta_nn(&self, steps: usize, progress: &dyn Progress) -> Result<Rung, ThresholdError> {
        if steps == 0 {
            return self.delta_nn_at_start(progress);
        }
        Ok(self.ladder(&[steps], progress)?.swap_remove(0))
    }

    /// delta_NN(T), or the limit that the ladder to the end of training has, with the kind of the edge there.
    ///
    /// # Errors
    /// When the threshold is not there because a computation failed: the reason.
    pub fn threshold(
        &self,
        at: At,
        effort: Effort,
        progress: &dyn Progress,
    ) -> Result<(Threshold, Option<EdgeKind>), String> {
        let words = |error: ThresholdError| error.to_string();
        let At::Steps(steps) = at else {
            self.training.check_flow().map_err(|e| words(e.into()))?;
            let steps = Steps {
                first: Vec::new(),
                most: None,
                end: Some(effort),
            };
            let climb = self.climb(&steps, progress, &mut |_| {}).map_err(words)?;
            if let Some(why) = climb.unanswered() {
                return Err(why.to_string());
            }
            let kind = climb.rungs.last().and_then(|rung| rung.edge_kind);
            return Ok((Threshold::from(&climb.limit), kind));
        };
        let rung = self.delta_nn(steps, progress).map_err(words)?;
        Ok((rung.delta_nn.resolved()?, rung.edge_kind))
    }

    /// The Hessian after some steps, or at the end of training.
    ///
    /// # Errors
    /// When which directions are hard is not settled, or the samples cannot be drawn.
    pub fn hessian_after(
        &self,
        until: impl Into<Until>,
    ) -> Result<HessianAfter<'_>, ThresholdError> {
        self.check_split()?;
        let until = until.into();
        let initial = (until.steps == 0).then(|| self.laws()).transpose()?;
        Ok(HessianAfter {
            problem: self,
            until,
            initial,
        })
    }
}

impl HessianAfter<'_> {
    /// `lambda_min(A(min(edge, 0)))`, ridge included (docs/theory.md section 6): negative exactly where an informative
    /// negative outlier exists.
    ///
    /// # Errors
    /// When phase 1 fails, or the spectral equations cannot be solved at this n/d.
    pub fn margin(&self, delta: f64) -> Result<Reading, ThresholdError> {
        if let Some(reason) = self.without_spectrum() {
            return Ok(Reading::Absent { reason });
        }
        let ridge = self.problem.ridge();
        self.over_laws(delta, |law| {
            let support = self.problem.support_of(law, self.problem.left, Side::Left);
            let support = Support::Known(support.as_ref());
            let margin = informative_margin(law, support, delta, ridge, None)?;
            Ok(margin.map_or(f64::INFINITY, |margin| margin.value))
        })
        .map(|(laws, margins)| Reading::Number(laws.combine(&margins)))
    }

    /// The lowest informative outlier: left of the bulk, negative with the ridge added, carried by hard directions.
    ///
    /// # Errors
    /// As [`Self::margin`].
    pub fn outlier(&self, delta: f64) -> Result<LowestOutlier, ThresholdError> {
        if let Some(reason) = self.without_spectrum() {
            return Ok(LowestOutlier::Absent { reason });
        }
        let ridge = self.problem.ridge();
        let (laws, found) = self.over_laws(delta, |law| {
            let support = self.problem.support_of(law, self.problem.left, Side::Left);
            let support = Support::Known(support.as_ref());
            let side = side_spectrum(law, support, delta, Side::Left, None)?;
            let lowest = side.and_then(|side| side.outliers.into_iter().next());
            Ok(lowest.filter(|outlier| outlier.value + ridge < 0.0))
        })?;
        let there: Vec<&Outlier> = found.iter().flatten().collect();
        if there.len() == found.len() {
            let combine = |pick: fn(&Outlier) -> f64| {
                let values: Vec<f64> = there.iter().map(|outlier| pick(outlier)).collect();
                laws.combine(&values)
            };
            let value = combine(|outlier| outlier.value);
            return Ok(LowestOutlier::At {
                value: Measured::new(value.value + ridge, value.error),
                overlap: combine(|outlier| outlier.overlap),
            });
        }
        let reason = match there.len() {
            0 => "no negative outlier left of the bulk is carried by hard directions".to_owned(),
            some => format!(
                "at the border: {some} of {} replicates have a negative outlier carried by hard directions",
                found.len()
            ),
        };
        Ok(LowestOutlier::Absent { reason })
    }

    /// Why there is no edge to compare with, or nothing that could leave it.
    fn without_spectrum(&self) -> Option<String> {
        if self.problem.hard().nrows() == 0 {
            return Some(NOTHING_HARD.to_owned());
        }
        match self.problem.left.classification() {
            SupportKind::Bounded { .. } => None,
            SupportKind::Unbounded { cause } => Some(format!(
                "the curvature is unbounded below ({cause}): the bulk has no left edge at any n/d"
            )),
        }
    }

    /// One value of every law, in the order of the replicates, with the laws that average them.
    fn over_laws<T: Send>(
        &self,
        delta: f64,
        value: impl Fn(&CurvatureLaw) -> Result<T, HessianError> + Sync,
    ) -> Result<(LawsRef<'_>, Vec<T>), ThresholdError> {
        let laws = self.laws(delta)?;
        let values: Result<Vec<T>, HessianError> =
            laws.get().all().par_iter().map(&value).collect();
        match values {
            Ok(values) => Ok((laws, values)),
            Err(source) => Err(ThresholdError::Hessian { delta, source }),
        }
    }

    fn laws(&self, delta: f64) -> Result<LawsRef<'_>, ThresholdError> {
        if let Some(laws) = &self.initial {
            return Ok(LawsRef::Shared(laws));
        }
        let (laws, _) = self.problem.training.laws(delta, self.until, &Silent)?;
        Ok(LawsRef::Own(Laws::Replicates(laws)))
    }
}

/// Laws that serve every n/d, or those of one.
enum LawsRef<'a> {
    Shared(&'a Laws),
    Own(Laws),
}

impl LawsRef<'_> {
    fn get(&self) -> &Laws {
        match self {
            Self::Shared(laws) => laws,
            Self::Own(laws) => laws,
        }
    }

    fn combine(&self, values: &[f64]) -> Measured {
        self.get().combine(values)
    }
}

#[cfg(test)]
mod tests;
