//! The weight side of the plain integrator, in two forms: the recursions of gradient descent for the response R, and
//! impulse responses of any linear rule.

use nalgebra::DMatrix;

/// The weights' side: what the paths need to know at the current step, and the step.
pub trait WeightSide {
    /// Covariance of `h^0, .., h^t` given the latents.
    fn covariance(&self) -> DMatrix<f64>;
    /// `P(t, s)`, minus the response of `W^t` to a kick on the gradient of step s, side by side (m x t m).
    fn reaction(&self) -> DMatrix<f64>;
    /// `M^t` (m x e).
    fn overlap(&self) -> DMatrix<f64>;
    /// The factors by which the last step's rows were brought back to the sphere (m).
    fn scales(&self) -> Vec<f64> {
        vec![1.0; self.overlap().nrows()]
    }
    /// Takes `Gamma(t, .)` and `E[g^t g^.] / delta` (m x (t + 1) m) and `E[g^t z]` (m x e).
    fn step(&mut self, gamma: &DMatrix<f64>, noise: &DMatrix<f64>, latent: &DMatrix<f64>);
}

/// Gradient descent by the recursions for R, M and C.
pub struct Recursion {
    m: usize,
    eta: f64,
    lambda: f64,
    init_std: f64,
    /// R(t, s), s = 0..=t.
    response: Vec<Vec<DMatrix<f64>>>,
    overlaps: Vec<DMatrix<f64>>,
    /// Xi(s, s') for s' <= s.
    noise: Vec<Vec<DMatrix<f64>>>,
}

fn block(matrix: &DMatrix<f64>, index: usize) -> DMatrix<f64> {
    let m = matrix.nrows();
    matrix.columns(index * m, m).into_owned()
}

impl Recursion {
    pub fn new(m: usize, e: usize, init_std: f64, eta: f64, lambda: f64) -> Self {
        Self {
            m,
            eta,
            lambda,
            init_std,
            response: vec![vec![DMatrix::identity(m, m)]],
            overlaps: vec![DMatrix::zeros(m, e)],
            noise: Vec::new(),
        }
    }

    fn xi(&self, s: usize, other: usize) -> DMatrix<f64> {
        if other <= s {
            self.noise[s][other].clone()
        } else {
            self.noise[other][s].transpose()
        }
    }

    fn covariance_block(&self, t: usize, other: usize) -> DMatrix<f64> {
        let start = self.init_std.powi(2);
        let mut sum = &self.response[t][0] * self.response[other][0].transpose() * start;
        for s in 0..t {
            for r in 0..other {
                let (left, right) = (&self.response[t][s + 1], &self.response[other][r + 1]);
                sum += left * self.xi(s, r) * right.transpose() * (self.eta * self.eta);
            }
        }
        sum
    }
}

impl WeightSide for Recursion {
    fn covariance(&self) -> DMatrix<f64> {
        let (m, count) = (self.m, self.response.len());
        let mut whole = DMatrix::zeros(count * m, count * m);
        for t in 0..count {
            for s in 0..count {
                let block = self.covariance_block(t, s);
                whole.view_mut((t * m, s * m), (m, m)).copy_from(&block);
            }
        }
        whole
    }

    fn reaction(&self) -> DMatrix<f64> {
        let (m, t) = (self.m, self.response.len() - 1);
        let mut row = DMatrix::zeros(m, t * m);
        for s in 0..t {
            let block = &self.response[t][s + 1] * self.eta;
            row.columns_mut(s * m, m).copy_from(&block);
        }
        row
    }

    fn overlap(&self) -> DMatrix<f64> {
        self.overlaps[self.overlaps.len() - 1].clone()
    }

    fn step(&mut self, gamma: &DMatrix<f64>, noise: &DMatrix<f64>, latent: &DMatrix<f64>) {
        let t = self.response.len() - 1;
        self.noise.push((0..=t).map(|s| block(noise, s)).collect());
        let zero = DMatrix::zeros(self.m, latent.ncols());
        let through = (0..=t).fold(zero, |sum, s| sum + block(gamma, s) * &self.overlaps[s]);
        let drift = latent - &through;
        let shrink = 1.0 - self.eta * self.lambda;
        let next = &self.overlaps[t] * shrink - (through + drift) * self.eta;
        self.overlaps.push(next);
        let mut row: Vec<DMatrix<f64>> = (0..=t)
            .map(|s| {
                let pull = (s..=t).fold(DMatrix::zeros(self.m, self.m), |sum, r| {
                    sum + block(gamma, r) * &self.response[r][s]
                });
                &self.response[t][s] * shrink - pull * self.eta
            })
            .collect();
        row.push(DMatrix::identity(self.m, self.m));
        self.response.push(row);
    }
}

