//! Label bins and intervals that serve all slices, from the bins of the label's own law.

use crate::teacher::Channel;
use crate::teacher::noiseless::NoiselessLaw;

/// Values of the link with less probability than this beyond them carry nothing that shows.
const RARE: f64 = 1e-9;

/// Parts that a bin is cut into for its width: the law's own bins follow the tails of the label.
const MOST_PARTS: f64 = 16.0;

/// Edges that keep the law's own bins (low, high, probability), which crowd at its singular values, but unite neighbours of
/// less probability than `rare` or less width than `narrow`, and cut bins into parts of about `1/count` and not much wider
/// than `wide`.
pub(super) fn merged_edges(
    bins: &[(f64, f64, f64)],
    count: usize,
    rare: f64,
    (narrow, wide): (f64, f64),
) -> Vec<f64> {
    let Some(&(first, ..)) = bins.first() else {
        return Vec::new();
    };
    let total: f64 = bins.iter().map(|bin| bin.2).sum();
    let mut merged = vec![first];
    let mut pending = 0.0;
    for (i, &(_, edge, probability)) in bins.iter().enumerate() {
        pending += probability / total;
        let low = merged[merged.len() - 1];
        if (pending < rare || edge - low < narrow) && i + 1 < bins.len() {
            continue;
        }
        let parts = (pending * count as f64 - 0.5).ceil().max(1.0);
        let parts = parts.max(((edge - low) / wide).ceil().min(MOST_PARTS));
        let parts = parts.min(((edge - low) / narrow).max(1.0)) as usize;
        let step = (edge - low) / parts as f64;
        merged.extend((1..parts).map(|part| low + step * part as f64));
        merged.push(edge);
        pending = 0.0;
    }
    merged
}

/// Intervals that hold all but the rarest values of the link: one for the part with a density and one for each atom, united
/// where the channel cannot tell them apart.
pub(super) fn bulk_intervals(law: &NoiselessLaw, channel: Channel) -> Vec<(f64, f64)> {
    let mut intervals: Vec<(f64, f64)> = law.atoms.iter().map(|a| (a.label, a.label)).collect();
    let bins = &law.bins;
    let rare_below = |bins: &mut dyn Iterator<Item = &(f64, f64, f64)>| {
        let mut sum = 0.0;
        bins.take_while(|bin| {
            sum += bin.2;
            sum < RARE
        })
        .count()
    };
    let first = rare_below(&mut bins.iter());
    let last = bins
        .len()
        .saturating_sub(rare_below(&mut bins.iter().rev()));
    if first < last {
        intervals.push((bins[first].0, bins[last - 1].1));
    }
    intervals.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut united: Vec<(f64, f64)> = Vec::new();
    for (low, high) in intervals {
        match united.last_mut() {
            Some(last) if channel.reach(low).0 <= channel.reach(last.1).1 => {
                last.1 = last.1.max(high);
            }
            _ => united.push((low, high)),
        }
    }
    united
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_bins_are_united_and_large_ones_cut() {
        let bins = [
            (0.0, 1.0, 1e-6),
            (1.0, 2.0, 0.3),
            (2.0, 7.0, 0.5),
            (7.0, 8.0, 0.2),
        ];
        let edges = merged_edges(&bins, 10, 1e-3, (0.0, f64::INFINITY));
        // the first two are one, in three parts; half of the probability is five of ten parts
        let expected = [
            0.0,
            2.0 / 3.0,
            4.0 / 3.0,
            2.0,
            3.0,
            4.0,
            5.0,
            6.0,
            7.0,
            7.5,
            8.0,
        ];
        assert_eq!(edges.len(), expected.len(), "{edges:?}");
        for (edge, expected) in edges.iter().zip(expected) {
            // rounding
            assert!((edge - expected).abs() < 1e-12, "{edges:?}");
        }
    }
}
