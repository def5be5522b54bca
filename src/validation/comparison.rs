//! Theory and simulation at every delta and dimension.

use super::bulk::BulkDistance;
use super::check::{Check, Place};
use super::curves::{CurveChecks, growth_ratio, small_growth};
use super::ends::Ends;
use super::error::ValidationError;
use super::hessian::HessianChecks;
use super::trend::Trend;
use super::verdict::Verdict;
use crate::numerics::{Measured, Progress};
use crate::phase1::{Curves, ReachedSplit};
use crate::simulation::{
    Ensemble, Labels, Moment, Plan, Precision, Simulation, SimulationError, Stop,
};
use crate::threshold::{Prediction, Problem, Question, Until};

/// Where the two sides are compared.
#[derive(Clone, Debug)]
pub struct Settings {
    /// n/d.
    pub deltas: Vec<f64>,
    /// d, increasing.
    pub dims: Vec<usize>,
    /// Runs at each delta and dimension, at least two.
    pub runs: u64,
    /// T, and whether the theory follows late steps by implicit ones.
    pub until: Until,
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
    pub theory: &'a Problem<'a>,
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
    /// The simulations, one for each dimension; at least one, the others only if they were finished.
    pub ensembles: Vec<Ensemble>,
}

/// The outcome.
#[derive(Clone, Debug)]
pub struct Validation {
    /// What was asked for.
    pub settings: Settings,
    /// Which latent directions training reaches, and which are hard.
    pub split: ReachedSplit,
    /// One for each delta, as far as these were finished.
    pub cells: Vec<Cell>,
    /// The bulks as a whole, where all eigenvalues are known: by delta, dimension, step.
    pub bulks: Vec<BulkDistance>,
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
            ..Plan::new(delta, dim, self.until.steps, self.seed)
        }
    }
}

