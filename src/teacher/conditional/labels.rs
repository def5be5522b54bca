//! The label's values on which all slices are compared.

use super::merge::{bulk_intervals, merged_edges};
use super::nodes::slice_nodes;
use crate::numerics::{gauss_hermite, packed_len};
use crate::teacher::bins::{
    BIN_NODES, BinMoments, Bins, LabelNode, MOMENTS, accumulate, atom_moments,
};
use crate::teacher::directions::AngularResolution;
use crate::teacher::label::LabelMoments;
use crate::teacher::sweep::Sweep;
use crate::teacher::{Channel, Link, Teacher, TeacherError};

/// Labels of a density beyond which bins are the better road: their number grows as the inverse of the noise.
const MOST_LABELS: [usize; 2] = [3000, 600];

/// Bins of a noisy label are at least this many standard deviations of the noise wide.
const WIDTHS_PER_BIN: f64 = 4.0;

/// How finely labels and hard latents are resolved.
#[derive(Clone, Copy, Debug)]
pub(super) struct LabelResolution {
    /// Bins of a label with a density and little or no noise.
    pub(super) bins: usize,
    /// Neighbouring bins of less probability are united.
    pub(super) rare: f64,
    /// Nodes for every two standard deviations of a gaussian channel.
    pub(super) channel_nodes: usize,
    /// Nodes for the whole of gaussian noise that is narrow.
    pub(super) noise_nodes: usize,
    /// Directions of the hard latents.
    pub(super) angular: AngularResolution,
    /// Tolerance of the slices' own bins.
    pub(super) tolerance: f64,
}

/// Events of the label; every slice gives each its probability and the hard latents' moments on it.
#[derive(Clone, Debug)]
pub(super) enum Labels {
    /// Labels with a likelihood and a measure: all values of a discrete label, or nodes of a density.
    Points {
        /// The labels, increasing.
        labels: Vec<f64>,
        /// The share of each in an integral over y.
        measure: Vec<f64>,
        /// The channel.
        channel: Channel,
    },
    /// Values of positive probability, and bins of the others.
    Binned {
        /// Values of positive probability of a label without noise.
        atoms: Vec<f64>,
        /// Edges of the bins, none if there are only atoms.
        edges: Vec<f64>,
        /// Rule (shift, weight) for gaussian noise; without noise a single zero.
        noise: Vec<(f64, f64)>,
    },
}

impl Labels {
    /// Labels of the target; bins of a density are not much wider than `wide`.
    pub(super) fn new(
        target: &Teacher,
        moments: &LabelMoments,
        resolution: LabelResolution,
        wide: f64,
    ) -> Self {
        let law = &moments.link_law;
        let channel = target.channel();
        let intervals = bulk_intervals(law, channel);
        let count = |range: &(f64, f64)| channel.label_count(*range, resolution.channel_nodes);
        let most = MOST_LABELS[usize::from(target.latent_dim() > 2)];
        // counted before they are listed: narrow noise would fill the memory
        let few = law.bins.is_empty() || intervals.iter().map(count).sum::<f64>() <= most as f64;
        let listed = || -> Option<Vec<(f64, f64)>> {
            let grids = intervals
                .iter()
                .map(|range| channel.label_grid(*range, resolution.channel_nodes));
            Some(grids.collect::<Option<Vec<_>>>()?.concat())
        };
        // nothing of the label is narrower than its noise
        let (rule, narrow) = match channel {
            Channel::Gaussian { noise } => {
                let rule = gauss_hermite(resolution.noise_nodes).into_iter();
                let rule = rule.map(|(x, w)| (noise * x, w)).collect();
                (rule, WIDTHS_PER_BIN * noise)
            }
            _ => (vec![(0.0, 1.0)], 0.0),
        };
        let atoms = || law.atoms.iter().map(|atom| atom.label).collect();
        match few.then(listed).flatten() {
            Some(grid) => {
                let (labels, measure) = grid.into_iter().unzip();
                Self::Points {
                    labels,
                    measure,
                    channel,
                }
            }
            None => Self::Binned {
                // noise gives atoms a width
                atoms: if channel == Channel::Deterministic {
                    atoms()
                } else {
                    Vec::new()
                },
                edges: merged_edges(&law.bins, resolution.bins, resolution.rare, (narrow, wide)),
                noise: rule,
            },
        }
    }

    /// Single labels with their measure.
    pub(super) fn points(&self) -> usize {
        match self {
            Self::Points { labels, .. } => labels.len(),
            Self::Binned { atoms, .. } => atoms.len(),
        }
    }

    /// Measure of single label `index`: one for a label of positive probability.
    pub(super) fn measure(&self, index: usize) -> f64 {
        match self {
            Self::Points { measure, .. } => measure[index],
            Self::Binned { .. } => 1.0,
        }
    }

    /// Edges of the bins that follow the single labels.
    pub(super) fn edges(&self) -> &[f64] {
        match self {
            Self::Points { .. } => &[],
            Self::Binned { edges, .. } => edges,
        }
    }

