//! `onset simulate`.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use clap::Args;

use super::interrupt::interrupt_flag;
use super::options::{GlobalOptions, SetOptions};
use super::output::PlotFile;
use super::{CliError, compute};
use crate::experiment::{Experiment, Source, Steps};
use crate::hessian::{Side, Spectrum};
use crate::numerics::Progress;
use crate::recovery::{AlgorithmicThreshold, algorithmic_threshold};
use crate::report::{
    EscapePlot, EscapeReport, Provenance, SimulationPlot, SimulationReport, escape_svg,
    simulation_svg,
};
use crate::simulation::{Labels, Plan, Precision, Simulation, SimulationError};

/// Train on data of finite size: the quantities of the theory, measured
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset simulate examples/phase_retrieval.toml --delta 6 --dim 1000 --steps 40 --runs 8\n  \
    onset simulate examples/phase_retrieval.toml --delta 6 --steps 10 --hessian-at 0,10 --plot runs.svg\n  \
    onset simulate examples/phase_retrieval.toml --delta 2,4,8 --dim 400 --steps 300 --until-escape 0.3\n\n\
    Ctrl-C ends a simulation with the runs that are finished."
)]
pub(super) struct SimulateCommand {
    /// Experiment file (TOML), or `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    sets: SetOptions,
    /// Samples per dimension, n/d; several with --until-escape
    #[arg(
        long,
        value_name = "NUMBER,..",
        value_delimiter = ',',
        required = true,
        allow_negative_numbers = true
    )]
    delta: Vec<f64>,
    /// Dimension d
    #[arg(
        long,
        value_name = "D",
        default_value_t = 1000,
        allow_negative_numbers = true
    )]
    dim: usize,
    /// Independent runs behind the error bars
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=MOST_RUNS), allow_negative_numbers = true)]
    runs: u64,
    /// Steps of training; stands above training.steps
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(i64).range(0..=MOST_STEPS), allow_negative_numbers = true)]
    steps: Option<i64>,
    /// Draw the hard latents of the labels independently of the inputs: training without growth of the signal
    #[arg(long)]
    null: bool,
    /// Steps at which the ends of the Hessian's spectrum are computed
    #[arg(
        long,
        value_name = "T,..",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    hessian_at: Vec<usize>,
    /// Store inputs in single precision: half the memory, and faster
    #[arg(long)]
    f32: bool,
    /// Train until this squared part of the weights lies in the hard directions, at most for the steps given
    #[arg(long, value_name = "LEVEL", conflicts_with_all = ["hessian_at", "null"], allow_negative_numbers = true)]
    until_escape: Option<f64>,
    /// Draw curves, and eigenvalues with the asymptotic spectrum, into this file (.svg or .png)
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

/// Beyond, the error bars are smaller than anything they are compared with.
const MOST_RUNS: u64 = 1 << 20;
/// Every step is kept of every run.
const MOST_STEPS: i64 = 1 << 24;

/// What both kinds of simulation work with.
struct Context<'a> {
    global: &'a GlobalOptions,
    experiment: &'a Experiment,
    problem: &'a compute::Problem,
    algorithmic: &'a AlgorithmicThreshold,
    simulation: &'a Simulation<'a>,
    plot: Option<PlotFile>,
}

impl Context<'_> {
    /// The asymptotic spectra for the picture. Where there are none, the picture goes without, and a note says why.
    fn theory(&self, plan: &Plan, progress: &dyn Progress) -> Vec<(usize, Spectrum)> {
        let mut found = Vec::new();
        for &at in &plan.hessian_at {
            match self.spectrum(plan, at, progress) {
                Ok(spectrum) => found.push((at, spectrum)),
                Err(error) => {
                    self.global
                        .note(&format!("no theory in the picture at step {at}: {error}"));
                }
            }
        }
        found
    }

    fn spectrum(
        &self,
        plan: &Plan,
        at: usize,
        progress: &dyn Progress,
    ) -> Result<Spectrum, CliError> {
        let trained = self.problem.trained(self.experiment, self.algorithmic)?;
        let mut spectrum = trained.spectrum(plan.delta, at, Side::Left, progress)?;
        if plan.labels == Labels::Null {
            // labels that know nothing of the inputs send no outlier out of the bulk
            spectrum.outliers.clear();
        }
        Ok(spectrum)
    }
}

