//! What a diagram is asked for.

use serde::{Deserialize, Serialize};

use super::{Axis, AxisKey, DiagramError, Quantity};
use crate::experiment::did_you_mean;
use crate::numerics::short;
use crate::threshold::At;

/// A quantity over one or two axes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Request {
    /// What every cell holds.
    pub quantity: Quantity,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis; without it the diagram is a curve.
    pub y: Option<Axis>,
    /// What quantities need besides the experiment.
    pub options: Options,
    /// Whether only cells near the phase boundary are computed.
    pub adaptive: bool,
}

/// What quantities need besides the experiment; absent where they do not.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Options {
    /// n/d, where it is not an axis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<f64>,
    /// When the Hessian is taken, where no axis gives it; at initialisation unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// d, where it is not an axis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dim: Option<u64>,
    /// The squared part of the weights in hard directions at which these count as found; 0.1 unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fraction: Option<f64>,
    /// Simulated runs of a cell; 8 unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runs: Option<u64>,
}

const FRACTION: f64 = 0.1;
const RUNS: u64 = 8;

/// The most cells of a diagram.
pub(super) const MOST_CELLS: usize = 1_000_000;

impl Request {
    /// nx.
    pub fn columns(&self) -> usize {
        self.x.values.len()
    }

    /// ny, one for a curve.
    pub fn rows(&self) -> usize {
        self.y.as_ref().map_or(1, |y| y.values.len())
    }

    /// nx ny.
    pub fn cells(&self) -> usize {
        self.columns() * self.rows()
    }

    /// Whether one of the axes is that of `name`.
    pub fn has_axis(&self, name: &str) -> bool {
        self.axes().any(|axis| axis.key.name() == name)
    }

    /// The axes, x first.
    pub fn axes(&self) -> impl Iterator<Item = &Axis> {
        std::iter::once(&self.x).chain(&self.y)
    }

    /// The axis values of a cell, x first.
    pub fn place(&self, cell: usize) -> impl Iterator<Item = (AxisKey, f64)> + '_ {
        let indices = [cell % self.columns(), cell / self.columns()];
        self.axes()
            .zip(indices)
            .map(|(axis, index)| (axis.key, axis.values[index]))
    }

    /// Where a cell lies, in words: `delta = 2, training.init_std = 0.5`.
    pub fn place_words(&self, cell: usize) -> String {
        let words: Vec<String> = self
            .place(cell)
            .map(|(key, value)| format!("{} = {}", key.name(), short(value)))
            .collect();
        words.join(", ")
    }

    /// The request with every option filled in that the quantity has a use for.
    ///
    /// # Errors
    /// When axes or options are missing, or given to no purpose: the first fault, by the name of its option.
    pub fn complete(mut self) -> Result<Self, DiagramError> {
        self.check_axes()?;
        let quantity = self.quantity;
        let options = &self.options;
        self.check_need("delta", quantity.needs_delta(), options.delta.is_some())?;
        self.check_need("dim", quantity.needs_dim(), options.dim.is_some())?;
        let over_steps = self.has_axis("training.steps");
        if options.at.is_some() && over_steps {
            refuse("--at: an axis over training.steps says the step already".into())?;
        }
        let name = quantity.name();
        let fill = |option: &str, used: bool, given: bool| match (used, given) {
            (false, true) => {
                refuse(format!("--{option}: {name} does not depend on it")).map(|()| false)
            }
            _ => Ok(used),
        };
        let simulated = quantity == Quantity::SuccessFraction;
        let at = fill("at", quantity.needs_hessian(), options.at.is_some())?;
        let fraction = fill("fraction", quantity.needs_dim(), options.fraction.is_some())?;
        let runs = fill("runs", simulated, options.runs.is_some())?;
        let options = &mut self.options;
        options.at = options.at.or((at && !over_steps).then_some(At::Steps(0)));
        options.fraction = options.fraction.or(fraction.then_some(FRACTION));
        options.runs = options.runs.or(runs.then_some(RUNS));
        self.check_numbers()?;
        Ok(self)
    }

    /// Refuses a number of steps for all cells where an axis gives those of each.
    ///
    /// # Errors
    /// When both are there.
    pub fn check_steps(&self, steps: Option<u64>) -> Result<(), DiagramError> {
        match steps {
            Some(_) if self.has_axis("training.steps") => {
                refuse("--steps: an axis over training.steps gives it already".into())
            }
            _ => Ok(()),
        }
    }

    fn check_axes(&self) -> Result<(), DiagramError> {
        if self.axes().any(|axis| axis.values.is_empty()) {
            return refuse("an axis has no values".into());
        }
        if self.x.key.name() == self.y.as_ref().map_or("", |y| y.key.name()) {
            return refuse(format!("--x and --y are both over {}", self.x.key.name()));
        }
        if self.columns().saturating_mul(self.rows()) > MOST_CELLS {
            return refuse(format!(
                "{} x {} cells are more than {MOST_CELLS}",
                self.columns(),
                self.rows()
            ));
        }
        if self.adaptive && self.quantity.boundary().is_none() {
            return refuse(format!(
                "--adaptive: {} has no phase boundary to refine; margin and success_fraction have one",
                self.quantity.name()
            ));
        }
        Ok(())
    }

    fn check_need(&self, axis: &str, needed: bool, given: bool) -> Result<(), DiagramError> {
        let name = self.quantity.name();
        refuse(match (needed, self.has_axis(axis), given) {
            (true, false, false) => format!("{name} needs --{axis}, or an axis over {axis}"),
            (true, true, true) => format!("--{axis}: an axis gives it already"),
            (false, true, _) => format!("an axis over {axis}: {name} does not depend on it"),
            (false, _, true) => format!("--{axis}: {name} does not depend on it"),
            _ => return Ok(()),
        })
    }

    fn check_numbers(&self) -> Result<(), DiagramError> {
        let Options { fraction, runs, .. } = self.options;
        if let Some(fraction) = fraction.filter(|f| !(*f > 0.0 && *f < 1.0)) {
            return refuse(format!(
                "--fraction {fraction:?}: the squared part of the weights in the hard directions lies between 0 and 1"
            ));
        }
        match runs {
            Some(0) => refuse("--runs 0: at least one run is needed".into()),
            _ => Ok(()),
        }
    }
}

fn refuse(reason: String) -> Result<(), DiagramError> {
    Err(DiagramError::Request(reason))
}

impl Quantity {
    /// Whether a cell has an n/d.
    pub fn needs_delta(self) -> bool {
        !matches!(self, Self::DeltaNn | Self::DeltaAlg)
    }

    /// Whether a cell has a dimension d.
    pub fn needs_dim(self) -> bool {
        matches!(self, Self::EscapeTime | Self::SuccessFraction)
    }

    /// Whether the Hessian is taken at one step.
    pub fn needs_hessian(self) -> bool {
        matches!(
            self,
            Self::Margin | Self::Outlier | Self::Overlap | Self::DeltaNn
        )
    }

    /// Whether a cell has a network that is trained for a number of steps.
    pub(super) fn needs_steps(self) -> bool {
        matches!(self, Self::EscapeTime | Self::SuccessFraction)
    }

    /// By the name that is typed.
    ///
    /// # Errors
    /// In words, when no quantity has that name.
    pub fn parse(name: &str) -> Result<Self, String> {
        let named = Self::ALL.into_iter().find(|known| known.name() == name);
        named.ok_or_else(|| {
            let names = Self::ALL.map(Self::name);
            format!(
                "unknown quantity{}\n  known: {}",
                did_you_mean(name, &names),
                names.join(", ")
            )
        })
    }
}
