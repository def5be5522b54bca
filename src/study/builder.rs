//! A study in ten lines of code: every line is a field of an experiment, so both are checked alike.

use super::{Error, Study};
use crate::experiment::{Experiment, Override, Source};

/// A study under construction.
#[derive(Clone, Debug)]
#[must_use = "a study is made by `build`"]
pub struct StudyBuilder {
    fields: Vec<Override>,
}

/// A loss, by its name and parameters, or as an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    kind: String,
    parameter: Option<(&'static str, f64)>,
}

/// Full-batch gradient descent and its relatives.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a rule belongs to a study: StudyBuilder::train"]
pub struct GradientDescent {
    fields: Vec<Override>,
}

impl Loss {
    /// `(y - f)^2/2`.
    pub fn square() -> Self {
        Self::named("square", None)
    }

    /// `w^2 (sqrt(1 + ((y - f)/w)^2) - 1)` of width w.
    pub fn pseudo_huber(width: f64) -> Self {
        Self::named("pseudo-huber", Some(("loss.width", width)))
    }

    /// `ln(1 + exp(-y f))`.
    pub fn logistic() -> Self {
        Self::named("logistic", None)
    }

    /// `-y f`.
    pub fn correlation() -> Self {
        Self::named("correlation", None)
    }

    /// `(y - f)^2/(2 (a + |y|))` with the offset a.
    pub fn normalised_square(offset: f64) -> Self {
        Self::named("normalised-square", Some(("loss.offset", offset)))
    }

    /// An expression in y and f.
    pub fn expression(formula: &str) -> Self {
        Self::named(formula, None)
    }

    fn named(kind: &str, parameter: Option<(&'static str, f64)>) -> Self {
        Self {
            kind: kind.to_owned(),
            parameter,
        }
    }
}

impl GradientDescent {
    /// With step size eta, from rows of norm one.
    pub fn new(step_size: f64) -> Self {
        Self {
            fields: vec![
                Override::new("training.step_size", step_size),
                Override::new("training.steps", "converged"),
                Override::new("training.init_std", 1.0),
            ],
        }
    }

    /// s_w, the norm of the rows of W at initialisation.
    pub fn init_std(self, init_std: f64) -> Self {
        self.with("training.init_std", init_std)
    }

    /// The ridge lambda.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        self.with("training.weight_decay", weight_decay)
    }

    /// beta of heavy-ball momentum.
    pub fn momentum(self, momentum: f64) -> Self {
        self.with("training.momentum", momentum)
    }

    /// The step sizes of readout and biases, zero where they are not trained.
    pub fn head_steps(self, readout: f64, bias: f64) -> Self {
        self.with("training.readout_step_size", readout)
            .with("training.bias_step_size", bias)
    }

    /// Rows are brought back to their norm s_w after every step.
    pub fn spherical(self) -> Self {
        self.with("training.spherical", true)
    }

    /// Training is cut off after T steps.
    pub fn steps(self, steps: u32) -> Self {
        self.with("training.steps", i64::from(steps))
    }

    fn with(mut self, field: &str, value: impl Into<toml::Value>) -> Self {
        self.fields.push(Override::new(field, value));
        self
    }
}

impl StudyBuilder {
    pub(super) fn new(link: &str) -> Self {
        Self {
            fields: vec![Override::new("target.link", link)],
        }
    }

    /// The channel between link and label, `gaussian`, `logistic`, `flip` or `poisson`, with its noise.
    pub fn channel(self, kind: &str, noise: f64) -> Self {
        self.set("target.channel", kind).set("target.noise", noise)
    }

    /// A network `f(u) = sum_j a_j s(u_j)` with activation s (an expression in u, or a name) and readout a.
    pub fn network(self, activation: &str, readout: impl IntoIterator<Item = f64>) -> Self {
        let readout: Vec<f64> = readout.into_iter().collect();
        self.set("network.activation", activation)
            .set("network.readout", readout)
    }

    /// Biases of the neurons (m).
    pub fn bias(self, bias: impl IntoIterator<Item = f64>) -> Self {
        self.set("network.bias", bias.into_iter().collect::<Vec<f64>>())
    }

    /// The loss.
    pub fn loss(self, loss: Loss) -> Self {
        let builder = self.set("loss.kind", loss.kind);
        match loss.parameter {
            Some((field, value)) => builder.set(field, value),
            None => builder,
        }
    }

    /// The training rule.
    pub fn train(mut self, rule: GradientDescent) -> Self {
        self.fields.extend(rule.fields);
        self
    }

    /// Samples of a replicate, and replicates.
    pub fn samples(self, samples: u32, replicates: u32) -> Self {
        self.set("numerics.samples", i64::from(samples))
            .set("numerics.replicates", i64::from(replicates))
    }

    /// Any field of an experiment file, by its full name.
    pub fn set(mut self, field: &str, value: impl Into<toml::Value>) -> Self {
        self.fields.push(Override::new(field, value));
        self
    }

    /// Checks everything.
    ///
    /// # Errors
    /// The first field that is refused, by name.
    pub fn build(self) -> Result<Study, Error> {
        let experiment = Experiment::load(&Source::Text(String::new()), &self.fields)?;
        Ok(Study::new(experiment)?)
    }
}
