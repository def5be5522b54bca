//! Network and loss together: loss, gradient and curvature of one sample in pre-activation space.

use crate::expression::Jet;

use super::{Head, Loss, MAX_NEURONS, Network};

/// Network and loss.
///
/// With `f_j = scale a_j s'(u_j + b_j)`, the gradient is `g_j = l' f_j` and the curvature
/// `D_jl = l'' f_j f_l + [j = l] l' scale a_j s''(u_j + b_j)`; the primes of the loss `l(y, f)` are derivatives in `f`.
#[derive(Clone, Debug)]
pub struct Model {
    network: Network,
    loss: Loss,
}

impl Model {
    /// Pairs a network with a loss.
    pub fn new(network: Network, loss: Loss) -> Self {
        Self { network, loss }
    }

    /// The same model with other readout and biases (m each).
    #[must_use]
    pub fn with_head(&self, head: &Head) -> Self {
        Self {
            network: self.network.with_head(head),
            loss: self.loss.clone(),
        }
    }

    /// The number of neurons m.
    pub fn neurons(&self) -> usize {
        self.network.neurons()
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The loss.
    pub fn loss(&self) -> &Loss {
        &self.loss
    }

    /// The loss at pre-activations `u` (m) and label `y`.
    pub fn loss_value(&self, u: &[f64], y: f64) -> f64 {
        self.loss.jet(y, self.network.output(u)).value
    }

    /// The gradient of the loss in the pre-activations: `u` and `out` have m entries.
    pub fn gradient(&self, u: &[f64], y: f64, out: &mut [f64]) {
        let mut slopes = [Jet::default(); MAX_NEURONS];
        let output = self.network.output_and_slopes(u, &mut slopes);
        write_gradient(self.loss.jet(y, output), &slopes[..self.neurons()], out);
    }

    /// The curvature D of the loss in the pre-activations `u` (m): the upper triangle by rows, m(m+1)/2 entries.
    pub fn curvature(&self, u: &[f64], y: f64, packed: &mut [f64]) {
        let mut slopes = [Jet::default(); MAX_NEURONS];
        let output = self.network.output_and_slopes(u, &mut slopes);
        write_curvature(self.loss.jet(y, output), &slopes[..self.neurons()], packed);
    }
}

/// The gradient from the loss's jet and the neurons' contributions to the output.
#[inline]
pub(super) fn write_gradient(loss: Jet, slopes: &[Jet], out: &mut [f64]) {
    for (out, slope) in out.iter_mut().zip(slopes) {
        *out = loss.first * slope.first;
    }
}

/// The packed curvature from the loss's jet and the neurons' contributions to the output.
#[inline]
pub(crate) fn write_curvature(loss: Jet, slopes: &[Jet], packed: &mut [f64]) {
    let mut at = 0;
    for (j, row) in slopes.iter().enumerate() {
        let bent = loss.second * row.first;
        packed[at] = bent * row.first + loss.first * row.second;
        for (entry, column) in packed[at + 1..].iter_mut().zip(&slopes[j + 1..]) {
            *entry = bent * column.first;
        }
        at += slopes.len() - j;
    }
}
