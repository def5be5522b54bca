//! Every cell's experiment, resolved and checked before anything is computed.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use nalgebra::DMatrix;

use super::{AxisKey, DiagramError, Quantity, Request};
use crate::experiment::{Experiment, Steps, Template};
use crate::numerics::{MemoryBudget, USABLE_MEMORY};
use crate::recovery::AlgorithmicThreshold;
use crate::simulation::Simulation;
use crate::study::Study;
use crate::threshold::{At, DELTAS};

/// A diagram that can be computed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What was asked for.
    pub request: Request,
    /// The distinct experiments, by their first cell.
    pub groups: Vec<Group>,
    /// Those of the distinct targets, each computed when it is first needed.
    algorithmic: Vec<OnceLock<Result<Arc<AlgorithmicThreshold>, String>>>,
    /// Bytes that the theory of one cell takes at most.
    cell_bytes: usize,
}

/// The cells of one experiment: they differ in n/d and dimension only, and share what does not depend on these.
#[derive(Clone, Debug)]
pub struct Group {
    /// The experiment.
    pub experiment: Experiment,
    /// Its cells by increasing index.
    pub cells: Vec<Place>,
    /// Which of the plan's distinct targets is its own.
    target: usize,
}

/// Where a cell lies within its group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Its index, `iy * nx + ix`.
    pub index: usize,
    /// n/d, for quantities that have one.
    pub delta: Option<f64>,
    /// d, for quantities that have one.
    pub dim: Option<u64>,
}

impl Plan {
    /// Resolves and checks the experiment of every cell: `template` with the values of the axes.
    ///
    /// # Errors
    /// When the request contradicts itself, or at the first cell whose experiment cannot be used.
    pub fn new(template: &Template, request: Request) -> Result<Self, DiagramError> {
        let request = request.complete()?;
        let mut groups: Vec<Group> = Vec::new();
        let mut known: HashMap<Vec<u64>, usize> = HashMap::new();
        let mut targets: HashMap<String, usize> = HashMap::new();
        for index in 0..request.cells() {
            let place = place(&request, index)?;
            let fields: Vec<u64> = fields(&request, index).map(|(_, v)| v.to_bits()).collect();
            match known.get(&fields) {
                Some(&group) => groups[group].cells.push(place),
                None => {
                    known.insert(fields, groups.len());
                    let experiment = resolve(template, &request, index)?;
                    // sections that print alike are alike: numbers print with all their digits
                    let (next, section) = (targets.len(), format!("{:?}", experiment.target));
                    let target = *targets.entry(section).or_insert(next);
                    groups.push(Group {
                        experiment,
                        cells: vec![place],
                        target,
                    });
                }
            }
        }
        let mut plan = Self {
            request,
            groups,
            algorithmic: vec![OnceLock::new(); targets.len()],
            cell_bytes: 0,
        };
        plan.cell_bytes = plan.check()?;
        Ok(plan)
    }

    /// How many cells to compute at once on so many threads, with so many bytes of memory at hand (none: nobody knows).
    pub(super) fn lanes(&self, threads: usize, memory: Option<f64>) -> usize {
        if self.request.quantity == Quantity::SuccessFraction {
            // runs of one simulation already go side by side, as many as memory holds
            return 1;
        }
        let fitting = memory.map(|bytes| (USABLE_MEMORY * bytes / self.cell_bytes as f64) as usize);
        threads.min(fitting.unwrap_or(threads)).max(1)
    }

    /// The experiment of the first cell.
    pub fn first(&self) -> &Experiment {
        &self.groups[0].experiment
    }

    /// Easy and hard directions of a group's target, and their thresholds.
    ///
    /// # Errors
    /// In words, when they cannot be computed.
    pub(super) fn algorithmic(&self, group: &Group) -> Result<&Arc<AlgorithmicThreshold>, String> {
        let compute = || {
            let study = Study::new(group.experiment.clone()).map_err(|e| e.to_string())?;
            study.shared_algorithmic().map_err(|e| e.to_string())
        };
        let known = self.algorithmic[group.target].get_or_init(compute);
        known.as_ref().map_err(Clone::clone)
    }

    /// Builds every experiment once, to see whether it can be, and what its theory takes at most (bytes).
    fn check(&self) -> Result<usize, DiagramError> {
        let (mut most, memory) = (0, MemoryBudget::now());
        for group in &self.groups {
            let at = |index: usize| {
                let request = &self.request;
                move |reason: String| refused(request, index, reason)
            };
            let first = at(group.cells[0].index);
            group.experiment.check().map_err(|e| first(e.to_string()))?;
            if self.request.quantity == Quantity::DeltaAlg {
                continue;
            }
            let study = Study::new(group.experiment.clone());
            let study = study.map_err(|e| first(e.to_string()))?;
            let student = study.student().map_err(|e| first(e.to_string()))?;
            let steps = self.at(&group.experiment).map_err(&first)?.rows();
            if self.request.quantity != Quantity::SuccessFraction {
                let fits = study.check_memory_within(steps, memory);
                fits.map_err(|error| first(error.to_string()))?;
            }
            let bytes = study.theory_bytes(steps);
            most = most.max(bytes.map_err(|e| first(e.to_string()))?);
            if self.request.quantity != Quantity::SuccessFraction {
                continue;
            }
            let nothing_hard = DMatrix::zeros(0, study.as_teacher().latent_dim());
            let simulation = Simulation::of(study.as_teacher(), student, &nothing_hard);
            for place in &group.cells {
                let plan = self.simulation(&group.experiment, *place);
                let plan = plan.map_err(at(place.index))?;
                simulation
                    .check(&plan)
                    .map_err(|e| at(place.index)(e.to_string()))?;
            }
        }
        Ok(most)
    }