impl SimulateCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<String, CliError> {
        self.check_numbers()?;
        let plot = self.plot.as_deref().map(PlotFile::prepare).transpose()?;
        let experiment = self.load(global)?;
        let problem = compute::Problem::new(&experiment)?;
        let plans = self.plans(&experiment)?;
        let algorithmic = algorithmic_threshold(&problem.target)?;
        let seed = experiment.numerics.seed;
        let split = problem.split(&algorithmic, plans[0].delta, seed)?;
        let simulation = Simulation::new(
            &problem.target,
            &problem.model,
            &problem.rule,
            problem.init_std,
            &split.hard,
        );
        for plan in &plans {
            simulation.check(plan)?;
        }
        let context = Context {
            global,
            experiment: &experiment,
            problem: &problem,
            algorithmic: &algorithmic,
            simulation: &simulation,
            plot,
        };
        match self.until_escape {
            Some(level) => self.escapes(&context, &plans, level),
            None => self.curves(&context, &plans[0]),
        }
    }

    fn curves(&self, context: &Context, plan: &Plan) -> Result<String, CliError> {
        let interrupted = interrupt_flag()?;
        let stop = || interrupted.load(Ordering::Relaxed);
        let progress = context.global.progress();
        let simulation = context.simulation;
        let ensemble = simulation.ensemble(plan, self.runs, &progress, &stop)?;
        let name = context.experiment.name.as_deref();
        if let Some(file) = &context.plot {
            file.write(&simulation_svg(&SimulationPlot {
                ensemble: &ensemble,
                hard_basis: simulation.hard_basis(),
                theory: &context.theory(plan, &progress),
                name,
            })?)?;
        }
        drop(progress);
        let report = SimulationReport {
            ensemble: &ensemble,
            hard_basis: simulation.hard_basis(),
            provenance: Provenance::new(context.experiment),
            name,
        };
        context.global.render(|| report.text(), || report.json())
    }

    fn escapes(&self, context: &Context, plans: &[Plan], level: f64) -> Result<String, CliError> {
        let simulation = context.simulation;
        if simulation.hard_basis().nrows() == 0 {
            return Err(CliError::Input(format!(
                "--until-escape {level}: the target has no hard directions, E[z | y] shows them all"
            )));
        }
        let interrupted = interrupt_flag()?;
        let stop = || interrupted.load(Ordering::Relaxed);
        let progress = context.global.progress();
        let mut escapes = Vec::with_capacity(plans.len());
        for plan in plans {
            match simulation.escapes(plan, level, self.runs, &progress, &stop) {
                Ok(found) => escapes.push(found),
                // what is finished is reported, the deltas still to come are not
                Err(SimulationError::Interrupted) if !escapes.is_empty() => break,
                Err(error) => return Err(error.into()),
            }
        }
        drop(progress);
        let name = context.experiment.name.as_deref();
        if let Some(file) = &context.plot {
            file.write(&escape_svg(&EscapePlot {
                escapes: &escapes,
                level,
                delta_alg: context.algorithmic.delta_alg.finite().map(|alg| alg.value),
                name,
            })?)?;
        }
        let report = EscapeReport {
            escapes: &escapes,
            level,
            provenance: Provenance::new(context.experiment),
            name,
        };
        context.global.render(|| report.text(), || report.json())
    }

    fn load(&self, global: &GlobalOptions) -> Result<Experiment, CliError> {
        let steps = self.steps.map(|steps| format!("training.steps={steps}"));
        let set = self.sets.set.iter().cloned().chain(steps).collect();
        let source = Source::from_argument(self.file.clone());
        global.load(&source, &SetOptions { set }, Vec::new())
    }

    fn check_numbers(&self) -> Result<(), CliError> {
        if let Some(delta) = self.delta.iter().find(|d| !(d.is_finite() && **d > 0.0)) {
            return Err(CliError::Input(format!(
                "--delta {delta:?}: n/d has to be positive and finite"
            )));
        }
        if self.delta.len() > 1 && self.until_escape.is_none() {
            return Err(CliError::Input(format!(
                "--delta {:?}: several values are for --until-escape; give one",
                self.delta
            )));
        }
        match self.until_escape {
            Some(level) => compute::check_fraction("--until-escape", level),
            None => Ok(()),
        }
    }

    fn plans(&self, experiment: &Experiment) -> Result<Vec<Plan>, CliError> {
        let steps = match experiment.training()?.steps {
            Steps::Count(steps) => steps as usize,
            Steps::Converged => {
                return Err(CliError::Input(
                    "training.steps = \"converged\": a simulation takes a number of steps, give --steps".into(),
                ));
            }
        };
        let plan = |&delta: &f64| Plan {
            labels: if self.null {
                Labels::Null
            } else {
                Labels::OfInputs
            },
            precision: if self.f32 {
                Precision::Single
            } else {
                Precision::Double
            },
            hessian_at: self.hessian_at.clone(),
            ..Plan::new(delta, self.dim, steps, experiment.numerics.seed)
        };
        Ok(self.delta.iter().map(plan).collect())
    }
}
