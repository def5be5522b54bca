//! Label bins and intervals that serve all slices, from the bins of the label's own law.

use crate::target::Channel;
use crate::target::noiseless::NoiselessLaw;

/// Tails of the label's law are cut into bins of probability 1/4, 1/16, ... of the last one, so many times.
const TAIL_BINS: i32 = 8;

/// Values of the link with less probability than this beyond them carry nothing that shows.
const RARE: f64 = 1e-9;

/// Edges of about `count` bins of equal probability, with geometric tails, taken from the law's own bins (low, high,
/// probability), which crowd at its singular values, where those are dense enough.
pub(super) fn merged_edges(bins: &[(f64, f64, f64)], count: usize) -> Vec<f64> {
    let Some(&(first, ..)) = bins.first() else {
        return Vec::new();
    };
    let total: f64 = bins.iter().map(|bin| bin.2).sum();
    let mut levels: Vec<f64> = (1..=count).map(|i| i as f64 / count as f64).collect();
    for power in 1..=TAIL_BINS {
        let tail = 0.25f64.powi(power) / count as f64;
        levels.extend([tail, 1.0 - tail]);
    }
    levels.sort_by(f64::total_cmp);
    let mut merged = vec![first];
    let (mut below, mut before, mut level) = (0.0, 0.0, 0);
    for (i, &(_, edge, probability)) in bins.iter().enumerate() {
        below += probability / total;
        if level < levels.len() && below < levels[level] && i + 1 < bins.len() {
            continue;
        }
        let parts = ((below - before) * count as f64 - 0.5).ceil().max(1.0) as usize;
        let low = merged[merged.len() - 1];
        let step = (edge - low) / parts as f64;
        merged.extend((1..parts).map(|part| low + step * part as f64));
        merged.push(edge);
        before = below;
        level += levels[level..].partition_point(|level| *level <= below);
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
    fn merged_bins_share_the_probability() {
        let fine: Vec<(f64, f64, f64)> = (0..1000)
            .map(|i| (f64::from(i), f64::from(i + 1), 1e-3))
            .collect();
        let edges = merged_edges(&fine, 10);
        assert!(edges.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!((edges[0], edges[edges.len() - 1]), (0.0, 1000.0));
        let widest = edges.windows(2).map(|p| p[1] - p[0]).fold(0.0, f64::max);
        assert!(widest <= 101.0, "{edges:?}");
    }

    #[test]
    fn wide_bins_are_cut() {
        // half of the probability in one bin: five of ten parts
        let edges = merged_edges(&[(0.0, 1.0, 0.25), (1.0, 6.0, 0.5), (6.0, 7.0, 0.25)], 10);
        assert!(
            edges.contains(&1.0) && edges.contains(&2.0) && edges.contains(&5.0),
            "{edges:?}"
        );
    }
}
