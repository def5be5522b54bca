//! The thresholds of the hard directions.

use nalgebra::DMatrix;

use super::conditional::{Conditional, Curve, FixedPoint, Onset, Rate};
use super::evolution::Information;
use super::operator::InformationOperator;
use super::spectral::best_direction;
use super::staircase::Staircase;
use crate::numerics::{EigenError, Measured, MemoryShortage, SamplingError};
use crate::teacher::{LabelLaw, LabelMoments, LatentFrame, Teacher, TeacherError};

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
    /// Step of the staircase at which each easy direction appears, from 1 (easy_dim).
    pub easy_steps: Vec<usize>,
    /// Orthonormal rows spanning the hard subspace (hard_dim x k).
    pub hard_basis: DMatrix<f64>,
    /// Orthonormal rows spanning the directions that the label does not depend on (irrelevant_dim x k): neither easy nor hard.
    pub irrelevant_basis: DMatrix<f64>,
    /// Optimal first-order threshold of the hard directions.
    pub delta_alg: Threshold,
    /// Best scalar-preprocessing spectral threshold.
    pub delta_spec: Threshold,
    /// Overlap Q of the easy latents with their Bayes estimate at delta_alg (easy_dim x easy_dim, in the easy basis);
    /// absent without an easy direction or a finite threshold.
    pub easy_overlap: Option<DMatrix<f64>>,
    /// Top eigenvector of F as a symmetric matrix (k x k), unit Frobenius norm; absent when undefined.
    pub direction: Option<DMatrix<f64>>,
    /// Remarks for the user (border cases).
    pub remarks: Vec<String>,
}

impl AlgorithmicThreshold {
    /// Turns what is said in the coordinates of a frame into latents.
    pub(super) fn express_in_latents(&mut self, frame: &LatentFrame) {
        if frame.is_identity() {
            return;
        }
        let relevant = frame.relevant();
        self.latent_dim = relevant.ncols();
        self.easy_basis = &self.easy_basis * relevant;
        self.hard_basis = &self.hard_basis * relevant;
        self.irrelevant_basis = frame.irrelevant().clone();
        if let Some(direction) = &self.direction {
            self.direction = Some(relevant.transpose() * direction * relevant);
        }
    }
}

/// Why delta_alg could not be computed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RecoveryError {
    /// More memory than there is.
    #[error(
        "{replicates} replicates of {samples} samples with {latent_dim} latents need {}, but {shortage}: lower numerics.samples or \
         numerics.replicates", .shortage.needed()
    )]
    Memory {
        /// Samples of one replicate.
        samples: usize,
        /// Replicates, in memory at the same time.
        replicates: usize,
        /// k.
        latent_dim: usize,
        /// How much is needed, and how much there is.
        shortage: MemoryShortage,
    },
    /// The target itself.
    #[error(transparent)]
    Teacher(#[from] TeacherError),
    /// An eigenvalue problem without an answer.
    #[error(transparent)]
    Eigen(#[from] EigenError),
    /// The state evolution of the easy directions.
    #[error(
        "the state evolution of the easy directions did not settle at the signal-to-noise ratio {signal:.3e}"
    )]
    Evolution {
        /// Trace of the signal-to-noise matrix.
        signal: f64,
    },
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
/// the quadrature leaves at about the square root of this where they vanish (the channel's contrast times as much for
/// a label with noise).
const ZERO_FLOOR: [f64; 3] = [1e-10, 1e-8, 1e-5];

/// Up to this many times what counts as zero, F counts as zero where it is below three errors.
const DOUBTFUL: f64 = 100.0;

/// Computes the algorithmic threshold of a target.
///
/// # Errors
/// When the link cannot be integrated, or the quadrature does not reach its tolerance.
pub fn algorithmic_threshold(target: &Teacher) -> Result<AlgorithmicThreshold, RecoveryError> {
    let (target, frame) = target.informative_core().in_own_frame();
    let mut report = of_relevant(&target)?;
    report.express_in_latents(&frame);
    Ok(report)
}