    pub(super) fn bins(&self) -> usize {
        self.edges().len().saturating_sub(1)
    }

    /// Numbers for each slice: probabilities (Legendre moments on the bins).
    pub(super) fn mass_len(&self) -> usize {
        self.points() + MOMENTS * self.bins()
    }

    /// Numbers for each slice and packed entry of `v v^T - I`.
    pub(super) fn second_len(&self) -> usize {
        self.points() + BIN_NODES * self.bins()
    }

    /// A slice's numbers: probabilities ([`mass_len`](Self::mass_len)), and moments of `v v^T - I` times probabilities,
    /// entry by packed entry ([`second_len`](Self::second_len) each).
    pub(super) fn describe(
        &self,
        slice: &Link,
        resolution: LabelResolution,
    ) -> Result<(Vec<f64>, Vec<f64>), TeacherError> {
        match self {
            Self::Points {
                labels, channel, ..
            } => {
                let nodes = slice_nodes(slice, *channel, resolution)?;
                Ok(likelihoods(slice, &nodes, labels, *channel))
            }
            Self::Binned {
                atoms,
                edges,
                noise,
            } => {
                let sweep = Sweep::new(slice, resolution.angular)?;
                let at_atoms: Vec<BinMoments> = atoms
                    .iter()
                    .map(|&atom| atom_moments(slice, &sweep, atom))
                    .collect();
                let mut numbers = pack(slice, &at_atoms, &[]);
                if edges.is_empty() {
                    return Ok(numbers);
                }
                // the label is in a bin when the link's value is in the bin moved against the noise
                let mut in_bins: Option<(Vec<f64>, Vec<f64>)> = None;
                for &(shift, weight) in noise {
                    let moved: Vec<f64> = edges.iter().map(|edge| edge - shift).collect();
                    let bins = accumulate(slice, &sweep, &Bins::select(&moved, atoms, |_| true));
                    let (mass, second) = pack(slice, &[], &bins);
                    let sums = in_bins
                        .get_or_insert_with(|| (vec![0.0; mass.len()], vec![0.0; second.len()]));
                    let add = |sum: &mut [f64], terms: &[f64]| {
                        sum.iter_mut()
                            .zip(terms)
                            .for_each(|(s, t)| *s += weight * t);
                    };
                    add(&mut sums.0, &mass);
                    add(&mut sums.1, &second);
                }
                if let Some(sums) = in_bins {
                    numbers = joined(numbers, sums, packed_len(slice.latent_dim()));
                }
                Ok(numbers)
            }
        }
    }
}

fn pack(slice: &Link, atoms: &[BinMoments], bins: &[BinMoments]) -> (Vec<f64>, Vec<f64>) {
    let mut mass: Vec<f64> = atoms.iter().map(BinMoments::probability).collect();
    mass.extend(bins.iter().flat_map(|bin| bin.mass()));
    let mut second = Vec::new();
    for pair in 0..packed_len(slice.latent_dim()) {
        second.extend(atoms.iter().map(|atom| atom.second()[pair][0]));
        second.extend(bins.iter().flat_map(|bin| bin.second()[pair]));
    }
    (mass, second)
}

/// The numbers of the atoms followed by those of the bins, for every packed entry.
fn joined(
    atoms: (Vec<f64>, Vec<f64>),
    bins: (Vec<f64>, Vec<f64>),
    pairs: usize,
) -> (Vec<f64>, Vec<f64>) {
    let mass = [atoms.0, bins.0].concat();
    let (at_atoms, in_bins) = (atoms.1.len() / pairs, bins.1.len() / pairs);
    let mut second = Vec::with_capacity(atoms.1.len() + bins.1.len());
    for pair in 0..pairs {
        second.extend(&atoms.1[pair * at_atoms..(pair + 1) * at_atoms]);
        second.extend(&bins.1[pair * in_bins..(pair + 1) * in_bins]);
    }
    (mass, second)
}

/// `p(y)` and `p(y) E[v v^T - I | y]` on the slice at every label.
fn likelihoods(
    slice: &Link,
    nodes: &[LabelNode],
    labels: &[f64],
    channel: Channel,
) -> (Vec<f64>, Vec<f64>) {
    let pairs = packed_len(slice.latent_dim());
    let mut mass = vec![0.0; labels.len()];
    let mut second = vec![0.0; pairs * labels.len()];
    for (j, &label) in labels.iter().enumerate() {
        let (low, high) = channel.reach(label);
        let first = nodes.partition_point(|node| node.label < low);
        for node in nodes[first..].iter().take_while(|node| node.label <= high) {
            let likelihood = channel.likelihood(label, node.label).unwrap_or(0.0);
            let weight = node.weight * likelihood;
            mass[j] += weight;
            for pair in 0..pairs {
                second[pair * labels.len() + j] += weight * node.second[pair];
            }
        }
    }
    (mass, second)
}
