//! The label and the hard latents given the easy ones (docs/theory.md section 3.3).
//!
//! At fixed easy latents `a = z_U` the link is a link of the hard latents alone, a *slice*. Its label law and moments
//! follow from the same rays and bins as those of a whole link. Tables of them over a, on common labels, give the
//! posterior of `(z_U, z_V)` for every Gaussian knowledge of `z_U`.

mod grid;
mod labels;
mod means;
mod merge;
mod nodes;
mod posterior;
mod slices;

use nalgebra::DMatrix;
use rayon::prelude::*;

pub use means::{MeanEnergy, mean_energy};
pub use posterior::{EasyKnowledge, PosteriorEnergy};

use super::directions::AngularResolution;
use super::{LabelMoments, Teacher, TeacherError};
use crate::numerics::{broken_nodes, gauss_legendre, packed_len};
use grid::EasyGrid;
use labels::{LabelResolution, Labels};
use slices::Slicer;

/// How finely a [`ConditionalLaw`] is tabulated.
#[derive(Clone, Copy, Debug)]
pub struct ConditionalResolution {
    /// Smallest standard deviation of z_U given what is known of it that the table serves.
    narrowest: f64,
    /// Nodes per panel of the grid over z_U.
    row_nodes: usize,
    /// Slices between two breaks.
    slice_nodes: usize,
    /// Steps towards the places where the slices break.
    levels: i32,
    /// Widest bins of the label, in changes that the narrowest knowledge of z_U leaves.
    bin_widths: f64,
    labels: LabelResolution,
}

impl ConditionalResolution {
    /// For results, at uncertainties of z_U down to the standard deviation `narrowest`.
    pub fn fine(narrowest: f64, easy_dim: usize, hard_dim: usize) -> Self {
        let counts = match easy_dim {
            1 => [12, 10, 64, 8, 4],
            _ => [7, 6, 24, 6, 0],
        };
        let rare = if easy_dim == 1 { 1e-7 } else { 1e-3 };
        Self::at(narrowest, hard_dim, counts, 8, (rare, 3.0))
    }

    /// For error estimates.
    pub fn coarse(narrowest: f64, easy_dim: usize, hard_dim: usize) -> Self {
        let counts = match easy_dim {
            1 => [10, 8, 44, 6, 3],
            _ => [6, 4, 16, 4, 0],
        };
        let rare = if easy_dim == 1 { 1e-5 } else { 4e-3 };
        Self::at(narrowest, hard_dim, counts, 6, (rare, 4.5))
    }

    fn at(
        narrowest: f64,
        hard_dim: usize,
        counts: [usize; 5],
        directions: usize,
        (rare, bin_widths): (f64, f64),
    ) -> Self {
        let [row_nodes, slice_nodes, bins, channel_nodes, levels] = counts;
        let (angular, tolerance) = match hard_dim {
            1 => ([1, 1, 2, 0], 1e-8),
            _ => ([8, directions, 48, 1], 1e-5),
        };
        // a narrow posterior of z_U sees the label sharply
        let sharper = (WIDEST / narrowest).max(1.0);
        Self {
            narrowest,
            row_nodes,
            slice_nodes,
            levels: levels as i32,
            bin_widths,
            labels: LabelResolution {
                bins: (bins as f64 * sharper.min(4.0)) as usize,
                rare,
                channel_nodes,
                noise_nodes: channel_nodes,
                angular: AngularResolution {
                    panels: angular[0],
                    nodes: angular[1],
                    probes: angular[2],
                    levels: angular[3],
                    // slices are many
                    recut: false,
                },
                tolerance,
            },
        }
    }

    /// The narrowest standard deviation of z_U that the table serves.
    pub fn narrowest(&self) -> f64 {
        self.narrowest
    }

    /// Width of the label's bins, in its tails too: what is known of a single z_U moves the label by its slope times its
    /// standard deviation, and the moments given the label vary on that scale.
    fn widest_bin(&self, slicer: &Slicer<'_>) -> f64 {
        if slicer.easy_dim() > 1 || self.narrowest >= WIDEST {
            return f64::INFINITY;
        }
        self.bin_widths * self.narrowest * slicer.slope(0)
    }
}

