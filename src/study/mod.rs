//! A study: a teacher, a network that is trained on it, and what is known of them.
//!
//! [`Study`] is the front door. It is built once, from ten lines of code or from a file, and asked many things; what the
//! answers share (delta_alg with its split, the label's law, the directions that training reaches, the support of the
//! curvature) is computed when it is first needed, and once.

mod ask;
mod builder;
mod error;
mod memory;
mod nn;

use std::sync::{Arc, OnceLock};

use crate::curvature::{ModelSupport, Side};
use crate::experiment::{Experiment, ExperimentError, NumericsSection};
use crate::network::Model;
use crate::numerics::{MemoryBudget, Progress};
use crate::phase1::{Phase1Error, ReachedSplit, TrainingRule};
use crate::recovery::{
    AlgorithmicThreshold, RecoveryError, algorithmic_threshold, sampled_threshold,
};
use crate::teacher::{LabelMoments, MAX_EXACT_LATENT, Teacher, TeacherError};
use crate::threshold::{LATE_SAMPLES, Problem, Training};

pub use crate::threshold::At;
pub use ask::{
    AskedError, check_delta, check_fraction, check_step, escape, escape_steps, rungs,
    simulated_steps, unanswered,
};
pub use builder::{GradientDescent, Loss, StudyBuilder};
pub use error::Error;
pub use nn::{NnAnswer, NnQuestion};

/// Network, loss and training rule.
#[derive(Clone, Debug)]
pub struct Student {
    /// Network and loss.
    pub model: Model,
    /// Gradient descent.
    pub rule: TrainingRule,
    /// s_w, the norm of a row of W^0.
    pub init_std: f64,
}

/// What is known of a study, as far as it was asked for.
#[derive(Debug, Default)]
struct Known {
    algorithmic: OnceLock<Result<Arc<AlgorithmicThreshold>, RecoveryError>>,
    moments: OnceLock<Result<Arc<LabelMoments>, TeacherError>>,
    split: OnceLock<Result<ReachedSplit, Phase1Error>>,
    left: OnceLock<ModelSupport>,
}

/// A teacher and, where delta_NN is asked for, a student in training.
#[derive(Debug)]
pub struct Study {
    experiment: Experiment,
    teacher: Teacher,
    student: Option<Student>,
    known: Known,
}

impl Study {
    /// The study that an experiment describes. Without network, loss and training it knows delta_alg alone.
    ///
    /// # Errors
    /// When an expression, the network or the loss is refused.
    pub fn new(experiment: Experiment) -> Result<Self, ExperimentError> {
        let teacher = experiment.target()?;
        let complete = experiment.network.is_some()
            && experiment.loss.is_some()
            && experiment.training.is_some();
        let student = if complete {
            let training = experiment.training()?;
            Some(Student {
                model: experiment.model()?,
                rule: TrainingRule::new(training),
                init_std: training.init_std,
            })
        } else {
            experiment.check()?;
            None
        };
        Ok(Self {
            experiment,
            teacher,
            student,
            known: Known::default(),
        })
    }

    /// Begins a study of labels `y = link(z)`, `link` being an expression in z1 to z9 or the name of a built-in.
    pub fn teacher(link: &str) -> StudyBuilder {
        StudyBuilder::new(link)
    }

    /// The same study with what another one knows of the same teacher; what it knows of another teacher is left alone.
    #[must_use]
    pub fn sharing(self, other: &Self) -> Self {
        if self.experiment.target == other.experiment.target
            && self.experiment.numerics == other.experiment.numerics
        {
            if let Some(Ok(algorithmic)) = other.known.algorithmic.get() {
                let _ = self.known.algorithmic.set(Ok(Arc::clone(algorithmic)));
            }
            if let Some(Ok(moments)) = other.known.moments.get() {
                let _ = self.known.moments.set(Ok(Arc::clone(moments)));
            }
        }
        self
    }

    /// The same study with no more sample paths in a replicate than the end of training is worth, which is followed further than any
    /// number of explicit steps; `note` is told where there were more.
    #[must_use]
    pub fn to_the_end(mut self, note: impl FnOnce(&str)) -> Self {
        let samples = &mut self.experiment.numerics.samples;
        if *samples > LATE_SAMPLES {
            note(&format!(
                "numerics.samples: the end of training is followed with {LATE_SAMPLES} sample paths in a replicate, not {samples}"
            ));
            *samples = LATE_SAMPLES;
        }
        self
    }

    /// The same study with delta_alg and the split of its teacher given.
    #[must_use]
    pub fn knowing(self, algorithmic: Arc<AlgorithmicThreshold>) -> Self {
        let _ = self.known.algorithmic.set(Ok(algorithmic));
        self
    }

    /// The experiment, every default filled in: enough to run it again.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// Says that delta_alg comes next, and where that takes long.
    pub fn announce_label_law(&self, progress: &dyn Progress) {
        let stage = match self.teacher.latent_dim() {
            ..=2 => "label law",
            3 => "label law of 3 latents, up to minutes",
            _ => "label law of many latents, from samples",
        };
        progress.report(stage, 0.0);
    }

    /// What is to be learned.
    pub fn as_teacher(&self) -> &Teacher {
        &self.teacher
    }

