//! All that the theory says of training at one delta, from one integration of phase 1.

use super::ThresholdError;
use super::end::{Ending, Until, Wanted};
use super::laws::Laws;
use super::problem::Problem;
use crate::curvature::{CurvatureLaw, Side, SupportKind};
use crate::hessian::Spectrum;
use crate::numerics::Progress;
use crate::phase1::Curves;

/// The limit of large dimension at one delta.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// Phase 1 step by step, with standard errors over replicates.
    pub curves: Curves,
    /// Spectra of the Hessian, in the order of the steps asked for.
    pub spectra: Vec<BothSides>,
    /// Replicates behind the standard errors.
    pub replicates: usize,
    /// How training ended, where it is followed there.
    pub ending: Option<Ending>,
}

/// What is asked of the theory at one delta.
#[derive(Clone, Debug)]
pub struct Question {
    /// n/d.
    pub delta: f64,
    /// T, and whether later steps are implicit.
    pub until: Until,
    /// Steps at which the Hessian's spectrum is wanted.
    pub spectra_at: Vec<usize>,
    /// Points of their densities.
    pub points: usize,
    /// Whether the growth of the hard overlaps is followed.
    pub growth: bool,
}

/// The Hessian's spectrum at one step, with the outliers of both sides.
#[derive(Clone, Debug)]
pub struct BothSides {
    /// T.
    pub step: usize,
    /// Bulk, edges, and the outliers on the left.
    pub left: Spectrum,
    /// The same with the outliers on the right, and without a density.
    pub right: Spectrum,
}

impl BothSides {
    /// The spectrum whose outliers are those of the side.
    pub fn of(&self, side: Side) -> &Spectrum {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }
}

impl Problem<'_> {
    /// Curves of the steps 0 to T, and spectra.
    ///
    /// Each replicate is trained once: its curves and all its laws come from that run. The spectrum before the first step needs no
    /// training, and is as accurate as that of [`super::Problem::spectrum`].
    ///
    /// # Errors
    /// When phase 1 fails, or the spectral equations cannot be solved at this delta.
    pub fn predict(
        &self,
        question: &Question,
        progress: &dyn Progress,
    ) -> Result<Prediction, ThresholdError> {
        let spectra_at = &question.spectra_at;
        let at = spectra_at.iter().copied();
        let trained: Vec<usize> = at.filter(|at| *at > 0).collect();
        let wanted = Wanted {
            growth: question.growth,
            test_loss: true,
        };
        let (delta, until) = (question.delta, question.until);
        let found = self
            .training
            .followed(delta, until, &trained, wanted, progress)?;
        let mut laws: Vec<Vec<CurvatureLaw>> = spectra_at.iter().map(|_| Vec::new()).collect();
        for (step, law) in found.laws.into_iter().flatten() {
            let place = spectra_at.iter().position(|at| *at == step);
            place.into_iter().for_each(|at| laws[at].push(law.clone()));
        }
        let mut spectra = Vec::with_capacity(spectra_at.len());
        for (&step, laws) in spectra_at.iter().zip(laws) {
            spectra.push(self.both_sides(question, step, laws, progress)?);
        }
        Ok(Prediction {
            curves: found.curves,
            spectra,
            replicates: self.numerics().replicates,
            ending: found.ending,
        })
    }

    fn both_sides(
        &self,
        question: &Question,
        step: usize,
        trained: Vec<CurvatureLaw>,
        progress: &dyn Progress,
    ) -> Result<BothSides, ThresholdError> {
        self.check_split()?;
        let right = self.support(Side::Right);
        let unbounded = [self.left, &right]
            .iter()
            .any(|side| matches!(side.classification(), SupportKind::Unbounded { .. }));
        let laws = if step > 0 {
            Laws::Replicates(trained)
        } else if unbounded {
            self.plain_samples(self.numerics().samples)?
        } else {
            self.laws()?
        };
        let delta = question.delta;
        let of = |side, points| self.spectrum_of(&laws, &right, delta, side, points, progress);
        Ok(BothSides {
            step,
            left: of(Side::Left, question.points)?,
            right: of(Side::Right, 0)?,
        })
    }
}
