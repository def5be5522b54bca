//! The weight side: a linear recursion driven by the initial weights and one noise per step.

use nalgebra::{DMatrix, DMatrixView, DVector};

use super::rule::TrainingRule;

/// Weights after each step as linear combinations of their *sources*: the initial weights and the noises
/// `n^s` of the gradients, docs/theory.md (4.4).
///
/// With `mu` components per step (m neurons, or m r for the overlaps with r hard directions), row block `t` of
/// `weights` holds the mu x mu coefficients of `W^t` on `W^0, n^0, .., n^t`; those on `n^t` vanish where the step to `W^t` was
/// explicit.
#[derive(Clone, Debug)]
pub(super) struct LinearFlow {
    /// mu.
    width: usize,
    weights: DMatrix<f64>,
    /// Coefficients of the last gradient and of the velocity (mu x columns).
    gradient: DMatrix<f64>,
    velocity: DMatrix<f64>,
    /// Coefficients of the weights that implicit steps start from: the last ones, and those before (mu x columns each).
    previous: [DMatrix<f64>; 2],
    /// Covariance of the sources.
    sources: DMatrix<f64>,
    /// Steps taken.
    step: usize,
}

/// What pulls each component of the weights in an implicit step: towards weights before, and towards zero.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pull {
    /// `alpha/eta` (mu), see [`Anchor`]; zero for the static end.
    pub inverse_step: Vec<f64>,
    /// The weights that the step starts from.
    pub anchor: Anchor,
    /// lambda, with the multiplier of the sphere (mu).
    pub decay: Vec<f64>,
}

/// What a backward difference takes for the derivative: `alpha (W^t - [(1 - beta) W^{t-1} + beta W^{t-2}])/eta`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Anchor {
    alpha: f64,
    beta: f64,
}

impl Anchor {
    /// The first-order difference: backward Euler.
    pub const EULER: Self = Self {
        alpha: 1.0,
        beta: 0.0,
    };

    /// The second-order difference (BDF2) for a step that is `ratio` times the one before; stable for ratios below `1 + sqrt 2`.
    pub fn second_order(ratio: f64) -> Self {
        Self {
            alpha: (1.0 + 2.0 * ratio) / (1.0 + ratio),
            beta: -ratio * ratio / (1.0 + 2.0 * ratio),
        }
    }

    /// alpha.
    pub fn alpha(self) -> f64 {
        self.alpha
    }

    /// What a step starts from, given where the last one ended and the one before.
    pub fn start(self, last: f64, before: f64) -> f64 {
        (1.0 - self.beta) * last + self.beta * before
    }
}

impl Pull {
    /// `1/eta + lambda` (mu).
    pub fn total(&self) -> DVector<f64> {
        DVector::from_iterator(
            self.decay.len(),
            self.inverse_step
                .iter()
                .zip(&self.decay)
                .map(|(a, b)| a + b),
        )
    }

    /// The same for overlaps of each neuron with `count` directions.
    pub fn repeated(&self, count: usize) -> Self {
        let each = |values: &[f64]| values.iter().flat_map(|x| vec![*x; count]).collect();
        Self {
            inverse_step: each(&self.inverse_step),
            anchor: self.anchor,
            decay: each(&self.decay),
        }
    }
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
            previous: [
                DMatrix::zeros(width, columns),
                DMatrix::zeros(width, columns),
            ],
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
        let (rows, columns) = ((t + 1) * w, (t + 2) * w);
        let mut gradient = gamma * self.weights.view((0, 0), (rows, columns));
        gradient += self.weights.view((t * w, 0), (w, columns)) * weight_decay;
        let mut own = gradient.view_mut((0, rows), (w, w));
        own += DMatrix::identity(w, w);
        self.gradient.fill(0.0);
        self.gradient
            .view_mut((0, 0), (w, columns))
            .copy_from(&gradient);
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

    /// Makes room for `steps` steps in all.
    pub fn reserve(&mut self, steps: usize) {
        let (rows, columns) = ((steps + 1) * self.width, (steps + 2) * self.width);
        if columns <= self.sources.ncols() {
            return;
        }
        self.weights.resize_mut(rows, columns, 0.0);
        self.sources.resize_mut(columns, columns, 0.0);
        let [last, before] = &mut self.previous;
        for row in [&mut self.gradient, &mut self.velocity, last, before] {
            row.resize_mut(self.width, columns, 0.0);
        }
    }

    /// From now on the current weights are those that implicit steps start from: the next ones take their place.
    pub fn leave_explicit(&mut self) {
        self.previous.swap(0, 1);
        let now = self.weights.rows(self.step * self.width, self.width);
        self.previous[0].copy_from(&now);
    }

    /// Accepts the implicit step: the next one starts from it.
    pub fn accept(&mut self) {
        self.leave_explicit();
        self.step += 1;
    }

    /// The coefficients of an implicit step, docs/theory.md (4.7): `gamma` (mu x (t + 1) mu) belongs to the weights
    /// that the step ends at. Returns `S_t` (mu x mu), or `None` where it is not positive definite: the step is too long.
    pub fn implicit(&mut self, gamma: &DMatrix<f64>, pull: &Pull) -> Option<DMatrix<f64>> {
        let (w, t) = (self.width, self.step);
        let (rows, columns) = (t * w, (t + 2) * w);
        let response = step_response(&gamma.columns(rows, w).into_owned(), pull)?;
        let Anchor { beta, .. } = pull.anchor;
        let [last, before] = &self.previous;
        let mut right = last.columns(0, columns) * (1.0 - beta) + before.columns(0, columns) * beta;
        for (i, inverse_step) in pull.inverse_step.iter().enumerate() {
            right.row_mut(i).scale_mut(*inverse_step);
        }
        right -= gamma.columns(0, rows) * self.weights.view((0, 0), (rows, columns));
        let mut own = right.view_mut((0, rows + w), (w, w));
        own -= DMatrix::identity(w, w);
        self.weights
            .view_mut((rows, 0), (w, columns))
            .copy_from(&(&response * right));
        Some(response)
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
        let (rows, columns) = ((t + 1) * w, (t + 2) * w);
        let now = self.weights.view((t * w, 0), (w, columns));
        let through = now * self.sources.view((0, 0), (columns, columns));
        through * self.weights.view((0, 0), (rows, columns)).transpose()
    }

    /// Covariance of the current weights (mu x mu).
    pub fn variance(&self) -> DMatrix<f64> {
        let (w, t) = (self.width, self.step);
        let columns = (t + 2) * w;
        let now = self.weights.view((t * w, 0), (w, columns));
        now * self.sources.view((0, 0), (columns, columns)) * now.transpose()
    }

    /// The current weights' mean along latent directions, given those of the noises (t or t + 1 blocks of mu x e).
    pub fn mean(&self, noise_means: DMatrixView<'_, f64>) -> DMatrix<f64> {
        let (w, t) = (self.width, self.step);
        let response = self.weights.view((t * w, w), (w, noise_means.nrows()));
        response * noise_means
    }
}

/// `S_t = (1/eta + lambda + Gamma(t,t))^{-1}`, or `None` where that is not positive definite.
pub(super) fn step_response(own: &DMatrix<f64>, pull: &Pull) -> Option<DMatrix<f64>> {
    let stiffness = (own + own.transpose()) * 0.5 + DMatrix::from_diagonal(&pull.total());
    Some(stiffness.cholesky()?.inverse())
}