impl Comparison<'_> {
    /// The simulations that the settings ask for, one for each delta and dimension.
    fn plans(&self, settings: &Settings, delta: f64) -> Vec<Plan> {
        let split = self.theory.training.split;
        let (m, k) = (self.theory.training.neurons(), split.hard.ncols());
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
        self.theory.training.cost(settings.until.rows())?;
        Ok(())
    }

    /// Runs both sides and compares them. Once `stop` says so, what is finished is compared.
    ///
    /// # Errors
    /// When either side fails, or nothing was finished.
    pub fn run(
        &self,
        settings: &Settings,
        progress: &dyn Progress,
        stop: Stop,
    ) -> Result<Validation, ValidationError> {
        let mut cells = Vec::with_capacity(settings.deltas.len());
        for &delta in &settings.deltas {
            if stop() {
                break;
            }
            cells.extend(self.cell(settings, delta, progress, stop)?);
        }
        if cells.is_empty() {
            return Err(ValidationError::Interrupted);
        }
        let (mut checks, mut bulks) = (Vec::new(), Vec::new());
        for cell in &cells {
            for ensemble in &cell.ensembles {
                self.compare(settings, cell, ensemble, &mut checks, &mut bulks);
            }
        }
        let trends = trends(&checks);
        let verdict = Verdict::new(&checks, &trends, settings.level);
        Ok(Validation {
            settings: settings.clone(),
            split: self.theory.training.split.clone(),
            cells,
            bulks,
            checks,
            trends,
            verdict,
        })
    }

    /// Both sides at one delta, or nothing if not even two runs were finished.
    fn cell(
        &self,
        settings: &Settings,
        delta: f64,
        progress: &dyn Progress,
        stop: Stop,
    ) -> Result<Option<Cell>, ValidationError> {
        let question = Question {
            delta,
            until: settings.until,
            spectra_at: settings.hessian_at.clone(),
            points: DENSITY_POINTS,
            // labels that know nothing of the hard latents do not make them grow
            growth: settings.labels == Labels::OfInputs,
        };
        let prediction = self.theory.predict(&question, progress)?;
        let mut ensembles = Vec::with_capacity(settings.dims.len());
        for plan in self.plans(settings, delta) {
            let ensemble = self
                .simulation
                .ensemble(&plan, settings.runs, progress, stop);
            match ensemble {
                // an error bar takes two
                Ok(ensemble) if ensemble.runs.len() > 1 => ensembles.push(ensemble),
                Ok(_) | Err(SimulationError::Interrupted) => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok((!ensembles.is_empty()).then_some(Cell {
            delta,
            prediction,
            ensembles,
        }))
    }

    /// All checks at one delta and dimension.
    fn compare(
        &self,
        settings: &Settings,
        cell: &Cell,
        ensemble: &Ensemble,
        checks: &mut Vec<Check>,
        bulks: &mut Vec<BulkDistance>,
    ) {
        let (prediction, split) = (&cell.prediction, self.theory.training.split);
        let single = cell.ensembles.len() == 1;
        let curves = CurveChecks {
            prediction,
            ensemble,
            split,
            single,
        };
        checks.extend(curves.all());
        let dim = ensemble.plan.dim;
        // what `simulation` singles out: latents, and the rows of W and of the gradient
        let special = split.hard.ncols() + 2 * self.theory.training.neurons();
        for (theory, runs) in prediction.spectra.iter().zip(ensemble.hessians()) {
            let ends = Ends::new(&runs, dim, special);
            let place = Place {
                delta: cell.delta,
                dim,
                step: theory.step,
            };
            let row = prediction.curves.entry(theory.step);
            let hessian = HessianChecks {
                theory,
                replicates: prediction.replicates,
                ends: &ends,
                place,
                labels: settings.labels,
                standing: small_growth(prediction, ensemble, row),
                growth: 1.0 + growth_ratio(prediction, settings.labels, row),
                single,
                smallest_dim: settings.dims[0],
            };
            checks.extend(hessian.all());
            let bulk = BulkDistance::new(&theory.left, &runs, &ends, place, settings.seed);
            checks.extend(bulk.iter().map(|bulk| hessian.bulk(bulk)));
            bulks.extend(bulk);
        }
    }
}

impl Cell {
    /// Dimensions, increasing.
    pub fn dims(&self) -> Vec<usize> {
        let ensembles = self.ensembles.iter();
        ensembles.map(|ensemble| ensemble.plan.dim).collect()
    }

    /// The simulation of the largest dimension.
    pub fn largest(&self) -> &Ensemble {
        &self.ensembles[self.ensembles.len() - 1]
    }
}

impl Validation {
    /// All dimensions that were simulated, increasing.
    pub fn dims(&self) -> Vec<usize> {
        // an interruption ends all that follows, so nothing has more than the first
        self.cells.first().map_or_else(Vec::new, Cell::dims)
    }

    /// How many runs were finished.
    pub fn finished(&self) -> usize {
        let ensembles = self.cells.iter().flat_map(|cell| &cell.ensembles);
        ensembles.map(|ensemble| ensemble.runs.len()).sum()
    }

    /// How many runs were asked for.
    pub fn requested(&self) -> u64 {
        let Settings {
            deltas, dims, runs, ..
        } = &self.settings;
        runs * (deltas.len() * dims.len()) as u64
    }

    /// Whether runs are missing.
    pub fn interrupted(&self) -> bool {
        (self.finished() as u64) < self.requested()
    }

    /// The curves of the simulation at the largest dimension of a cell.
    pub fn measured(&self, cell: &Cell) -> Curves {
        let ensemble = cell.largest();
        let ReachedSplit { reached, hard, .. } = &self.split;
        let dim = ensemble.plan.dim;
        let growth = |moment: &Moment| moment.hard_growth(hard, dim);
        let (hard_growth, hard_growth_trace) = if hard.nrows() > 0 {
            let trace = |moment: &Moment| growth(moment).trace();
            (ensemble.matrix_curve(growth), ensemble.curve(trace))
        } else {
            (Vec::new(), Vec::<Measured>::new())
        };
        Curves {
            delta: cell.delta,
            at_steps: (0..=ensemble.plan.steps).map(|step| step as f64).collect(),
            train_loss: ensemble.curve(|moment| moment.train_loss),
            test_loss: ensemble.curve(|moment| moment.test_loss),
            gradient_norm: ensemble.curve(|moment| moment.gradient_norm),
            gram: ensemble.matrix_curve(|moment| moment.gram.clone()),
            overlap: ensemble.matrix_curve(|moment| moment.overlap.clone()),
            reached_overlap: ensemble.matrix_curve(|moment| &moment.overlap * reached.transpose()),
            readout: ensemble.head_curve(|head| &head.readout),
            bias: ensemble.head_curve(|head| &head.bias),
            hard_growth,
            hard_growth_trace,
            // no panel shows it
            hard_spread: Vec::new(),
        }
    }
}

/// The trends of all numbers that were compared at several dimensions.
fn trends(checks: &[Check]) -> Vec<Trend> {
    checks
        .iter()
        .filter(|check| check.at_largest_dim(checks))
        .filter_map(|last| {
            let same: Vec<&Check> = checks.iter().filter(|c| c.same_but_dim(last)).collect();
            Trend::new(&same)
        })
        .collect()
}
