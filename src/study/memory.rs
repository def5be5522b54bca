//! What the theory takes of the machine's memory.

use crate::experiment::NumericsSection;
use crate::numerics::{MemoryBudget, SUM_BLOCK, packed_len};
use crate::phase1::{Plan, law_bytes, plan_bytes};
use crate::threshold::ThresholdError;

/// What the need depends on.
#[derive(Clone, Copy)]
pub(super) struct Need {
    /// m.
    pub neurons: usize,
    /// k.
    pub latent_dim: usize,
    pub numerics: NumericsSection,
}

impl Need {
    /// Bytes that the theory of `steps` steps takes at most: the paths of one replicate, the laws of all, and what drawing and
    /// summing take beside them.
    pub fn bytes(self, steps: usize) -> usize {
        let NumericsSection {
            samples,
            replicates,
            seed,
        } = self.numerics;
        let (m, k) = (self.neurons, self.latent_dim);
        // of a law at T = 0: a point of the net (m + 2), pre-activations and label
        let drawing = 2 * m + 3;
        // the kernel's Jacobian of every block of samples
        let summing = packed_len(m).pow(2).div_ceil(SUM_BLOCK);
        let at_once = replicates.min(rayon::current_num_threads());
        let beside = (drawing + summing) * size_of::<f64>() * samples;
        // nothing is trained at T = 0: the laws are drawn
        let held = match steps {
            0 => law_bytes(m, k, samples).saturating_mul(replicates),
            _ => plan_bytes(
                m,
                k,
                &Plan {
                    steps,
                    samples,
                    seed,
                    replicate: 0,
                    laws_at: vec![steps; replicates],
                    growth: true,
                    test_loss: true,
                },
            ),
        };
        held.saturating_add(beside.saturating_mul(at_once))
    }
}

/// Refuses what does not fit.
pub(super) fn check(need: Need, steps: usize, budget: MemoryBudget) -> Result<(), ThresholdError> {
    budget
        .check(need.bytes(steps) as f64)
        .map_err(|shortage| ThresholdError::Memory {
            samples: need.numerics.samples,
            replicates: need.numerics.replicates,
            neurons: need.neurons,
            steps,
            shortage,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(neurons: usize, samples: usize) -> Need {
        Need {
            neurons,
            latent_dim: 1,
            numerics: NumericsSection {
                samples,
                ..NumericsSection::default()
            },
        }
    }

    /// 16 neurons and 2^24 samples: a law has 1 + 136 + 1 numbers of 8 bytes for each, and there are four of them.
    #[test]
    fn laws_at_initialisation_that_do_not_fit_are_refused() {
        let large = need(16, 1 << 24);
        let laws = 4.0 * 138.0 * 8.0 * f64::from(1 << 24);
        let needed = large.bytes(0) as f64;
        assert!(needed > laws && needed < 1.5 * laws, "{needed} {laws}");
        let message = check(large, 0, MemoryBudget::of(Some(64e9)))
            .unwrap_err()
            .to_string();
        for part in [
            "4 replicates of 16777216 samples with 16 neurons after 0 steps",
            "only 57.6 GB may be used, 0.9 of the 64.0 GB that are available",
            "numerics.samples",
        ] {
            assert!(message.contains(part), "{message}");
        }
        // the default number of samples on a small machine
        assert!(check(need(2, 1 << 16), 0, MemoryBudget::of(Some(1e9))).is_ok());
    }
}