    /// When a cell's Hessian is taken, or the number of steps that a cell trains for.
    ///
    /// # Errors
    /// In words, when training has no such step.
    pub(super) fn at(&self, experiment: &Experiment) -> Result<At, String> {
        let training = experiment.training().map_err(|error| error.to_string())?;
        let over_steps = self.request.has_axis("training.steps");
        if self.request.quantity.needs_steps() || over_steps {
            return match training.steps {
                Steps::Count(steps) => Ok(At::Steps(steps as usize)),
                Steps::Converged => Err(format!(
                    "training.steps = \"converged\": {} takes a number of steps, give --steps",
                    self.request.quantity.name()
                )),
            };
        }
        let at = self.request.options.at.unwrap_or(At::Steps(0));
        match (training.steps, at) {
            (Steps::Count(count), At::Steps(at)) if at as u64 > count => Err(format!(
                "--at {at}: training ends before, training.steps = {count} (--steps {at})"
            )),
            _ => Ok(at),
        }
    }

    /// What a cell simulates.
    ///
    /// # Errors
    /// In words, when the cell has no n/d, dimension or number of steps.
    pub(super) fn simulation(
        &self,
        experiment: &Experiment,
        place: Place,
    ) -> Result<crate::simulation::Plan, String> {
        let (Some(delta), Some(dim)) = (place.delta, place.dim) else {
            return Err("a simulation needs n/d and a dimension".to_owned());
        };
        Ok(crate::simulation::Plan::new(
            delta,
            dim as usize,
            self.at(experiment)?.rows(),
            experiment.numerics.seed,
        ))
    }
}

fn refused(request: &Request, cell: usize, reason: String) -> DiagramError {
    DiagramError::Cell {
        cell,
        place: request.place_words(cell),
        reason,
    }
}

/// The axis values that are fields of the experiment.
fn fields(
    request: &Request,
    index: usize,
) -> impl Iterator<Item = (crate::experiment::NumericKey, f64)> + '_ {
    request.place(index).filter_map(|(key, value)| match key {
        AxisKey::Field(field) => Some((field, value)),
        AxisKey::Delta | AxisKey::Dim => None,
    })
}

fn resolve(
    template: &Template,
    request: &Request,
    index: usize,
) -> Result<Experiment, DiagramError> {
    let refuse =
        |error: crate::experiment::ExperimentError| refused(request, index, error.to_string());
    let mut all = Vec::new();
    for (field, value) in fields(request, index) {
        all.push(field.set(value).map_err(refuse)?);
    }
    template.resolve(&all).map_err(refuse)
}

/// n/d and dimension of a cell, within the range of what can be computed.
fn place(request: &Request, index: usize) -> Result<Place, DiagramError> {
    let value = |wanted: &str, otherwise: Option<f64>| {
        let on_axis = request.place(index).find(|(key, _)| key.name() == wanted);
        on_axis.map(|(_, value)| value).or(otherwise)
    };
    let (delta, dim) = (
        value("delta", request.options.delta),
        value("dim", request.options.dim.map(|dim| dim as f64)),
    );
    let reason = match (delta, dim) {
        (Some(delta), _) if !DELTAS.contains(&delta) => format!(
            "delta = {delta:?}: n/d has to lie between {:e} and {:e}, as far as the equations can be solved",
            DELTAS.start(),
            DELTAS.end()
        ),
        (_, Some(dim)) if !(dim >= 2.0 && dim.fract() == 0.0 && dim <= f64::from(u32::MAX)) => {
            format!("dim = {dim}: the dimension d has to be a whole number, 2 or more")
        }
        _ => {
            return Ok(Place {
                index,
                delta,
                dim: dim.map(|dim| dim as u64),
            });
        }
    };
    Err(refused(request, index, reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::{Axis, Options};
    use crate::experiment::Source;

    fn plan(quantity: Quantity, steps: u64) -> Plan {
        let text = format!(
            "[target]\nlink = \"z1^2\"\n[network]\nactivation = \"tanh(u)\"\nreadout = [1.0, 1.0]\n[loss]\nkind = \"square\"\n\
             [training]\nstep_size = 0.1\ninit_std = 0.5\nsteps = {steps}\n[numerics]\nsamples = 65536\n"
        );
        let request = Request {
            quantity,
            x: Axis::parse("--x", "delta=1,2").unwrap(),
            y: None,
            options: Options {
                at: Some(At::Steps(steps as usize)),
                ..Options::default()
            },
            adaptive: false,
        };
        let template = Template::read(&Source::Text(text)).unwrap();
        Plan::new(&template, request).unwrap()
    }

    #[test]
    fn cells_that_train_long_are_computed_one_after_the_other_where_memory_is_short() {
        let trained = plan(Quantity::Margin, 500);
        // histories of two neurons: three numbers of four bytes at each of 501 steps
        let paths = 65536.0 * 501.0 * 2.0 * 12.0;
        let bytes = trained.cell_bytes as f64;
        assert!(bytes > paths && bytes < 1.1 * paths, "{bytes} {paths}");
        assert_eq!(trained.lanes(64, Some(4.0 * bytes)), 3);
        assert_eq!(trained.lanes(64, Some(0.5 * bytes)), 1);
        assert_eq!(trained.lanes(64, None), 64);
        assert_eq!(plan(Quantity::Margin, 0).lanes(64, Some(4.0 * bytes)), 64);
    }
}
