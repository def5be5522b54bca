//! The best network: parameters of an experiment with the smallest delta_NN(T).
//!
//! delta_NN(T) is minimised over ranges of numeric fields by the Nelder-Mead method, from several starts (restarts) that are
//! scattered over the ranges. All evaluations share one seed, so that the function is smooth and differences of two networks are
//! more accurate than either threshold. A minimum over noisy numbers is too low on average; so the best network's threshold is
//! computed once more with other random numbers, and that is what is compared with delta_alg, the bound for every network.
//!
//! The minimum often is a kink, where the bulk's left edge turns from soft to hard; the method needs no derivatives.

mod error;
mod judge;
mod objective;
mod outcome;
mod range;
mod request;
mod run;
mod search;
mod simplex;
mod space;

#[cfg(test)]
mod tests;

pub use error::{DesignError, SearchError};
pub use judge::Verdict;
pub use objective::{DeltaNn, Objective, other_seed};
pub use outcome::{Agreement, Best, Gap, Outcome};
pub use range::{Measure, Range};
pub use request::{Found, Request};
pub use run::{Run, Settings, minimise};
pub use search::{Ended, Evaluation, Restart};
pub use space::{End, Space};
