//! The law of the link's value, with the latent's moments given it: adaptive bins.

use super::bins::{
    BinFit, BinMoments, Bins, LabelNode, accumulate, atom_moments, bin_of, same_value,
};
use super::channel::Channel;
use super::chart::Chart;
use super::curve::Curve;
use super::directions::AngularResolution;
use super::error::TeacherError;
use super::link::Link;
use super::monotone::Piece;
use super::sweep::Sweep;

/// How finely the law is resolved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolution {
    pub(super) angular: AngularResolution,
    /// A bin is split while the two highest degrees of its projection carry more than this
    /// share of the total energy.
    pub(super) tolerance: f64,
    /// No bin that matters is wider than this channel's likelihood.
    pub(super) channel: Channel,
    /// Every bin is split this many times at the end.
    pub(super) final_splits: usize,
}

/// Passes of splitting: each halves the bin at a singularity, so this reaches 2^-60 of its width.
const MAX_PASSES: usize = 60;

/// Bins wider than the noise are left whole where less probability than this is missing from the density's series, by
/// the dimension that panels integrate: far below the accuracy that the directions leave.
const SMOOTH: [f64; 3] = [1e-9, 1e-6, 1e-5];

/// Bins with less probability are not split: they cannot change a moment that matters.
const NEGLIGIBLE: f64 = 1e-12;

/// Halving a bin with a singular point (the slowest, 1/ln, included) leaves about half of the tail;
/// where more stays, finer bins fit the angular quadrature's noise.
const NOISE_RATIO: f64 = 0.88;

/// Values that no ray takes over this share of the range, and not in the tails of less than this mass, are a gap.
const GAP: f64 = 0.02;
const GAP_MASS: f64 = 1e-5;

/// Pieces of rays between bin edges, for the quantile bins of the start: beyond this the work takes minutes.
const MOST_CELLS: usize = 20_000_000;

/// A split needs this many rays in the bin, else it fits the rays instead of the law.
const RAYS_PER_SPLIT: usize = 48;

/// Law of the link's value.
#[derive(Clone, Debug)]
pub(super) struct NoiselessLaw {
    /// Nodes of the part with a density, by increasing value, on bins no wider than the channel's likelihood.
    pub(super) continuous: Vec<LabelNode>,
    /// The other bins, by increasing value: wider than the noise of a gaussian channel, and smooth.
    pub(super) wide: Vec<Curve>,
    /// Values of positive probability, increasing.
    pub(super) atoms: Vec<LabelNode>,
    /// Bins behind the part with a density: ends and probability, increasing.
    pub(super) bins: Vec<(f64, f64, f64)>,
    /// Range of the values met on the rays.
    pub(super) range: (f64, f64),
    /// Energy in the highest degrees of the bins' projections: about what is missing of all degrees beyond.
    pub(super) tail: f64,
}

/// A bin with its share of the law, judged once.
struct Bin {
    low: f64,
    high: f64,
    probability: f64,
    rays: usize,
    /// The law on the bin, unless it has no mass.
    fit: Option<BinFit>,
    /// Energy of the conditional moments on the bin.
    energy: f64,
    /// Energy of their two highest degrees: about what finer bins would add.
    tail: f64,
    /// Halving no longer reduces the tail: it is angular quadrature noise.
    noisy: bool,
}

impl Bin {
    fn new(low: f64, high: f64, moments: &BinMoments, k: usize, exact: bool) -> Self {
        let fit = moments.fit(k, (low, high), exact);
        let square = |n: &LabelNode| n.mean.iter().chain(&n.second).map(|x| x * x).sum::<f64>();
        let nodes = fit.iter().flat_map(|fit| &fit.nodes);
        let energy = nodes.map(|n| n.weight * square(n)).sum();
        Self {
            low,
            high,
            probability: moments.probability(),
            rays: moments.ray_count(),
            energy,
            tail: fit.as_ref().map_or(0.0, |fit| fit.tail),
            fit,
            noisy: false,
        }
    }

