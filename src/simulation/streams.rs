//! The random numbers of one run.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Keeps these numbers apart from those that other modules draw from the same seed.
const PURPOSE: &[u8; 8] = b"simulate";

/// Words set aside for the input of one sample, and for the rest of what makes its label.
const INPUT_BITS: u32 = 32;
const LABEL_BITS: u32 = 16;
/// Words set aside for the mini-batch of one step.
const STEP_BITS: u32 = 40;
/// Where the sections of a run's stream begin; the stream has 2^68 words. Inputs come first.
const LABELS: u128 = 1 << 65;
const WEIGHTS: u128 = 1 << 66;
const START_VECTORS: u128 = 3 << 65;
const MINI_BATCHES: u128 = 1 << 67;

/// The random stream of one run, cut into sections that can be entered anywhere.
///
/// Seed and run fix every number; n, d, blocks and threads do not enter. So runs at two sampling ratios with the same
/// seed see the same first samples, and null runs the same inputs as ordinary ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunStream {
    seed: u64,
    run: u64,
}

impl RunStream {
    pub fn new(seed: u64, run: u64) -> Self {
        Self { seed, run }
    }

    /// The input of one sample.
    pub fn input(&self, sample: usize) -> ChaCha8Rng {
        self.at((sample as u128) << INPUT_BITS)
    }

    /// The label noise of one sample, and the latents that replace its own in a null run.
    pub fn label(&self, sample: usize) -> ChaCha8Rng {
        self.at(LABELS + ((sample as u128) << LABEL_BITS))
    }

    /// The initial weights.
    pub fn weights(&self) -> ChaCha8Rng {
        self.at(WEIGHTS)
    }

    /// Start vectors of the eigenvalue iteration.
    pub fn start_vectors(&self) -> ChaCha8Rng {
        self.at(START_VECTORS)
    }

    /// Who takes part in a step, from sample `first` on; one word for each sample.
    pub fn mini_batch(&self, step: usize, first: usize) -> ChaCha8Rng {
        self.at(MINI_BATCHES + ((step as u128) << STEP_BITS) + first as u128)
    }

    fn at(&self, word: u128) -> ChaCha8Rng {
        // The key is spelt out because `seed_from_u64` may expand a seed differently one day.
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..16].copy_from_slice(PURPOSE);
        let mut random = ChaCha8Rng::from_seed(key);
        random.set_stream(self.run);
        random.set_word_pos(word);
        random
    }
}
