//! What is asked of a network: its ladder, the limit, and what to expect at a finite dimension.

use super::{AskedError, Error, Study, escape, escape_steps, rungs};
use crate::numerics::Progress;
use crate::threshold::{At, Climb, Effort, EscapeThresholds, Milestone};

/// What is asked of a network.
#[derive(Clone, Debug)]
pub struct NnQuestion {
    /// The rungs; none for those that lead to the end of training.
    pub at: Vec<At>,
    /// What the end of training is worth.
    pub effort: Effort,
    /// Dimension whose escapes are predicted; absent for none.
    pub dim: Option<u64>,
    /// Squared part of the weights in the hard directions at which they count as found.
    pub fraction: f64,
}

/// What is known of a network.
#[derive(Debug)]
pub struct NnAnswer {
    /// The ladder and its limit.
    pub climb: Climb,
    /// What to expect at the dimension asked for.
    pub escape: Option<EscapeThresholds>,
}

impl NnQuestion {
    /// Refuses a relative error that is none.
    ///
    /// # Errors
    /// When it is.
    pub fn check(&self) -> Result<(), AskedError> {
        let error = self.effort.error;
        if error > 0.0 && error < 1.0 {
            return Ok(());
        }
        Err(AskedError::new(format!(
            "--error {error:?}: a relative error lies between 0 and 1"
        )))
    }
}

impl Study {
    /// The ladder of delta_NN(T), what it says of the end of training, and where half of all runs of a finite dimension escape; `watch` is told of
    /// every milestone.
    ///
    /// # Errors
    /// What cannot be asked, and what does not fit into memory. A part that fails is said in its place.
    pub fn nn(
        &self,
        question: &NnQuestion,
        progress: &dyn Progress,
        watch: &mut dyn FnMut(Milestone<'_>),
    ) -> Result<NnAnswer, Error> {
        question.check()?;
        // the network is checked before anything is computed, and so before anyone waits
        self.student()?;
        let experiment = self.experiment();
        let escape = escape(question.dim, question.fraction)?;
        let steps = rungs(experiment, &question.at, question.effort)?;
        if steps.end.is_none() {
            self.check_memory(steps.first.last().copied().unwrap_or(0))?;
        }
        progress.report("delta_alg", 0.0);
        self.algorithmic()?;
        let problem = self.problem()?;
        let climb = problem.climb(&steps, progress, watch)?;
        let within: Vec<usize> = match steps.end {
            Some(_) => vec![escape_steps(experiment)?],
            None => climb.trained().collect(),
        };
        let effort = steps.end;
        // before the first step nobody has found anything
        let trained = within.iter().any(|steps| *steps > 0);
        let escape = escape
            .filter(|_| trained && (!climb.interrupted || effort.is_none()))
            .map(|escape| {
                let problem = effort.map_or(problem, |effort| problem.at_effort(effort));
                problem.escape_ladder(&within, escape, progress)
            });
        Ok(NnAnswer { climb, escape })
    }
}
