//! The easy/hard split seen by the label alone, and the thresholds of the hard directions.

use nalgebra::{DMatrix, SymmetricEigen};

use super::operator::InformationOperator;
use super::spectral::best_direction;
use crate::numerics::{Measured, SamplingError};
use crate::target::{LabelLaw, LabelMoments, Target, TargetError};

/// A threshold in `delta = n/d`, which may not exist.
#[derive(Clone, Debug, PartialEq)]
pub enum Threshold {
    /// A finite threshold with its error.
    Finite(Measured),
    /// No sampling ratio suffices; the reason in words.
    Infinite {
        /// Why.
        reason: String,
    },
    /// Not defined, or not available by this theory; the reason in words.
    Undefined {
        /// Why.
        reason: String,
    },
}

impl Threshold {
    /// The finite threshold, if it is one.
    pub fn finite(&self) -> Option<Measured> {
        match self {
            Self::Finite(measured) => Some(*measured),
            Self::Infinite { .. } | Self::Undefined { .. } => None,
        }
    }

    /// Why it is not a finite number.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Finite(_) => None,
            Self::Infinite { reason } | Self::Undefined { reason } => Some(reason),
        }
    }

    fn undefined(reason: impl Into<String>) -> Self {
        Self::Undefined {
            reason: reason.into(),
        }
    }
}

/// What `onset alg` reports.
#[derive(Clone, Debug)]
pub struct AlgorithmicThreshold {
    /// Latent dimension k.
    pub latent_dim: usize,
    /// Orthonormal rows spanning the easy subspace (easy_dim x k).
    pub easy_basis: DMatrix<f64>,
    /// Orthonormal rows spanning the hard subspace (hard_dim x k).
    pub hard_basis: DMatrix<f64>,
    /// Optimal first-order threshold.
    pub delta_alg: Threshold,
    /// Best scalar-preprocessing spectral threshold.
    pub delta_spec: Threshold,
    /// Top eigenvector of F as a symmetric matrix (k x k), unit Frobenius norm; absent when undefined.
    pub direction: Option<DMatrix<f64>>,
    /// Remarks for the user (border cases).
    pub remarks: Vec<String>,
}

/// Why delta_alg could not be computed.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// The target itself.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The two resolutions disagree too much for the result to be shown.
    #[error(
        "{quantity} is {value:.6} at the fine resolution, but the coarse one differs by {error:.1e}: \
         the quadrature does not resolve this link"
    )]
    NotConverged {
        /// What was computed.
        quantity: &'static str,
        /// Its value at the fine resolution.
        value: f64,
        /// The difference of the resolutions.
        error: f64,
    },
    /// The estimate from samples is too noisy to be shown.
    #[error(
        "{quantity} is {value:.3} +- {error:.1e} from these samples: raise numerics.samples or numerics.replicates"
    )]
    Noisy {
        /// What was estimated.
        quantity: &'static str,
        /// Its value.
        value: f64,
        /// Its error.
        error: f64,
    },
    /// The samples cannot be drawn.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
}

/// Relative error above which a threshold is refused instead of printed.
const TOLERANCE: f64 = 2e-2;

/// Spectral radius of F that counts as zero, by latent dimension: F is a square of moments that
/// the quadrature leaves at about the square root of this where they vanish.
const ZERO_FLOOR: [f64; 3] = [1e-10, 1e-8, 1e-5];

/// An easy direction with less than this is reported as a border case.
const BORDER: f64 = 1e-3;

/// Computes the algorithmic threshold of a target.
///
/// # Errors
/// When the link cannot be integrated, or the quadrature does not reach its tolerance.
pub fn algorithmic_threshold(target: &Target) -> Result<AlgorithmicThreshold, RecoveryError> {
    let moments = LabelMoments::new(&target.informative_core())?;
    threshold_from_moments(&moments)
}

/// Computes the algorithmic threshold from the label's law.
///
/// # Errors
/// When the quadrature does not reach its tolerance.
pub fn threshold_from_moments(
    moments: &LabelMoments,
) -> Result<AlgorithmicThreshold, RecoveryError> {
    let k = moments.fine.latent_dim();
    check(
        "the label's total probability",
        moments.measure(LabelLaw::mass),
        1.0,
    )?;
    let split = Split::new(moments);
    let mut report = AlgorithmicThreshold {
        latent_dim: k,
        easy_basis: split.easy,
        hard_basis: split.hard,
        delta_alg: Threshold::undefined(""),
        delta_spec: Threshold::undefined(""),
        direction: None,
        remarks: split.remarks,
    };
    if report.hard_basis.nrows() == 0 {
        report.delta_alg = Threshold::Finite(Measured::new(0.0, 0.0));
        report.delta_spec = report.delta_alg.clone();
        report.remarks.push(
            "every direction is easy: E[z | y] spans the latent space, and delta_alg = 0"
                .to_owned(),
        );
    } else if report.easy_basis.nrows() > 0 {
        let reason = "E[z | y] is not zero: the directions of the easy basis are learned at every delta > 0, and the \
                      threshold of the remaining ones needs the theory conditional on them, which this version does not have";
        report.delta_alg = Threshold::undefined(reason);
        report.delta_spec = Threshold::undefined(reason);
    } else {
        unconditional(moments, &mut report)?;
    }
    Ok(report)
}

