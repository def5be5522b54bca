//! The spectrum of the Hessian, with error bars.

use std::borrow::Cow;

use super::ThresholdError;
use super::end::{Ending, Until};
use super::laws::Laws;
use super::problem::Problem;
use crate::curvature::{CurvatureLaw, ModelSupport, Side, SupportKind};
use crate::hessian::{Spectrum, Support, spectrum};
use crate::network::Model;
use crate::numerics::{Measured, Progress};

/// Points of the density curve.
const DENSITY_POINTS: usize = 200;

impl Problem<'_> {
    /// Bulk density, edges, margin and the outliers on one side at `delta`, ridge included.
    ///
    /// The density is that of the first law (the fine quadrature, or the first replicate); edges,
    /// margin and outliers carry the error bar of all of them.
    ///
    /// # Errors
    /// When the spectral equations cannot be solved at this delta.
    fn spectrum_at_start(
        &self,
        delta: f64,
        side: Side,
        progress: &dyn Progress,
    ) -> Result<Spectrum, ThresholdError> {
        let right = self.support(Side::Right);
        self.check_split()?;
        let unbounded = |support: &ModelSupport| {
            matches!(support.classification(), SupportKind::Unbounded { .. })
        };
        // effective edges are those of samples, not of a quadrature
        let laws = if unbounded(self.left) || unbounded(&right) {
            self.plain_samples(self.numerics().samples)?
        } else {
            self.laws()?
        };
        self.spectrum_of(&laws, &right, delta, side, DENSITY_POINTS, progress)
    }

    /// The support of a law's curvature on one side, where `initial` is that of the untrained readout and biases.
    pub(super) fn support_of<'s>(
        &self,
        law: &CurvatureLaw,
        initial: &'s ModelSupport,
        side: Side,
    ) -> Cow<'s, ModelSupport> {
        let Some(head) = law.head() else {
            return Cow::Borrowed(initial);
        };
        Cow::Owned(self.support_with(&self.training.model.with_head(head), side))
    }

    fn support_with(&self, model: &Model, side: Side) -> ModelSupport {
        ModelSupport::new(model, &self.moments.support, self.training.init_std, side)
    }

    /// The support of the curvature on one side.
    pub fn support(&self, side: Side) -> ModelSupport {
        match side {
            Side::Left => self.left.clone(),
            Side::Right => self.support_with(self.training.model, side),
        }
    }

    /// The spectrum of given laws, its density at `points` points; zero for none.
    pub(super) fn spectrum_of(
        &self,
        laws: &Laws,
        right: &ModelSupport,
        delta: f64,
        side: Side,
        points: usize,
        progress: &dyn Progress,
    ) -> Result<Spectrum, ThresholdError> {
        let count = laws.all().len();
        let mut spectra = Vec::with_capacity(count);
        for (i, law) in laws.all().iter().enumerate() {
            if progress.interrupted() {
                return Err(ThresholdError::Interrupted);
            }
            progress.report("spectrum", i as f64 / count as f64);
            let points = if i == 0 { points } else { 0 };
            let left = self.support_of(law, self.left, Side::Left);
            let right = self.support_of(law, right, Side::Right);
            let (left, right) = (
                Support::Known(left.as_ref()),
                Support::Known(right.as_ref()),
            );
            let found = spectrum(law, left, right, delta, self.ridge(), side, points)
                .map_err(|source| ThresholdError::Hessian { delta, source })?;
            spectra.push(found);
        }
        Ok(merge(laws, &spectra))
    }
}

impl Problem<'_> {
    /// Bulk density, edges, margin and the outliers on one side at `delta` after some steps or at the end of training, ridge included: the law of
    /// the curvature follows from phase 1, once for each replicate.
    ///
    /// # Errors
    /// When phase 1 fails, or the spectral equations cannot be solved at this delta.
    pub fn spectrum(
        &self,
        delta: f64,
        until: impl Into<Until>,
        side: Side,
        progress: &dyn Progress,
    ) -> Result<SpectrumAt, ThresholdError> {
        let until = until.into();
        if until.steps == 0 {
            let spectrum = self.spectrum_at_start(delta, side, progress)?;
            let ending = None;
            return Ok(SpectrumAt { spectrum, ending });
        }
        self.check_split()?;
        let (laws, ending) = self.training.laws(delta, until, progress)?;
        let right = self.support(Side::Right);
        let laws = Laws::Replicates(laws);
        let spectrum = self.spectrum_of(&laws, &right, delta, side, DENSITY_POINTS, progress)?;
        Ok(SpectrumAt { spectrum, ending })
    }
}

/// A spectrum after training, or before.
#[derive(Clone, Debug)]
pub struct SpectrumAt {
    /// The spectrum.
    pub spectrum: Spectrum,
    /// How training ended, where it was followed there.
    pub ending: Option<Ending>,
}

/// The first spectrum, its numbers replaced by those of all laws together.
fn merge(laws: &Laws, spectra: &[Spectrum]) -> Spectrum {
    let mut merged = spectra[0].clone();
    let over = |pick: fn(&Spectrum) -> Option<Measured>| -> Option<Measured> {
        let values: Option<Vec<f64>> = spectra.iter().map(|s| pick(s).map(|m| m.value)).collect();
        values.map(|values| laws.combine(&values))
    };
    merged.left_edge = over(|s| s.left_edge);
    merged.right_edge = over(|s| s.right_edge);
    merged.margin = over(|s| s.margin);
    merged.left_edge_effective = over(|s| s.left_edge_effective);
    merged.right_edge_effective = over(|s| s.right_edge_effective);
    merged.margin_effective = over(|s| s.margin_effective);
    // an outlier on the verge of existence may be missing on some laws: it keeps the first one's value
    if spectra
        .iter()
        .all(|s| s.outliers.len() == merged.outliers.len())
    {
        for (i, outlier) in merged.outliers.iter_mut().enumerate() {
            let values: Vec<f64> = spectra.iter().map(|s| s.outliers[i].value).collect();
            let overlaps: Vec<f64> = spectra.iter().map(|s| s.outliers[i].overlap).collect();
            let (value, overlap) = (laws.combine(&values), laws.combine(&overlaps));
            (outlier.value, outlier.value_error) = (value.value, value.error);
            (outlier.overlap, outlier.overlap_error) = (overlap.value, overlap.error);
        }
    }
    merged
}
