//! The coarse grid: which curves change sign where, on a thin sample.

use super::super::ThresholdError;
use super::super::answer::Why;
use super::super::family::{Family, Start};
use super::super::margin::diverged;
use super::Search;

/// Ratio of neighbouring deltas of the near grid, and their number: a factor of 90 in all.
const NEAR_RATIO: f64 = 1.15;
const NEAR_POINTS: usize = 35;

/// The sparser grid beyond, for curves without a crossing on the near one: a factor of 4096 more.
const FAR_RATIO: f64 = 4.0;
const FAR_POINTS: usize = 6;

/// A change of sign between neighbours of the grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bracket {
    /// delta and value.
    pub low: (f64, f64),
    pub high: (f64, f64),
}

/// One curve on the coarse grid.
#[derive(Clone, Default)]
pub(super) struct Scan {
    /// delta and value, without the deltas at which training runs away.
    pub points: Vec<(f64, f64)>,
    /// Why nothing is known of it: training runs away even on the largest samples.
    pub failure: Option<Why>,
    /// The smallest delta of the near grid at which the curve could not be computed, and why.
    pub hole: Option<(f64, Why)>,
    /// The deltas at which runs did not get as far as this curve, and the last that they got to was negative.
    pub unread: Vec<f64>,
}

impl Scan {
    /// Where the curve changes its sign.
    pub(super) fn brackets(&self) -> Vec<Bracket> {
        let pairs = self.points.windows(2);
        pairs
            .filter(|pair| (pair[0].1 < 0.0) != (pair[1].1 < 0.0))
            .map(|pair| Bracket {
                low: pair[0],
                high: pair[1],
            })
            .collect()
    }

    /// Whether it has to be looked at below its first delta as well: it is negative there already, or followed everywhere and appears
    /// nowhere.
    fn asks_below(&self) -> bool {
        let followed = self.failure.is_none() && self.hole.is_none() && self.unread.is_empty();
        let earlier = self.points.first().is_some_and(|first| first.1 < 0.0);
        earlier || followed && !appears(&self.points)
    }

    /// Puts what was seen at smaller deltas first. (That training runs away there says nothing of larger ones.)
    fn precede(&mut self, mut lower: Self) {
        lower.points.append(&mut self.points);
        lower.unread.append(&mut self.unread);
        lower.hole = lower.hole.take().or(self.hole.take());
        lower.failure = self.failure.take();
        *self = lower;
    }
}

impl<F: Family + ?Sized> Search<'_, F> {
    /// Every curve over the grid.
    pub(super) fn scan(&self) -> Result<Vec<Scan>, ThresholdError> {
        let near = geometric(self.start.first, NEAR_RATIO, NEAR_POINTS);
        let end = near[near.len() - 1];
        let near: Vec<f64> = near.into_iter().step_by(self.family.stride()).collect();
        let mut curves = vec![Scan::default(); self.family.sought().len()];
        self.extend(&mut curves, &near)?;
        let open = |scan: &Scan| scan.failure.is_none() && !appears(&scan.points);
        let below = self.below();
        if !below.is_empty() && curves.iter().any(Scan::asks_below) {
            let mut lower = vec![Scan::default(); curves.len()];
            self.extend(&mut lower, &below)?;
            let asking = curves.iter_mut().zip(lower);
            asking
                .filter(|(scan, _)| scan.asks_below())
                .for_each(|(scan, lower)| scan.precede(lower));
        }
        if curves.iter().any(open) {
            let far = geometric(end * FAR_RATIO, FAR_RATIO, FAR_POINTS);
            self.extend(&mut curves, &far)?;
        }
        Ok(curves)
    }

    /// The near grid continued below where it begins.
    fn below(&self) -> Vec<f64> {
        let ratio = NEAR_RATIO.powi(self.family.stride() as i32);
        let Start { lowest, first, .. } = self.start;
        let down = (1..).map(|i| first / ratio.powi(i));
        let mut grid: Vec<f64> = down.take_while(|delta| *delta > lowest).collect();
        if first > lowest {
            grid.push(lowest);
        }
        grid.reverse();
        grid
    }

    /// Whether a delta is one of the near grid.
    fn is_near(&self, delta: f64) -> bool {
        let reach = NEAR_RATIO.powi(NEAR_POINTS as i32);
        delta < self.start.first * reach
    }

    fn extend(&self, curves: &mut [Scan], grid: &[f64]) -> Result<(), ThresholdError> {
        let scanned = self.family.scan(grid, self.progress);
        let last = grid.len() - 1;
        for (i, (delta, here)) in grid.iter().zip(scanned).enumerate() {
            let known = here.values.len();
            let ended_at = here.values.last().copied();
            for (scan, value) in curves.iter_mut().zip(here.values) {
                scan.points.push((*delta, value));
            }
            if here.failure.is_none() {
                for scan in &mut curves[known..] {
                    match ended_at.filter(|value| *value >= 0.0) {
                        // nothing was there as long as training could be followed
                        Some(value) => scan.points.push((*delta, value)),
                        None => scan.unread.push(*delta),
                    }
                }
            }
            match here.failure {
                Some(error @ ThresholdError::Interrupted) => return Err(error),
                // a hole in the near grid may hide an appearance; beyond, a point more or less of a sparse grid matters less
                Some(error) if !diverged(&error) && self.is_near(*delta) => {
                    for scan in &mut curves[known..] {
                        scan.hole.get_or_insert((*delta, Why::from(&error)));
                    }
                }
                // no sample was large enough
                Some(error) if i == last && diverged(&error) => {
                    for scan in &mut curves[known..] {
                        scan.failure = Some(Why::from(&error));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether what is sought appears between two of the points.
pub(super) fn appears(points: &[(f64, f64)]) -> bool {
    points
        .windows(2)
        .any(|pair| pair[0].1 >= 0.0 && pair[1].1 < 0.0)
}

/// `count` deltas from `low`, each the `ratio`-fold of the one before.
fn geometric(low: f64, ratio: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| low * ratio.powi(i as i32)).collect()
}
