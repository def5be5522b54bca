//! What the tests of phase 1 share: experiments from text, and means over replicates.

pub mod reference;
pub mod simulation;
pub mod weight_side;

use nalgebra::DMatrix;
use onset::experiment::{Experiment, Source};
use onset::network::Model;
use onset::numerics::{Progress, Silent};
use onset::phase1::{
    LatentSource, LongPlan, LongRun, Phase1, Phase1Error, Plan, TrainingRule, Trajectory,
};
use onset::teacher::{LabelMoments, Teacher};

/// A target and how a network is trained on it.
pub struct Setup {
    pub target: Teacher,
    pub model: Model,
    pub rule: TrainingRule,
    pub init_std: f64,
    /// Latent directions that training reaches, and all others (rows).
    pub reached: DMatrix<f64>,
    pub hard: DMatrix<f64>,
}

impl Setup {
    /// The experiment, with the first `reached` latent coordinates reached and the others hard.
    pub fn new(text: &str, reached: usize) -> Self {
        let experiment = Experiment::load(&Source::Text(text.to_owned()), &[]).unwrap();
        let training = experiment.training().unwrap();
        let target = experiment.target().unwrap();
        let k = target.latent_dim();
        let all = DMatrix::identity(k, k);
        Self {
            model: experiment.model().unwrap(),
            rule: TrainingRule::new(training),
            init_std: training.init_std,
            reached: all.rows(0, reached).into_owned(),
            hard: all.rows(reached, k - reached).into_owned(),
            target,
        }
    }

    /// Phase 1, with latents drawn.
    pub fn run(&self, delta: f64, plan: &Plan) -> Trajectory {
        self.try_run(delta, plan).unwrap()
    }

    pub fn try_run(&self, delta: f64, plan: &Plan) -> Result<Trajectory, Phase1Error> {
        self.watched_run(delta, plan, &Silent)
    }

    pub fn watched_run(
        &self,
        delta: f64,
        plan: &Plan,
        progress: &dyn Progress,
    ) -> Result<Trajectory, Phase1Error> {
        let source = LatentSource::latents(&self.target, &self.reached, &self.hard);
        self.phase1(&source).run(delta, plan, progress)
    }

    /// Phase 1, with labels drawn from their law (nothing may be reached).
    pub fn run_labels(&self, delta: f64, plan: &Plan) -> Trajectory {
        let moments = LabelMoments::new(&self.target).unwrap();
        let source = LatentSource::labels(&moments.fine, &self.hard);
        self.phase1(&source).run(delta, plan, &Silent).unwrap()
    }

    /// Phase 1 to its end, with labels drawn from their law where nothing is reached.
    pub fn run_long(&self, delta: f64, plan: &LongPlan) -> Result<LongRun, Phase1Error> {
        self.watched_long(delta, plan, &Silent)
    }

    pub fn watched_long(
        &self,
        delta: f64,
        plan: &LongPlan,
        progress: &dyn Progress,
    ) -> Result<LongRun, Phase1Error> {
        if self.reached.nrows() > 0 {
            let source = LatentSource::latents(&self.target, &self.reached, &self.hard);
            return self.phase1(&source).run_long(delta, plan, progress);
        }
        let moments = LabelMoments::new(&self.target).unwrap();
        let source = LatentSource::labels(&moments.fine, &self.hard);
        self.phase1(&source).run_long(delta, plan, progress)
    }

    fn phase1<'a>(&'a self, source: &'a LatentSource<'a>) -> Phase1<'a> {
        Phase1 {
            model: &self.model,
            source,
            rule: &self.rule,
            init_std: self.init_std,
        }
    }
}

/// A plan that follows everything but the laws.
pub fn plan(steps: usize, samples: usize, replicate: u64) -> Plan {
    Plan {
        steps,
        samples,
        seed: 1,
        replicate,
        laws_at: Vec::new(),
        growth: true,
        test_loss: true,
    }
}

/// Mean over replicates and its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    pub mean: f64,
    pub error: f64,
}

/// Entry by entry over replicates (rows of equal length).
pub fn estimates(replicates: &[Vec<f64>]) -> Vec<Estimate> {
    let count = replicates.len() as f64;
    (0..replicates[0].len())
        .map(|entry| {
            let mean = replicates.iter().map(|row| row[entry]).sum::<f64>() / count;
            let square: f64 = replicates
                .iter()
                .map(|row| (row[entry] - mean).powi(2))
                .sum();
            Estimate {
                mean,
                error: (square / (count * (count - 1.0))).sqrt(),
            }
        })
        .collect()
}

/// Everything of one step in one row: losses, gradient norm, gram (upper triangle), overlaps, growth.
pub fn state(trajectory: &Trajectory, step: usize) -> Vec<f64> {
    let gram = &trajectory.gram[step];
    let m = gram.nrows();
    let triangle = |matrix: &DMatrix<f64>| -> Vec<f64> {
        (0..m)
            .flat_map(|i| (i..m).map(move |j| (i, j)))
            .map(|index| matrix[index])
            .collect()
    };
    let mut row = vec![
        trajectory.train_loss[step],
        trajectory.test_loss[step],
        trajectory.gradient_norm[step],
    ];
    row.extend(triangle(gram));
    row.extend(trajectory.overlap[step].iter());
    if let Some(growth) = trajectory.hard_growth.get(step) {
        row.extend(triangle(growth));
    }
    row
}
