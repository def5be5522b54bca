//! Where curves over delta change sign: one search for margins at any T and for escapes.
//!
//! Scan, bracket, refine, merge. A coarse grid on a thin sample shows how often each curve changes sign, so that
//! re-entrance is seen; every bracket is then refined on each replicate; what all replicates show has a place with an
//! error bar, what none shows was noise of the thin sample, and what only some show is lost in the noise.

mod replicate;
mod scan;

use std::ops::Range;

use rayon::prelude::*;

use super::ThresholdError;
use super::answer::{Answer, SIGNIFICANT, Why, Window};
use super::family::{Crossing, Family, Found, Reading, Start};
use crate::numerics::{Measured, Progress};
use replicate::{Known, Replicate, Root, Roots, disagreement};
use scan::{Bracket, Scan, appears};

/// A grid that shows more changes of sign than this over more than this ratio of n/d shows noise.
const MOST_CHANGES: usize = 4;
const WIDE: f64 = 10.0;

/// The search over one family of curves.
pub(super) struct Search<'a, F: Family + ?Sized> {
    family: &'a F,
    start: Start,
    progress: &'a dyn Progress,
    /// Readings by replicate, with ln delta.
    known: Vec<Known<F::Reading>>,
    /// What the first replicate shows where the thin sample is not trusted, with delta.
    again: Known<F::Reading>,
    /// The coarse grid, once it was looked at.
    scans: Vec<Scan>,
}

impl<'a, F: Family + ?Sized> Search<'a, F> {
    pub fn new(family: &'a F, start: Start, progress: &'a dyn Progress) -> Self {
        Self {
            family,
            start,
            progress,
            known: vec![Vec::new(); family.replicates()],
            again: Vec::new(),
            scans: Vec::new(),
        }
    }

    /// Uses so many replicates from now on; what is known of the others is kept.
    pub fn use_replicates(&mut self, count: usize) {
        self.known.resize(count, Vec::new());
    }

    /// Everything about every curve; `done` is told of each when it is finished: the last one first, because its runs
    /// serve the others, and those on which the scan shows more than one crossing after all others.
    ///
    /// # Errors
    /// When the scan fails: then nothing is known of any curve. A failure later on is that of one curve.
    pub fn run(
        &mut self,
        mut done: impl FnMut(usize, &Found<F::Reading>),
    ) -> Result<Vec<Found<F::Reading>>, ThresholdError> {
        if self.scans.is_empty() {
            self.scans = self.scan()?;
        }
        // those that cross once first: where noise crosses as well, a search takes long and shows little
        let mut order: Vec<usize> = (0..self.scans.len()).rev().collect();
        order.sort_by_key(|curve| self.scans[*curve].brackets().len() > 1);
        let mut found: Vec<Option<Found<F::Reading>>> = vec![None; self.scans.len()];
        for (place, curve) in order.into_iter().enumerate() {
            let part = place as f64 / found.len() as f64;
            self.progress.report("replicates", 0.3 + 0.7 * part);
            let scan = self.scans[curve].clone();
            let failure = scan.failure.as_ref().filter(|_| !appears(&scan.points));
            let one = match failure {
                Some(why) => Found::absent(why.clone()),
                None => self
                    .curve(curve, scan)
                    .unwrap_or_else(|error| Found::absent(Why::from(&error))),
            };
            done(curve, &one);
            found[curve] = Some(one);
        }
        Ok(found.into_iter().flatten().collect())
    }

    fn curve(&mut self, curve: usize, mut scan: Scan) -> Result<Found<F::Reading>, ThresholdError> {
        let points = &mut scan.points;
        let appearance = points
            .windows(2)
            .find(|pair| pair[0].1 >= 0.0 && pair[1].1 < 0.0);
        let before = appearance.map_or(f64::INFINITY, |pair| pair[1].0);
        // what was not read there may hide an appearance, unless the thin sample's sign was noise; most likely it is none next to
        // where the curve was read
        for delta in scan.unread.iter().rev().filter(|at| **at < before) {
            if self.latest(curve, *delta)? < 0.0 {
                return Err(self.family.unread(curve, *delta));
            }
        }
        if let Some((_, why)) = scan.hole.as_ref().filter(|(at, _)| *at < before) {
            return Ok(Found::absent(why.clone()));
        }
        if let Some(first) = points.first_mut().filter(|(_, value)| *value < 0.0) {
            // the thin sample may be too thin
            first.1 = self.first_replicate().read(curve, first.0.ln())?;
            // (also when more replicates are asked for)
            self.scans[curve].points[0].1 = first.1;
            if first.1 < 0.0 {
                return Ok(Found::absent(self.already_there(curve, *first)));
            }
        }
        let brackets = scan.brackets();
        if let Some(why) = rough(&brackets) {
            return Ok(Found::absent(why));
        }
        let roots = self.refine(curve, &brackets)?;
        let (crossings, answer) = self.merge(&brackets, &roots);
        let answer = match answer {
            Some(answer) => answer,
            None => Answer::Absent(self.nowhere(curve, &scan.points)?),
        };
        Ok(Found { crossings, answer })
    }

