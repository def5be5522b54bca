//! The crossings of one replicate.

use statrs::statistics::Statistics;

use super::super::ThresholdError;
use super::super::family::{Family, Reading};
use super::super::secant::{self, Guess};
use super::scan::Bracket;
use crate::numerics::Progress;

/// How far beyond the ends of its bracket a replicate's crossing may lie, in ln delta.
const REACH: f64 = 1.3;

/// Part of the spread between replicates by which two evaluations may differ that a crossing is taken from.
const SPREAD_SHARE: f64 = 0.25;

/// What one root may cost is shared by all that the scan shows; that many evaluations each has.
const FEWEST_EVALUATIONS: usize = 6;

/// A crossing of one replicate.
#[derive(Clone, Copy)]
pub(super) struct Root<R> {
    pub ln_delta: f64,
    pub at: R,
}

/// The crossings of one replicate by bracket, where it has them.
pub(super) type Roots<R> = Vec<Option<Root<R>>>;

/// Readings with ln delta.
pub(super) type Known<R> = Vec<(f64, Vec<R>)>;

/// One replicate of a search.
pub(super) struct Replicate<'s, F: Family + ?Sized> {
    pub family: &'s F,
    pub progress: &'s dyn Progress,
    /// Which one.
    pub number: usize,
    /// What was read on it.
    pub known: &'s mut Known<F::Reading>,
}

impl<F: Family + ?Sized> Replicate<'_, F> {
    /// The crossings near the brackets, but where the replicates `before` this one disagree.
    pub fn roots(
        &mut self,
        curve: usize,
        brackets: &[Bracket],
        before: &[Roots<F::Reading>],
    ) -> Result<Roots<F::Reading>, ThresholdError> {
        let one = |i: usize| {
            if disagreement(before, i).is_some() {
                return Ok(None);
            }
            let crossings = before.iter().filter_map(|own| own[i]);
            let crossings: Vec<f64> = crossings.map(|root| root.ln_delta).collect();
            self.root(curve, (brackets, i), &crossings)
        };
        (0..brackets.len()).map(one).collect()
    }

    /// The crossing near a bracket of the scan; `before` are those of replicates before this one.
    fn root(
        &mut self,
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
            .readings(curve)
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
        let shared = accuracy.evaluations / brackets.len();
        accuracy.evaluations = shared.max(FEWEST_EVALUATIONS);
        // the line's error is the square of this: what replicates differ by, where there are two, need not be known better
        let share = SPREAD_SHARE * before.std_dev();
        accuracy.close = accuracy.close.max(share);
        let found = secant::root(known, guess, accuracy, |x| self.read(curve, x))?;
        let nearest = |ln_delta: f64| {
            self.readings(curve)
                .min_by(|a, b| (a.0 - ln_delta).abs().total_cmp(&(b.0 - ln_delta).abs()))
                .map(|(_, at)| Root { ln_delta, at })
        };
        Ok(found.and_then(nearest))
    }

    /// What is known of a curve.
    fn readings(&self, curve: usize) -> impl Iterator<Item = (f64, F::Reading)> + '_ {
        self.known
            .iter()
            .filter_map(move |(x, readings)| Some((*x, *readings.get(curve)?)))
    }

    /// The value of a curve, kept with those of the curves before it.
    pub fn read(&mut self, curve: usize, ln_delta: f64) -> Result<f64, ThresholdError> {
        let delta = ln_delta.exp();
        let readings = self.run_up_to(curve, delta)?;
        let value = readings.get(curve).map(Reading::value);
        self.known.push((ln_delta, readings));
        value.ok_or_else(|| self.family.unread(curve, delta))
    }

    /// The curves up to one, as far as the run gets.
    pub fn run_up_to(&self, curve: usize, delta: f64) -> Result<Vec<F::Reading>, ThresholdError> {
        if self.progress.interrupted() {
            return Err(ThresholdError::Interrupted);
        }
        self.family.read(self.number, curve, delta, self.progress)
    }
}

/// How many replicates it took to show that a bracket's crossing is on some of them and not on others: it is lost in the
/// noise then, whatever the rest would show, and is sought on no more of them.
pub(super) fn disagreement<R>(roots: &[Roots<R>], bracket: usize) -> Option<usize> {
    let first = roots.first()?[bracket].is_some();
    let other = |own: &Roots<R>| own[bracket].is_some() != first;
    roots.iter().position(other).map(|at| at + 1)
}