    /// Samples, replicates, seed.
    pub fn numerics(&self) -> NumericsSection {
        self.experiment.numerics
    }

    /// Network, loss and training rule.
    ///
    /// # Errors
    /// When the experiment lacks one of them.
    pub fn student(&self) -> Result<&Student, ExperimentError> {
        match &self.student {
            Some(student) => Ok(student),
            None => {
                self.experiment.model()?;
                Err(self
                    .experiment
                    .training()
                    .err()
                    .unwrap_or(ExperimentError::MissingSection {
                        section: "training",
                        reason: "delta_NN and the spectrum depend on it".into(),
                    }))
            }
        }
    }

    /// delta_alg with easy, hard and irrelevant directions, from quadrature, or beyond three relevant latents from samples.
    ///
    /// # Errors
    /// When the label cannot be integrated, or a number is not reached within its tolerance.
    pub fn algorithmic(&self) -> Result<&AlgorithmicThreshold, RecoveryError> {
        self.known_algorithmic().as_deref().map_err(Clone::clone)
    }

    fn known_algorithmic(&self) -> &Result<Arc<AlgorithmicThreshold>, RecoveryError> {
        self.known.algorithmic.get_or_init(|| {
            let found = if self.is_sampled() {
                sampled_threshold(&self.teacher, self.numerics())
            } else {
                algorithmic_threshold(&self.teacher)
            };
            found.map(Arc::new)
        })
    }

    /// As [`algorithmic`](Self::algorithmic), to give to another study of the same teacher.
    ///
    /// # Errors
    /// As there.
    pub fn shared_algorithmic(&self) -> Result<Arc<AlgorithmicThreshold>, RecoveryError> {
        self.known_algorithmic().clone()
    }

    /// Whether delta_alg comes from samples: the label depends on more latents than quadrature reaches.
    pub fn is_sampled(&self) -> bool {
        self.teacher.relevant_dim() > MAX_EXACT_LATENT
    }

    /// The label's law at two resolutions.
    ///
    /// # Errors
    /// When the label cannot be integrated, or has more than three latents.
    pub fn moments(&self) -> Result<&LabelMoments, TeacherError> {
        let known = self
            .known
            .moments
            .get_or_init(|| LabelMoments::new(&self.teacher).map(Arc::new));
        known.as_deref().map_err(Clone::clone)
    }

    /// Which latent directions training reaches, from short runs of phase 1.
    ///
    /// # Errors
    /// Those of the runs; a study without a student.
    pub fn split(&self) -> Result<&ReachedSplit, Error> {
        let student = self.student()?;
        let algorithmic = self.algorithmic()?;
        let known = self.known.split.get_or_init(|| {
            let training = (&student.model, &student.rule, student.init_std);
            ReachedSplit::new(&self.teacher, algorithmic, training, self.numerics().seed)
        });
        Ok(known.as_ref().map_err(Clone::clone)?)
    }

    /// The network in training, as phase 1 follows it.
    ///
    /// # Errors
    /// As [`split`](Self::split).
    pub fn training(&self) -> Result<Training<'_>, Error> {
        let Student {
            model,
            rule,
            init_std,
        } = self.student()?;
        let split = self.split()?;
        let label = match split.reached.nrows() {
            0 => Some(&self.moments()?.fine),
            _ => None,
        };
        Ok(Training {
            teacher: &self.teacher,
            model,
            rule,
            init_std: *init_std,
            numerics: self.numerics(),
            split,
            label,
        })
    }

    /// All that thresholds and spectra depend on.
    ///
    /// # Errors
    /// When the label cannot be integrated, or short runs of phase 1 fail.
    pub fn problem(&self) -> Result<Problem<'_>, Error> {
        self.student()?;
        let moments = self.moments()?;
        let training = self.training()?;
        let left = self.known.left.get_or_init(|| {
            ModelSupport::new(
                training.model,
                &moments.support,
                training.init_std,
                Side::Left,
            )
        });
        Ok(Problem {
            training,
            algorithmic: self.algorithmic()?,
            moments,
            left,
        })
    }
}

impl Study {
    /// Whether the theory of `steps` steps fits into memory.
    ///
    /// # Errors
    /// When it does not, with all that its need consists of; a study without a student.
    pub fn check_memory(&self, steps: usize) -> Result<(), Error> {
        self.check_memory_within(steps, MemoryBudget::now())
    }

    /// As [`Self::check_memory`], within a budget that was looked up before.
    ///
    /// # Errors
    /// As there.
    pub fn check_memory_within(&self, steps: usize, budget: MemoryBudget) -> Result<(), Error> {
        Ok(memory::check(self.need()?, steps, budget)?)
    }

    /// Bytes that the theory of `steps` steps takes at most.
    ///
    /// # Errors
    /// A study without a student.
    pub fn theory_bytes(&self, steps: usize) -> Result<usize, ExperimentError> {
        Ok(self.need()?.bytes(steps))
    }

    fn need(&self) -> Result<memory::Need, ExperimentError> {
        Ok(memory::Need {
            neurons: self.student()?.model.neurons(),
            latent_dim: self.teacher.latent_dim(),
            numerics: self.numerics(),
        })
    }
}
