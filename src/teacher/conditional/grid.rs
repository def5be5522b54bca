//! Grid over the easy latents, on which functions smooth at a given width are integrated against a law.
//!
//! A law on the easy space is stored by its action on polynomials of each panel: a point mass at `a` is spread over the
//! panel's Gauss-Legendre nodes with the weights `l_j(a)` of Lagrange interpolation. A sum over rows is then the law's
//! integral of the interpolated function, however rough the law is.

use crate::numerics::{gauss_legendre, legendre};

/// The Gaussian outside carries 1e-13.
const REACH: f64 = 7.5;
/// With two easy latents the outside carries 2e-8, which is less than the other errors there.
const PLANE_REACH: f64 = 5.6;

/// Panels as wide as this many standard deviations of the narrowest kernel: their interpolation error is 1e-8 at 12
/// nodes.
const KERNEL_WIDTHS: f64 = 2.5;

/// Widest panel: the Gaussian weight is integrated with the kernel.
const WIDEST_PANEL: f64 = 1.25;

/// Tensor grid of panels with Gauss-Legendre nodes; rows run over the panels of the first axis first.
#[derive(Clone, Debug)]
pub(super) struct EasyGrid {
    pub(super) dim: usize,
    /// Panels per axis.
    pub(super) panels: usize,
    reach: f64,
    rule: Vec<(f64, f64)>,
}

impl EasyGrid {
    /// Grid in `dim` (1 or 2) latents for kernels no narrower than `narrowest`.
    pub(super) fn new(dim: usize, narrowest: f64, nodes: usize) -> Self {
        let reach = if dim == 1 { REACH } else { PLANE_REACH };
        let width = (KERNEL_WIDTHS * narrowest).min(WIDEST_PANEL);
        // an even number: zero, where symmetric links break, is an end
        let panels = 2 * (reach / width).ceil() as usize;
        Self {
            dim,
            panels,
            reach,
            rule: gauss_legendre(nodes),
        }
    }

    fn width(&self) -> f64 {
        2.0 * self.reach / self.panels as f64
    }

    /// Ends of panel `index` of an axis.
    pub(super) fn panel(&self, index: usize) -> (f64, f64) {
        let low = -self.reach + self.width() * index as f64;
        (low, low + self.width())
    }

    /// Half the length of an axis.
    pub(super) fn reach(&self) -> f64 {
        self.reach
    }

    /// Rows for each panel of the first axis.
    pub(super) fn strip_rows(&self) -> usize {
        let nodes = self.rule.len();
        match self.dim {
            1 => nodes,
            _ => self.panels * nodes * nodes,
        }
    }

    /// Coordinates of all rows, one vector per easy latent.
    pub(super) fn positions(&self) -> Vec<Vec<f64>> {
        let node = |panel: usize, j: usize| {
            let (low, high) = self.panel(panel);
            low + 0.5 * (high - low) * (1.0 + self.rule[j].0)
        };
        let mut positions = vec![Vec::new(); self.dim];
        let nodes = self.rule.len();
        for first in 0..self.panels {
            if self.dim == 1 {
                positions[0].extend((0..nodes).map(|j| node(first, j)));
                continue;
            }
            for second in 0..self.panels {
                for j in 0..nodes * nodes {
                    positions[0].push(node(first, j / nodes));
                    positions[1].push(node(second, j % nodes));
                }
            }
        }
        positions
    }

    /// Calls `add(row in strip, weight)` for the rows over which a mass at `point` of strip `strip` is spread.
    pub(super) fn spread(&self, strip: usize, point: &[f64], mut add: impl FnMut(usize, f64)) {
        let first = self.lagrange(strip, point[0]);
        if self.dim == 1 {
            first.iter().enumerate().for_each(|(j, w)| add(j, *w));
            return;
        }
        let nodes = self.rule.len();
        let cell = (((point[1] + self.reach) / self.width()) as usize).min(self.panels - 1);
        let second = self.lagrange(cell, point[1]);
        for (i, a) in first.iter().enumerate() {
            for (j, b) in second.iter().enumerate() {
                add((cell * nodes + i) * nodes + j, a * b);
            }
        }
    }

    /// Lagrange polynomials of the panel's nodes at `x`: `l_j = w_j sum_n (n + 1/2) P_n(t_j) P_n(t)`.
    fn lagrange(&self, panel: usize, x: f64) -> Vec<f64> {
        let nodes = self.rule.len();
        let (low, high) = self.panel(panel);
        let mut here = vec![0.0; nodes];
        legendre(((x - low) - (high - x)) / (high - low), &mut here);
        let mut there = vec![0.0; nodes];
        self.rule
            .iter()
            .map(|&(t, weight)| {
                legendre(t, &mut there);
                let terms = here.iter().zip(&there).enumerate();
                weight
                    * terms
                        .map(|(n, (p, q))| (n as f64 + 0.5) * p * q)
                        .sum::<f64>()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaussian(x: f64, mean: f64, deviation: f64) -> f64 {
        let t = (x - mean) / deviation;
        (-0.5 * t * t).exp()
    }

    #[test]
    fn a_spread_mass_acts_as_a_point_mass() {
        let grid = EasyGrid::new(2, 0.5, 12);
        let positions = grid.positions();
        let point = [0.813, -1.377];
        let kernel = |a: f64, b: f64| gaussian(a, 0.4, 0.5) * gaussian(b, -1.0, 0.6);
        let strip = (0..grid.panels)
            .find(|i| grid.panel(*i).1 > point[0])
            .unwrap();
        let mut sum = 0.0;
        grid.spread(strip, &point, |row, weight| {
            let row = strip * grid.strip_rows() + row;
            sum += weight * kernel(positions[0][row], positions[1][row]);
        });
        // interpolation with 12 nodes over 2.5 standard deviations
        assert!((sum - kernel(point[0], point[1])).abs() < 1e-7);
    }
}
