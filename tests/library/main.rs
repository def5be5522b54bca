//! The library from outside: one module for each subject, one binary for all, because every binary links the whole crate.

mod support;

mod channels;
mod conditional;
mod delta_alg;
mod delta_nn;
mod end;
mod escape_simulation;
mod head;
mod hessian_bulk;
mod hessian_contract;
mod hessian_finite;
mod hessian_models;
mod hessian_robust;
mod honest_bars;
mod interruption;
mod ladder;
mod late;
mod layout;
mod narrow_noise;
mod phase1_invariants;
mod phase1_logistic;
mod phase1_long;
mod phase1_reference;
mod phase1_ridge;
mod phase1_sharpening;
mod phase1_simulation;
mod phase1_squashed_square;
mod rotations;
mod simulation_spectrum;
mod symmetric_links;
mod turned_links;
mod work;