fn unconditional(
    moments: &LabelMoments,
    report: &mut AlgorithmicThreshold,
) -> Result<(), RecoveryError> {
    let radius = moments.measure(|law| InformationOperator::new(law).top().0);
    let floor = ZERO_FLOOR[report.latent_dim.min(ZERO_FLOOR.len()) - 1];
    if radius.value <= floor.max(3.0 * radius.error) {
        let reason = format!(
            "E[z z^T | y] = I for every label (F = {:.0e} within the quadrature error): the label carries no \
             second-order information on any direction, and no first-order method learns it at any n/d",
            radius.value.max(0.0)
        );
        report.delta_alg = Threshold::Infinite {
            reason: reason.clone(),
        };
        report.delta_spec = Threshold::Infinite { reason };
        return Ok(());
    }
    report.direction = Some(InformationOperator::new(&moments.fine).top().1);
    let spectral = moments.measure(|law| best_direction(law).0);
    report.delta_alg = Threshold::Finite(check("delta_alg", inverse(radius), 0.0)?);
    report.delta_spec = Threshold::Finite(check("delta_spec", inverse(spectral), 0.0)?);
    Ok(())
}

/// Relative error that the two resolutions share: labels beyond the outermost quantile bins.
const COMMON_ERROR: f64 = 1e-9;

fn inverse(rate: Measured) -> Measured {
    let value = 1.0 / rate.value;
    Measured::new(value, value * (rate.relative_error() + COMMON_ERROR))
}

/// Refuses a number that is not converged, or is off its known value (if that is not zero).
fn check(
    quantity: &'static str,
    measured: Measured,
    known: f64,
) -> Result<Measured, RecoveryError> {
    let off = if known == 0.0 {
        0.0
    } else {
        (measured.value - known).abs()
    };
    let error = measured.error.max(off);
    if error <= TOLERANCE * measured.value.abs() {
        Ok(measured)
    } else {
        Err(RecoveryError::NotConverged {
            quantity,
            value: measured.value,
            error,
        })
    }
}

struct Split {
    easy: DMatrix<f64>,
    hard: DMatrix<f64>,
    remarks: Vec<String>,
}

impl Split {
    /// First step of the staircase: the range of `E_y[v v^T]`, `v = E[z | y]`.
    fn new(moments: &LabelMoments) -> Self {
        let k = moments.fine.latent_dim();
        let fine = mean_energy(&moments.fine);
        let error = (&fine - mean_energy(&moments.coarse)).norm();
        let eigen = SymmetricEigen::new(fine);
        let mut order: Vec<usize> = (0..k).collect();
        order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
        let floor = moments.mean_noise.max(4.0 * error);
        let easy_dim = order
            .iter()
            .filter(|i| eigen.eigenvalues[**i] > floor)
            .count();
        let rows = |indices: &[usize]| {
            DMatrix::from_fn(indices.len(), k, |row, column| {
                let v = eigen.eigenvectors.column(indices[row]);
                let sign = if v[v.icamax()] < 0.0 { -1.0 } else { 1.0 };
                sign * v[column]
            })
        };
        let remarks = order
            .iter()
            .map(|i| eigen.eigenvalues[*i])
            .filter(|size| *size > floor && *size < BORDER)
            .map(|size| {
                format!("an easy direction is near the border: E|E[z|y]|^2 = {size:.2e} along it")
            })
            .collect();
        Self {
            easy: rows(&order[..easy_dim]),
            hard: rows(&order[easy_dim..]),
            remarks,
        }
    }
}

/// `E_y[v v^T]`, `v = E[z | y]` (k x k).
fn mean_energy(law: &LabelLaw) -> DMatrix<f64> {
    let k = law.latent_dim();
    let mut sum = DMatrix::zeros(k, k);
    for node in law.nodes() {
        for i in 0..k {
            for j in 0..k {
                sum[(i, j)] += node.weight * node.mean[i] * node.mean[j];
            }
        }
    }
    sum
}
