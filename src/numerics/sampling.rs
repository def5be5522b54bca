//! Randomised quasi-Monte Carlo: digitally shifted Sobol points, uniform or Gaussian.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sobol::Sobol;
use sobol::params::JoeKuoD6;
use statrs::distribution::{ContinuousCDF, Normal};
use thiserror::Error;

/// Bits of the point index: four billion points are more than anyone can store.
const INDEX_BITS: usize = 32;

/// Bits kept of a coordinate: with the half-unit offset below, every value is then an exact
/// double strictly between 0 and 1.
const COORDINATE_BITS: u32 = 52;

/// A request that the Sobol tables cannot serve.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SamplingError {
    /// More dimensions than the table of direction numbers holds.
    #[error("{dims} dimensions asked of a Sobol table of {limit}")]
    TooManyDimensions {
        /// Dimensions asked for.
        dims: usize,
        /// Dimensions available.
        limit: usize,
    },
    /// Points beyond the period of the sequence.
    #[error("points {start}..{end} asked of a Sobol sequence of 2^32 points")]
    TooManyPoints {
        /// First point asked for.
        start: usize,
        /// One past the last point asked for.
        end: usize,
    },
}

/// A Sobol sequence (Joe and Kuo's direction numbers) under a random digital shift.
///
/// The shift is drawn from `seed` with `replicate` as its stream: replicates are independent
/// unbiased randomisations of the same net, and any slice of points can be made on any thread
/// with the same bits. A digital shift (exclusive or) keeps the net's stratification, which
/// a shift modulo one does not.
#[derive(Clone, Debug)]
pub struct SobolSequence {
    /// Direction numbers, leading bit first (dims x 32).
    directions: Vec<Vec<u64>>,
    /// The random shift of each coordinate (dims).
    shifts: Vec<u64>,
}

