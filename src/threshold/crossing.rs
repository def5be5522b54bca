//! Where curves over delta change sign: one search for margins at any T and for escapes.
//!
//! Scan, bracket, refine, merge. A coarse grid on a thin sample shows how often each curve changes sign, so that
//! re-entrance is seen; every bracket is then refined on each replicate; what all replicates show has a place with an
//! error bar, what none shows was noise of the thin sample, and what only some show is lost in the noise.

mod scan;

use statrs::statistics::Statistics;

use super::ThresholdError;
use super::answer::{Answer, SIGNIFICANT, Why, Window};
use super::family::{Crossing, Family, Found, Reading, Start};
use super::secant::{self, Guess};
use crate::numerics::{Measured, Progress};
use scan::{Scan, appears};

/// How far beyond the ends of its bracket a replicate's crossing may lie, in ln delta.
const REACH: f64 = 1.3;

/// Replicates are added where the error that is asked for is within this factor of what all of them promise.
const HOPE: f64 = 5.0;

/// Part of the spread between replicates by which two evaluations may differ that a crossing is taken from.
const SPREAD_SHARE: f64 = 0.25;

/// A change of sign between neighbours of the grid.
#[derive(Clone, Copy, Debug)]
struct Bracket {
    /// delta and value.
    low: (f64, f64),
    high: (f64, f64),
}

/// A crossing of one replicate.
#[derive(Clone, Copy)]
struct Root<R> {
    ln_delta: f64,
    at: R,
}

/// The crossings of one replicate by bracket, where it has them.
type Roots<R> = Vec<Option<Root<R>>>;

/// The search over one family of curves.
pub(super) struct Search<'a, F: Family + ?Sized> {
    family: &'a F,
    start: Start,
    progress: &'a dyn Progress,
    /// Readings by replicate, with ln delta.
    known: Vec<Vec<(f64, Vec<F::Reading>)>>,
    /// What the first replicate shows where the thin sample is not trusted, with delta.
    again: Vec<(f64, Vec<F::Reading>)>,
    /// Replicates that are used.
    count: usize,
    /// Whether there are enough of them.
    settled: bool,
}

impl<'a, F: Family + ?Sized> Search<'a, F> {
    pub fn new(family: &'a F, start: Start, progress: &'a dyn Progress) -> Self {
        Self {
            family,
            start,
            progress,
            known: (0..family.most_replicates()).map(|_| Vec::new()).collect(),
            again: Vec::new(),
            count: family.replicates(),
            settled: false,
        }
    }

    /// Everything about every curve; `done` is told of each when it is finished, the last curve first, because its runs
    /// serve the others.
    ///
    /// # Errors
    /// When the scan fails: then nothing is known of any curve. A failure later on is that of one curve.
    pub fn run(
        mut self,
        mut done: impl FnMut(usize, &Found<F::Reading>),
    ) -> Result<Vec<Found<F::Reading>>, ThresholdError> {
        let curves = self.scan()?;
        let mut found = Vec::with_capacity(curves.len());
        for (curve, scan) in curves.iter().enumerate().rev() {
            let part = 1.0 - (curve + 1) as f64 / curves.len() as f64;
            self.progress.report("replicates", 0.3 + 0.7 * part);
            let failure = scan.failure.as_ref().filter(|_| !appears(&scan.points));
            let one = match failure {
                Some(why) => Found::absent(why.clone()),
                None => self
                    .curve(curve, scan)
                    .unwrap_or_else(|error| Found::absent(Why::from(&error))),
            };
            self.settled |= one.answer.finite().is_some();
            done(curve, &one);
            found.push(one);
        }
        found.reverse();
        Ok(found)
    }

