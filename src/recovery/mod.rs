//! delta_alg: the threshold of the best first-order method, and of the best spectral method.

mod conditional;
mod evolution;
mod operator;
mod sampled;
mod spectral;
mod staircase;
mod threshold;

pub use evolution::{Evolution, Information};
pub use operator::InformationOperator;
pub use sampled::sampled_threshold;
pub use spectral::best_direction;
pub use staircase::Staircase;
pub use threshold::{AlgorithmicThreshold, RecoveryError, Threshold, algorithmic_threshold};
