//! What the theory says of runs that train until they escape: thresholds, and predictions at given n/d.

use super::{Problem, ThresholdError};
use crate::numerics::Progress;
use crate::phase1::{Curves, Escape, EscapePrediction};
use crate::recovery::Threshold;

/// Runs of one dimension: the cap on their steps, and what counts as an escape.
pub type EscapeQuestion = (usize, Escape);

/// The theory beside simulated escapes.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// For how many steps phase 1 was followed.
    pub followed: usize,
    /// delta_NN(T) for each T up to which runs go, as far as phase 1 was followed; increasing in T.
    pub delta_nn: Vec<(usize, Threshold)>,
    /// For each question the n/d above which more than half of all runs escape.
    pub half: Vec<(EscapeQuestion, Threshold)>,
    /// Phase 1 at each n/d, or why it cannot be followed there.
    curves: Vec<(f64, Result<Curves, String>)>,
}

impl Problem<'_> {
    /// Thresholds for the questions, and phase 1 at all deltas, followed for at most `longest` steps.
    ///
    /// Each part stands by itself: what cannot be computed is undefined, with the reason.
    pub fn forecast(
        &self,
        deltas: &[f64],
        questions: &[EscapeQuestion],
        longest: usize,
        progress: &dyn Progress,
    ) -> Forecast {
        let caps = questions.iter().map(|(cap, _)| (*cap).min(longest));
        let mut steps: Vec<usize> = caps.collect();
        steps.sort_unstable();
        steps.dedup();
        let followed = steps.last().copied().unwrap_or(0);
        let curves = deltas.iter().map(|delta| {
            let found = self.training.curves(*delta, followed, progress);
            let curves = found.map(|(curves, _)| curves);
            (*delta, curves.map_err(|error| error.to_string()))
        });
        let curves = curves.collect();
        let delta_nn = self.delta_nn_at(&steps, progress);
        let half = self.half_of_the_runs(questions, longest, progress);
        Forecast {
            followed,
            curves,
            delta_nn: delta_nn.unwrap_or_else(|error| undefined(&steps, &error)),
            half: half.unwrap_or_else(|error| undefined(questions, &error)),
        }
    }

    fn delta_nn_at(
        &self,
        steps: &[usize],
        progress: &dyn Progress,
    ) -> Result<Vec<(usize, Threshold)>, ThresholdError> {
        let trained: Vec<usize> = steps.iter().copied().filter(|steps| *steps > 0).collect();
        let mut rungs = Vec::new();
        if trained.len() < steps.len() {
            rungs.push(self.delta_nn(0, progress)?);
        }
        if !trained.is_empty() {
            rungs.extend(self.ladder(&trained, progress)?);
        }
        let found = rungs
            .iter()
            .map(|rung| (rung.steps, Threshold::from(&rung.delta_nn)));
        Ok(found.collect())
    }

    /// Questions beyond the longest training that is followed have no answer.
    fn half_of_the_runs(
        &self,
        questions: &[EscapeQuestion],
        longest: usize,
        progress: &dyn Progress,
    ) -> Result<Vec<(EscapeQuestion, Threshold)>, ThresholdError> {
        let (near, _): (Vec<EscapeQuestion>, Vec<EscapeQuestion>) =
            questions.iter().partition(|(cap, _)| *cap <= longest);
        let found = self.escape_thresholds(&near, progress)?;
        let mut answers = found.iter().map(Threshold::from);
        let beyond = || Threshold::Undefined {
            reason: format!("the theory was followed for {longest} steps only"),
        };
        let answer = |question: &EscapeQuestion| {
            let known = (question.0 <= longest).then(|| answers.next()).flatten();
            (*question, known.unwrap_or_else(beyond))
        };
        Ok(questions.iter().map(answer).collect())
    }
}

/// No threshold at any of the places.
fn undefined<T: Copy>(places: &[T], error: &ThresholdError) -> Vec<(T, Threshold)> {
    let reason = error.to_string();
    let undefined = |place: &T| {
        let reason = reason.clone();
        (*place, Threshold::Undefined { reason })
    };
    places.iter().map(undefined).collect()
}

impl Forecast {
    /// What runs do at one of the deltas, or why that is not known.
    ///
    /// # Errors
    /// The reason in words.
    pub fn prediction(
        &self,
        delta: f64,
        (cap, escape): EscapeQuestion,
    ) -> Result<EscapePrediction, String> {
        let at = self.curves.iter().find(|(here, _)| *here == delta);
        match at {
            Some((_, Ok(curves))) => Ok(escape.prediction(curves, cap)),
            Some((_, Err(reason))) => Err(reason.clone()),
            None => Err(format!("phase 1 was not followed at n/d = {delta}")),
        }
    }
}