/// The threshold of a target that depends on all its latents.
fn of_relevant(target: &Teacher) -> Result<AlgorithmicThreshold, RecoveryError> {
    let moments = LabelMoments::new(target)?;
    let k = target.latent_dim();
    check(
        "the label's total probability",
        moments.measure(LabelLaw::mass),
        1.0,
    )?;
    let staircase = Staircase::climb(target, &moments)?;
    let mut report = AlgorithmicThreshold {
        latent_dim: k,
        easy_basis: staircase.easy,
        easy_steps: staircase.steps,
        hard_basis: staircase.hard,
        irrelevant_basis: DMatrix::zeros(0, k),
        delta_alg: Threshold::undefined(""),
        delta_spec: Threshold::undefined(""),
        easy_overlap: None,
        direction: None,
        remarks: staircase.remarks,
    };
    if report.hard_basis.nrows() == 0 {
        report.delta_alg = Threshold::Finite(Measured::new(0.0, 0.0));
        report.delta_spec = report.delta_alg.clone();
        report.remarks.push(all_easy(&report.easy_steps));
    } else if report.easy_basis.nrows() > 0 {
        conditional(target, &moments, staircase.unseen_below, &mut report)?;
    } else {
        unconditional(&moments, staircase.unseen_below, &mut report)?;
    }
    Ok(report)
}

fn all_easy(steps: &[usize]) -> String {
    match steps.iter().max() {
        Some(last) if *last > 1 => format!(
            "every direction is easy, in {last} steps: E[z | y], then E[z | y, easy latents], span the latent space, \
             and delta_alg = 0"
        ),
        _ => {
            "every direction is easy: E[z | y] spans the latent space, and delta_alg = 0".to_owned()
        }
    }
}

/// Why there is no threshold, where `what` is seen of all labels: that it vanishes exactly is not known where directions may
/// be easy `unseen_below` some size.
fn shows_nothing(what: &str, unseen_below: Option<f64>) -> Threshold {
    let reason = match unseen_below {
        None => format!(
            "{what}: the label carries no second-order information on the hard directions, and no first-order method \
             learns them at any n/d"
        ),
        Some(floor) => format!(
            "{what} as far as is visible, and what may be easy in principle is not visible either: no first-order method \
             learns the hard directions at n/d far below {:.0e}",
            1.0 / floor
        ),
    };
    Threshold::Infinite { reason }
}

fn unconditional(
    moments: &LabelMoments,
    unseen_below: Option<f64>,
    report: &mut AlgorithmicThreshold,
) -> Result<(), RecoveryError> {
    // the resolutions share what projections leave out, and may agree by chance
    let with_tail = |rate: Measured| Measured::new(rate.value, rate.error + moments.tail);
    let radius = with_tail(moments.measure(|law| InformationOperator::new(law).top().0));
    let floor = moments.contrast * ZERO_FLOOR[report.latent_dim.min(ZERO_FLOOR.len()) - 1];
    // an error of the size of information is a failure, not a zero
    let vanishes = radius.value <= 3.0 * radius.error && radius.value <= DOUBTFUL * floor;
    if radius.value <= floor || vanishes {
        let what = format!(
            "E[z z^T | y] = I for every label (F = {:.0e} within the quadrature error)",
            radius.value.max(0.0)
        );
        report.delta_alg = shows_nothing(&what, unseen_below);
        report.delta_spec = report.delta_alg.clone();
        return Ok(());
    }
    report.direction = Some(InformationOperator::new(&moments.fine).top().1);
    let spectral = with_tail(moments.measure(|law| best_direction(law).0));
    let common = common_error(moments.fine.mass(), moments);
    report.delta_alg = Threshold::Finite(check("delta_alg", inverse(radius, common), 0.0)?);
    report.delta_spec = Threshold::Finite(check("delta_spec", inverse(spectral, common), 0.0)?);
    Ok(())
}

