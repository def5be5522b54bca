//! delta_alg: the threshold of the best first-order method, and of the best spectral method.

mod operator;
mod sampled;
mod spectral;
mod threshold;

pub use operator::InformationOperator;
pub use sampled::{SampleBudget, sampled_threshold};
pub use spectral::best_direction;
pub use threshold::{
    AlgorithmicThreshold, RecoveryError, Threshold, algorithmic_threshold, threshold_from_moments,
};
