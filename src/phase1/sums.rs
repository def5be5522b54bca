//! What one step adds up over the sample paths, and the kernels made of it.

use nalgebra::DMatrix;

use crate::network::Head;
use crate::numerics::{packed_index, packed_len, unpack};

/// Shapes of the sums of one step.
#[derive(Clone, Copy, Debug)]
pub(super) struct SumLayout {
    /// m.
    pub neurons: usize,
    /// e, the number of reached latent directions.
    pub reached: usize,
    /// r, the number of hard latent directions.
    pub hard: usize,
    /// q = r(r+1)/2.
    pub pairs: usize,
    /// Whether the sums weighted with the hard latents' second moments are wanted too.
    pub growth: bool,
}

impl SumLayout {
    /// Left factors of the correlations: gradients, and gradients times each entry of `z_V z_V^T`.
    pub fn left(&self) -> usize {
        self.neurons * (1 + if self.growth { self.pairs } else { 0 })
    }
}

/// Sums over sample paths; the rows of `noise` and `response` run over left factors, their columns over the past.
#[derive(Clone, Debug)]
pub(super) struct StepSums {
    pub loss: f64,
    pub test_loss: f64,
    /// Paths whose proximal map was not found.
    pub unsettled: usize,
    /// K (D of an explicit step), then K times each entry of `z_V z_V^T`, packed (p each).
    pub response_now: Vec<f64>,
    /// g g^T of all samples, mini-batch or not, packed (p).
    pub own_noise: Vec<f64>,
    /// Gradients in readout and biases (2 m); empty unless wanted.
    pub head: Vec<f64>,
    /// g z_U^T (m x e by rows).
    pub latent: Vec<f64>,
    /// Left factors with the gradients of steps 0..=t.
    pub noise: Vec<f64>,
    /// Tangents of the left factors with the signs of steps 0..t.
    pub response: Vec<f64>,
}

impl StepSums {
    /// Zero.
    pub fn new(layout: &SumLayout) -> Self {
        let p = packed_len(layout.neurons);
        Self {
            loss: 0.0,
            test_loss: 0.0,
            unsettled: 0,
            response_now: vec![0.0; p * layout.left() / layout.neurons],
            own_noise: vec![0.0; p],
            head: Vec::new(),
            latent: vec![0.0; layout.neurons * layout.reached],
            noise: Vec::new(),
            response: Vec::new(),
        }
    }

    /// Adds the sums of another tile.
    pub fn add(&mut self, other: &Self) {
        let add = |sums: &mut Vec<f64>, terms: &[f64]| {
            sums.resize(terms.len(), 0.0);
            sums.iter_mut().zip(terms).for_each(|(s, t)| *s += t);
        };
        self.loss += other.loss;
        self.test_loss += other.test_loss;
        self.unsettled += other.unsettled;
        add(&mut self.response_now, &other.response_now);
        add(&mut self.own_noise, &other.own_noise);
        add(&mut self.head, &other.head);
        add(&mut self.latent, &other.latent);
        add(&mut self.noise, &other.noise);
        add(&mut self.response, &other.response);
    }

    /// Divides by the number of samples.
    pub fn average(&mut self, samples: usize) {
        let factor = 1.0 / samples as f64;
        self.loss *= factor;
        self.test_loss *= factor;
        for sums in [
            &mut self.response_now,
            &mut self.own_noise,
            &mut self.head,
            &mut self.latent,
            &mut self.noise,
            &mut self.response,
        ] {
            sums.iter_mut().for_each(|s| *s *= factor);
        }
    }

    /// `Gamma(t, s)` for s = 0..=t, side by side (m x (t + 1) m), see (4.3).
    pub fn gamma(&self, layout: &SumLayout) -> DMatrix<f64> {
        self.response_block(layout, 0)
    }

    /// `E[g^t g^s^T]` for s = 0..=t, side by side (m x (t + 1) m).
    pub fn noise(&self, layout: &SumLayout) -> DMatrix<f64> {
        self.noise_block(layout, 0)
    }

    /// `E[g^t z_U^T]` (m x e).
    pub fn latent(&self, layout: &SumLayout) -> DMatrix<f64> {
        DMatrix::from_row_slice(layout.neurons, layout.reached, &self.latent)
    }

    /// `E[l' scale s(u^t + b^t)]` and `E[g^t]`, the gradient of the loss in readout and biases.
    pub fn head(&self) -> Head {
        let (readout, bias) = self.head.split_at(self.head.len() / 2);
        Head {
            readout: readout.to_vec(),
            bias: bias.to_vec(),
        }
    }

    /// `E[g^t g^t^T]` over all samples (m x m).
    pub fn own_noise(&self, layout: &SumLayout) -> DMatrix<f64> {
        unpack(&self.own_noise, layout.neurons)
    }

    /// The responses weighted with `z_V z_V^T`, components (neuron, direction): mu x (t + 1) mu, mu = m r.
    pub fn hard_gamma(&self, layout: &SumLayout) -> DMatrix<f64> {
        weave(layout, |pair| self.response_block(layout, 1 + pair))
    }

    /// The noises' covariance weighted with `z_V z_V^T`, as [`hard_gamma`](Self::hard_gamma).
    pub fn hard_noise(&self, layout: &SumLayout) -> DMatrix<f64> {
        weave(layout, |pair| self.noise_block(layout, 1 + pair))
    }

    fn response_block(&self, layout: &SumLayout, weight: usize) -> DMatrix<f64> {
        let m = layout.neurons;
        let now = self.response.len() / layout.left();
        let own = unpack(
            &self.response_now[weight * packed_len(m)..(weight + 1) * packed_len(m)],
            m,
        );
        DMatrix::from_fn(m, now + m, |j, r| {
            if r < now {
                self.response[(weight * m + j) * now + r]
            } else {
                own[(j, r - now)]
            }
        })
    }

    fn noise_block(&self, layout: &SumLayout, weight: usize) -> DMatrix<f64> {
        let m = layout.neurons;
        let columns = self.noise.len() / layout.left();
        DMatrix::from_fn(m, columns, |j, r| {
            self.noise[(weight * m + j) * columns + r]
        })
    }
}

/// Interleaves the blocks of the packed entries (a, b) of `z_V z_V^T`: entry ((j, a), (s, l, b)).
fn weave(layout: &SumLayout, block: impl Fn(usize) -> DMatrix<f64>) -> DMatrix<f64> {
    let r = layout.hard;
    let blocks: Vec<DMatrix<f64>> = (0..layout.pairs).map(block).collect();
    let columns = blocks.first().map_or(0, |block| block.ncols());
    DMatrix::from_fn(layout.neurons * r, columns * r, |row, column| {
        blocks[packed_index(r, row % r, column % r)][(row / r, column / r)]
    })
}
