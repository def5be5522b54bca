//! Finite n: networks trained on data, as the theory's independent witness.
//!
//! Nothing here uses the theory: inputs are drawn, a network is trained on them by the rule, and losses, overlaps and
//! Hessians are measured. A [`Simulation`] says what is trained on what, a [`Plan`] how large and how long, and
//! [`Simulation::run`] returns the [`Trajectory`] of one run, [`Simulation::ensemble`] those of many with their averages;
//! [`Simulation::escapes`] waits for the hard directions to be found, and [`crossings`] reads the threshold of an outlier
//! from Hessians of several dimensions.
//!
//! Training is bound by memory: each step is one pass over the inputs in blocks of rows that stay in cache from
//! `u = W x` to the sum of `g x^T`. Blocks and the order of sums are fixed, and every run has its own random
//! stream, so a result does not depend on the number of threads.

mod crossing;
mod data;
mod ensemble;
mod error;
mod escape;
mod hessian;
mod inputs;
mod kernel;
mod measure;
mod memory;
mod plan;
mod prepared;
mod request;
mod risk;
mod run;
mod streams;
mod trainer;

#[cfg(test)]
mod tests;

pub use crossing::{Crossing, LowestOverlap, crossings};
pub use data::Labels;
pub use ensemble::Ensemble;
pub use error::SimulationError;
pub use escape::Escapes;
pub use hessian::{Eigenpair, HessianSpectrum, Method, soft_edge};
pub use inputs::Precision;
pub use measure::Moment;
pub use plan::Plan;
pub use prepared::{Prepared, RequestError};
pub use request::{Aim, MOST_STEPS, Request, Simulated};
use request::{escape_questions, simulate_each};
pub use run::{Simulation, Stop, Trajectory};
