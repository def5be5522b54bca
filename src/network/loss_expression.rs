//! Losses given as expressions.

use crate::expression::{Expression, Jet, Relation, Workspace};

use super::smoothness::{Line, Roughness};
use super::{NetworkError, Order};

/// A loss given as an expression in `y` and `f`.
#[derive(Clone, Debug)]
pub struct LossExpression {
    // Behind a box: the built-in losses are a few bytes.
    expression: Box<Expression>,
}

/// Half-width of the square of labels and predictions on which a loss is checked.
const CHECKED_RANGE: f64 = 5.0;
/// Labels per unit.
const LABELS_PER_UNIT: i32 = 4;
/// Predictions per unit: a multiple of the labels', so that `f = y` is on the grid.
const PREDICTIONS_PER_UNIT: i32 = 16;

impl LossExpression {
    /// Whether it is proved to be the same when `y` and `f` are both reversed.
    pub(super) fn is_even(&self) -> bool {
        let reversed = [(0, -1.0), (1, -1.0)];
        let mut forms = self.expression.normal_forms();
        forms
            .iter_mut()
            .any(|form| form.under(&reversed) == Relation::Same)
    }

    /// Reads and checks an expression in `y` and `f`.
    ///
    /// Labels for which the loss is finite for no prediction at all are outside its domain and are passed over, as
    /// long as some label is inside.
    pub(super) fn parse(text: &str) -> Result<Self, NetworkError> {
        let loss = Self {
            expression: Box::new(Expression::parse(text, &["y", "f"])?),
        };
        loss.check()?;
        Ok(loss)
    }

    /// The text it was read from.
    pub fn text(&self) -> &str {
        self.expression.text()
    }

    /// The expression in `y` (variable 0) and `f` (variable 1).
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    pub(super) fn jet(&self, y: f64, f: f64) -> Jet {
        self.expression.jet(&[y, f], &[0.0, 1.0])
    }

    pub(super) fn jets_into(
        &self,
        y: &[f64],
        f: &[f64],
        out: &mut [Jet],
        workspace: &mut Workspace,
    ) {
        self.expression
            .jets_into(&[y, f], &[0.0, 1.0], out, workspace);
    }

    fn check(&self) -> Result<(), NetworkError> {
        let grid = |per_unit: i32| -> Vec<f64> {
            let steps = (CHECKED_RANGE as i32) * per_unit;
            (-steps..=steps)
                .map(|i| f64::from(i) / f64::from(per_unit))
                .collect()
        };
        let (labels, predictions) = (grid(LABELS_PER_UNIT), grid(PREDICTIONS_PER_UNIT));
        let (mut inside, mut outside, mut moves) = (false, None, false);
        for &y in &labels {
            let line = Line::new(&self.expression, &[y, 0.0], 1);
            let broken: Vec<Roughness> = predictions
                .iter()
                .filter_map(|&f| line.not_finite(f, Order::Second))
                .collect();
            if broken.len() == predictions.len() {
                outside = broken.first().copied();
                continue;
            }
            let rough = broken
                .first()
                .copied()
                .or_else(|| line.roughness(&predictions, Order::First));
            if let Some(roughness) = rough {
                return Err(refusal(roughness, y));
            }
            inside = true;
            moves |= predictions.iter().any(|&f| line.jet(f).first != 0.0);
        }
        match outside {
            Some(roughness) if !inside => Err(refusal(roughness, -CHECKED_RANGE)),
            _ if !moves => Err(NetworkError::ConstantLoss {
                text: self.text().trim().to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

fn refusal(roughness: Roughness, label: f64) -> NetworkError {
    match roughness {
        Roughness::NotFinite { order, at } => NetworkError::LossNotFinite { order, label, at },
        Roughness::Jump {
            order,
            at,
            left,
            right,
        } => NetworkError::LossJump {
            order,
            label,
            at,
            left,
            right,
        },
    }
}
