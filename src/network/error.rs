//! Why a network or a loss cannot be built.

use std::fmt;
use std::ops::Range;

use crate::expression::ExpressionError;

use super::MAX_NEURONS;

/// Which of a function and its derivatives is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// The function itself.
    Value,
    /// Its first derivative.
    First,
    /// Its second derivative.
    Second,
}

impl fmt::Display for Order {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Value => "value",
            Self::First => "first derivative",
            Self::Second => "second derivative",
        })
    }
}

/// Why a network or loss cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// The text of an activation or a loss is not an expression.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// A single word that names no activation.
    #[error(
        "unknown activation `{name}`{}; the built-in activations are {known}, or write an expression in u",
        suggestion(.meant)
    )]
    UnknownActivation {
        /// The word.
        name: String,
        /// The closest built-in name, if one is close.
        meant: Option<String>,
        /// All built-in names.
        known: String,
    },
    /// A well-known activation that is not twice continuously differentiable.
    #[error("{name} is not twice continuously differentiable: {reason}; {instead}")]
    RoughActivation {
        /// Its name.
        name: String,
        /// What goes wrong.
        reason: &'static str,
        /// What to use instead.
        instead: &'static str,
    },
    /// An activation whose value or derivatives jump.
    #[error(
        "the activation is not twice continuously differentiable: its {order} jumps from {} to {} at u = {}{}",
        short(*.left), short(*.right), short(*.at), delta_mass(*.order)
    )]
    ActivationJump {
        /// What jumps.
        order: Order,
        /// Where.
        at: f64,
        /// The limit from the left.
        left: f64,
        /// The limit from the right.
        right: f64,
    },
    /// An activation whose value or derivatives are not finite somewhere in the range that is checked.
    #[error("the activation's {order} is not finite at u = {} (checked on [-50, 50])", short(*.at))]
    ActivationNotFinite {
        /// What is not finite.
        order: Order,
        /// Where.
        at: f64,
    },
    /// An activation that does not depend on `u`.
    #[error(
        "the activation `{text}` is constant: its gradient vanishes and nothing can be learned"
    )]
    ConstantActivation {
        /// Its text.
        text: String,
    },
    /// A loss whose value or slope jumps.
    #[error(
        "the loss's {order} in f jumps from {} to {} at f = {} for the label y = {}{}",
        short(*.left), short(*.right), short(*.at), short(*.label), delta_mass(*.order)
    )]
    LossJump {
        /// What jumps.
        order: Order,
        /// The label.
        label: f64,
        /// The prediction at which it jumps.
        at: f64,
        /// The limit from below.
        left: f64,
        /// The limit from above.
        right: f64,
    },
    /// A loss that is not finite for plausible labels and predictions.
    #[error(
        "the loss's {order} in f is not finite at y = {}, f = {} (checked for y and f in [-5, 5])",
        short(*.label), short(*.at)
    )]
    LossNotFinite {
        /// What is not finite.
        order: Order,
        /// The label.
        label: f64,
        /// The prediction.
        at: f64,
    },
    /// A loss that does not depend on the prediction.
    #[error(
        "the loss `{text}` does not depend on the prediction f: its gradient vanishes and nothing can be learned"
    )]
    ConstantLoss {
        /// Its text.
        text: String,
    },
    /// A parameter of a loss that has to be positive and finite.
    #[error("the loss's {parameter} must be positive and finite, not {value}")]
    LossParameter {
        /// Its name.
        parameter: &'static str,
        /// Its value.
        value: f64,
    },
    /// A network without neurons.
    #[error("a network needs at least one neuron; the readout is empty")]
    NoNeurons,
    /// More neurons than the spectral theory is computed for.
    #[error("{neurons} neurons are too many: at most {MAX_NEURONS} are supported")]
    TooManyNeurons {
        /// How many there are.
        neurons: usize,
    },
    /// A bias per neuron is needed.
    #[error("the bias has {bias} entries but the readout has {readout}: one bias per neuron")]
    BiasLength {
        /// Length of the bias.
        bias: usize,
        /// Length of the readout.
        readout: usize,
    },
    /// A readout or bias entry that is not a finite number.
    #[error("{what} {} is {value}: it must be finite", .index + 1)]
    EntryNotFinite {
        /// "readout" or "bias".
        what: &'static str,
        /// The neuron, from zero.
        index: usize,
        /// The entry.
        value: f64,
    },
    /// A readout of zeros.
    #[error(
        "all {neurons} readout entries are zero: the output is constant and nothing can be learned"
    )]
    ZeroReadout {
        /// How many there are.
        neurons: usize,
    },
    /// A scale that is zero or not a finite number.
    #[error("the scale is {value}: it must be finite and not zero")]
    Scale {
        /// The scale.
        value: f64,
    },
}

impl NetworkError {
    /// The characters of the text that are at fault, where it is no expression.
    pub fn place(&self) -> Option<Range<usize>> {
        match self {
            Self::Expression(error) => Some(error.char_span()),
            _ => None,
        }
    }
}

fn suggestion(meant: &Option<String>) -> String {
    meant
        .as_ref()
        .map(|name| format!(" (did you mean `{name}`?)"))
        .unwrap_or_default()
}

/// Why a jump of the slope is fatal; the other jumps explain themselves.
fn delta_mass(order: Order) -> &'static str {
    match order {
        Order::First => {
            "; its curvature has a delta mass there, which the Hessian formula would miss"
        }
        Order::Value | Order::Second => "",
    }
}

/// A number for reading: limits and roots are known to about six digits only.
fn short(value: f64) -> String {
    // Adding zero turns the -0 that rounding may leave into 0.
    format!("{}", (value * 1e6).round() / 1e6 + 0.0)
}
