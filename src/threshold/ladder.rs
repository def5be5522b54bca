//! delta_NN(T) after training: crossings of the margin along a ladder of steps.

use std::cell::RefCell;

use rayon::prelude::*;

use super::initial::{GRID_POINTS, GRID_RATIO};
use super::rung::{Effective, PhaseEnd, Rung};
use super::search::{Interval, geometric};
use super::trained::{TrainedMargin, TrainedProblem, diverged};
use super::{ThresholdError, secant};
use crate::curvature::SupportKind;
use crate::hessian::{EdgeKind, Support};
use crate::numerics::{Measured, Progress};
use crate::phase1::LatentSource;
use crate::recovery::Threshold;

/// Sample paths of the coarse scan.
const SCAN_SAMPLES: usize = 4096;

/// The sparser grid beyond the near one.
const FAR_RATIO: f64 = 4.0;
const FAR_POINTS: usize = 6;

/// How far beyond the ends of its bracket a replicate's crossing may lie, in ln delta.
const REACH: f64 = 1.3;

/// One law of the curvature for each delta, on fixed random numbers.
#[derive(Clone, Copy)]
struct Sampling<'a> {
    samples: usize,
    replicate: u64,
    support: Support<'a>,
}

/// A change of sign of the margin on the coarse grid, with its ends' values.
#[derive(Clone, Copy, Debug)]
struct Bracket {
    interval: Interval,
    at_low: f64,
    at_high: f64,
}

/// Margins at one delta, by rung.
type Evaluation = (f64, Vec<TrainedMargin>);

/// A crossing with what is known there.
struct Crossing {
    appears: bool,
    /// `None` where a replicate does not show what the coarse scan has seen.
    found: Option<At>,
    /// The coarse scan's bracket.
    interval: Interval,
}

/// Where a crossing lies, over all replicates.
#[derive(Clone, Copy)]
struct At {
    delta: Measured,
    kind: EdgeKind,
    end: PhaseEnd,
}

/// The first crossing at which the outlier appears.
fn first(crossings: &[Crossing]) -> Option<&Crossing> {
    crossings.iter().find(|crossing| crossing.appears)
}

impl TrainedProblem<'_> {
    /// delta_NN(T) for every T of an increasing ladder of positive steps, on common random numbers.
    ///
    /// One coarse scan over delta serves all rungs; every crossing is then refined on each replicate.
    ///
    /// # Errors
    /// When phase 1 fails at every delta, or the spectrum is not resolved by the samples.
    pub fn ladder(
        &self,
        steps: &[usize],
        progress: &dyn Progress,
    ) -> Result<Vec<Rung>, ThresholdError> {
        if let Some(settled) = steps
            .iter()
            .map(|steps| self.initial.without_search(*steps))
            .collect::<Option<Vec<Rung>>>()
        {
            return Ok(settled);
        }
        let source = self.source();
        let climb = Climb {
            problem: self,
            source: &source,
            steps,
            progress,
        };
        match self.initial.support.classification() {
            SupportKind::Unbounded { cause } => climb.unbounded(cause),
            SupportKind::Bounded { .. } => climb.bounded(),
        }
    }
}

struct Climb<'a> {
    problem: &'a TrainedProblem<'a>,
    source: &'a LatentSource<'a>,
    steps: &'a [usize],
    progress: &'a dyn Progress,
}

