//! Losses.

use crate::expression::{Jet, Workspace};

use super::{LossExpression, NetworkError};

/// A loss `l(y, f)` of label and prediction.
#[derive(Clone, Debug)]
pub enum Loss {
    /// `(f - y)^2 / 2`
    Square,
    /// `w^2 (sqrt(1 + ((f - y)/w)^2) - 1)`
    PseudoHuber {
        /// w, positive.
        width: f64,
    },
    /// `ln(1 + exp(-y f))`
    Logistic,
    /// `-y f`
    Correlation,
    /// `(y - f)^2 / (2 (a + |y|))`
    NormalisedSquare {
        /// a, positive.
        offset: f64,
    },
    /// An expression in `y` and `f`.
    Expression(LossExpression),
}

impl Loss {
    /// Reads a loss from an expression in `y` and `f`.
    ///
    /// Its second derivative in `f` may jump (as Huber's does), its first may not.
    ///
    /// # Errors
    /// When it does not parse, does not depend on `f`, is not finite for plausible labels and predictions, or its
    /// first derivative in `f` jumps.
    pub fn from_expression(text: &str) -> Result<Self, NetworkError> {
        LossExpression::parse(text).map(Self::Expression)
    }

    /// The pseudo-Huber loss: quadratic below its width, linear with slope `width` beyond.
    ///
    /// # Errors
    /// When `width` is not positive and finite.
    pub fn pseudo_huber(width: f64) -> Result<Self, NetworkError> {
        positive("width", width).map(|width| Self::PseudoHuber { width })
    }

    /// The square loss divided by `offset + |y|`.
    ///
    /// # Errors
    /// When `offset` is not positive and finite.
    pub fn normalised_square(offset: f64) -> Result<Self, NetworkError> {
        positive("offset", offset).map(|offset| Self::NormalisedSquare { offset })
    }

    /// The name used in experiment files, or the text of an expression.
    pub fn name(&self) -> &str {
        match self {
            Self::Square => "square",
            Self::PseudoHuber { .. } => "pseudo-huber",
            Self::Logistic => "logistic",
            Self::Correlation => "correlation",
            Self::NormalisedSquare { .. } => "normalised-square",
            Self::Expression(expression) => expression.text(),
        }
    }

    /// Whether it is the same when label and prediction are both reversed: proved from the formula, where it is one.
    pub(super) fn is_even(&self) -> bool {
        match self {
            Self::Square
            | Self::PseudoHuber { .. }
            | Self::Logistic
            | Self::Correlation
            | Self::NormalisedSquare { .. } => true,
            Self::Expression(expression) => expression.is_even(),
        }
    }

    /// The loss and its first two derivatives in the prediction `f`.
    #[inline]
    pub fn jet(&self, y: f64, f: f64) -> Jet {
        match self {
            Self::Square => square(y, f),
            Self::PseudoHuber { width } => pseudo_huber(*width, y, f),
            Self::Logistic => logistic(y, f),
            Self::Correlation => correlation(y, f),
            Self::NormalisedSquare { offset } => normalised_square(*offset, y, f),
            Self::Expression(expression) => expression.jet(y, f),
        }
    }

    /// The jets of many samples, as many as `out` holds; equal to [`jet`](Self::jet) bit for bit.
    ///
    /// # Panics
    /// When `labels` or `predictions` is shorter than `out`.
    pub fn jets_into(
        &self,
        labels: &[f64],
        predictions: &[f64],
        out: &mut [Jet],
        workspace: &mut Workspace,
    ) {
        match self {
            Self::Square => each(labels, predictions, out, square),
            Self::PseudoHuber { width } => {
                each(labels, predictions, out, |y, f| pseudo_huber(*width, y, f))
            }
            Self::Logistic => each(labels, predictions, out, logistic),
            Self::Correlation => each(labels, predictions, out, correlation),
            Self::NormalisedSquare { offset } => {
                each(labels, predictions, out, |y, f| {
                    normalised_square(*offset, y, f)
                });
            }
            Self::Expression(expression) => {
                expression.jets_into(labels, predictions, out, workspace)
            }
        }
    }
}

fn positive(parameter: &'static str, value: f64) -> Result<f64, NetworkError> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(NetworkError::LossParameter { parameter, value })
    }
}

fn each(labels: &[f64], predictions: &[f64], out: &mut [Jet], jet: impl Fn(f64, f64) -> Jet) {
    let count = out.len();
    for ((out, &y), &f) in out
        .iter_mut()
        .zip(&labels[..count])
        .zip(&predictions[..count])
    {
        *out = jet(y, f);
    }
}

fn square(y: f64, f: f64) -> Jet {
    let residual = f - y;
    Jet {
        value: 0.5 * residual * residual,
        first: residual,
        second: 1.0,
    }
}

/// Beyond this many widths `1 + t^2` rounds to `t^2`, and near the largest double it would overflow.
const FAR: f64 = 1e8;

fn pseudo_huber(width: f64, y: f64, f: f64) -> Jet {
    let t = (f - y) / width;
    let root = if t.abs() < FAR {
        (1.0 + t * t).sqrt()
    } else {
        t.abs()
    };
    let slope = t / root;
    // sqrt(1 + t^2) - 1 = t^2/(1 + sqrt(1 + t^2)), without cancellation.
    let value = width * width * (t * (t / (1.0 + root)));
    Jet {
        value,
        first: width * slope,
        second: 1.0 / (root * root * root),
    }
}

fn logistic(y: f64, f: f64) -> Jet {
    let margin = y * f;
    // The exponential is of -|margin| and cannot overflow.
    let e = (-margin.abs()).exp();
    let inverse = 1.0 / (1.0 + e);
    let wrong = if margin >= 0.0 { e * inverse } else { inverse };
    Jet {
        value: (-margin).max(0.0) + e.ln_1p(),
        first: -y * wrong,
        second: y * y * (e * inverse * inverse),
    }
}

fn correlation(y: f64, f: f64) -> Jet {
    Jet {
        value: -y * f,
        first: -y,
        second: 0.0,
    }
}

fn normalised_square(offset: f64, y: f64, f: f64) -> Jet {
    let weight = 1.0 / (offset + y.abs());
    let residual = f - y;
    Jet {
        value: 0.5 * residual * residual * weight,
        first: residual * weight,
        second: weight,
    }
}
