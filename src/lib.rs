//! Thresholds of feature learning in the proportional limit.
//!
//! Samples `x ~ N(0, I_d)` carry labels that depend on `k` hidden directions only, through
//! `z = Θᵀx`: `y = φ(z)`, perhaps with noise. A two-layer network `f(Wx)` with `m` neurons is
//! trained on `n` of them by gradient descent, and `n, d → ∞` at fixed `δ = n/d`. Directions that
//! are not visible in `E[z | y]` are *hard*: they wait for the Hessian to show them. How many samples per
//! dimension does that take? Two thresholds answer.
//!
//! **`delta_alg`**, for the best first-order method, whatever it computes:
//!
//! ```text
//! 1/δ_alg = spectral radius of  M ↦ E_y[ G(y) M G(y) ],        G(y) = E[ z zᵀ − I | y ]
//! ```
//!
//! **`delta_NN`**, for this network with this loss. With `D` the curvature of one sample's
//! loss in the pre-activations, the Hessian's bulk follows from its block resolvent `S(ζ)`, and
//! eigenvalues outside the bulk that carry hard directions are the zeros of `det A(ζ)`:
//!
//! ```text
//! S⁻¹  = −ζ I + E[K],           K = D (I + S D/δ)⁻¹
//! A(ζ) = −ζ I + E[K ⊗ z zᵀ],    margin(δ) = λ_min( A(left edge of the bulk) )
//! ```
//!
//! `delta_NN(T)` is where the margin becomes negative for the Hessian after `T` steps: a negative
//! outlier appears whose eigenvector leans towards `Θ`. Always `delta_NN ≥ delta_alg`. The law of D after
//! T steps is that of phase 1: dynamical mean-field theory in discrete time. The equations with their sources
//! are in `docs/theory.md`, the reasons behind crates and algorithms in `docs/choices.md`, and the
//! command `onset` is shown in `README.md`.
//!
//! # Map
//!
//! Data flows down this list and never back up.
//!
//! | module | what it holds |
//! |---|---|
//! | [`numerics`] | Gauss rules, randomised Sobol points, root finding, symmetric matrices, sums in a fixed order |
//! | [`expression`] | formulas: values, exact derivatives, places where they are not smooth |
//! | [`teacher`] | link and channel; the label's law with `E[z ∣ y]` and `G(y)` |
//! | [`network`] | activation, readout, loss; the curvature `D` sample by sample |
//! | [`curvature`] | the law of `D` as a weighted sample; symmetry of the neurons, infimum of the support |
//! | [`experiment`] | the TOML file with its overrides and defaults |
//! | [`recovery`] | easy and hard directions, `delta_alg`, the best spectral method |
//! | [`hessian`] | resolvent curve, bulk density, edges, outliers and overlaps, margin |
//! | [`phase1`] | training in the limit of large dimension; the joint law of `D`, label and latent |
//! | [`threshold`] | `delta_NN`: crossings of the margin, effective thresholds, error bars |
//! | [`study`] | `Study`: teacher, student, training; what is known of them, computed once |
//! | [`simulation`] | finite n: data, training, Hessians, escapes and crossings, averages over runs |
//! | [`validation`] | theory beside simulation: checks, trends over dimensions, verdict |
//! | [`diagram`] | phase diagrams: one quantity over one or two axes of an experiment |
//! | [`design`] | search for the parameters with the smallest `delta_NN(T)` |
//! | [`overview`] | all that one page tells of a study |
//! | [`report`] | tables, JSON, pictures, the page |
//! | [`failure`] | what went wrong, in words, and whose part it is to mend it |
//! | [`cli`] | the commands |
//!
//! [`models`] stands beside them: solvable models with their known answers, for tests and examples.
//!
//! # Features
//!
//! Without default features this is the theory with its experiment files and reports as text and JSON.
//!
//! | feature | what it adds |
//! |---|---|
//! | `simulation` | finite n, and what asks for all there is: [`simulation`], [`validation`], [`diagram`], [`design`], [`overview`] |
//! | `plot` | pictures as SVG, and the page (implies `simulation`) |
//! | `png` | the same pictures as PNG (implies `plot`) |
//! | `pdf` | the same pictures as PDF (implies `png`) |
//! | `cli` | the command `onset` (implies `plot`) |
//!
//! # Ten lines
//!
//! ```
//! use onset::study::{GradientDescent, Loss, Study};
//! use onset::numerics::Silent;
//!
//! // What any first-order method needs to find one latent direction from its square: n/d = 1/2.
//! let study = Study::teacher("z1^2")
//!     .network("u^2", [1.0])
//!     .loss(Loss::normalised_square(1.0))
//!     .train(GradientDescent::new(0.1).init_std(1.0))
//!     .build()?;
//! let delta_alg = study.algorithmic()?.delta_alg.finite().unwrap();
//! assert!((delta_alg.value - 0.5).abs() < 1e-9);
//!
//! // What one quadratic neuron needs to see it before the first step.
//! let delta_nn = study.problem()?.delta_nn(0, &Silent)?.delta_nn.finite().unwrap();
//! assert!((delta_nn.value - 1.1349).abs() < 1e-3, "{delta_nn:?}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A threshold is a [`recovery::Threshold`]: finite with its error, infinite or undefined with the
//! reason in words. An error is returned only where a computation failed.

pub mod numerics;

pub mod expression;

pub mod teacher;

pub mod network;

pub mod curvature;

pub mod experiment;

pub mod recovery;

pub mod hessian;

pub mod phase1;

pub mod threshold;

pub mod study;

#[cfg(feature = "simulation")]
pub mod simulation;

#[cfg(feature = "simulation")]
pub mod validation;

#[cfg(feature = "simulation")]
pub mod diagram;

#[cfg(feature = "simulation")]
pub mod design;

#[cfg(feature = "simulation")]
pub mod overview;

pub mod report;

pub mod failure;

#[cfg(feature = "cli")]
pub mod cli;

pub mod models;
