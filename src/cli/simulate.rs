//! `onset simulate`.

mod crossing;
mod escape;

use clap::Args;

use super::options::{DataOptions, ExperimentOptions, GlobalOptions, MOST_RUNS, PlotOptions};
use super::output::{Delivery, PlotFile};
use super::{CliError, interrupt};
use crate::curvature::Side;
use crate::experiment::Experiment;
use crate::hessian::Spectrum;
use crate::numerics::Progress;
use crate::report::{Sheet, SimulationPlot, SimulationReport, simulation_picture};
use crate::simulation::{Aim, Labels, MOST_STEPS, Plan, Prepared, Request};
use crate::study::{At, Study};
use crate::threshold::Until;

/// Train on data of finite size: the quantities of the theory, measured
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset simulate examples/phase_retrieval.toml --delta 6 --dim 1000 --steps 40 --runs 8\n  \
    onset simulate examples/phase_retrieval.toml --delta 6 --steps 10 --hessian-at 0,10 --plot runs.svg\n  \
    onset simulate examples/phase_retrieval.toml --delta 2,3,4,6 --dim 200,400 --steps 100 --until-escape 0.3 --plot escape.svg\n  \
    onset simulate examples/phase_retrieval.toml --delta 1,1.5,2,2.5,3 --dim 100,200,400 --hessian-at 10 --crossing\n\n\
    Ctrl-C, or SIGTERM from a batch system, ends a simulation with the runs that are finished."
)]
pub(super) struct SimulateCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
    /// Samples per dimension, n/d; several with --until-escape or --crossing
    #[arg(
        long,
        value_name = "NUMBER,..",
        value_delimiter = ',',
        required = true,
        allow_negative_numbers = true
    )]
    delta: Vec<f64>,
    /// Dimension d; several with --until-escape or --crossing
    #[arg(
        long,
        value_name = "D,..",
        value_delimiter = ',',
        default_value = "1000",
        allow_negative_numbers = true
    )]
    dim: Vec<usize>,
    /// Independent runs behind the error bars
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=MOST_RUNS), allow_negative_numbers = true)]
    runs: u64,
    /// Steps of training; stands above training.steps
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(i64).range(0..=MOST_STEPS as i64), allow_negative_numbers = true)]
    steps: Option<i64>,
    /// Steps at which the ends of the Hessian's spectrum are computed, `end` for the last; the theory in the picture then follows it by implicit steps
    #[arg(
        long,
        value_name = "T,..",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    hessian_at: Vec<At>,
    #[command(flatten)]
    data: DataOptions,
    /// Train until this squared part of the weights lies in the hard directions, at most for the steps given
    #[arg(long, value_name = "LEVEL", conflicts_with_all = ["hessian_at", "null"], allow_negative_numbers = true)]
    until_escape: Option<f64>,
    /// Train for at most this number times ln d, instead of the same number of steps in every dimension
    #[arg(
        long,
        value_name = "NUMBER",
        conflicts_with = "steps",
        requires = "until_escape",
        allow_negative_numbers = true
    )]
    steps_per_log: Option<f64>,
    /// Steps for which the theory beside --until-escape is followed at most; its time grows with their square
    #[arg(
        long,
        value_name = "T",
        default_value_t = 200,
        requires = "until_escape"
    )]
    theory_steps: usize,
    /// d^(1/3) times the squared overlap of the Hessian's lowest eigenvector with the hard directions, over delta: the
    /// curves of several dimensions cross near delta_NN(T); T is the step of --hessian-at, or else the last
    #[arg(long, conflicts_with_all = ["until_escape", "null"])]
    crossing: bool,
    /// No predictions and thresholds beside --until-escape and --crossing
    #[arg(long)]
    no_theory: bool,
    #[command(flatten)]
    plot: PlotOptions,
}

/// What both kinds of simulation work with.
struct Context<'a> {
    global: &'a GlobalOptions,
    experiment: &'a Experiment,
    study: &'a Study,
    prepared: &'a Prepared<'a>,
    plot: Option<PlotFile>,
    /// Whether the theory follows late steps by implicit ones.
    to_the_end: bool,
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
        let until = Until {
            steps: at,
            implicit: self.to_the_end,
        };
        self.study.check_memory(until.rows())?;
        let problem = self.study.problem()?;
        let found = problem.spectrum(plan.delta, until, Side::Left, progress)?;
        let mut spectrum = found.spectrum;
        if plan.labels == Labels::Null {
            // labels that know nothing of the inputs send no outlier out of the bulk
            spectrum.outliers.clear();
        }
        Ok(spectrum)
    }
}

impl SimulateCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let request = self.request();
        request.check()?;
        let plot = self.experiment.files().plot(&self.plot)?;
        let steps = self.steps.map(i64::unsigned_abs);
        let experiment = self.experiment.load_for(global, steps)?;
        let to_the_end = self.hessian_at.contains(&At::End);
        let study = global.study(experiment, to_the_end)?;
        let context = Context {
            global,
            experiment: study.experiment(),
            study: &study,
            prepared: &request.prepare(&study, &global.progress())?,
            plot,
            to_the_end,
        };
        match self.until_escape {
            Some(level) => self.escapes(&context, level),
            None if self.crossing => self.crossing(&context),
            None => self.curves(&context),
        }
    }

    fn curves(&self, context: &Context) -> Result<Delivery, CliError> {
        let stop = interrupt::watch()?;
        let progress = context.global.progress();
        let simulation = &context.prepared.simulation;
        let ensemble = context.prepared.ensemble(self.runs, &progress, &stop)?;
        let name = context.experiment.name.as_deref();
        drop(progress);
        let report = SimulationReport::of(context.study, &ensemble, simulation.hard_basis());
        let text = context.global.render(|| report.text(), || report.json())?;
        let picture = |sheet: &Sheet| {
            let progress = context.global.progress();
            Ok(simulation_picture(
                &SimulationPlot {
                    ensemble: &ensemble,
                    hard_basis: simulation.hard_basis(),
                    theory: &context.theory(&ensemble.plan, &progress),
                    name,
                },
                sheet,
            )?)
        };
        Ok(Delivery::printed(&text).and_draw(context.plot.as_ref(), picture))
    }

    fn request(&self) -> Request {
        let aim = match (self.until_escape, self.crossing) {
            (Some(level), _) => Aim::Escape {
                level,
                steps_per_log: self.steps_per_log,
            },
            (None, true) => Aim::Crossing,
            (None, false) => Aim::Curves,
        };
        Request {
            deltas: self.delta.clone(),
            dims: self.dim.clone(),
            hessian_at: self.hessian_at.clone(),
            labels: self.data.labels(),
            precision: self.data.precision(),
            aim,
        }
    }
}
