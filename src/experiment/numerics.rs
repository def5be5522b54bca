//! `[numerics]`.

use serde::Serialize;
use toml::Table;

use super::reader::Reader;
use super::{ExperimentError, defaults};

/// `[numerics]`, resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NumericsSection {
    /// Samples of one replicate.
    pub samples: usize,
    /// Independent replicates behind the error bars.
    pub replicates: usize,
    /// Seed of all random numbers.
    pub seed: u64,
}

/// Fewer samples than this say nothing about a spectrum.
const FEWEST_SAMPLES: i64 = 256;
/// More would not fit into the memory of an ordinary machine.
const MOST_SAMPLES: i64 = 1 << 24;

/// Error bars gain nothing beyond this.
const MOST_REPLICATES: i64 = 1 << 12;
/// Samples of all replicates together; they are in memory at the same time.
const MOST_IN_ALL: usize = 1 << 28;

impl Default for NumericsSection {
    fn default() -> Self {
        Self {
            samples: defaults::SAMPLES,
            replicates: defaults::REPLICATES,
            seed: defaults::SEED,
        }
    }
}

impl NumericsSection {
    fn check_total(&self) -> Result<(), ExperimentError> {
        if self.samples * self.replicates <= MOST_IN_ALL {
            return Ok(());
        }
        Err(ExperimentError::Invalid {
            field: "numerics.replicates".into(),
            value: self.replicates.to_string(),
            reason: format!(
                "together with numerics.samples = {} these are more than the {MOST_IN_ALL} samples that fit into memory",
                self.samples
            ),
        })
    }

    pub(super) fn read(file: &Table) -> Result<Self, ExperimentError> {
        let mut numerics = Self::default();
        let Some(section) = Reader::open(file, "numerics") else {
            return Ok(numerics);
        };
        if let Some(samples) = section.integer("samples", FEWEST_SAMPLES, MOST_SAMPLES)? {
            numerics.samples = samples as usize;
        }
        // One replicate has no scatter, so no error bar.
        if let Some(replicates) = section.integer("replicates", 2, MOST_REPLICATES)? {
            numerics.replicates = replicates as usize;
        }
        numerics.check_total()?;
        if let Some(seed) = section.integer("seed", 0, i64::MAX)? {
            numerics.seed = seed.unsigned_abs();
        }
        Ok(numerics)
    }
}