impl Climb<'_> {
    fn bounded(&self) -> Result<Vec<Rung>, ThresholdError> {
        let known = Support::Known(&self.problem.initial.support);
        let found = self.crossings(self.samples(), known)?;
        let hard = |crossings: &Vec<Crossing>| {
            let at = first(crossings).and_then(|crossing| crossing.found);
            at.is_some_and(|at| at.kind == EdgeKind::Hard)
        };
        let effective = if found.iter().any(hard) {
            Some(self.effective()?)
        } else {
            None
        };
        let rungs = found.iter().enumerate().map(|(i, crossings)| {
            let mut rung = self.rung(i, crossings);
            if hard(crossings) {
                rung.effective = effective.as_ref().map(|all| all[i].clone());
            }
            rung
        });
        Ok(rungs.collect())
    }

    /// No asymptotic threshold at any fixed T; what n samples see all the same.
    fn unbounded(&self, cause: &str) -> Result<Vec<Rung>, ThresholdError> {
        let effective = self.effective()?;
        let rung = |(steps, effective): (&usize, Effective)| {
            let reason = format!(
                "after any fixed number of steps the curvature is unbounded below ({cause}): the bulk has no left edge at \
                 any n/d, so no outlier leaves it"
            );
            let mut rung = Rung::settled(*steps, Threshold::Infinite { reason });
            rung.edge_kind = Some(EdgeKind::Unbounded);
            rung.effective = Some(effective);
            rung
        };
        Ok(self.steps.iter().zip(effective).map(rung).collect())
    }

    fn samples(&self) -> usize {
        self.problem.initial.numerics.samples
    }

    fn rung(&self, index: usize, crossings: &[Crossing]) -> Rung {
        let at = first(crossings).and_then(|crossing| crossing.found);
        let steps = self.steps[index];
        let known = |c: &Crossing| c.found.map(|at| (at.delta, c.appears));
        Rung {
            steps,
            delta_nn: self.threshold(steps, crossings, self.samples()),
            edge_kind: at.map(|at| at.kind),
            crossings: crossings.iter().filter_map(known).collect(),
            effective: None,
            end: at.map(|at| at.end),
        }
    }

    /// The first crossing at which the outlier appears, or why there is no number for it.
    fn threshold(&self, steps: usize, crossings: &[Crossing], samples: usize) -> Threshold {
        match first(crossings) {
            None => self.nothing(steps),
            Some(Crossing {
                found: Some(at), ..
            }) => Threshold::Finite(at.delta),
            Some(Crossing { interval, .. }) => Threshold::Undefined {
                reason: ThresholdError::LostCrossing {
                    low: interval.low,
                    high: interval.high,
                    samples,
                }
                .to_string(),
            },
        }
    }

    fn nothing(&self, steps: usize) -> Threshold {
        let grid = self.grid();
        Threshold::Infinite {
            reason: format!(
                "after {steps} steps there is no informative negative outlier at any n/d that was looked at, from {:.2} to {:.0}",
                grid[0],
                grid[grid.len() - 1]
            ),
        }
    }

    /// The thresholds of the law as n samples see it, with their drift in ln n, by rung.
    fn effective(&self) -> Result<Vec<Effective>, ThresholdError> {
        let n = self.samples();
        let all = self.crossings(n, Support::Empirical)?;
        let quarter = self.crossings(n / 4, Support::Empirical)?;
        let effective = all.iter().zip(&quarter).enumerate().map(|(i, (all, few))| {
            let value = |crossings: &[Crossing]| first(crossings).and_then(|c| c.found);
            let drift = match (value(all), value(few)) {
                (Some(all), Some(few)) => Some((all.delta.value - few.delta.value) / 4f64.ln()),
                _ => None,
            };
            Effective {
                delta_nn: self.threshold(self.steps[i], all, n),
                n,
                drift,
            }
        });
        Ok(effective.collect())
    }

    /// All crossings of every rung.
    fn crossings(
        &self,
        samples: usize,
        support: Support<'_>,
    ) -> Result<Vec<Vec<Crossing>>, ThresholdError> {
        let brackets = self.scan(samples.min(SCAN_SAMPLES), support)?;
        let replicates = self.problem.initial.numerics.replicates as u64;
        let mut found: Vec<Roots> = Vec::new();
        for replicate in 0..replicates {
            let sampling = Sampling {
                samples,
                replicate,
                support,
            };
            found.push(self.replicate(sampling, &brackets, found.first())?);
            let done = (replicate + 1) as f64 / replicates as f64;
            self.progress.report("replicates", 0.3 + 0.7 * done);
        }
        Ok(brackets
            .iter()
            .enumerate()
            .map(|(rung, brackets)| {
                (0..brackets.len())
                    .map(|i| {
                        let over: Option<Vec<Found>> = found.iter().map(|f| f[rung][i]).collect();
                        let interval = brackets[i].interval;
                        Crossing {
                            appears: interval.appears,
                            found: over.map(|found| self.merge(&found)),
                            interval,
                        }
                    })
                    .collect()
            })
            .collect())
    }

    /// One crossing, of all replicates.
    fn merge(&self, found: &[Found]) -> At {
        let mean = |pick: fn(&Found) -> f64| {
            let values: Vec<f64> = found.iter().map(pick).collect();
            Measured::mean(&values)
        };
        At {
            delta: self
                .problem
                .initial
                .with_label_error(mean(|f| f.ln_delta.exp())),
            kind: found[0].at.kind,
            end: PhaseEnd {
                gradient_ratio: mean(|f| f.at.gradient_ratio),
                edge: mean(|f| f.at.edge),
            },
        }
    }

    /// The crossings of one replicate, rung by rung from the longest training on: its runs serve the shorter ones.
    fn replicate(
        &self,
        sampling: Sampling<'_>,
        brackets: &[Vec<Bracket>],
        first: Option<&Roots>,
    ) -> Result<Roots, ThresholdError> {
        let curve = Margins {
            climb: self,
            sampling,
            known: RefCell::new(Vec::new()),
        };
        let mut found = vec![Vec::new(); brackets.len()];
        for rung in (0..brackets.len()).rev() {
            for (i, bracket) in brackets[rung].iter().enumerate() {
                // the first replicate's crossing is a better start than the thin sample's
                let start = first
                    .and_then(|first| first[rung][i])
                    .map(|found| found.ln_delta);
                found[rung].push(curve.crossing(rung, bracket, start)?);
            }
        }
        Ok(found)
    }

    fn grid(&self) -> Vec<f64> {
        let mut grid = geometric(self.problem.initial.lowest(), GRID_RATIO, GRID_POINTS);
        let far = geometric(grid[grid.len() - 1], FAR_RATIO, FAR_POINTS + 1);
        grid.extend(&far[1..]);
        grid
    }

    /// Changes of sign of every rung's margin over a coarse grid, on a thin sample.
    fn scan(
        &self,
        samples: usize,
        support: Support<'_>,
    ) -> Result<Vec<Vec<Bracket>>, ThresholdError> {
        let grid = self.grid();
        let plan = self.problem.plan(self.steps, samples, 0);
        let done = std::sync::atomic::AtomicUsize::new(0);
        let margins: Result<Vec<Option<Vec<f64>>>, ThresholdError> = grid
            .par_iter()
            .map(|&delta| {
                let margins = self.problem.margins(self.source, &plan, support, delta);
                let count = 1 + done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                self.progress.report(
                    "coarse grid in delta",
                    0.3 * count as f64 / grid.len() as f64,
                );
                match margins {
                    Ok(margins) => Ok(Some(margins.iter().map(|m| m.value).collect())),
                    Err(error) if diverged(&error) && delta < grid[grid.len() - 1] => Ok(None),
                    Err(error) => Err(error),
                }
            })
            .collect();
        let margins = margins?;
        (0..self.steps.len())
            .map(|rung| {
                let curve: Vec<(f64, f64)> = grid
                    .iter()
                    .zip(&margins)
                    .filter_map(|(delta, margins)| Some((*delta, margins.as_ref()?[rung])))
                    .collect();
                self.brackets(&curve, samples)
            })
            .collect()
    }

    fn brackets(
        &self,
        curve: &[(f64, f64)],
        samples: usize,
    ) -> Result<Vec<Bracket>, ThresholdError> {
        if let Some((delta, margin)) = curve.first().filter(|(_, margin)| *margin < 0.0) {
            return Err(self
                .problem
                .initial
                .below_algorithmic(*delta, *margin, samples));
        }
        Ok(curve
            .windows(2)
            .filter(|pair| (pair[0].1 < 0.0) != (pair[1].1 < 0.0))
            .map(|pair| Bracket {
                interval: Interval {
                    low: pair[0].0,
                    high: pair[1].0,
                    appears: pair[1].1 < 0.0,
                },
                at_low: pair[0].1,
                at_high: pair[1].1,
            })
            .collect())
    }
}

