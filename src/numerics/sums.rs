//! Sums over samples whose bits do not depend on the number of threads.

use std::ops::Range;

use rayon::prelude::*;

/// Samples per block.
///
/// Fixed, so that the grouping of the additions depends on the number of samples only. At a
/// few tens of nanoseconds per sample a block costs far more than a task hand-over, and forty
/// thousand samples still give every core of a desktop machine several blocks.
pub const SUM_BLOCK: usize = 1024;

/// Sums vectors of length `width` over `0..items`, in parallel, in a fixed order.
///
/// `block(range, partial)` adds the contribution of the items in `range` to `partial`, which
/// starts at zero and has length `width`. Blocks of [`SUM_BLOCK`] items run on any thread;
/// their partial sums are added in increasing order of the block, so the result is the same
/// to the last bit for any number of threads.
///
/// # Errors
/// The error of the lowest-numbered block that failed.
pub fn block_sums<E, F>(items: usize, width: usize, block: F) -> Result<Vec<f64>, E>
where
    E: Send,
    F: Fn(Range<usize>, &mut [f64]) -> Result<(), E> + Sync,
{
    let add = |sum: &mut [f64], partial: &[f64]| {
        sum.iter_mut()
            .zip(partial)
            .for_each(|(sum, term)| *sum += term);
    };
    block_reduce(items, width, block, add)
}

/// As [`block_sums`], with `combine(total, partial)` in place of the addition of blocks: for
/// partial results that are not all sums. The total starts at zero.
///
/// # Errors
/// The error of the lowest-numbered block that failed.
pub fn block_reduce<E, F>(
    items: usize,
    width: usize,
    block: F,
    combine: impl Fn(&mut [f64], &[f64]),
) -> Result<Vec<f64>, E>
where
    E: Send,
    F: Fn(Range<usize>, &mut [f64]) -> Result<(), E> + Sync,
{
    let blocks = items.div_ceil(SUM_BLOCK);
    let partials: Vec<Result<Vec<f64>, E>> = (0..blocks)
        .into_par_iter()
        .map(|index| {
            let start = index * SUM_BLOCK;
            let mut partial = vec![0.0; width];
            block(start..items.min(start + SUM_BLOCK), &mut partial)?;
            Ok(partial)
        })
        .collect();
    let mut total = vec![0.0; width];
    for partial in partials {
        combine(&mut total, &partial?);
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Powers of one and minus a half times the index, summed with the given number of threads.
    fn sums_with_threads(threads: usize) -> Vec<f64> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            block_sums::<(), _>(10_000, 2, |range, partial| {
                for i in range {
                    partial[0] += 1.0 / (1.0 + i as f64);
                    partial[1] += (i as f64).sqrt().sin();
                }
                Ok(())
            })
            .unwrap()
        })
    }

    #[test]
    fn the_number_of_threads_does_not_change_a_bit() {
        let one = sums_with_threads(1);
        for threads in [2, 3, 7] {
            let other = sums_with_threads(threads);
            assert!(
                one.iter()
                    .zip(&other)
                    .all(|(a, b)| a.to_bits() == b.to_bits())
            );
        }
    }

    #[test]
    fn the_harmonic_number_is_exact_to_rounding() {
        // H_10000, from its asymptotic series.
        assert!((sums_with_threads(2)[0] - 9.787_606_036_044_382).abs() < 1e-13);
    }

    #[test]
    fn an_empty_sum_is_zero() {
        assert_eq!(
            block_sums::<(), _>(0, 3, |_, _| Ok(())).unwrap(),
            vec![0.0; 3]
        );
    }

    #[test]
    fn the_first_failing_block_is_the_one_reported() {
        let failed = block_sums(5 * SUM_BLOCK, 1, |range, _| {
            if range.start >= 2 * SUM_BLOCK {
                Err(range.start)
            } else {
                Ok(())
            }
        });
        assert_eq!(failed, Err(2 * SUM_BLOCK));
    }
}
