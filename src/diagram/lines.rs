//! The thresholds beside a diagram that shows n/d: along an axis, or as delta_NN over one field.

use super::{
    Axis, AxisKey, DiagramError, Fingerprint, Options, Outcome, Plan, Quantity, Request, Spacing,
    sweep,
};
use crate::experiment::NumericKey;
use crate::numerics::Progress;
use crate::simulation::Stop;
use crate::threshold::At;

/// A threshold in n/d along the other axis of a diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdLine {
    /// What it is.
    pub quantity: Quantity,
    /// The step T of delta_NN(T); absent where it is the other axis.
    pub at: Option<At>,
    /// Points (x, y) in the coordinates of the diagram; infinite where the threshold is, not a number where there is none.
    pub points: Vec<(f64, f64)>,
}

/// The threshold `quantity` (delta_alg or delta_NN) for every value of the axis beside n/d, or delta_alg beside curves of delta_NN of one target; `None` if the
/// diagram shows no n/d that it could stand at, or `stop` came first.
///
/// # Errors
/// When an experiment cannot be used; a threshold that cannot be computed parts the line.
pub fn threshold_line(
    fingerprint: &Fingerprint,
    quantity: Quantity,
    progress: &dyn Progress,
    stop: Stop,
) -> Result<Option<ThresholdLine>, DiagramError> {
    let request = &fingerprint.request;
    let other_target = |axis: &Axis| axis.key.name().starts_with("target.");
    let beside_delta_nn = quantity == Quantity::DeltaAlg
        && request.quantity == Quantity::DeltaNn
        && !request.y.as_ref().is_some_and(other_target);
    if !request.has_axis("delta") && !beside_delta_nn {
        return Ok(None);
    }
    let other = request.axes().find(|axis| axis.key != AxisKey::Delta);
    // neither threshold depends on the dimension, so it is that of one experiment
    let field = other.filter(|axis| axis.key != AxisKey::Dim);
    let over_steps = request.has_axis("training.steps");
    let at = request.options.at.unwrap_or(At::Steps(0));
    let nn = quantity == Quantity::DeltaNn;
    let at = (nn && !over_steps).then_some(at);
    let along = Request {
        quantity,
        x: field.cloned().map_or_else(|| lone_axis(fingerprint), Ok)?,
        y: None,
        options: Options {
            at,
            ..Options::default()
        },
        adaptive: false,
    };
    let plan = Plan::new(&fingerprint.template()?, along)?;
    let mut values = vec![f64::NAN; plan.request.cells()];
    let all: Vec<usize> = (0..values.len()).collect();
    let mut sink = |cell: &super::Cell| {
        values[cell.index] = delta(&cell.outcome);
        Ok(())
    };
    sweep(&plan, &all, &mut sink, progress, stop)?;
    if stop() {
        // half a line would look like a threshold that ends
        return Ok(None);
    }
    Ok(Some(ThresholdLine {
        quantity,
        at,
        points: points(request, other, &values),
    }))
}

/// An axis of one value that changes nothing.
fn lone_axis(fingerprint: &Fingerprint) -> Result<Axis, DiagramError> {
    let key = AxisKey::Field(NumericKey::parse("numerics.seed")?);
    Axis::new(key, Spacing::List, vec![fingerprint.seed as f64]).map_err(DiagramError::Request)
}

fn delta(outcome: &Outcome) -> f64 {
    match outcome {
        Outcome::Value(value) => value.value,
        Outcome::Absent { .. } => f64::INFINITY,
        Outcome::Failed { .. } => f64::NAN,
    }
}

/// The thresholds as points of the diagram; a threshold of one experiment crosses it from end to end.
fn points(request: &Request, other: Option<&Axis>, values: &[f64]) -> Vec<(f64, f64)> {
    let delta_is_x = request.x.key == AxisKey::Delta;
    let place = |delta: f64, beside: f64| match delta_is_x {
        true => (delta, beside),
        false => (beside, delta),
    };
    match other {
        Some(axis) if values.len() == axis.values.len() => {
            let pairs = values.iter().zip(&axis.values);
            pairs
                .map(|(delta, beside)| place(*delta, *beside))
                .collect()
        }
        _ => [f64::NEG_INFINITY, f64::INFINITY]
            .map(|end| place(values[0], end))
            .to_vec(),
    }
}
