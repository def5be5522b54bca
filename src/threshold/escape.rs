//! The effective threshold at a finite dimension: where the hard overlap grows to order one within T steps.

use super::ThresholdError;
use super::initial::{GRID_POINTS, GRID_RATIO};
use super::search::geometric;
use super::secant::{self, Guess};
use super::trained::{TrainedProblem, diverged};
use crate::numerics::{Measured, Progress};
use crate::phase1::{Escape, LatentSource, Plan, Trajectory};
use crate::recovery::Threshold;

/// Sample paths of the coarse scan.
const SCAN_SAMPLES: usize = 4096;

/// Every other point of the grid in delta serves.
const STRIDE: usize = 2;

/// Where a replicate's crossing may lie around the thin sample's, in ln delta.
const REACH: f64 = 0.5;

impl TrainedProblem<'_> {
    /// For every T of the ladder, the n/d above which the linear growth of the hard overlaps (8.1) predicts an
    /// escape within T steps at dimension d.
    ///
    /// # Errors
    /// When phase 1 fails at every delta.
    pub fn escape_thresholds(
        &self,
        steps: &[usize],
        escape: Escape,
        progress: &dyn Progress,
    ) -> Result<Vec<Threshold>, ThresholdError> {
        let source = self.source();
        let grid: Vec<f64> = geometric(self.initial.lowest(), GRID_RATIO, GRID_POINTS)
            .into_iter()
            .step_by(STRIDE)
            .collect();
        let mut curve = Vec::new();
        for (i, delta) in grid.iter().enumerate() {
            match self.excess(&source, steps, SCAN_SAMPLES, 0, *delta, escape) {
                Ok(excess) => curve.push((delta.ln(), excess)),
                Err(error) if diverged(&error) && i + 1 < grid.len() => {}
                Err(error) => return Err(error),
            }
            progress.report("escape: grid in delta", 0.3 * i as f64 / grid.len() as f64);
        }
        (0..steps.len())
            .map(|rung| {
                let bracket = curve
                    .windows(2)
                    .find(|pair| pair[0].1[rung] < 0.0 && pair[1].1[rung] >= 0.0);
                progress.report("escape", 0.3 + 0.7 * rung as f64 / steps.len() as f64);
                match bracket {
                    Some(pair) => {
                        let ends = [0, 1].map(|i| (pair[i].0, pair[i].1[rung]));
                        self.refine_escape(&source, &steps[..=rung], escape, ends)
                    }
                    None => Ok(without_crossing(&curve, rung, steps[rung], escape)),
                }
            })
            .collect()
    }

    /// `ln(max_{t <= T} Tr q_V(t) / (fraction d))` for every T.
    fn excess(
        &self,
        source: &LatentSource<'_>,
        steps: &[usize],
        samples: usize,
        replicate: u64,
        delta: f64,
        escape: Escape,
    ) -> Result<Vec<f64>, ThresholdError> {
        let plan = Plan {
            laws_at: Vec::new(),
            growth: true,
            ..self.plan(steps, samples, replicate)
        };
        let trajectory = self.phase1(source).run(delta, &plan)?;
        let target = escape.level();
        Ok(steps
            .iter()
            .map(|steps| (largest_growth(&trajectory, *steps) / target).ln())
            .collect())
    }

    fn refine_escape(
        &self,
        source: &LatentSource<'_>,
        steps: &[usize],
        escape: Escape,
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
                let excess = self.excess(source, steps, samples, replicate, x.exp(), escape)?;
                Ok::<f64, ThresholdError>(excess[steps.len() - 1])
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

/// `max_{t <= T} Tr q_V(t)`.
fn largest_growth(trajectory: &Trajectory, steps: usize) -> f64 {
    trajectory.hard_growth[..=steps]
        .iter()
        .map(|growth| growth.trace())
        .fold(0.0, f64::max)
}

/// Escaped at every delta, or at none.
fn without_crossing(
    curve: &[(f64, Vec<f64>)],
    rung: usize,
    steps: usize,
    escape: Escape,
) -> Threshold {
    let always = curve.first().is_some_and(|(_, excess)| excess[rung] >= 0.0);
    let ends = [curve.first(), curve.last()].map(|end| end.map_or(f64::NAN, |(x, _)| x.exp()));
    let reason = format!(
        "the overlap with hard directions grows to {} d within {steps} steps {} n/d that was looked at, from {:.2} to {:.0}",
        escape.fraction,
        if always { "at every" } else { "at no" },
        ends[0],
        ends[1]
    );
    Threshold::Undefined { reason }
}
