//! The effective threshold at a finite dimension: where the hard overlap grows to order one within T steps.

use super::answer::{Answer, Sought, Why};
use super::crossing::Search;
use super::family::{Family, Scanned, Start};
use super::problem::Problem;
use super::secant::Accuracy;
use super::{EscapeQuestion, ThresholdError};
use crate::numerics::{Measured, Progress, SquareSum};
use crate::phase1::{Escape, LatentSource, Plan, Trajectory};

/// Sample paths of the coarse scan.
const SCAN_SAMPLES: usize = 4096;

/// The thresholds of a finite dimension.
#[derive(Clone, Debug)]
pub struct EscapeThresholds {
    /// Dimension and level.
    pub escape: Escape,
    /// For every trained rung its steps and threshold; empty where nothing is hard.
    pub thresholds: Vec<(usize, Answer)>,
}

impl Problem<'_> {
    /// The n/d above which half of all runs escape within each number of steps. What cannot be computed
    /// says why.
    pub fn escape_ladder(
        &self,
        steps: &[usize],
        escape: Escape,
        progress: &dyn Progress,
    ) -> EscapeThresholds {
        let steps: Vec<usize> = match self.hard().nrows() {
            0 => Vec::new(),
            _ => steps.to_vec(),
        };
        let questions: Vec<EscapeQuestion> = steps.iter().map(|steps| (*steps, escape)).collect();
        let answers = match self.escape_thresholds(&questions, progress) {
            Ok(answers) => answers,
            Err(error) => vec![Answer::Absent(Why::from(&error)); steps.len()],
        };
        EscapeThresholds {
            escape,
            thresholds: steps.into_iter().zip(answers).collect(),
        }
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
    ) -> Result<Vec<Answer>, ThresholdError> {
        if questions.is_empty() {
            return Ok(Vec::new());
        }
        // a run for the longest serves all
        let mut order: Vec<usize> = (0..questions.len()).collect();
        order.sort_by_key(|i| questions[*i].0);
        let source = self.training.source();
        let family = Escapes {
            problem: self,
            source: &source,
            questions: order.iter().map(|i| questions[*i]).collect(),
        };
        let start = Start {
            bound: None,
            ..self.start()
        };
        let found = Search::new(&family, start, progress).run(|_, _| {})?;
        let mut answers = vec![None; questions.len()];
        for (place, found) in order.into_iter().zip(found) {
            answers[place] = Some(found.answer);
        }
        Ok(answers.into_iter().flatten().collect())
    }
}

/// For each question the logarithm of the level over the largest median of `d |M_V|^2 / Tr C` until then: negative where
/// more than half of all runs escape.
struct Escapes<'a> {
    problem: &'a Problem<'a>,
    source: &'a LatentSource<'a>,
    /// By increasing steps.
    questions: Vec<EscapeQuestion>,
}

impl Escapes<'_> {
    fn run(
        &self,
        samples: usize,
        replicate: usize,
        last: usize,
        delta: f64,
        progress: &dyn Progress,
    ) -> Result<Vec<f64>, ThresholdError> {
        let questions = &self.questions[..=last];
        let steps: Vec<usize> = questions.iter().map(|(steps, _)| *steps).collect();
        let plan = Plan {
            laws_at: Vec::new(),
            growth: true,
            ..self
                .problem
                .training
                .plan(&steps, samples, replicate as u64)
        };
        let medians = medians(
            &self
                .problem
                .training
                .phase1(self.source)
                .run(delta, &plan, progress)?,
        );
        let shortfall = |(steps, escape): &EscapeQuestion| {
            let largest = medians[..=*steps].iter().copied().fold(0.0, f64::max);
            (escape.level() / largest).ln()
        };
        Ok(questions.iter().map(shortfall).collect())
    }
}

impl Family for Escapes<'_> {
    type Reading = f64;

    fn sought(&self) -> Vec<Sought> {
        let sought = |(steps, escape): &EscapeQuestion| Sought::Escape {
            steps: *steps,
            escape: *escape,
        };
        self.questions.iter().map(sought).collect()
    }

    fn replicates(&self) -> usize {
        self.problem.numerics().replicates
    }

    fn samples(&self) -> Option<usize> {
        Some(self.problem.numerics().samples)
    }

    fn accuracy(&self) -> Accuracy {
        Accuracy::COSTLY
    }

    fn stride(&self) -> usize {
        2
    }

    fn scan(&self, grid: &[f64], progress: &dyn Progress) -> Vec<Scanned> {
        let samples = self.problem.numerics().samples.min(SCAN_SAMPLES);
        let values = grid.iter().enumerate().map(|(i, delta)| {
            progress.report("escape: grid in delta", 0.3 * i as f64 / grid.len() as f64);
            Scanned::of(self.questions.len(), |last| {
                self.run(samples, 0, last, *delta, progress)
            })
        });
        values.collect()
    }

    fn read(
        &self,
        replicate: usize,
        last: usize,
        delta: f64,
        progress: &dyn Progress,
    ) -> Result<Vec<f64>, ThresholdError> {
        let samples = self.problem.numerics().samples;
        self.run(samples, replicate, last, delta, progress)
    }

    fn combine(&self, values: &[f64]) -> Measured {
        self.problem.with_label_error(Measured::of_few(values))
    }

    /// There is always an n/d from which on training is as that of the population, but what it does there is not said.
    fn at_infinity(
        &self,
        _curve: usize,
        _progress: &dyn Progress,
    ) -> Result<Option<Measured>, ThresholdError> {
        Ok(None)
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
