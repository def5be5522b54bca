//! What an integration of phase 1 takes.

use super::dynamics::Phase1;
use super::tile::{TILE, bytes_per_path};
use super::trajectory::{Phase1Error, Plan};
use crate::numerics::{MemoryBudget, packed_len};

/// Memory for sample paths, in bytes, above which a run is refused.
pub const MEMORY_LIMIT: usize = 8 << 30;

impl Phase1<'_> {
    /// Bytes that a plan takes: the histories of the paths, the kernels of all pairs of steps, and the laws to be
    /// kept.
    ///
    /// # Errors
    /// When they are more than [`MEMORY_LIMIT`].
    pub fn memory(&self, plan: &Plan) -> Result<usize, Phase1Error> {
        let (neurons, hard_dim) = (self.model.neurons(), self.source.hard().nrows());
        let needed = plan_bytes(neurons, hard_dim, plan);
        if needed <= MEMORY_LIMIT {
            return Ok(needed);
        }
        let gigabytes = |bytes: usize| bytes as f64 / f64::from(1 << 30);
        Err(Phase1Error::Memory {
            steps: plan.steps,
            samples: plan.samples,
            neurons,
            needed: gigabytes(needed),
            limit: gigabytes(MEMORY_LIMIT),
        })
    }

    /// What replicates of a plan take, one after the other, in words: `phase 1: 4 replicates of 65536 paths, 40 steps: 82 MB
    /// each`.
    ///
    /// # Errors
    /// When one replicate needs more than [`MEMORY_LIMIT`], or more than is there.
    pub fn cost(&self, plan: &Plan, replicates: usize) -> Result<String, Phase1Error> {
        let bytes = self.memory(plan)? as f64;
        MemoryBudget::now()
            .check(bytes)
            .map_err(|shortage| Phase1Error::Shortage {
                steps: plan.steps,
                samples: plan.samples,
                neurons: self.model.neurons(),
                shortage,
            })?;
        let megabytes = bytes / f64::from(1 << 20);
        let memory = if megabytes < 1024.0 {
            format!("{megabytes:.0} MB")
        } else {
            format!("{:.1} GB", megabytes / 1024.0)
        };
        Ok(format!(
            "phase 1: {replicates} replicates of {} paths, {} steps: {memory} each",
            plan.samples, plan.steps
        ))
    }
}

/// Bytes that a plan takes with m neurons and r hard directions; saturates instead of overflowing.
pub(crate) fn plan_bytes(m: usize, r: usize, plan: &Plan) -> usize {
    let paths = plan
        .samples
        .next_multiple_of(TILE)
        .saturating_mul(bytes_per_path(m, plan.steps));
    let square = |width: usize, count: usize| {
        let rows = plan.steps.saturating_add(2).saturating_mul(width);
        let numbers = rows.saturating_mul(rows).saturating_mul(count);
        numbers.saturating_mul(size_of::<f64>())
    };
    // coefficients and covariances of the sources; for the weights the factor of the covariance as well
    let hard = if plan.growth { square(m * r, 2) } else { 0 };
    let laws = law_bytes(m, r, plan.samples).saturating_mul(plan.laws_at.len());
    [square(m, 3), hard, laws]
        .into_iter()
        .fold(paths, usize::saturating_add)
}

/// Bytes of the law of the curvature of m neurons with r hard directions.
pub(crate) fn law_bytes(m: usize, r: usize, samples: usize) -> usize {
    let numbers = packed_len(m) + packed_len(r) + 1;
    samples.saturating_mul(numbers * size_of::<f64>())
}
