//! `onset design`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::options::{ExperimentOptions, GlobalOptions};
use super::output::Delivery;
use super::{CliError, compute, interrupt};
use crate::design::{DeltaNn, Outcome, Range, Run, Settings, Space, minimise, other_seed};
use crate::experiment::{Experiment, Template};
use crate::numerics::Progress;
use crate::recovery::AlgorithmicThreshold;
use crate::report::{DesignPlot, DesignReport, Provenance, design_svg};
use crate::study::Study;

/// The network with the smallest delta_NN(T), and how far that is from delta_alg
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset design examples/quadratic_student.toml --over loss.width=0.05..3\n  \
    onset design examples/phase_retrieval.toml --at 10 --over training.init_std=0.1..2 --over loss.width=log:0.1..10\n\n\
    Ctrl-C, or SIGTERM from a batch system, ends a search with what was found; a second one ends it at once."
)]
pub(super) struct DesignCommand {
    #[command(flatten)]
    experiment: ExperimentOptions,
    /// A field that takes real numbers, and its range; with log: steps are equal in the logarithm. May be repeated
    #[arg(long, value_name = "KEY=LO..HI")]
    over: Vec<String>,
    /// Steps T of training at which delta_NN(T) is taken, at most training.steps
    #[arg(
        long,
        value_name = "T",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    at: usize,
    /// Starts of the search
    #[arg(
        long,
        value_name = "N",
        default_value_t = 3,
        allow_negative_numbers = true
    )]
    restarts: usize,
    /// Networks looked at, at most, by all restarts together [default: 40 for each restart and parameter]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    evaluations: Option<usize>,
    /// Relative accuracy of delta_NN at which a restart ends
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 5e-4,
        allow_negative_numbers = true
    )]
    tolerance: f64,
    /// Draw the path of the search into this file (.svg or .png)
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

impl DesignCommand {
    pub fn run(&self, global: &GlobalOptions) -> Result<Delivery, CliError> {
        let ranges: Result<Vec<Range>, _> =
            self.over.iter().map(|text| Range::parse(text)).collect();
        let space = Space::new(ranges?)?;
        let settings = Settings::new(
            space.dims(),
            self.restarts,
            self.evaluations,
            self.tolerance,
        )?;
        let plot = self.experiment.files().plot(self.plot.as_deref())?;
        let template = Template::read(&self.experiment.source())?;
        let overrides = global.overrides(&self.experiment.sets)?;
        space.check(&template, &overrides)?;
        let middle = space.values(&vec![0.5; space.dims()]);
        let middle = space.experiment(&template, &overrides, &middle)?;
        compute::check_step(&middle, self.at)?;
        let algorithmic = self.prepare(global, &middle)?;
        let objective = DeltaNn {
            template: &template,
            overrides: &overrides,
            space: &space,
            steps: self.at,
            algorithmic: Some(Arc::clone(&algorithmic)).filter(|_| !space.moves_target()),
        };
        let outcome = search(global, &space, &objective, settings)?;
        let (best, delta_alg) = match &outcome.best {
            Some(best) => (
                objective.experiment(&best.found.values)?,
                best.found.verdict.delta_alg.as_ref(),
            ),
            None => (middle, None),
        };
        let delta_alg = delta_alg.unwrap_or(&algorithmic.delta_alg);
        let report = DesignReport {
            outcome: &outcome,
            steps: self.at,
            delta_alg,
            fresh_seed: other_seed(best.numerics.seed),
            provenance: Provenance::new(&best),
            name: best.name.as_deref(),
        };
        let text = global.render(|| report.text(), || report.json())?;
        let picture = || {
            Ok(design_svg(&DesignPlot {
                outcome: &outcome,
                steps: self.at,
                delta_alg: delta_alg.finite().map(|alg| alg.value),
                name: best.name.as_deref(),
            })?)
        };
        Ok(Delivery::printed(&text).and_draw(plot.as_ref(), picture))
    }

    /// delta_alg in the middle of the ranges, and what phase 1 is going to take there.
    fn prepare(
        &self,
        global: &GlobalOptions,
        middle: &Experiment,
    ) -> Result<Arc<AlgorithmicThreshold>, CliError> {
        let study = Study::new(middle.clone())?;
        study.check_memory(self.at)?;
        let progress = global.progress();
        progress.report("label law", 0.0);
        let algorithmic = study.shared_algorithmic()?;
        // Training that runs away here may be fine elsewhere.
        if let Ok(training) = study.training() {
            compute::announce(global, &training, self.at)?;
        }
        Ok(algorithmic)
    }
}

/// Searches until the end or Ctrl-C; refuses a search in which every evaluation failed.
fn search(
    global: &GlobalOptions,
    space: &Space,
    objective: &DeltaNn<'_>,
    settings: Settings,
) -> Result<Outcome, CliError> {
    let stop = interrupt::watch()?;
    let progress = global.progress();
    let lanes = rayon::current_num_threads();
    let run = minimise(space, objective, settings, lanes, &progress, &stop);
    if let Some(reason) = common_failure(&run) {
        return Err(CliError::Numerical(reason));
    }
    let outcome = Outcome::new(run, |values| objective.afresh(values));
    drop(progress);
    Ok(outcome)
}

/// Why nothing is known of any network, if so.
fn common_failure(run: &Run) -> Option<String> {
    let evaluations = || run.restarts.iter().flat_map(|restart| &restart.evaluations);
    let Some(first) = evaluations().next() else {
        return Some("interrupted before the first evaluation was finished".into());
    };
    let all = evaluations().all(|evaluation| evaluation.verdict.failed);
    let reason = first.verdict.delta_nn.reason().filter(|_| all)?;
    let count = run.evaluations();
    Some(format!(
        "delta_NN failed for all of {count} networks, first with: {reason}"
    ))
}