    fn curve(&mut self, curve: usize, scan: &Scan) -> Result<Found<F::Reading>, ThresholdError> {
        let mut points = scan.points.clone();
        let appearance = points
            .windows(2)
            .find(|pair| pair[0].1 >= 0.0 && pair[1].1 < 0.0);
        let before = appearance.map_or(f64::INFINITY, |pair| pair[1].0);
        for delta in scan.unread.iter().filter(|unread| **unread < before) {
            // what was not read there may hide an appearance, unless the thin sample's sign was noise
            if self.latest(curve, *delta)? < 0.0 {
                return Err(self.family.unread(curve, *delta));
            }
        }
        if let Some((_, why)) = scan.hole.as_ref().filter(|(at, _)| *at < before) {
            return Ok(Found::absent(why.clone()));
        }
        if let Some(first) = points.first_mut().filter(|(_, value)| *value < 0.0) {
            // the thin sample may be too thin
            first.1 = self.read(0, curve, first.0.ln())?;
            if first.1 < 0.0 {
                return Ok(Found::absent(self.already_there(curve, *first)));
            }
        }
        let brackets: Vec<Bracket> = points
            .windows(2)
            .filter(|pair| (pair[0].1 < 0.0) != (pair[1].1 < 0.0))
            .map(|pair| Bracket {
                low: pair[0],
                high: pair[1],
            })
            .collect();
        let roots = self.refine(curve, &brackets)?;
        let (crossings, answer) = self.merge(&brackets, &roots);
        let answer = match answer {
            Some(answer) => answer,
            None => Answer::Absent(self.nowhere(curve, &points)?),
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
        while roots.len() < self.count || self.wants_more(brackets, &roots) {
            let replicate = roots.len();
            let one: Result<Roots<F::Reading>, ThresholdError> = (0..brackets.len())
                .map(|i| {
                    let before = roots.iter().filter_map(|own| own[i]);
                    let before: Vec<f64> = before.map(|root| root.ln_delta).collect();
                    self.root(replicate, curve, (brackets, i), &before)
                })
                .collect();
            match one {
                Ok(one) => roots.push(one),
                Err(ThresholdError::Interrupted) if roots.len() > 1 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(roots)
    }

    /// Whether the first appearance that all replicates show is not known well enough yet; then one more is allowed.
    fn wants_more(&mut self, brackets: &[Bracket], roots: &[Roots<F::Reading>]) -> bool {
        if self.settled || self.count >= self.family.most_replicates() {
            return false;
        }
        let appears = |i: &usize| brackets[*i].high.1 < 0.0;
        let first = (0..brackets.len()).filter(appears).find_map(|i| {
            let seen: Option<Vec<f64>> = roots
                .iter()
                .map(|own| own[i].map(|root| root.ln_delta.exp()))
                .collect();
            seen
        });
        let more = first.is_some_and(|deltas| {
            let delta = self.family.combine(&deltas);
            let most = self.family.most_replicates() as f64;
            let gain = (deltas.len() as f64 / most).sqrt() / HOPE;
            let best = Measured::new(delta.value, gain * delta.error);
            // where not even all would do by far, those that there are show as much
            !self.family.is_enough(delta) && self.family.is_enough(best)
        });
        if more {
            self.count += 1;
        }
        more
    }

    /// The crossing of one replicate near a bracket of the scan; `before` are those of replicates before it.
    fn root(
        &mut self,
        replicate: usize,
        curve: usize,
        (brackets, place): (&[Bracket], usize),
        before: &[f64],
    ) -> Result<Option<Root<F::Reading>>, ThresholdError> {
        let bracket = &brackets[place];
        let (low, high) = (bracket.low.0.ln(), bracket.high.0.ln());
        let range = (low - REACH, high + REACH);
        // what was read for a neighbour encloses the neighbour's crossing: the other end of a window
        let last = place.checked_sub(1).and_then(|i| brackets.get(i));
        let from = last.map_or(range.0, |other| 0.5 * (other.high.0.ln() + low));
        let after = brackets.get(place + 1);
        let to = after.map_or(range.1, |other| 0.5 * (high + other.low.0.ln()));
        let own = range.0.max(from)..=range.1.min(to);
        let share = bracket.low.1 / (bracket.low.1 - bracket.high.1);
        let thin = low + share.clamp(0.0, 1.0) * (high - low);
        let known: Vec<(f64, f64)> = self
            .readings(replicate, curve)
            .filter(|(x, _)| own.contains(x))
            .map(|(x, reading)| (x, reading.value()))
            .collect();
        let guess = Guess {
            // the first replicate's crossing is a better start than the thin sample's
            start: before.first().copied().unwrap_or(thin),
            slope: (bracket.high.1 - bracket.low.1) / (high - low),
            range,
        };
        let mut accuracy = self.family.accuracy();
        // the line's error is the square of this: what replicates differ by, where there are two, need not be known better
        let share = SPREAD_SHARE * before.std_dev();
        accuracy.close = accuracy.close.max(share);
        let found = secant::root(known, guess, accuracy, |x| self.read(replicate, curve, x))?;
        let nearest = |ln_delta: f64| {
            self.readings(replicate, curve)
                .min_by(|a, b| (a.0 - ln_delta).abs().total_cmp(&(b.0 - ln_delta).abs()))
                .map(|(_, at)| Root { ln_delta, at })
        };
        Ok(found.and_then(nearest))
    }

    /// What is known of a curve on one replicate.
    fn readings(
        &self,
        replicate: usize,
        curve: usize,
    ) -> impl Iterator<Item = (f64, F::Reading)> + '_ {
        self.known[replicate]
            .iter()
            .filter_map(move |(x, readings)| Some((*x, *readings.get(curve)?)))
    }

    fn read(
        &mut self,
        replicate: usize,
        curve: usize,
        ln_delta: f64,
    ) -> Result<f64, ThresholdError> {
        let delta = ln_delta.exp();
        let readings = self.run_up_to(replicate, curve, delta)?;
        let value = readings.get(curve).map(Reading::value);
        self.known[replicate].push((ln_delta, readings));
        value.ok_or_else(|| self.family.unread(curve, delta))
    }

    /// The curves up to one on a replicate, as far as its run gets.
    fn run_up_to(
        &self,
        replicate: usize,
        curve: usize,
        delta: f64,
    ) -> Result<Vec<F::Reading>, ThresholdError> {
        if self.progress.interrupted() {
            return Err(ThresholdError::Interrupted);
        }
        self.family.read(replicate, curve, delta, self.progress)
    }

    /// The reading of a curve on the first replicate, or where its run does not get as far, of the last that it gets to. It
    /// is kept apart from those that crossings are sought with.
    fn latest(&mut self, curve: usize, delta: f64) -> Result<f64, ThresholdError> {
        let at = self.again.iter().position(|(seen, _)| *seen == delta);
        let at = match at {
            Some(at) => at,
            None => {
                let readings = self.run_up_to(0, curve, delta)?;
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
            let seen: Vec<Root<F::Reading>> = roots.iter().filter_map(|own| own[i]).collect();
            let appears = bracket.high.1 < 0.0;
            if seen.is_empty() {
                continue;
            }
            let here = if seen.len() == roots.len() {
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
                    of: roots.len(),
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

#[cfg(test)]
mod tests;
