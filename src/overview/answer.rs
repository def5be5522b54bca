//! What a page tells.

use super::{OverviewError, Request};
use crate::curvature::Side;
use crate::diagram::{Diagram, Fingerprint, Quantity, ThresholdLine, fill, threshold_line};
use crate::experiment::Steps;
use crate::hessian::Spectrum;
use crate::numerics::Progress;
use crate::phase1::Curves;
use crate::study::{NnAnswer, Study};
use crate::threshold::{Ending, Milestone};
use crate::validation::Validation;

/// n/d of training where no threshold was found.
const FALLBACK: f64 = 6.0;

/// All that is told.
#[derive(Debug)]
pub struct Overview {
    /// Thresholds, ladder, limit.
    pub nn: NnAnswer,
    /// Spectra of every step that was asked for.
    pub frames: Vec<Frames>,
    /// The first steps of training, where there are any.
    pub curves: Option<(Curves, Option<Ending>)>,
    /// The phase boundary, where it was asked for.
    pub boundary: Option<Boundary>,
    /// Theory beside simulation, where it was asked for.
    pub simulation: Option<Validation>,
}

/// The spectra of one step over n/d.
#[derive(Clone, Debug)]
pub struct Frames {
    /// T.
    pub steps: usize,
    /// By increasing n/d.
    pub spectra: Vec<Spectrum>,
}

/// delta_NN(T) over a field, and delta_alg beside it.
#[derive(Debug)]
pub struct Boundary {
    /// What it was computed from.
    pub fingerprint: Fingerprint,
    /// Value by value.
    pub diagram: Diagram,
    /// delta_alg; absent where the computation was interrupted.
    pub algorithmic: Option<ThresholdLine>,
}

impl Request {
    /// Asks for all of it; `watch` is told of every milestone of the ladder.
    ///
    /// # Errors
    /// What cannot be asked, and parts without which there is no page. Thresholds that are not found are said in their place.
    pub fn answer(
        &self,
        study: &Study,
        progress: &dyn Progress,
        watch: &mut dyn FnMut(Milestone<'_>),
    ) -> Result<Overview, OverviewError> {
        self.check(study)?;
        let nn = study.nn(&self.question(), progress, watch)?;
        let largest = largest_threshold(study, &nn)?;
        let frames = self.frames(study, largest, progress)?;
        let delta = self
            .delta
            .unwrap_or_else(|| rounded(2.0 * largest.unwrap_or(FALLBACK / 2.0)));
        let trains =
            matches!(study.experiment().training()?.steps, Steps::Count(steps) if steps > 0);
        let curves = trains.then(|| study.curves(delta, false, progress));
        let curves = curves.transpose()?;
        let boundary = self.boundary(study, progress)?;
        let simulation = self.simulation(study, delta, progress)?;
        Ok(Overview {
            nn,
            frames,
            curves,
            boundary,
            simulation,
        })
    }

    /// For every step the spectra from below the first threshold to well above the last.
    fn frames(
        &self,
        study: &Study,
        largest: Option<f64>,
        progress: &dyn Progress,
    ) -> Result<Vec<Frames>, OverviewError> {
        let lowest = study.algorithmic()?.delta_alg.finite().map(|alg| alg.value);
        let low = 0.8 * lowest.filter(|alg| *alg > 0.0).unwrap_or(0.5);
        let high = 3.0 * largest.unwrap_or(FALLBACK / 2.0).max(low);
        let last = f64::from(self.frames.max(2) - 1);
        let deltas = (0..self.frames).map(|i| low * (high / low).powf(f64::from(i) / last));
        let deltas: Vec<f64> = deltas.map(rounded).collect();
        let of_step = |steps: &usize| {
            let spectrum = |delta: &f64| {
                let found = study.spectrum(*delta, *steps, Side::Left, progress)?;
                Ok(found.spectrum)
            };
            let spectra: Result<Vec<Spectrum>, OverviewError> =
                deltas.iter().map(spectrum).collect();
            Ok(Frames {
                steps: *steps,
                spectra: spectra?,
            })
        };
        self.spectra_at.iter().map(of_step).collect()
    }

    fn boundary(
        &self,
        study: &Study,
        progress: &dyn Progress,
    ) -> Result<Option<Boundary>, OverviewError> {
        let Some((plan, template)) = self.boundary_plan(study)? else {
            return Ok(None);
        };
        let fingerprint = Fingerprint::new(&plan, &template)?;
        let stop = || progress.interrupted();
        let all: Vec<usize> = (0..plan.request.cells()).collect();
        let mut cells = Vec::new();
        fill(&plan, &all, &mut None, &mut cells, progress, &stop)?;
        let algorithmic = threshold_line(&fingerprint, Quantity::DeltaAlg, progress, &stop)?;
        Ok(Some(Boundary {
            diagram: Diagram::new(&plan.request, cells),
            fingerprint,
            algorithmic,
        }))
    }

    fn simulation(
        &self,
        study: &Study,
        delta: f64,
        progress: &dyn Progress,
    ) -> Result<Option<Validation>, OverviewError> {
        let Some(runs) = &self.simulation else {
            return Ok(None);
        };
        let settings = runs.beside(delta).settings(study)?;
        let stop = || progress.interrupted();
        Ok(Some(Validation::of(study, &settings, progress, &stop)?))
    }
}

/// Four digits: what the page shows.
fn rounded(delta: f64) -> f64 {
    format!("{delta:.3e}").parse().unwrap_or(delta)
}

/// The largest finite threshold of the ladder, its limit and the best algorithm.
fn largest_threshold(study: &Study, answer: &NnAnswer) -> Result<Option<f64>, OverviewError> {
    let alg = study.algorithmic()?.delta_alg.finite();
    let rungs = answer
        .climb
        .rungs
        .iter()
        .filter_map(|rung| rung.delta_nn.finite());
    let all = alg
        .into_iter()
        .chain(answer.climb.limit.value())
        .chain(rungs);
    Ok(all
        .map(|number| number.value)
        .filter(|value| *value > 0.0)
        .max_by(f64::total_cmp))
}