    /// Wider than the channel's likelihood, which is narrowest at the end of the bin that is nearest to zero.
    fn is_wide(&self, channel: Channel) -> bool {
        self.high - self.low > channel.width(0.0f64.clamp(self.low, self.high))
    }

    /// The gaussian kernel can be integrated against the bin's curves instead of its nodes.
    fn is_smooth(&self, channel: Channel, tolerance: f64) -> bool {
        let rough = |fit: &BinFit| fit.curve.roughness() > tolerance;
        matches!(channel, Channel::Gaussian { .. }) && !self.fit.as_ref().is_some_and(rough)
    }
}

/// Computes the law of `link(z)`, `z ~ N(0, I_k)`, `k <= 3`.
pub(super) fn noiseless_law(
    link: &Link,
    resolution: Resolution,
) -> Result<NoiselessLaw, TeacherError> {
    let sweep = Sweep::new(link, resolution.angular)?;
    let atoms = sweep.atom_values();
    let k = link.latent_dim();
    let atom_nodes: Vec<LabelNode> = atoms
        .iter()
        .map(|&a| atom_moments(link, &sweep, a).lump(k, a))
        .collect();
    let (edges, range) = initial_edges(&sweep, &atoms, link.scale());
    let mut law = NoiselessLaw {
        continuous: Vec::new(),
        wide: Vec::new(),
        atoms: atom_nodes,
        bins: Vec::new(),
        range,
        tail: 0.0,
    };
    if edges.len() < 2 {
        return Ok(law);
    }
    check_cost(link, &sweep, &edges)?;
    let mut bins = compute(link, &sweep, &edges, &atoms, |_| true);
    refine(link, &sweep, &atoms, resolution, &mut bins);
    law.bins = bins
        .iter()
        .map(|bin| (bin.low, bin.high, bin.probability))
        .collect();
    law.tail = bins.iter().map(|bin| bin.tail).sum();
    law.take(bins, resolution.channel, SMOOTH[sweep.outer_dim]);
    Ok(law)
}

impl NoiselessLaw {
    /// The law as values with a probability: atoms, and bins at their middle.
    pub(super) fn values(&self) -> Vec<(f64, f64)> {
        let bins = self
            .bins
            .iter()
            .map(|bin| (0.5 * bin.0 + 0.5 * bin.1, bin.2));
        let atoms = self.atoms.iter().map(|atom| (atom.label, atom.weight));
        bins.chain(atoms).collect()
    }

    /// Nodes of the bins that the channel's likelihood does not resolve, curves of the others.
    fn take(&mut self, bins: Vec<Bin>, channel: Channel, smooth: f64) {
        let gaussian = matches!(channel, Channel::Gaussian { .. });
        for bin in bins {
            let wide = gaussian && bin.is_wide(channel);
            let smooth = bin.is_smooth(channel, smooth);
            match bin.fit {
                Some(fit) if wide && smooth => self.wide.push(fit.curve),
                // too few rays cross the bin: a higher series would follow their pattern
                Some(mut fit) if wide => {
                    fit.nodes.sort_by(|a, b| a.label.total_cmp(&b.label));
                    self.wide
                        .extend(Curve::cells(&fit.nodes, (bin.low, bin.high)));
                }
                Some(fit) => self.continuous.extend(fit.nodes),
                None => {}
            }
        }
        self.continuous.sort_by(|a, b| a.label.total_cmp(&b.label));
    }
}

fn compute(
    link: &Link,
    sweep: &Sweep,
    edges: &[f64],
    atoms: &[f64],
    wanted: impl Fn(usize) -> bool,
) -> Vec<Bin> {
    let moments = accumulate(link, sweep, &Bins::select(edges, atoms, &wanted));
    (0..edges.len() - 1)
        .filter(|b| wanted(*b))
        .zip(moments)
        .map(|(b, moments)| {
            let exact = sweep.outer_dim == 0;
            Bin::new(edges[b], edges[b + 1], &moments, link.latent_dim(), exact)
        })
        .collect()
}

