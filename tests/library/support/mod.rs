//! What the tests of one subject share.

pub mod hessian;
pub mod phase1;