/// Standard deviation of z_U up to which bins of the usual width do.
const WIDEST: f64 = 0.3;

/// Table of the label's law and of the hard latents' second moments over a grid of the easy latents.
#[derive(Clone, Debug)]
pub struct ConditionalLaw {
    easy_dim: usize,
    hard_dim: usize,
    narrowest: f64,
    labels: Labels,
    /// Coordinates of the rows, one vector for each easy latent; increasing in the first by strips.
    positions: Vec<Vec<f64>>,
    strip_rows: usize,
    /// Rows x probabilities (Legendre moments on bins) of the labels.
    mass: DMatrix<f64>,
    /// Rows x moments of `v v^T - I`, entry by packed entry.
    second: DMatrix<f64>,
}

impl ConditionalLaw {
    /// Tabulates the target on the easy axes (rows of `easy`, at most two) and the hard ones (rows of `hard`).
    ///
    /// # Errors
    /// Where a slice is not a number or cannot be resolved.
    pub fn new(
        target: &Teacher,
        moments: &LabelMoments,
        easy: &DMatrix<f64>,
        hard: &DMatrix<f64>,
        resolution: ConditionalResolution,
    ) -> Result<Self, TeacherError> {
        let slicer = slicer(target, easy, hard);
        let labels = Labels::new(
            target,
            moments,
            resolution.labels,
            resolution.widest_bin(&slicer),
        );
        let grid = EasyGrid::new(
            slicer.easy_dim(),
            resolution.narrowest,
            resolution.row_nodes,
        );
        let strips = Strips::new(&slicer, &labels, &grid, resolution)?;
        let blocks: Result<Vec<Block>, TeacherError> = (0..grid.panels)
            .into_par_iter()
            .map(|strip| strips.block(strip))
            .collect();
        let blocks = blocks?;
        let (mass, second): (Vec<_>, Vec<_>) = blocks.into_iter().unzip();
        Ok(Self {
            easy_dim: slicer.easy_dim(),
            hard_dim: slicer.hard_dim(),
            narrowest: resolution.narrowest,
            positions: grid.positions(),
            strip_rows: grid.strip_rows(),
            mass: stacked(&mass),
            second: stacked(&second),
            labels,
        })
    }

    /// Dimension of the easy subspace.
    pub fn easy_dim(&self) -> usize {
        self.easy_dim
    }

    /// Dimension of the hard subspace.
    pub fn hard_dim(&self) -> usize {
        self.hard_dim
    }

    /// The narrowest standard deviation of z_U that the table serves.
    pub fn narrowest(&self) -> f64 {
        self.narrowest
    }
}

fn slicer<'a>(target: &'a Teacher, easy: &DMatrix<f64>, hard: &DMatrix<f64>) -> Slicer<'a> {
    let axes = |basis: &DMatrix<f64>| -> Vec<Vec<f64>> {
        basis
            .row_iter()
            .map(|row| row.iter().copied().collect())
            .collect()
    };
    Slicer::new(target.link(), axes(easy), axes(hard))
}

fn stacked(blocks: &[DMatrix<f64>]) -> DMatrix<f64> {
    let rows = blocks.iter().map(DMatrix::nrows).sum();
    let columns = blocks.first().map_or(0, DMatrix::ncols);
    let mut all = DMatrix::zeros(rows, columns);
    let mut at = 0;
    for block in blocks {
        all.rows_mut(at, block.nrows()).copy_from(block);
        at += block.nrows();
    }
    all
}

/// Rows of the probabilities and of the moments.
type Block = (DMatrix<f64>, DMatrix<f64>);

/// Ratio of neighbouring steps towards a place where the slices break, and the first step.
const APPROACH: f64 = 0.15;
const FIRST_STEP: f64 = 0.4;

