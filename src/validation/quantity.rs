//! What is compared.

use std::fmt;

use crate::curvature::Side;

/// A number that theory and simulation both have. Indices count from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Mean loss of the training samples.
    TrainLoss,
    /// Mean loss of fresh samples.
    TestLoss,
    /// `|grad R(W)|_F`.
    GradientNorm,
    /// An entry of `W W^T`.
    Gram(usize, usize),
    /// Overlap of a neuron with a reached direction.
    Overlap(usize, usize),
    /// Readout of a neuron.
    Readout(usize),
    /// Bias of a neuron.
    Bias(usize),
    /// `d |P_V w_j|^2` of neuron j, V the hard directions.
    HardGrowth(usize),
    /// End of the bulk.
    Edge(Side),
    /// Whether a run has an outlier carried by hard directions.
    Presence(Side),
    /// Place of an outlier carried by hard directions, outermost first.
    Outlier(Side, usize),
    /// Squared part of its eigenvector in the hard directions.
    OutlierOverlap(Side, usize),
    /// Distance between the bulk's distribution functions.
    BulkDistance,
}

impl Quantity {
    /// p of the leading finite-size correction, `d^-p`: 2/3 where a bulk ends, 1 elsewhere.
    pub fn exponent(self) -> f64 {
        match self {
            Self::Edge(_) => 2.0 / 3.0,
            _ => 1.0,
        }
    }

    /// Whether it is of the Hessian, rather than of the weights.
    pub fn of_hessian(self) -> bool {
        matches!(
            self,
            Self::Edge(_)
                | Self::Presence(_)
                | Self::Outlier(..)
                | Self::OutlierOverlap(..)
                | Self::BulkDistance
        )
    }
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Left => "left",
        Side::Right => "right",
    }
}

/// The name in tables and JSON; its indices count from one.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TrainLoss => write!(f, "train_loss"),
            Self::TestLoss => write!(f, "test_loss"),
            Self::GradientNorm => write!(f, "gradient_norm"),
            Self::Gram(i, j) => write!(f, "gram[{},{}]", i + 1, j + 1),
            Self::Overlap(j, a) => write!(f, "overlap[{},{}]", j + 1, a + 1),
            Self::Readout(j) => write!(f, "readout[{}]", j + 1),
            Self::Bias(j) => write!(f, "bias[{}]", j + 1),
            Self::HardGrowth(j) => write!(f, "hard_growth[{}]", j + 1),
            Self::Edge(at) => write!(f, "{}_edge", side(at)),
            Self::Presence(at) => write!(f, "{}_outlier_present", side(at)),
            Self::Outlier(at, i) => write!(f, "{}_outlier[{}]", side(at), i + 1),
            Self::OutlierOverlap(at, i) => write!(f, "{}_outlier_overlap[{}]", side(at), i + 1),
            Self::BulkDistance => write!(f, "bulk_distance"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_from_one() {
        assert_eq!(Quantity::Gram(0, 1).to_string(), "gram[1,2]");
        assert_eq!(
            Quantity::OutlierOverlap(Side::Left, 1).to_string(),
            "left_outlier_overlap[2]"
        );
    }
}
