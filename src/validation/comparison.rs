//! Theory and simulation at every delta and dimension.

use super::check::Check;
use super::curves::CurveChecks;
use super::error::ValidationError;
use super::trend::Trend;
use super::verdict::Verdict;
use crate::numerics::Progress;
use crate::simulation::{Ensemble, Labels, Plan, Precision, Simulation, Stop};
use crate::threshold::{Prediction, TrainedProblem};

/// Where the two sides are compared.
#[derive(Clone, Debug)]
pub struct Settings {
    /// n/d.
    pub deltas: Vec<f64>,
    /// d, increasing.
    pub dims: Vec<usize>,
    /// Runs at each delta and dimension, at least two.
    pub runs: u64,
    /// T.
    pub steps: usize,
    /// Steps with a Hessian.
    pub hessian_at: Vec<usize>,
    /// What labels are made of.
    pub labels: Labels,
    /// How inputs are stored.
    pub precision: Precision,
    /// Probability of any disagreement where there is none.
    pub level: f64,
    /// Seed of the simulation.
    pub seed: u64,
}

/// Both sides of one experiment.
pub struct Comparison<'a> {
    /// The limit of large dimension.
    pub theory: &'a TrainedProblem<'a>,
    /// Networks trained on data; its hard directions are those of the theory.
    pub simulation: &'a Simulation<'a>,
}

/// Theory and simulations at one delta.
#[derive(Clone, Debug)]
pub struct Cell {
    /// n/d.
    pub delta: f64,
    /// The theory.
    pub prediction: Prediction,
    /// The simulations, one for each dimension.
    pub ensembles: Vec<Ensemble>,
}

/// The outcome.
#[derive(Clone, Debug)]
pub struct Validation {
    /// What was asked for.
    pub settings: Settings,
    /// One for each delta.
    pub cells: Vec<Cell>,
    /// All checks: by delta, dimension, step.
    pub checks: Vec<Check>,
    /// Trends of the checks at the largest dimension, where there are several.
    pub trends: Vec<Trend>,
    /// What follows.
    pub verdict: Verdict,
}

/// Points of the density: its integral is then good to 1e-4, below what runs differ.
const DENSITY_POINTS: usize = 400;

impl Settings {
    /// The simulation at one delta and dimension. Beside the latents, the rows of W and of the gradient can send
    /// eigenvectors out of the bulk.
    fn plan(&self, delta: f64, dim: usize, neurons: usize, latents: usize) -> Plan {
        Plan {
            labels: self.labels,
            precision: self.precision,
            hessian_at: self.hessian_at.clone(),
            more_pairs: neurons * (latents + 2),
            ..Plan::new(delta, dim, self.steps, self.seed)
        }
    }
}

impl Comparison<'_> {
    /// The simulations that the settings ask for, one for each delta and dimension.
    fn plans(&self, settings: &Settings, delta: f64) -> Vec<Plan> {
        let split = self.theory.split();
        let (m, k) = (self.theory.neurons(), split.hard.ncols());
        let dims = settings.dims.iter();
        dims.map(|&dim| settings.plan(delta, dim, m, k)).collect()
    }

    /// Whether everything asked for can be carried out here.
    ///
    /// # Errors
    /// When sizes mean nothing, or a run does not fit into memory.
    pub fn check(&self, settings: &Settings) -> Result<(), ValidationError> {
        for &delta in &settings.deltas {
            for plan in self.plans(settings, delta) {
                self.simulation.check(&plan)?;
            }
        }
        self.theory.cost(settings.steps)?;
        Ok(())
    }

    /// Runs both sides and compares them.
    ///
    /// # Errors
    /// When either side fails.
    pub fn run(
        &self,
        settings: &Settings,
        progress: &dyn Progress,
        stop: Stop,
    ) -> Result<Validation, ValidationError> {
        let mut cells = Vec::with_capacity(settings.deltas.len());
        for &delta in &settings.deltas {
            cells.push(self.cell(settings, delta, progress, stop)?);
        }
        let checks: Vec<Check> = cells.iter().flat_map(|cell| self.checks(cell)).collect();
        let trends = trends(&checks);
        let verdict = Verdict::new(&checks, &trends, settings.level);
        Ok(Validation {
            settings: settings.clone(),
            cells,
            checks,
            trends,
            verdict,
        })
    }

    fn cell(
        &self,
        settings: &Settings,
        delta: f64,
        progress: &dyn Progress,
        stop: Stop,
    ) -> Result<Cell, ValidationError> {
        let (steps, at) = (settings.steps, &settings.hessian_at);
        let prediction = self
            .theory
            .predict(delta, steps, at, DENSITY_POINTS, progress)?;
        let mut ensembles = Vec::with_capacity(settings.dims.len());
        for plan in self.plans(settings, delta) {
            let ensemble = self
                .simulation
                .ensemble(&plan, settings.runs, progress, stop)?;
            let runs = ensemble.runs.len();
            if runs < 2 {
                let dim = plan.dim;
                return Err(ValidationError::TooFewRuns { delta, dim, runs });
            }
            ensembles.push(ensemble);
        }
        Ok(Cell {
            delta,
            prediction,
            ensembles,
        })
    }

    fn checks(&self, cell: &Cell) -> Vec<Check> {
        let single = cell.ensembles.len() == 1;
        let of = |ensemble| {
            CurveChecks {
                prediction: &cell.prediction,
                ensemble,
                split: self.theory.split(),
                single,
            }
            .all()
        };
        cell.ensembles.iter().flat_map(of).collect()
    }
}

/// The trends of all numbers that were compared at several dimensions.
fn trends(checks: &[Check]) -> Vec<Trend> {
    let largest = checks.iter().map(|check| check.dim).max().unwrap_or(0);
    checks
        .iter()
        .filter(|check| check.dim == largest)
        .filter_map(|last| {
            let same: Vec<&Check> = checks.iter().filter(|c| c.same_but_dim(last)).collect();
            Trend::new(&same)
        })
        .collect()
}
