//! The weight side: a linear recursion driven by the initial weights and one noise per step.

use nalgebra::{DMatrix, DMatrixView};

use super::rule::TrainingRule;

/// Weights after each step as linear combinations of their *sources*: the initial weights and the noises
/// `n^s` of the gradients, docs/theory.md (4.4).
///
/// With `mu` components per step (m neurons, or m r for the overlaps with r hard directions), row block `t` of
/// `weights` holds the mu x mu coefficients of `W^t` on `W^0, n^0, .., n^{t-1}`.
#[derive(Clone, Debug)]
pub(super) struct LinearFlow {
    /// mu.
    width: usize,
    weights: DMatrix<f64>,
    /// Coefficients of the last gradient and of the velocity (mu x columns).
    gradient: DMatrix<f64>,
    velocity: DMatrix<f64>,
    /// Covariance of the sources.
    sources: DMatrix<f64>,
    /// Steps taken.
    step: usize,
}

impl LinearFlow {
    /// The flow at its start, with room for `steps` steps; `initial` (mu x mu) is the covariance of `W^0`.
    pub fn new(initial: &DMatrix<f64>, steps: usize) -> Self {
        let width = initial.nrows();
        let columns = (steps + 2) * width;
        let mut weights = DMatrix::zeros((steps + 1) * width, columns);
        weights
            .view_mut((0, 0), (width, width))
            .fill_with_identity();
        let mut sources = DMatrix::zeros(columns, columns);
        sources.view_mut((0, 0), (width, width)).copy_from(initial);
        Self {
            width,
            weights,
            gradient: DMatrix::zeros(width, columns),
            velocity: DMatrix::zeros(width, columns),
            sources,
            step: 0,
        }
    }

    /// Coefficients of `W^t` on the noises `0..t` (mu x t mu).
    pub fn response(&self, step: usize) -> DMatrixView<'_, f64> {
        let (w, t) = (self.width, step);
        self.weights.view((t * w, w), (w, t * w))
    }

    /// Records the covariance of the noise of this step with those of all steps so far: `row` is mu x (t + 1) mu.
    pub fn set_noise(&mut self, row: &DMatrix<f64>) {
        let (w, t) = (self.width, self.step);
        let at = (t + 1) * w;
        self.sources.view_mut((at, w), row.shape()).copy_from(row);
        self.sources
            .view_mut((w, at), (row.ncols(), w))
            .copy_from(&row.transpose());
    }

    /// Puts together the gradient at this step: `lambda W^t + sum_s Gamma(t, s) W^s + n^t`; `gamma` is mu x (t + 1) mu.
    pub fn set_gradient(&mut self, gamma: &DMatrix<f64>, weight_decay: f64) {
        let (w, t) = (self.width, self.step);
        let columns = (t + 1) * w;
        let known = self.weights.view((0, 0), (columns, columns));
        let mut gradient = gamma * known;
        gradient += self.weights.view((t * w, 0), (w, columns)) * weight_decay;
        self.gradient.fill(0.0);
        self.gradient
            .view_mut((0, 0), (w, columns))
            .copy_from(&gradient);
        self.gradient
            .view_mut((0, columns), (w, w))
            .fill_with_identity();
    }

    /// Covariance of the gradient (mu x mu), with `own` in place of the covariance of this step's noise with itself.
    pub fn gradient_covariance(&self, own: &DMatrix<f64>) -> DMatrix<f64> {
        let (w, t) = (self.width, self.step);
        let columns = (t + 2) * w;
        let gradient = self.gradient.view((0, 0), (w, columns));
        let sources = self.sources.view((0, 0), (columns, columns));
        let noise = sources.view((columns - w, columns - w), (w, w));
        gradient * sources * gradient.transpose() + (own - noise)
    }

    /// Covariance of the gradient with the weights of the same step (mu x mu).
    pub fn gradient_with_weights(&self) -> DMatrix<f64> {
        let (w, t) = (self.width, self.step);
        let columns = (t + 2) * w;
        let gradient = self.gradient.view((0, 0), (w, columns));
        let now = self.weights.view((t * w, 0), (w, columns));
        gradient * self.sources.view((0, 0), (columns, columns)) * now.transpose()
    }

    /// The gradient's mean along latent directions, given those of the noises (t + 1 blocks, (t + 1) mu x e).
    pub fn gradient_mean(&self, noise_means: DMatrixView<'_, f64>) -> DMatrix<f64> {
        let columns = (self.step + 1) * self.width;
        self.gradient.view((0, self.width), (self.width, columns)) * noise_means
    }

    /// Takes the step of the rule.
    pub fn advance(&mut self, rule: &TrainingRule) {
        let (w, t) = (self.width, self.step);
        let eta = rule.step_size(t);
        let (a, b) = rule.mixing();
        self.velocity *= rule.momentum;
        self.velocity += &self.gradient;
        let next = self.weights.view((t * w, 0), (w, self.weights.ncols()))
            - (&self.gradient * a + &self.velocity * b) * eta;
        self.weights
            .view_mut(((t + 1) * w, 0), next.shape())
            .copy_from(&next);
        self.step += 1;
    }

    /// Multiplies each component of the current weights by a factor (mu).
    pub fn rescale(&mut self, factors: &[f64]) {
        let first = self.step * self.width;
        for (i, factor) in factors.iter().enumerate() {
            self.weights.row_mut(first + i).scale_mut(*factor);
        }
    }

    /// Covariance of the current weights with those of all steps so far, themselves included (mu x (t + 1) mu).
    pub fn covariance(&self) -> DMatrix<f64> {
        let (w, t) = (self.width, self.step);
        let columns = (t + 1) * w;
        let now = self.weights.view((t * w, 0), (w, columns));
        let through = now * self.sources.view((0, 0), (columns, columns));
        through * self.weights.view((0, 0), (columns, columns)).transpose()
    }

    /// Covariance of the current weights (mu x mu).
    pub fn variance(&self) -> DMatrix<f64> {
        let (w, t) = (self.width, self.step);
        let columns = (t + 1) * w;
        let now = self.weights.view((t * w, 0), (w, columns));
        now * self.sources.view((0, 0), (columns, columns)) * now.transpose()
    }

    /// The current weights' mean along latent directions, given those of the noises (t mu x e).
    pub fn mean(&self, noise_means: DMatrixView<'_, f64>) -> DMatrix<f64> {
        self.response(self.step) * noise_means
    }
}