/// A training rule in its textbook form.
#[derive(Clone, Copy)]
pub struct Rule {
    pub eta: f64,
    pub lambda: f64,
    pub momentum: f64,
    pub nesterov: bool,
    pub radius: Option<f64>,
}

/// Any linear rule by its responses to unit impulses of the initial weights and of each step's noise.
pub struct Impulses {
    m: usize,
    rule: Rule,
    /// Coefficients of each `W^t` on the impulses (m x (1 + steps) m).
    weights: Vec<DMatrix<f64>>,
    /// Nesterov's points before the look-ahead, or the weights before.
    behind: DMatrix<f64>,
    /// Covariance of the impulses.
    sources: DMatrix<f64>,
    drift: Vec<DMatrix<f64>>,
    e: usize,
    scales: Vec<f64>,
}

impl Impulses {
    pub fn new(m: usize, e: usize, init_std: f64, steps: usize, rule: Rule) -> Self {
        let width = (steps + 2) * m;
        let mut start = DMatrix::zeros(m, width);
        start.fill_diagonal(1.0);
        let mut sources = DMatrix::zeros(width, width);
        (0..m).for_each(|j| sources[(j, j)] = init_std.powi(2));
        Self {
            m,
            rule,
            behind: start.clone(),
            weights: vec![start],
            sources,
            drift: Vec::new(),
            e,
            scales: vec![1.0; m],
        }
    }

    fn overlap_at(&self, t: usize) -> DMatrix<f64> {
        let zero = DMatrix::zeros(self.m, self.e);
        (0..t).fold(zero, |sum, s| {
            sum + block(&self.weights[t], 1 + s) * &self.drift[s]
        })
    }

    /// Multiplies the rows of the current weights.
    pub fn rescale(&mut self, scales: &[f64]) {
        let now = self.weights.len() - 1;
        for (j, scale) in scales.iter().enumerate() {
            self.weights[now].row_mut(j).scale_mut(*scale);
        }
        self.scales = scales.to_vec();
    }

    /// Covariance of the current weights.
    pub fn variance(&self) -> DMatrix<f64> {
        let now = &self.weights[self.weights.len() - 1];
        now * &self.sources * now.transpose()
    }
}

impl WeightSide for Impulses {
    fn covariance(&self) -> DMatrix<f64> {
        let (m, count) = (self.m, self.weights.len());
        let mut all = DMatrix::zeros(count * m, self.sources.ncols());
        for (t, weights) in self.weights.iter().enumerate() {
            all.rows_mut(t * m, m).copy_from(weights);
        }
        &all * &self.sources * all.transpose()
    }

    fn reaction(&self) -> DMatrix<f64> {
        let t = self.weights.len() - 1;
        -self.weights[t].columns(self.m, t * self.m)
    }

    fn overlap(&self) -> DMatrix<f64> {
        self.overlap_at(self.weights.len() - 1)
    }

    fn scales(&self) -> Vec<f64> {
        self.scales.clone()
    }

    fn step(&mut self, gamma: &DMatrix<f64>, noise: &DMatrix<f64>, latent: &DMatrix<f64>) {
        let (m, t) = (self.m, self.weights.len() - 1);
        let at = (1 + t) * m;
        for s in 0..=t {
            let covariance = block(noise, s);
            let from = (1 + s) * m;
            self.sources
                .view_mut((at, from), (m, m))
                .copy_from(&covariance);
            self.sources
                .view_mut((from, at), (m, m))
                .copy_from(&covariance.transpose());
        }
        let mut drift = latent.clone();
        let now = self.weights[t].clone();
        let mut gradient = &now * self.rule.lambda;
        for s in 0..=t {
            drift -= block(gamma, s) * self.overlap_at(s);
            gradient += block(gamma, s) * &self.weights[s];
        }
        (0..m).for_each(|j| gradient[(j, at + j)] += 1.0);
        self.drift.push(drift);
        let descended = &now - gradient * self.rule.eta;
        let next = if self.rule.nesterov {
            let next = &descended + (&descended - &self.behind) * self.rule.momentum;
            self.behind = descended;
            next
        } else {
            let next = descended + (&now - &self.behind) * self.rule.momentum;
            self.behind = now;
            next
        };
        self.weights.push(next);
        if let Some(radius) = self.rule.radius {
            let overlap = self.overlap();
            let gram = self.variance() + &overlap * overlap.transpose();
            let scales: Vec<f64> = (0..m).map(|j| radius / gram[(j, j)].sqrt()).collect();
            self.rescale(&scales);
        }
    }
}
