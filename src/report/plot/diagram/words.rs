//! What is shown, in words.

use crate::diagram::Quantity;
use crate::report::number;

/// The quantity beside an axis or a colour bar.
pub(super) fn quantity(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Margin => "margin lambda_min(A)",
        Quantity::Outlier => "lowest informative outlier",
        Quantity::Overlap => "squared overlap of the outlier",
        Quantity::DeltaNn => "delta_NN",
        Quantity::DeltaAlg => "delta_alg",
        Quantity::EscapeTime => "step of escape",
        Quantity::SuccessFraction => "fraction of runs that escape",
    }
}

/// What the two phases are called, below and above the boundary.
pub(super) fn phases(of: Quantity) -> Option<[&'static str; 2]> {
    match of {
        Quantity::Margin => Some(["visible", "hidden"]),
        Quantity::SuccessFraction => Some(["not found", "found"]),
        _ => None,
    }
}

/// The phase boundary: where the quantity has this value.
pub(super) fn boundary(of: Quantity, level: f64) -> String {
    let name = match of {
        Quantity::SuccessFraction => "success fraction",
        other => other.name(),
    };
    format!("{name} = {}", number::short(level))
}
