//! How much memory a run takes, and how much there is.

use super::hessian::{LARGEST_DENSE, basis_bytes, block_width, dense_bytes, reported_count};
use super::inputs::{PARTS, Precision};
use super::{Plan, SimulationError};
use crate::numerics::{MemoryBudget, packed_len};

/// Bytes that a run takes, by what takes them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct MemoryNeed {
    /// Inputs and labels.
    pub data: f64,
    /// Weights, gradients and their partial sums.
    pub training: f64,
    /// Curvatures, and the matrix or the basis of the iteration.
    pub hessian: f64,
}

impl MemoryNeed {
    /// The need of one run; m neurons, r hard directions.
    pub fn new(plan: &Plan, neurons: usize, hard_dim: usize) -> Self {
        let (n, d, m) = (plan.samples() as f64, plan.dim as f64, neurons as f64);
        let vectors = (2.0 * PARTS as f64 + 8.0) * 8.0 * m * d;
        let hessian = if plan.hessian_at.is_empty() {
            0.0
        } else {
            let size = m * d;
            let eigen = if size <= LARGEST_DENSE as f64 {
                dense_bytes(size)
            } else {
                basis_bytes(size, neurons)
            };
            let together =
                block_width(neurons).max(reported_count(neurons, hard_dim, plan.more_pairs)) as f64;
            let passes = (PARTS as f64 + 3.0) * 8.0 * together * size;
            eigen + passes + 8.0 * n * (m + packed_len(neurons) as f64)
        };
        Self {
            data: n * d * plan.precision.bytes() as f64 + 8.0 * n,
            training: vectors,
            hessian,
        }
    }

    pub fn total(&self) -> f64 {
        self.data + self.training + self.hessian
    }

    /// How many runs fit beside one another.
    ///
    /// # Errors
    /// When not even one does: with what is needed, what is there, and what to lower.
    pub fn runs_at_once(&self, plan: &Plan) -> Result<usize, SimulationError> {
        self.runs_within(plan, MemoryBudget::now())
    }

    fn runs_within(&self, plan: &Plan, budget: MemoryBudget) -> Result<usize, SimulationError> {
        let Err(shortage) = budget.check(self.total()) else {
            return Ok((budget.usable() / self.total()) as usize);
        };
        let (largest, advice) = if self.data >= self.training + self.hessian {
            let single = plan.precision == Precision::Double;
            let halve = if single {
                " or store inputs with --f32"
            } else {
                ""
            };
            (
                "most of it for the inputs",
                format!("lower --dim or --delta{halve}"),
            )
        } else if self.hessian >= self.training {
            (
                "most of it for the Hessian",
                "lower --dim or leave out --hessian-at".into(),
            )
        } else {
            ("most of it for weights and gradients", "lower --dim".into())
        };
        Err(SimulationError::Memory {
            samples: plan.samples(),
            dim: plan.dim,
            largest,
            shortage,
            advice,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(delta: f64, dim: usize) -> Plan {
        Plan::new(delta, dim, 10, 1)
    }

    #[test]
    fn the_need_is_that_of_the_parts() {
        // n = 200,000 and d = 20,000 in double precision: 32 GB of inputs
        let need = MemoryNeed::new(&plan(10.0, 20_000), 1, 1);
        assert!((need.data / 32e9 - 1.0).abs() < 1e-4);
        assert_eq!(need.hessian, 0.0);
        let mut with_hessian = plan(4.0, 10_000);
        (with_hessian.precision, with_hessian.hessian_at) = (Precision::Single, vec![0]);
        let need = MemoryNeed::new(&with_hessian, 1, 1);
        assert!(need.total() > 1.6e9 && need.total() < 2e9, "{need:?}");
    }

    #[test]
    fn what_does_not_fit_is_refused_with_advice() {
        let plan = plan(10.0, 20_000);
        let need = MemoryNeed::new(&plan, 1, 1);
        let refusal = need
            .runs_within(&plan, MemoryBudget::of(Some(16e9)))
            .unwrap_err()
            .to_string();
        for part in [
            "n = 200000",
            "--dim 20000",
            "32.0 GB",
            "only 14.4 GB may be used, 0.9 of the 16.0 GB that are available",
            "--f32",
        ] {
            assert!(refusal.contains(part), "{refusal}");
        }
        assert_eq!(
            need.runs_within(&plan, MemoryBudget::of(Some(100e9))),
            Ok(2)
        );
    }
}
