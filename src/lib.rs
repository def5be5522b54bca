//! Thresholds of feature learning in the proportional limit.

pub mod numerics;
pub mod expression;
pub mod target;
pub mod network;
pub mod experiment;
pub mod recovery;
pub mod hessian;
pub mod phase1;
pub mod threshold;
pub mod report;
pub mod cli;
pub mod models;