/// Refuses a link whose level sets are too many to be integrated one by one.
fn check_cost(link: &Link, sweep: &Sweep, edges: &[f64]) -> Result<(), TeacherError> {
    let crossed = |piece: &Piece| {
        let value = |v: f64| bin_of(edges, v);
        value(piece.value[0]).abs_diff(value(piece.value[piece.value.len() - 1])) + 1
    };
    let pieces = sweep.rays.iter().flat_map(|ray| &ray.pieces);
    if pieces.clone().map(crossed).sum::<usize>() <= MOST_CELLS {
        return Ok(());
    }
    let pieces = pieces.count() as f64 / sweep.rays.len() as f64;
    Err(link.too_many_pieces(
        pieces,
        MOST_CELLS as f64 / (sweep.rays.len() * edges.len()) as f64,
    ))
}

/// Splits bins until none of them asks for it, and then all of them `final_splits` times.
fn refine(link: &Link, sweep: &Sweep, atoms: &[f64], resolution: Resolution, bins: &mut Vec<Bin>) {
    let rays_needed = if sweep.outer_dim == 0 {
        1
    } else {
        RAYS_PER_SPLIT
    };
    let smooth = SMOOTH[sweep.outer_dim];
    for _ in 0..MAX_PASSES {
        let total: f64 = bins.iter().map(|bin| bin.energy).sum();
        // a law without information (G = 0) has no scale of its own: compare with one
        let scale = total.max(1e-3);
        let split: Vec<bool> = bins
            .iter()
            .map(|bin| {
                let coarse = spans_magnitudes(bin.low, bin.high, link.scale())
                    || bin.is_wide(resolution.channel)
                        && !bin.is_smooth(resolution.channel, smooth);
                splittable(bin, rays_needed)
                    && (coarse || (!bin.noisy && bin.tail > resolution.tolerance * scale))
            })
            .collect();
        if !split.contains(&true) {
            break;
        }
        split_bins(link, sweep, atoms, bins, &split);
    }
    for _ in 0..resolution.final_splits {
        let split: Vec<bool> = bins
            .iter()
            .map(|bin| splittable(bin, rays_needed))
            .collect();
        split_bins(link, sweep, atoms, bins, &split);
    }
}

fn splittable(bin: &Bin, rays_needed: usize) -> bool {
    let width = bin.high - bin.low;
    bin.probability > NEGLIGIBLE
        && bin.rays >= rays_needed
        && width > 1e-13 * (bin.low.abs() + bin.high.abs())
        && width > f64::MIN_POSITIVE
}

/// The bin reaches over orders of magnitude of large values, where the link is far from a polynomial in the radius.
fn spans_magnitudes(low: f64, high: f64, scale: f64) -> bool {
    high - low > 4.0 * (scale + low.abs().min(high.abs()))
}

/// Where a bin is cut: halfway, or halfway in orders of magnitude where it spans some of them (beside a pole, where
/// densities are powers of the value). `scale` is the usual size of values.
fn middle(low: f64, high: f64, scale: f64) -> f64 {
    let halfway = 0.5 * low + 0.5 * high;
    if !spans_magnitudes(low, high, scale) {
        return halfway;
    }
    let between = scale * (0.5 * ((low / scale).asinh() + (high / scale).asinh())).sinh();
    if between > low && between < high {
        between
    } else {
        halfway
    }
}

