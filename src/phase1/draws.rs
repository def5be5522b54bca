//! The random numbers behind the sample paths.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::lanes::LANES;
use super::source::LatentSource;
use super::tile::{TILE, Tile};
use crate::numerics::{SamplingError, SobolSequence, normal_quantile, packed_len};

/// Low-discrepancy coordinates spent on the innovations of the first steps.
const LEADING: usize = 8;

/// The low-discrepancy points behind all tiles of a run.
pub(super) struct Draws<'a> {
    source: &'a LatentSource<'a>,
    sequence: SobolSequence,
    neurons: usize,
    steps: usize,
    leading: usize,
    seed: u64,
    replicate: u64,
}

impl<'a> Draws<'a> {
    pub fn new(
        source: &'a LatentSource<'a>,
        neurons: usize,
        steps: usize,
        seed: u64,
        replicate: u64,
    ) -> Result<Self, SamplingError> {
        let leading = (LEADING / neurons).clamp(1, steps + 1);
        Ok(Self {
            source,
            sequence: SobolSequence::new(source.dims() + leading * neurons, seed, replicate)?,
            neurons,
            steps,
            leading,
            seed,
            replicate,
        })
    }

    /// Tile `index` of `samples` paths.
    pub fn tile(&self, index: usize, samples: usize) -> Result<Tile, SamplingError> {
        let m = self.neurons;
        let (dims, latent_dims) = (self.sequence.dims(), self.source.dims());
        let (e, q) = (
            self.source.reached().nrows(),
            packed_len(self.source.hard().nrows()),
        );
        let mut uniform = vec![0.0; TILE * dims];
        self.sequence.fill_uniform(index * TILE, &mut uniform)?;
        let rows = (self.steps + 1) * m;
        let count = TILE.min(samples - index * TILE);
        let random = stream(self.seed, self.replicate, index);
        let mut tile = Tile::new(count, m, [rows, e, q], self.leading, random);
        let mut latents = vec![0.0; e];
        for (i, point) in uniform.chunks_exact(dims).enumerate() {
            let (strip, lane) = (i / LANES, i % LANES);
            let moment = &mut tile.moments[i * q..(i + 1) * q];
            tile.labels[i] = self
                .source
                .draw(&point[..latent_dims], &mut latents, moment);
            for (a, z) in latents.iter().enumerate() {
                tile.reached[strip * e + a][lane] = *z as f32;
            }
            for (a, w) in moment.iter().enumerate() {
                tile.moment_rows[strip * q + a][lane] = *w as f32;
            }
            for (j, x) in point[latent_dims..].iter().enumerate() {
                tile.innovations[strip * rows + j][lane] = normal_quantile(*x) as f32;
            }
        }
        Ok(tile)
    }
}

/// A stream of its own for every tile of every replicate.
fn stream(seed: u64, replicate: u64, tile: usize) -> ChaCha8Rng {
    // the low-discrepancy shifts of the same seed are the streams of small numbers
    const PATHS: u64 = 1 << 63;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(PATHS | (replicate << 32) | tile as u64);
    random
}