    /// Every bracket on one replicate after the other. An interruption keeps the replicates before it, if there are two.
    fn refine(
        &mut self,
        curve: usize,
        brackets: &[Bracket],
    ) -> Result<Vec<Roots<F::Reading>>, ThresholdError> {
        let mut roots: Vec<Roots<F::Reading>> = Vec::new();
        let count = self.known.len();
        while roots.len() < count {
            // the others start from the crossings of the first
            let abreast = match roots.len() {
                0 => 1,
                _ => self.family.abreast(),
            };
            let batch = roots.len()..count.min(roots.len() + abreast);
            let sought: Vec<Result<Roots<F::Reading>, ThresholdError>> = self
                .replicates(batch)
                .map(|mut replicate| replicate.roots(curve, brackets, &roots))
                .collect();
            for one in sought {
                match one {
                    Ok(one) => roots.push(one),
                    Err(ThresholdError::Interrupted) if roots.len() > 1 => return Ok(roots),
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(roots)
    }

    /// Some of the replicates, to be worked on side by side.
    fn replicates(
        &mut self,
        which: Range<usize>,
    ) -> impl IndexedParallelIterator<Item = Replicate<'_, F>> {
        let (family, progress) = (self.family, self.progress);
        let known = self.known[which.clone()].par_iter_mut();
        known.zip(which).map(move |(known, number)| Replicate {
            family,
            progress,
            number,
            known,
        })
    }

    /// The first of the replicates.
    fn first_replicate(&mut self) -> Replicate<'_, F> {
        Replicate {
            family: self.family,
            progress: self.progress,
            number: 0,
            known: &mut self.known[0],
        }
    }

    /// The reading of a curve on the first replicate, or where its run does not get as far, of the last that it gets to. It
    /// is kept apart from those that crossings are sought with.
    fn latest(&mut self, curve: usize, delta: f64) -> Result<f64, ThresholdError> {
        let at = self.again.iter().position(|(seen, _)| *seen == delta);
        let at = match at {
            Some(at) => at,
            None => {
                let readings = self.first_replicate().run_up_to(curve, delta)?;
                self.again.push((delta, readings));
                self.again.len() - 1
            }
        };
        let readings = &self.again[at].1;
        let last = readings.get(curve).or(readings.last()).map(Reading::value);
        last.ok_or_else(|| self.family.unread(curve, delta))
    }

    /// What the replicates say together; no answer where they show no appearance.
    fn merge(
        &self,
        brackets: &[Bracket],
        roots: &[Roots<F::Reading>],
    ) -> (Vec<Crossing<F::Reading>>, Option<Answer>) {
        let mut crossings: Vec<Crossing<F::Reading>> = Vec::new();
        let mut answer = None;
        for (i, bracket) in brackets.iter().enumerate() {
            let sought = disagreement(roots, i).unwrap_or(roots.len());
            let seen: Vec<Root<F::Reading>> =
                roots[..sought].iter().filter_map(|own| own[i]).collect();
            let appears = bracket.high.1 < 0.0;
            if seen.is_empty() {
                continue;
            }
            let here = if seen.len() == sought {
                let deltas: Vec<f64> = seen.iter().map(|root| root.ln_delta.exp()).collect();
                let delta = self.family.combine(&deltas);
                if self.is_known(&crossings, delta, appears) {
                    continue;
                }
                crossings.push(Crossing {
                    delta,
                    appears,
                    at: seen.iter().map(|root| root.at).collect(),
                    replicates: deltas,
                });
                Answer::Found(delta)
            } else {
                Answer::Absent(Why::LostInNoise {
                    window: Window {
                        low: bracket.low.0,
                        high: bracket.high.0,
                    },
                    seen: seen.len(),
                    of: sought,
                    samples: self.family.samples(),
                })
            };
            if appears && answer.is_none() {
                answer = Some(here);
            }
        }
        (crossings, answer)
    }

    /// Whether the last crossing is the same one, seen through two brackets of a noisy scan.
    fn is_known(&self, crossings: &[Crossing<F::Reading>], delta: Measured, appears: bool) -> bool {
        let close = self.family.accuracy().close;
        let near = |last: &Crossing<F::Reading>| {
            last.appears == appears && (last.delta.value / delta.value).ln().abs() < close
        };
        crossings.last().is_some_and(near)
    }

    /// Already there at the smallest delta.
    fn already_there(&self, curve: usize, (delta, value): (f64, f64)) -> Why {
        match self.start.bound.filter(|bound| delta < *bound) {
            Some(delta_alg) => Why::BelowAlgorithmic {
                delta,
                margin: value,
                delta_alg,
                samples: self.family.samples(),
            },
            None => Why::BelowWindow {
                sought: self.family.sought()[curve],
                delta,
            },
        }
    }

    /// Nowhere on the grid: whether it is nowhere at all, the limit of infinite delta says.
    fn nowhere(&self, curve: usize, points: &[(f64, f64)]) -> Result<Why, ThresholdError> {
        let end = |point: Option<&(f64, f64)>| point.map_or(f64::NAN, |point| point.0);
        let window = Window {
            low: end(points.first()),
            high: end(points.last()),
        };
        let sought = self.family.sought()[curve];
        Ok(match self.family.at_infinity(curve, self.progress)? {
            Some(limit) if limit.value > SIGNIFICANT * limit.error => Why::NoneAtInfinity {
                sought,
                window,
                limit,
            },
            limit => Why::NotSeen {
                sought,
                window,
                limit,
            },
        })
    }
}

/// That so many changes of sign, so far apart, are noise: to seek each of them on every replicate would take long to say as much.
fn rough(brackets: &[Bracket]) -> Option<Why> {
    let (first, last) = (brackets.first()?, brackets.last()?);
    let window = Window {
        low: first.low.0,
        high: last.high.0,
    };
    let changes = brackets.len();
    let noise = changes > MOST_CHANGES && window.high > WIDE * window.low;
    noise.then_some(Why::Rough { window, changes })
}

#[cfg(test)]
mod tests;