/// Halves the marked bins (the caller has made sure that they have a midpoint).
fn split_bins(link: &Link, sweep: &Sweep, atoms: &[f64], bins: &mut Vec<Bin>, split: &[bool]) {
    let scale = link.scale();
    let mut edges = vec![bins[0].low];
    let mut fresh = Vec::new();
    for (bin, &halve) in bins.iter().zip(split) {
        if halve {
            edges.push(middle(bin.low, bin.high, scale));
            fresh.push(true);
        }
        fresh.push(halve);
        edges.push(bin.high);
    }
    let mut computed = compute(link, sweep, &edges, atoms, |b| fresh[b]).into_iter();
    for (bin, &halve) in std::mem::take(bins).into_iter().zip(split) {
        if halve {
            let from = bins.len();
            bins.extend(computed.by_ref().take(2));
            let halves = &mut bins[from..];
            let left: f64 = halves.iter().map(|half| half.tail).sum();
            let noisy = left > NOISE_RATIO * bin.tail;
            halves.iter_mut().for_each(|half| half.noisy = noisy);
        } else {
            bins.push(bin);
        }
    }
}

/// Bin edges at quantiles, from the ray tables; and the range of all values.
///
/// `scale` is the usual size of the values.
fn initial_edges(sweep: &Sweep, atoms: &[f64], scale: f64) -> (Vec<f64>, (f64, f64)) {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    for ray in &sweep.rays {
        for piece in &ray.pieces {
            let atom = piece.is_constant() && atoms.iter().any(|a| same_value(*a, piece.value[0]));
            for (i, value) in piece.value.iter().enumerate() {
                range = (range.0.min(*value), range.1.max(*value));
                let next = (i + 1).min(piece.radius.len() - 1);
                let step = piece.radius[next] - piece.radius[i.saturating_sub(1)];
                if !atom {
                    points.push((
                        *value,
                        ray.weight * step * sweep.chart.density(&ray.line, piece.radius[i]),
                    ));
                }
            }
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = points.iter().map(|p| p.1).sum();
    let (Some(lowest), Some(highest)) = (points.first(), points.last()) else {
        return (Vec::new(), range);
    };
    let mut edges = vec![lowest.0];
    let mut levels = quantile_levels().into_iter().peekable();
    let mut mass = 0.0;
    let mut before = lowest.0;
    for (value, weight) in &points {
        // no bin reaches across a gap: halving it would not tell its two sides apart for long
        let inside = (GAP_MASS..1.0 - GAP_MASS).contains(&mass);
        if inside && value - before > GAP * (highest.0 - lowest.0) {
            edges.extend([before, *value]);
        }
        before = *value;
        mass += weight / total;
        while levels.next_if(|level| *level < mass).is_some() {
            edges.push(*value);
        }
    }
    // every ray starts at the centre: its value is where level sets change their topology
    edges.extend(critical_values(sweep));
    edges.push(highest.0);
    edges.retain(|e| *e >= lowest.0 && *e <= highest.0);
    edges.sort_by(f64::total_cmp);
    edges.dedup_by(|a, b| (*a - *b).abs() <= 1e-12 * (a.abs() + b.abs()));
    if edges.len() == 1 {
        // all values equal within rounding, yet not one atom: give the bin a width
        edges.push(edges[0] + 1e-9 * edges[0].abs().max(scale));
    }
    (edges, range)
}

/// Values where pieces begin: at every critical point where lines alone carry the latent, else at the centre of rays.
fn critical_values(sweep: &Sweep) -> Vec<f64> {
    let (rays, pieces) = match (sweep.outer_dim, sweep.chart) {
        (0, _) => (usize::MAX, usize::MAX),
        (_, Chart::Rays) => (2, 1),
        (_, Chart::Cube) => (0, 0),
    };
    let rays = sweep.rays.iter().take(rays);
    rays.flat_map(|ray| ray.pieces.iter().take(pieces))
        .map(|piece| piece.value[0])
        .collect()
}

/// Probability levels: even in the middle, geometric in both tails.
fn quantile_levels() -> Vec<f64> {
    let mut levels: Vec<f64> = (1..16).map(|i| f64::from(i) / 16.0).collect();
    for j in (6..44).step_by(2) {
        levels.push(0.5f64.powi(j));
        levels.push(1.0 - 0.5f64.powi(j));
    }
    levels.sort_by(f64::total_cmp);
    levels
}
