//! Independent nets of samples, binned by their labels.

use rayon::prelude::*;

use crate::experiment::NumericsSection;
use crate::numerics::{SobolSequence, normal_quantile, packed_len};
use crate::recovery::RecoveryError;
use crate::teacher::{Teacher, TeacherError};

/// Independent nets per replicate. Few large nets have smaller errors than many small ones, but rare labels make these
/// errors heavy-tailed, and a jackknife over 16 nets was seen to miss a factor of three.
const NETS_PER_REPLICATE: usize = 8;

/// Bins over the bulk of the labels: their width costs less than a tenth of a percent, most of which the
/// extrapolation takes back.
const BINS: usize = 512;

/// Towards either end, bins hold this part of the samples beyond them, so that heavy tails are resolved.
const TAIL_SHARE: usize = 8;

/// Fewest samples of a bin.
const FEWEST: usize = 16;

/// Sums over the samples of one net in one bin.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    pub(super) count: f64,
    /// Sum of z (k).
    pub(super) mean: Vec<f64>,
    /// Sum of `z z^T - I`, packed (k(k+1)/2).
    pub(super) second: Vec<f64>,
}

impl Sums {
    fn empty(k: usize) -> Self {
        Self {
            count: 0.0,
            mean: vec![0.0; k],
            second: vec![0.0; packed_len(k)],
        }
    }

    fn add_point(&mut self, z: &[f64]) {
        self.count += 1.0;
        let mut pair = 0;
        for (i, a) in z.iter().enumerate() {
            self.mean[i] += a;
            for (j, b) in z.iter().enumerate().skip(i) {
                self.second[pair] += a * b - if i == j { 1.0 } else { 0.0 };
                pair += 1;
            }
        }
    }

    fn add(&mut self, other: &Self) {
        let add = |a: &mut [f64], b: &[f64]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        self.count += other.count;
        add(&mut self.mean, &other.mean);
        add(&mut self.second, &other.second);
    }
}

/// A bin of labels: the sums of every net (nets), and whether all its labels are equal.
#[derive(Clone, Debug)]
pub(super) struct Bin {
    pub(super) nets: Vec<Sums>,
    atom: bool,
}

/// One independently randomised net of labelled points.
struct Net {
    labels: Vec<f64>,
    /// Latents by rows (samples x k).
    latents: Vec<f64>,
}

/// Draws the nets and bins them by the label's rank.
pub(super) fn binned(
    target: &Teacher,
    numerics: NumericsSection,
) -> Result<Vec<Bin>, RecoveryError> {
    let count = NETS_PER_REPLICATE * numerics.replicates;
    let symmetry = target.link().symmetry();
    let points = (numerics.samples / NETS_PER_REPLICATE).max(1);
    let nets: Vec<Net> = (0..count)
        .into_par_iter()
        .map(|net| Net::draw(target, points, numerics.seed, net as u64))
        .collect::<Result<_, _>>()?;
    let mut order: Vec<(f64, usize, usize)> = Vec::with_capacity(count * points);
    for (net, drawn) in nets.iter().enumerate() {
        order.extend(drawn.labels.iter().enumerate().map(|(i, y)| (*y, net, i)));
    }
    // equal labels keep the order of nets and points: the same sums on every machine
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    Ok(cut(&order)
        .into_iter()
        .map(|(from, to)| {
            let mut sums = vec![Sums::empty(target.latent_dim()); count];
            for &(_, net, point) in &order[from..to] {
                sums[net].add_point(nets[net].latent(point, target.latent_dim()));
            }
            for sums in &mut sums {
                symmetry.average_mean(&mut sums.mean);
                symmetry.average_second(&mut sums.second);
            }
            Bin {
                nets: sums,
                atom: order[from].0 == order[to - 1].0,
            }
        })
        .collect())
}

impl Net {
    fn draw(target: &Teacher, points: usize, seed: u64, net: u64) -> Result<Self, RecoveryError> {
        let k = target.latent_dim();
        let sequence = SobolSequence::new(k + 1, seed, net)?;
        let mut uniform = vec![0.0; points * (k + 1)];
        sequence.fill_uniform(0, &mut uniform)?;
        let mut drawn = Self {
            labels: Vec::with_capacity(points),
            latents: Vec::with_capacity(points * k),
        };
        for row in uniform.chunks_exact(k + 1) {
            let z: Vec<f64> = row[..k].iter().map(|u| normal_quantile(*u)).collect();
            let label = target.draw_label(&z, row[k]);
            if !label.is_finite() {
                let value = target.link().value(&z);
                return Err(TeacherError::NotFinite { point: z, value }.into());
            }
            drawn.labels.push(label);
            drawn.latents.extend(z);
        }
        Ok(drawn)
    }

    fn latent(&self, point: usize, k: usize) -> &[f64] {
        &self.latents[point * k..(point + 1) * k]
    }
}

/// Ranges of ranks: equal labels stay together, and many of them are a bin of their own.
fn cut(order: &[(f64, usize, usize)]) -> Vec<(usize, usize)> {
    let total = order.len();
    let wanted = |rank: usize| {
        let beyond = rank.min(total - rank) / TAIL_SHARE;
        beyond.clamp(FEWEST, (total / BINS).max(FEWEST))
    };
    let mut bins: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for run in order.chunk_by(|a, b| a.0 == b.0) {
        let end = at + run.len();
        if run.len() >= wanted(at) && at > start {
            bins.push((start, at));
            start = at;
        }
        if end - start >= wanted(start) {
            bins.push((start, end));
            start = end;
        }
        at = end;
    }
    if start < total {
        bins.push((start, total));
    }
    bins
}

/// The same law on bins twice as wide; atoms are left alone.
pub(super) fn merged(bins: &[Bin]) -> Vec<Bin> {
    let mut wide: Vec<Bin> = Vec::with_capacity(bins.len());
    let mut open = false;
    for bin in bins {
        match wide.last_mut() {
            Some(last) if open && !bin.atom => {
                last.nets
                    .iter_mut()
                    .zip(&bin.nets)
                    .for_each(|(a, b)| a.add(b));
                open = false;
            }
            _ => {
                wide.push(bin.clone());
                open = !bin.atom;
            }
        }
    }
    wide
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_labels_stay_together() {
        let label = |rank: usize| if rank < 4000 { -1.0 } else { rank as f64 };
        let order: Vec<(f64, usize, usize)> = (0..10_000).map(|i| (label(i), 0, i)).collect();
        let bins = cut(&order);
        assert_eq!(bins[0], (0, 4000));
        assert!(bins.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert_eq!(bins[bins.len() - 1].1, 10_000);
        assert!(bins[1..].iter().all(|(from, to)| to - from <= 2 * FEWEST));
    }
}