/// Steps towards places where the slices break: the slices of `z1/sqrt(z1^2 + z2^2)` shrink like z1 there.
fn approaches(places: &[f64], levels: i32) -> Vec<f64> {
    let steps = (0..levels).map(|level| FIRST_STEP * APPROACH.powi(level));
    steps
        .flat_map(|step| places.iter().flat_map(move |x| [x - step, x + step]))
        .collect()
}

/// Everything needed to tabulate one strip of the grid.
struct Strips<'a> {
    slicer: &'a Slicer<'a>,
    labels: &'a Labels,
    grid: &'a EasyGrid,
    resolution: ConditionalResolution,
    /// Breaks along the line of a single easy latent, and what leads up to those that are the slices' own.
    breaks: Vec<f64>,
    /// Longest stretch of each easy latent for one set of nodes.
    longest: Vec<f64>,
}

/// A noisy channel is followed in steps of this many of its widths.
const WIDTHS_PER_STEP: f64 = 2.0;

impl<'a> Strips<'a> {
    fn new(
        slicer: &'a Slicer<'a>,
        labels: &'a Labels,
        grid: &'a EasyGrid,
        resolution: ConditionalResolution,
    ) -> Result<Self, TeacherError> {
        let breaks = match slicer.easy_dim() {
            1 => {
                let own = slicer.pivots(grid.reach())?;
                let mut breaks = slicer.breaks(grid.reach(), labels.edges(), |a| vec![a])?;
                breaks.extend(approaches(&own, resolution.levels));
                breaks.sort_by(f64::total_cmp);
                breaks
            }
            _ => Vec::new(),
        };
        let longest = (0..slicer.easy_dim())
            .map(|axis| match labels {
                // the widths of all channels are smallest at zero
                Labels::Points { channel, .. } => {
                    WIDTHS_PER_STEP * channel.width(0.0) / slicer.slope(axis).max(1e-3)
                }
                Labels::Binned { .. } => f64::INFINITY,
            })
            .collect();
        Ok(Self {
            slicer,
            labels,
            grid,
            resolution,
            breaks,
            longest,
        })
    }

    /// The table's rows of one panel of the first easy latent.
    fn block(&self, strip: usize) -> Result<Block, TeacherError> {
        let rows = self.grid.strip_rows();
        let pairs = packed_len(self.slicer.hard_dim());
        // rows along the contiguous direction
        let mut mass = DMatrix::zeros(self.labels.mass_len(), rows);
        let mut second = DMatrix::zeros(pairs * self.labels.second_len(), rows);
        for (point, weight) in self.points(strip)? {
            let slice = self.slicer.at(&point);
            let (m, s) = self.labels.describe(&slice, self.resolution.labels)?;
            self.grid.spread(strip, &point, |row, share| {
                let share = share * weight;
                mass.column_mut(row)
                    .iter_mut()
                    .zip(&m)
                    .for_each(|(t, x)| *t += share * x);
                second
                    .column_mut(row)
                    .iter_mut()
                    .zip(&s)
                    .for_each(|(t, x)| *t += share * x);
            });
        }
        Ok((mass.transpose(), second.transpose()))
    }

    /// Slices of a strip with their weights.
    fn points(&self, strip: usize) -> Result<Vec<(Vec<f64>, f64)>, TeacherError> {
        let rule = gauss_legendre(self.resolution.slice_nodes);
        let panel = self.grid.panel(strip);
        let outer = broken_nodes(panel, &self.breaks, self.longest[0], &rule);
        if self.slicer.easy_dim() == 1 {
            return Ok(outer.into_iter().map(|(a, w)| (vec![a], w)).collect());
        }
        let mut points = Vec::new();
        for (a, w) in outer {
            let breaks = self.slicer.breaks(self.grid.reach(), &[], |b| vec![a, b])?;
            for cell in 0..self.grid.panels {
                let inner = broken_nodes(self.grid.panel(cell), &breaks, self.longest[1], &rule);
                points.extend(inner.into_iter().map(|(b, v)| (vec![a, b], v * w)));
            }
        }
        Ok(points)
    }
}