/// The crossings of one replicate by rung and bracket, where it has them.
type Roots = Vec<Vec<Option<Found>>>;

/// A crossing of one replicate.
#[derive(Clone, Copy, Debug)]
struct Found {
    ln_delta: f64,
    /// What holds at the evaluation nearest to the crossing.
    at: TrainedMargin,
}

/// The margins of one replicate as functions of delta, each run remembered for all its rungs.
struct Margins<'a> {
    climb: &'a Climb<'a>,
    sampling: Sampling<'a>,
    known: RefCell<Vec<Evaluation>>,
}

impl Margins<'_> {
    /// The margin of a rung, from memory or by a run that ends there.
    fn at(&self, rung: usize, ln_delta: f64) -> Result<f64, ThresholdError> {
        let steps = &self.climb.steps[..=rung];
        let problem = self.climb.problem;
        let plan = problem.plan(steps, self.sampling.samples, self.sampling.replicate);
        let delta = ln_delta.exp();
        let margins = problem.margins(self.climb.source, &plan, self.sampling.support, delta)?;
        let value = margins[rung].value;
        self.known.borrow_mut().push((ln_delta, margins));
        Ok(value)
    }

    /// The crossing near a bracket of the coarse scan.
    fn crossing(
        &self,
        rung: usize,
        bracket: &Bracket,
        start: Option<f64>,
    ) -> Result<Option<Found>, ThresholdError> {
        let Interval { low, high, .. } = bracket.interval;
        let range = (low.ln() - REACH, high.ln() + REACH);
        let slope = (bracket.at_high - bracket.at_low) / (high / low).ln();
        // an unbounded law has no margin to interpolate
        let share = bracket.at_low / (bracket.at_low - bracket.at_high);
        let thin = low.ln() + share.clamp(0.0, 1.0) * (high / low).ln();
        let known: Vec<(f64, f64)> = self
            .known
            .borrow()
            .iter()
            .filter(|(x, margins)| margins.len() > rung && *x > range.0 && *x < range.1)
            .map(|(x, margins)| (*x, margins[rung].value))
            .collect();
        let guess = secant::Guess {
            start: start.unwrap_or(thin),
            slope,
            range,
        };
        let Some(ln_delta) = secant::root(known, guess, |x| self.at(rung, x))? else {
            return Ok(None);
        };
        let known = self.known.borrow();
        let nearest = known
            .iter()
            .filter(|(_, margins)| margins.len() > rung)
            .min_by(|a, b| (a.0 - ln_delta).abs().total_cmp(&(b.0 - ln_delta).abs()));
        Ok(nearest.map(|(_, margins)| Found {
            ln_delta,
            at: margins[rung],
        }))
    }
}
