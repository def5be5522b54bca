//! The effective threshold at a finite dimension: where the hard overlap grows to order one within T steps.

use super::initial::{GRID_POINTS, GRID_RATIO};
use super::search::geometric;
use super::secant::{self, Guess};
use super::trained::{TrainedProblem, diverged};
use super::{EscapeQuestion, ThresholdError};
use crate::numerics::{Measured, Progress, SquareSum};
use crate::phase1::{Curves, Ensemble, LatentSource, Plan, Trajectory};
use crate::recovery::Threshold;

/// Sample paths of the coarse scan.
const SCAN_SAMPLES: usize = 4096;

/// Every other point of the grid in delta serves.
const STRIDE: usize = 2;

/// Where a replicate's crossing may lie around the thin sample's, in ln delta.
const REACH: f64 = 0.5;

impl TrainedProblem<'_> {
    /// Phase 1 at one n/d, averaged over replicates, with the growth of the hard overlaps.
    ///
    /// # Errors
    /// Those of phase 1.
    pub fn curves(
        &self,
        delta: f64,
        steps: usize,
        progress: &dyn Progress,
    ) -> Result<Curves, ThresholdError> {
        let source = self.source();
        let ensemble = Ensemble {
            phase1: self.phase1(&source),
            numerics: self.initial.numerics,
        };
        Ok(ensemble.run(delta, steps, progress)?)
    }

    /// For every number of steps and escape the n/d above which the linear growth of the hard overlaps (8.1) predicts
    /// that more than half of all runs escape within these steps.
    ///
    /// # Errors
    /// When phase 1 fails at every delta.
    pub fn escape_thresholds(
        &self,
        questions: &[EscapeQuestion],
        progress: &dyn Progress,
    ) -> Result<Vec<Threshold>, ThresholdError> {
        if questions.is_empty() {
            return Ok(Vec::new());
        }
        let source = self.source();
        let grid: Vec<f64> = geometric(self.initial.lowest(), GRID_RATIO, GRID_POINTS)
            .into_iter()
            .step_by(STRIDE)
            .collect();
        let mut curve = Vec::new();
        for (i, delta) in grid.iter().enumerate() {
            match self.excess(&source, questions, SCAN_SAMPLES, 0, *delta) {
                Ok(excess) => curve.push((delta.ln(), excess)),
                Err(error) if diverged(&error) && i + 1 < grid.len() => {}
                Err(error) => return Err(error),
            }
            progress.report("escape: grid in delta", 0.3 * i as f64 / grid.len() as f64);
        }
        (0..questions.len())
            .map(|index| {
                let bracket = curve
                    .windows(2)
                    .find(|pair| pair[0].1[index] < 0.0 && pair[1].1[index] >= 0.0);
                progress.report("escape", 0.3 + 0.7 * index as f64 / questions.len() as f64);
                match bracket {
                    Some(pair) => {
                        let ends = [0, 1].map(|i| (pair[i].0, pair[i].1[index]));
                        self.refine_escape(&source, questions[index], ends)
                    }
                    None => Ok(without_crossing(&curve, index, questions[index])),
                }
            })
            .collect()
    }

    /// For every question the logarithm of the largest median of `d |M_V|^2 / Tr C` until then, relative to the level.
    fn excess(
        &self,
        source: &LatentSource<'_>,
        questions: &[EscapeQuestion],
        samples: usize,
        replicate: u64,
        delta: f64,
    ) -> Result<Vec<f64>, ThresholdError> {
        let steps: Vec<usize> = questions.iter().map(|(steps, _)| *steps).collect();
        let plan = Plan {
            laws_at: Vec::new(),
            growth: true,
            ..self.plan(&steps, samples, replicate)
        };
        let medians = medians(&self.phase1(source).run(delta, &plan)?);
        let excess = |(steps, escape): &EscapeQuestion| {
            let largest = medians[..=*steps].iter().copied().fold(0.0, f64::max);
            (largest / escape.level()).ln()
        };
        Ok(questions.iter().map(excess).collect())
    }

    fn refine_escape(
        &self,
        source: &LatentSource<'_>,
        question: EscapeQuestion,
        [low, high]: [(f64, f64); 2],
    ) -> Result<Threshold, ThresholdError> {
        let numerics = self.initial.numerics;
        let slope = (high.1 - low.1) / (high.0 - low.0);
        let mut start = low.0 - low.1 / slope;
        let mut found = Vec::new();
        for replicate in 0..numerics.replicates as u64 {
            let guess = Guess {
                start,
                slope,
                range: (low.0 - REACH, high.0 + REACH),
            };
            let root = secant::root(Vec::new(), guess, |x| {
                let samples = numerics.samples;
                let excess = self.excess(source, &[question], samples, replicate, x.exp())?;
                Ok::<f64, ThresholdError>(excess[0])
            })?;
            let root = root.ok_or(ThresholdError::LostCrossing {
                low: low.0.exp(),
                high: high.0.exp(),
                samples: numerics.samples,
            })?;
            start = root;
            found.push(root.exp());
        }
        Ok(Threshold::Finite(
            self.initial.with_label_error(Measured::mean(&found)),
        ))
    }
}

/// The median over runs of `d |M_V|^2 / Tr C`, at every step.
fn medians(trajectory: &Trajectory) -> Vec<f64> {
    let steps = trajectory.hard_spread.iter().zip(&trajectory.gram);
    let median = |(spread, gram): (&Vec<f64>, &nalgebra::DMatrix<f64>)| {
        SquareSum::new(spread.iter().copied()).median() / gram.trace()
    };
    steps.map(median).collect()
}

/// Escaped at every delta, or at none.
fn without_crossing(
    curve: &[(f64, Vec<f64>)],
    index: usize,
    (steps, escape): EscapeQuestion,
) -> Threshold {
    let always = curve
        .first()
        .is_some_and(|(_, excess)| excess[index] >= 0.0);
    let ends = [curve.first(), curve.last()].map(|end| end.map_or(f64::NAN, |(x, _)| x.exp()));
    let reason = format!(
        "within {steps} steps at d = {} half of all runs have {} of their weights in the hard directions {} n/d that was \
         looked at, from {:.2} to {:.0}",
        escape.dim,
        escape.fraction,
        if always { "at every" } else { "at no" },
        ends[0],
        ends[1]
    );
    Threshold::Undefined { reason }
}
