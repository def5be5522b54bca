//! delta_alg from random samples, where exact quadrature does not reach.
//!
//! Samples are sorted by their label and binned. In a bin, the square of a conditional moment is estimated
//! by products of independent nets' averages, which noise does not bias (docs/theory.md section 3.4).

mod bins;
mod estimate;

use nalgebra::{DMatrix, SymmetricEigen};

use super::operator::InformationOperator;
use super::spectral::{best_direction_of, value_along};
use super::threshold::{AlgorithmicThreshold, RecoveryError, Threshold};
use crate::experiment::NumericsSection;
use crate::numerics::{Measured, MemoryBudget};
use crate::teacher::{MAX_EXACT_LATENT, Teacher};
use estimate::{Estimate, Products};

/// Refuses what does not fit into memory.
fn check_memory(
    numerics: NumericsSection,
    latent_dim: usize,
    memory: MemoryBudget,
) -> Result<(), RecoveryError> {
    // label and latents, and the label's place among all, once in order and half of them in the sort's buffer
    let sample = 8 * (1 + latent_dim) + 36;
    let needed = (sample * numerics.samples) as f64 * numerics.replicates as f64;
    memory
        .check(needed)
        .map_err(|shortage| RecoveryError::Memory {
            samples: numerics.samples,
            replicates: numerics.replicates,
            latent_dim,
            shortage,
        })
}

/// An eigenvalue is told from zero where it exceeds this many times the largest that noise has.
const SIGNIFICANT: f64 = 2.0;

/// Relative error above which a threshold is refused instead of printed.
const TOLERANCE: f64 = 0.2;

/// Estimates the algorithmic threshold of a target with any number of latents.
///
/// # Errors
/// When the samples do not fit into memory, the link is not a number at one of them, or the samples are too few for the threshold's error to be below a fifth.
pub fn sampled_threshold(
    target: &Teacher,
    numerics: NumericsSection,
) -> Result<AlgorithmicThreshold, RecoveryError> {
    let (target, frame) = target.informative_core().in_own_frame();
    let k = target.latent_dim();
    check_memory(numerics, k, MemoryBudget::now())?;
    let estimate = Estimate::new(&bins::binned(&target, numerics)?, k);
    let mut report = split(&estimate, k, numerics);
    if report.hard_basis.nrows() == 0 {
        report.delta_alg = Threshold::Finite(Measured::new(0.0, 0.0));
        report.delta_spec = report.delta_alg.clone();
        report.remarks.push(
            "every direction is easy: E[z | y] spans the latent space, and delta_alg = 0"
                .to_owned(),
        );
    } else if report.easy_basis.nrows() == 0 {
        unconditional(&estimate, &mut report, numerics)?;
    }
    report.express_in_latents(&frame);
    Ok(report)
}

/// The first step of the staircase; the thresholds are still undefined.
fn split(estimate: &Estimate, k: usize, numerics: NumericsSection) -> AlgorithmicThreshold {
    let eigen = SymmetricEigen::new(estimate.products.mean.clone());
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let noise = estimate.noise(|products| products.mean.clone());
    let floor = SIGNIFICANT * noise;
    let easy = order
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
    let size = |i: &usize| format!("{:.1e}", eigen.eigenvalues[*i]);
    let mut remarks = vec![format!(
        "estimated from {} x {} samples: exact quadrature ends at {MAX_EXACT_LATENT} latents",
        numerics.replicates, numerics.samples
    )];
    if easy > 0 {
        let sizes: Vec<String> = order[..easy].iter().map(size).collect();
        remarks.push(format!(
            "E|E[z | y]|^2 along the easy directions: {}, where noise reaches {noise:.1e}",
            sizes.join(", ")
        ));
    }
    if let Some(largest) = order.get(easy) {
        remarks.push(format!(
            "along the hard directions, E|E[z | y]|^2 is {} at most, where noise reaches {noise:.1e}",
            size(largest)
        ));
    }
    let undefined = Threshold::Undefined {
        reason: format!(
            "E[z | y] is not zero: the easy directions are learned at every delta > 0, and the threshold of the remaining \
             ones, given these, is computed for up to {MAX_EXACT_LATENT} latents only"
        ),
    };
    AlgorithmicThreshold {
        latent_dim: k,
        easy_basis: rows(&order[..easy]),
        // samples are used for the first step of the staircase only
        easy_steps: vec![1; easy],
        hard_basis: rows(&order[easy..]),
        irrelevant_basis: DMatrix::zeros(0, k),
        easy_overlap: None,
        delta_alg: undefined.clone(),
        delta_spec: undefined,
        direction: None,
        remarks,
    }
}

fn unconditional(
    estimate: &Estimate,
    report: &mut AlgorithmicThreshold,
    numerics: NumericsSection,
) -> Result<(), RecoveryError> {
    let k = report.latent_dim;
    let operator = |products: &Products| InformationOperator::from_energy(k, &products.second);
    let noise = estimate.noise(|products| operator(products).matrix().clone());
    // noise spreads eigenvalues that are one over twice that
    let direction = |products: &Products| operator(products).direction_within(2.0 * noise);
    let radius = estimate.maximum(direction, |products, m| operator(products).along(m));
    if radius.value <= SIGNIFICANT * noise {
        let reason = format!(
            "E[z z^T | y] = I for every label as far as {} samples show (F = {:.1e}, where noise reaches {noise:.1e}): \
             either no first-order method learns it at any n/d, or only at n/d above {:.0}",
            numerics.replicates * numerics.samples,
            radius.value,
            1.0 / (radius.value.max(0.0) + SIGNIFICANT * noise)
        );
        report.delta_alg = Threshold::Infinite {
            reason: reason.clone(),
        };
        report.delta_spec = Threshold::Infinite { reason };
        return Ok(());
    }
    report.direction = Some(direction(&estimate.products));
    let mut spectral = estimate.maximum(
        |products| best_direction_of(k, &products.second).1,
        |products, v| value_along(&products.second, v),
    );
    // the form at v is <M, F(M)> at M = v v^T: what exceeds the radius is noise
    spectral.value = spectral.value.min(radius.value);
    report.delta_alg = inverse("delta_alg", radius)?;
    report.delta_spec = match spectral.value > SIGNIFICANT * spectral.error {
        true => inverse("delta_spec", spectral)?,
        false => Threshold::Undefined {
            reason: "no direction stands out from the noise of these samples".to_owned(),
        },
    };
    Ok(())
}

fn inverse(quantity: &'static str, rate: Measured) -> Result<Threshold, RecoveryError> {
    let value = 1.0 / rate.value;
    let measured = Measured::new(value, value * rate.relative_error());
    if measured.relative_error() <= TOLERANCE {
        Ok(Threshold::Finite(measured))
    } else {
        Err(RecoveryError::Noisy {
            quantity,
            value,
            error: measured.error,
        })
    }
}