impl SobolSequence {
    /// The sequence in `dims` dimensions, randomised by `seed` and `replicate`.
    ///
    /// # Errors
    /// [`SamplingError::TooManyDimensions`] beyond the stored table (one hundred dimensions).
    pub fn new(dims: usize, seed: u64, replicate: u64) -> Result<Self, SamplingError> {
        let parameters = JoeKuoD6::minimal();
        if dims > parameters.max_dims {
            return Err(SamplingError::TooManyDimensions {
                dims,
                limit: parameters.max_dims,
            });
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(replicate);
        Ok(Self {
            directions: Sobol::<f64>::init_direction_vals::<u32>(dims, INDEX_BITS, &parameters),
            shifts: (0..dims).map(|_| random.next_u64()).collect(),
        })
    }

    /// Number of coordinates of a point.
    pub fn dims(&self) -> usize {
        self.shifts.len()
    }

    /// Writes points `start .. start + count` by rows (count x dims), in the open unit cube.
    ///
    /// `out` holds `count * dims` numbers; `count` is its length over the dimension.
    ///
    /// # Errors
    /// [`SamplingError::TooManyPoints`] beyond 2^32 points.
    pub fn fill_uniform(&self, start: usize, out: &mut [f64]) -> Result<(), SamplingError> {
        let dims = self.dims();
        if dims == 0 {
            return Ok(());
        }
        let end = start + out.len() / dims;
        if end >> INDEX_BITS != 0 {
            return Err(SamplingError::TooManyPoints { start, end });
        }
        let mut digits = self.digits(start);
        for (offset, row) in out.chunks_exact_mut(dims).enumerate() {
            for (value, digit) in row.iter_mut().zip(&digits) {
                *value = unit_interval(*digit);
            }
            self.advance(&mut digits, start + offset);
        }
        Ok(())
    }

    /// Writes standard normal points `start .. start + count` by rows (count x dims).
    ///
    /// # Errors
    /// As [`SobolSequence::fill_uniform`].
    pub fn fill_normal(&self, start: usize, out: &mut [f64]) -> Result<(), SamplingError> {
        self.fill_uniform(start, out)?;
        for value in out {
            *value = normal_quantile(*value);
        }
        Ok(())
    }

    /// Shifted binary digits of the coordinates of point `index`, from its Gray code.
    fn digits(&self, index: usize) -> Vec<u64> {
        let gray = index ^ (index >> 1);
        let digit = |directions: &Vec<u64>, shift: &u64| {
            let set = directions
                .iter()
                .enumerate()
                .filter(|(bit, _)| gray >> bit & 1 == 1);
            set.fold(*shift, |digit, (_, direction)| digit ^ direction)
        };
        self.directions
            .iter()
            .zip(&self.shifts)
            .map(|(d, s)| digit(d, s))
            .collect()
    }

    /// Turns the digits of point `index` into those of its successor: one Gray-code bit flips.
    fn advance(&self, digits: &mut [u64], index: usize) {
        let bit = (!index).trailing_zeros() as usize;
        for (digit, directions) in digits.iter_mut().zip(&self.directions) {
            *digit ^= directions.get(bit).copied().unwrap_or(0);
        }
    }
}

/// Coordinate `axis` (below nine) of point `n` of a fixed spread over the unit cube, off every simple ratio.
pub(crate) fn spread(n: u32, axis: usize) -> f64 {
    // powers of generalised golden ratios, then square roots of primes
    const STEPS: [f64; 9] = [
        0.618_033_988_7,
        0.754_877_666_2,
        0.819_172_513_4,
        0.414_213_562_4,
        0.732_050_807_6,
        0.645_751_311_1,
        0.316_624_790_4,
        0.605_551_275_5,
        0.123_105_625_6,
    ];
    (f64::from(n) * STEPS[axis]).fract()
}

/// The quantile of N(0, 1) at a probability strictly between 0 and 1.
pub fn normal_quantile(probability: f64) -> f64 {
    Normal::standard().inverse_cdf(probability)
}

/// The midpoint of the cell of width 2^-52 that the leading digits select; never 0 or 1.
fn unit_interval(digit: u64) -> f64 {
    ((digit >> (u64::BITS - COORDINATE_BITS)) as f64 + 0.5) / (1u64 << COORDINATE_BITS) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniform(dims: usize, replicate: u64, start: usize, count: usize) -> Vec<f64> {
        let mut out = vec![0.0; dims * count];
        SobolSequence::new(dims, 7, replicate)
            .unwrap()
            .fill_uniform(start, &mut out)
            .unwrap();
        out
    }

    #[test]
    fn undoing_the_shift_gives_the_published_sequence() {
        let sequence = SobolSequence::new(3, 7, 0).unwrap();
        let reference = Sobol::<f64>::new(3, &JoeKuoD6::minimal());
        for (index, point) in reference.take(100).enumerate() {
            let digits = sequence.digits(index);
            for (axis, value) in point.iter().enumerate() {
                let raw = (digits[axis] ^ sequence.shifts[axis]) as f64 / 2f64.powi(64);
                assert_eq!(raw, *value);
            }
        }
    }

    #[test]
    fn a_slice_equals_the_same_points_of_the_whole() {
        let whole = uniform(5, 3, 0, 200);
        assert_eq!(uniform(5, 3, 77, 50), whole[77 * 5..127 * 5]);
    }

    #[test]
    fn every_binary_interval_holds_its_share() {
        // The first 2^10 points of a shifted net put exactly one point in each of 2^10 cells per axis.
        let points = uniform(32, 0, 0, 1024);
        for axis in 0..32 {
            let mut seen = [0; 1024];
            points
                .iter()
                .skip(axis)
                .step_by(32)
                .for_each(|x| seen[(x * 1024.0) as usize] += 1);
            assert!(seen.iter().all(|&count| count == 1));
        }
    }

    #[test]
    fn extreme_digits_stay_inside_the_open_interval() {
        assert!(unit_interval(0) > 0.0 && unit_interval(u64::MAX) < 1.0);
        let normal = Normal::standard();
        assert!(normal.inverse_cdf(unit_interval(0)).is_finite());
        assert!(normal.inverse_cdf(unit_interval(u64::MAX)).is_finite());
    }

    #[test]
    fn replicates_differ_and_normals_have_unit_moments() {
        assert_ne!(uniform(2, 0, 0, 4), uniform(2, 1, 0, 4));
        let mut out = vec![0.0; 4 * 65_536];
        SobolSequence::new(4, 1, 2)
            .unwrap()
            .fill_normal(0, &mut out)
            .unwrap();
        let count = out.len() as f64;
        let moment = |power: i32| out.iter().map(|x| x.powi(power)).sum::<f64>() / count;
        // Quasi-Monte Carlo error of order log(n)/n on a smooth unbounded integrand.
        assert!(moment(1).abs() < 1e-4 && (moment(2) - 1.0).abs() < 1e-3);
        assert!((moment(4) - 3.0).abs() < 2e-2);
    }

    #[test]
    fn too_many_dimensions_or_points_are_refused() {
        assert!(matches!(
            SobolSequence::new(5000, 0, 0),
            Err(SamplingError::TooManyDimensions { .. })
        ));
        let sequence = SobolSequence::new(1, 0, 0).unwrap();
        let refused = sequence.fill_uniform(1 << 32, &mut [0.0]);
        assert!(matches!(refused, Err(SamplingError::TooManyPoints { .. })));
    }
}
