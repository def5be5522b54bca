//! What a diagram shows.

use serde::{Deserialize, Serialize};

/// The quantity computed in every cell.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// lambda_min(A(min(edge, 0))): negative where an informative outlier is out.
    Margin,
    /// The lowest informative outlier.
    Outlier,
    /// Its eigenvector's squared overlap with the hard directions.
    Overlap,
    /// delta_NN(T).
    DeltaNn,
    /// delta_alg.
    DeltaAlg,
    /// The step by which half of all runs are predicted to have escaped at dimension d.
    EscapeTime,
    /// The fraction of simulated runs that escape.
    SuccessFraction,
}

impl Quantity {
    /// All, in the order of the help text.
    pub const ALL: [Self; 7] = [
        Self::Margin,
        Self::Outlier,
        Self::Overlap,
        Self::DeltaNn,
        Self::DeltaAlg,
        Self::EscapeTime,
        Self::SuccessFraction,
    ];

    /// As typed after `--quantity`, and as results name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Margin => "margin",
            Self::Outlier => "outlier",
            Self::Overlap => "overlap",
            Self::DeltaNn => "delta_nn",
            Self::DeltaAlg => "delta_alg",
            Self::EscapeTime => "escape_time",
            Self::SuccessFraction => "success_fraction",
        }
    }

    /// The level whose contour is the phase boundary, if the quantity has one.
    pub fn boundary(self) -> Option<f64> {
        match self {
            Self::Margin => Some(0.0),
            Self::SuccessFraction => Some(0.5),
            Self::Outlier | Self::Overlap | Self::DeltaNn | Self::DeltaAlg | Self::EscapeTime => {
                None
            }
        }
    }
}
