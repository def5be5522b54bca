//! Products of conditional moments from independent nets, without the bias of their noise.

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::bins::{Bin, merged};
use crate::numerics::{Measured, packed_len};

/// `E[v v^T]` of `v = E[z | y]` (k x k), and `E[g g^T]` of the packed entries g of G(y) (p x p).
#[derive(Clone, Debug)]
pub(super) struct Products {
    pub(super) mean: DMatrix<f64>,
    pub(super) second: DMatrix<f64>,
}

impl Products {
    /// In a bin of n samples, with the sums S_a of the nets a: `n/N (S S^T - sum_a S_a S_a^T) / (n^2 - sum_a n_a^2)`.
    ///
    /// Every product has its factors from two nets, so noise does not add up to a positive bias; what is lost is the
    /// moments' variation within the bin. Some nets only may be used.
    fn new(bins: &[Bin], k: usize, keep: impl Fn(usize) -> bool) -> Self {
        let p = packed_len(k);
        let mut products = Self {
            mean: DMatrix::zeros(k, k),
            second: DMatrix::zeros(p, p),
        };
        let mut all = 0.0;
        for bin in bins {
            let nets = || {
                let kept = bin.nets.iter().enumerate();
                kept.filter(|(net, _)| keep(*net)).map(|(_, sums)| sums)
            };
            let count: f64 = nets().map(|sums| sums.count).sum();
            let pairs = count * count - nets().map(|sums| sums.count.powi(2)).sum::<f64>();
            all += count;
            if pairs > 0.0 {
                let share = count / pairs;
                add_products(&mut products.mean, share, k, nets().map(|s| &s.mean[..]));
                add_products(
                    &mut products.second,
                    share,
                    p,
                    nets().map(|s| &s.second[..]),
                );
            }
        }
        products.mean /= all;
        products.second /= all;
        products
    }

    /// Towards bins of no width: their loss is of second order in it.
    fn towards_no_width(fine: &Self, coarse: &Self) -> Self {
        let towards = |fine: &DMatrix<f64>, coarse: &DMatrix<f64>| fine + (fine - coarse) / 3.0;
        Self {
            mean: towards(&fine.mean, &coarse.mean),
            second: towards(&fine.second, &coarse.second),
        }
    }
}

/// Adds `share * (S S^T - sum_a S_a S_a^T)`.
fn add_products<'a>(
    matrix: &mut DMatrix<f64>,
    share: f64,
    len: usize,
    nets: impl Iterator<Item = &'a [f64]>,
) {
    let mut total = vec![0.0; len];
    for sums in nets {
        for j in 0..len {
            total[j] += sums[j];
            for i in 0..len {
                matrix[(i, j)] -= share * sums[i] * sums[j];
            }
        }
    }
    for j in 0..len {
        for i in 0..len {
            matrix[(i, j)] += share * total[i] * total[j];
        }
    }
}

/// The products with what their errors follow from; all but one extrapolated in the width of the bins.
pub(super) struct Estimate {
    /// From all nets.
    pub(super) products: Products,
    /// From all nets, on the bins themselves.
    plain: Products,
    /// Without one net each.
    left_out: Vec<Products>,
    /// From either half of the nets.
    halves: [Products; 2],
}

impl Estimate {
    pub(super) fn new(bins: &[Bin], k: usize) -> Self {
        let coarse = merged(bins);
        let extrapolated = |keep: &(dyn Fn(usize) -> bool + Sync)| {
            let (fine, coarse) = (
                Products::new(bins, k, keep),
                Products::new(&coarse, k, keep),
            );
            Products::towards_no_width(&fine, &coarse)
        };
        let nets = bins.first().map_or(0, |bin| bin.nets.len());
        let half = |parity: usize| extrapolated(&|net| net % 2 == parity);
        Self {
            products: extrapolated(&|_| true),
            plain: Products::new(bins, k, |_| true),
            left_out: (0..nets)
                .into_par_iter()
                .map(|out| extrapolated(&|net| net != out))
                .collect(),
            halves: [half(0), half(1)],
        }
    }

    /// The maximum of a function over directions: found on one half of the nets and evaluated on the other, and the
    /// mean of both ways, since a maximum over noise is too large where it is evaluated on the same noise.
    ///
    /// The error has three parts, added in squares: along the direction of all nets, the jackknife's standard error over
    /// the nets and the whole step of the extrapolation; and what the halves say differently from all nets.
    pub(super) fn maximum<D>(
        &self,
        direction: impl Fn(&Products) -> D,
        value: impl Fn(&Products, &D) -> f64,
    ) -> Measured {
        let [a, b] = &self.halves;
        let crossed = 0.5 * (value(b, &direction(a)) + value(a, &direction(b)));
        let best = direction(&self.products);
        let whole = value(&self.products, &best);
        let step = whole - value(&self.plain, &best);
        let values: Vec<f64> = self.left_out.iter().map(|p| value(p, &best)).collect();
        let error = jackknife(&values).hypot(step).hypot(crossed - whole);
        Measured::new(crossed, error)
    }

    /// Size that the noise of a matrix gives to its largest eigenvalue: that of a random symmetric matrix with the
    /// entries' standard errors, `2 |.|_F / sqrt(dimension)`.
    pub(super) fn noise(&self, matrix: impl Fn(&Products) -> DMatrix<f64>) -> f64 {
        let left_out: Vec<DMatrix<f64>> = self.left_out.iter().map(&matrix).collect();
        let dimension = left_out.first().map_or(1, DMatrix::nrows);
        let variance: f64 = (0..dimension * dimension)
            .map(|entry| {
                let values: Vec<f64> = left_out.iter().map(|matrix| matrix[entry]).collect();
                jackknife(&values).powi(2)
            })
            .sum();
        2.0 * (variance / dimension as f64).sqrt()
    }
}

/// Standard error from the values that leave one net out each.
fn jackknife(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let scatter: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (scatter * (n - 1.0) / n).sqrt()
}