/// The hard directions given what state evolution learns of the easy ones (docs/theory.md section 3.3).
fn conditional(
    target: &Teacher,
    moments: &LabelMoments,
    unseen_below: Option<f64>,
    report: &mut AlgorithmicThreshold,
) -> Result<(), RecoveryError> {
    let problem = Conditional {
        target,
        moments,
        easy: &report.easy_basis,
        hard: &report.hard_basis,
    };
    let mut fine = Curve::new(problem)?;
    let radius: Rate = |information| information.operator().top().0;
    let found = fine.onset(radius)?;
    let mut coarse = fine.coarser()?;
    let common = |point: &FixedPoint| common_error(point.information.mass, moments);
    let Some((delta_alg, point, remark)) = measured(&found, &coarse.onset_near(&found, radius)?)
    else {
        let what = "E[z z^T | y, easy latents] = I on the hard directions for every label";
        report.delta_alg = shows_nothing(what, unseen_below);
        report.delta_spec = report.delta_alg.clone();
        return Ok(());
    };
    let delta_alg = widened(delta_alg, common(point));
    report.delta_alg = Threshold::Finite(check("delta_alg", delta_alg, 0.0)?);
    let (_, top) = point.information.operator().top();
    report.direction = Some(report.hard_basis.transpose() * top * &report.hard_basis);
    report.easy_overlap = Some(point.information.overlap.clone());
    report.remarks.extend(remark);
    report.delta_spec = if report.hard_basis.nrows() == 1 {
        report.delta_alg.clone()
    } else {
        let form: Rate = Information::best_spectral;
        let found = fine.onset_near(&found, form)?;
        match measured(&found, &coarse.onset_near(&found, form)?) {
            Some((delta_spec, point, _)) => {
                let delta_spec = widened(delta_spec, common(point));
                Threshold::Finite(check("delta_spec", delta_spec, 0.0)?)
            }
            None => Threshold::undefined("the spectral form vanishes where F does not"),
        }
    };
    Ok(())
}

/// The threshold with the difference of the resolutions, its fixed point, and what is special about it.
fn measured<'a>(
    fine: &'a Onset,
    coarse: &Onset,
) -> Option<(Measured, &'a FixedPoint, Option<String>)> {
    let delta = |onset: &Onset| match onset {
        Onset::Continuous(point) => Some(point.delta),
        Onset::Jump { delta, .. } | Onset::Saturated { delta, .. } => Some(*delta),
        Onset::Never => None,
    };
    let value = delta(fine)?;
    let difference = value - delta(coarse).unwrap_or(f64::INFINITY);
    Some(match fine {
        Onset::Continuous(point) => (Measured::new(value, difference), point, None),
        Onset::Jump { landing, .. } => {
            let remark = "delta_alg is where the overlap with the easy directions jumps; easy_overlap is the one above it";
            (
                Measured::new(value, difference),
                landing,
                Some(remark.to_owned()),
            )
        }
        Onset::Saturated { error, last, .. } => {
            let remark = "the easy latents are known almost exactly before the hard directions are found: delta_alg is that \
                          given them";
            let error = difference.abs() + error;
            (Measured::new(value, error), last, Some(remark.to_owned()))
        }
        Onset::Never => return None,
    })
}

/// Relative error that the two resolutions share: labels beyond the outermost quantile bins.
const COMMON_ERROR: f64 = 1e-9;

/// Information of a rare label over the average, for the probability that a law misses.
const RARE_INFORMATION: f64 = 3.0;

/// Relative error that the resolutions of a law have in common; `mass` is its total probability.
fn common_error(mass: f64, moments: &LabelMoments) -> f64 {
    COMMON_ERROR + RARE_INFORMATION * (mass - 1.0).abs() + moments.grain
}

/// The threshold of a rate, with the relative error that all resolutions have in common.
fn inverse(rate: Measured, common: f64) -> Measured {
    let value = 1.0 / rate.value;
    widened(Measured::new(value, value * rate.relative_error()), common)
}

/// A threshold with another relative error.
fn widened(threshold: Measured, common: f64) -> Measured {
    let Measured { value, error } = threshold;
    Measured::new(value, error + value * common)
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
