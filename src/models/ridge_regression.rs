//! A linear network with square loss and ridge: every step of training is a polynomial of the sample covariance.

use nalgebra::{DMatrix, DVector};

use super::MarchenkoPastur;

/// Nodes of the rule for the Marchenko-Pastur law. In the angle of its edges the density times a polynomial is a
/// smooth periodic function, on which the midpoint rule converges geometrically.
const NODES: usize = 600;

/// Linear neurons `f = a . W x` on a noisy linear label `y = signal z + noise w`, square loss.
///
/// With `S = X^T X / n`, `b = X^T y / n` and `kappa = |a|^2`, the part of W along a sees the gradient
/// `(kappa S + lambda) w - |a| b`, the others `lambda w`. So `w^t = p_t(S) w^0 + |a| q_t(S) b` with polynomials that
/// follow the training rule's own recursion for one eigenvalue, and every quantity is an average over the
/// Marchenko-Pastur law of S. Delta must not be one, where that density diverges.
#[derive(Clone, Debug, PartialEq)]
pub struct RidgeRegression {
    /// n/d.
    pub delta: f64,
    /// a (m).
    pub readout: Vec<f64>,
    /// Factor of the latent in the label.
    pub signal: f64,
    /// Standard deviation of the label's noise.
    pub noise: f64,
    /// s_w.
    pub init_std: f64,
    /// eta.
    pub step_size: f64,
    /// lambda.
    pub weight_decay: f64,
    /// beta.
    pub momentum: f64,
    /// Whether the momentum is Nesterov's; the weights are then the points at which gradients are taken.
    pub nesterov: bool,
}

/// What is known at one step.
#[derive(Clone, Debug, PartialEq)]
pub struct RidgePoint {
    /// Mean of `(f - y)^2 / 2` over the training samples.
    pub train_loss: f64,
    /// The same over fresh samples.
    pub test_loss: f64,
    /// `W W^T` (m x m).
    pub gram: DMatrix<f64>,
    /// `W Theta` (m).
    pub overlap: DVector<f64>,
    /// Frobenius norm of the risk's gradient, ridge included.
    pub gradient_norm: f64,
}

/// The weight after each step along one eigenvector, `(p_t, q_t)`.
type Filter = Vec<(f64, f64)>;

/// Averages over the law of S, at one step; p and q are its filter.
#[derive(Clone, Copy, Default)]
struct Averages {
    /// p^2, x p^2.
    start: [f64; 2],
    /// x q, x q^2, x^2 q^2.
    learned: [f64; 3],
    /// x (kappa x q - 1)^2.
    residual: f64,
    /// c^2 p^2, x (c q - 1)^2, x^2 (c q - 1)^2 with c = kappa x + lambda.
    gradient: [f64; 3],
}

impl RidgeRegression {
    /// The experiment file.
    pub fn experiment(&self) -> String {
        format!(
            "[target]\nlink = \"{:?}*z1\"\nchannel = \"gaussian\"\nnoise = {:?}\n\
             [network]\nactivation = \"u\"\nreadout = {:?}\n\
             [loss]\nkind = \"square\"\n\
             [training]\nstep_size = {:?}\nsteps = 0\ninit_std = {:?}\nweight_decay = {:?}\nmomentum = {:?}\nnesterov = {}\n",
            self.signal,
            self.noise,
            self.readout,
            self.step_size,
            self.init_std,
            self.weight_decay,
            self.momentum,
            self.nesterov
        )
    }

    /// The state before each of the steps 0..=`steps`.
    pub fn curve(&self, steps: usize) -> Vec<RidgePoint> {
        self.points(|c| self.filter(c, steps))
    }

    /// The states after `explicit` steps and implicit steps of the sizes `implicit`, one for each of the latter: backward Euler first
    /// and after jumps of the size, else the second-order backward difference with the ratio omega of neighbouring sizes,
    ///
    /// ```text
    /// (1+2 omega)/(1+omega) w^t - (1+omega) w^{t-1} + omega^2/(1+omega) w^{t-2} = eta (b - c w^t)
    /// ```
    pub fn implicit_curve(&self, explicit: usize, implicit: &[f64]) -> Vec<RidgePoint> {
        self.points(|c| {
            let mut states = vec![self.filter(c, explicit)[explicit]];
            for (t, eta) in implicit.iter().enumerate() {
                let omega = t
                    .checked_sub(1)
                    .map_or(f64::INFINITY, |s| eta / implicit[s]);
                let (now, last, before) = if omega <= 2.0 {
                    let share = 1.0 + omega;
                    ((share + omega) / share, share, omega * omega / share)
                } else {
                    (1.0, 1.0, 0.0)
                };
                let (p, q) = states[t];
                let (p_before, q_before) = states[t.saturating_sub(1)];
                let shrink = 1.0 / (now + eta * c);
                states.push((
                    (last * p - before * p_before) * shrink,
                    (last * q - before * q_before + eta) * shrink,
                ));
            }
            states.split_off(1)
        })
    }

    /// The states that a filter leads to, given for each eigenvalue `kappa x + lambda` of the Hessian.
    fn points(&self, filter: impl Fn(f64) -> Filter) -> Vec<RidgePoint> {
        let kappa = self.kappa();
        let idle = filter(self.weight_decay);
        let mut averages = vec![Averages::default(); idle.len()];
        for (x, weight) in self.covariance_law() {
            let c = kappa * x + self.weight_decay;
            for (sum, (p, q)) in averages.iter_mut().zip(filter(c)) {
                let rest = c * q - 1.0;
                let add = |sum: &mut f64, value: f64| *sum += weight * value;
                add(&mut sum.start[0], p * p);
                add(&mut sum.start[1], x * p * p);
                add(&mut sum.learned[0], x * q);
                add(&mut sum.learned[1], x * q * q);
                add(&mut sum.learned[2], x * x * q * q);
                add(&mut sum.residual, x * (kappa * x * q - 1.0).powi(2));
                add(&mut sum.gradient[0], c * c * p * p);
                add(&mut sum.gradient[1], x * rest * rest);
                add(&mut sum.gradient[2], x * x * rest * rest);
            }
        }
        averages
            .iter()
            .zip(idle)
            .map(|(averages, (p, _))| self.point(averages, p))
            .collect()
    }

    /// Puts the averages together; `idle` is the shrinkage of the weights that the output does not see.
    fn point(&self, averages: &Averages, idle: f64) -> RidgePoint {
        let (kappa, m) = (self.kappa(), self.readout.len());
        let start = self.init_std.powi(2);
        let signal = self.signal.powi(2);
        let noise = self.noise.powi(2);
        let spread = noise / self.delta;
        let Averages {
            start: [p2, xp2],
            learned: [xq, xq2, x2q2],
            residual,
            gradient,
        } = *averages;
        let seen = start * p2 + kappa * (signal * x2q2 + spread * xq2);
        let unseen = start * idle * idle;
        let train = kappa * start * xp2 + signal * residual + spread * kappa * kappa * x2q2
            - 2.0 * spread * kappa * xq
            + noise;
        let test = kappa * seen - 2.0 * signal * kappa * xq + signal + noise;
        let along = start * gradient[0] + kappa * (signal * gradient[2] + spread * gradient[1]);
        let across = unseen * self.weight_decay.powi(2) * (m - 1) as f64;
        let readout = DVector::from_column_slice(&self.readout);
        let outer = &readout * readout.transpose() / kappa;
        RidgePoint {
            train_loss: 0.5 * train,
            test_loss: 0.5 * test,
            gram: &outer * seen + (DMatrix::identity(m, m) - &outer) * unseen,
            overlap: readout * (self.signal * xq),
            gradient_norm: (along + across).sqrt(),
        }
    }

    /// `|a|^2`.
    fn kappa(&self) -> f64 {
        self.readout.iter().map(|a| a * a).sum()
    }

    /// Weights after each step for a gradient `c w - b`: per unit of the initial weight, and of b.
    fn filter(&self, c: f64, steps: usize) -> Filter {
        let from_start = self.descend(c, 0.0, 1.0, steps);
        from_start
            .into_iter()
            .zip(self.descend(c, 1.0, 0.0, steps))
            .collect()
    }

    /// The textbook recursions: Polyak's three-term form of the heavy ball, Nesterov's two-point form.
    fn descend(&self, c: f64, b: f64, start: f64, steps: usize) -> Vec<f64> {
        let mut weights = vec![start];
        let (mut now, mut before) = (start, start);
        for _ in 0..steps {
            let descended = now - self.step_size * (c * now - b);
            let next = if self.nesterov {
                let look_ahead = descended + self.momentum * (descended - before);
                before = descended;
                look_ahead
            } else {
                let next = descended + self.momentum * (now - before);
                before = now;
                next
            };
            now = next;
            weights.push(now);
        }
        weights
    }

    /// Nodes and weights of the law of S, its atom at zero included.
    fn covariance_law(&self) -> Vec<(f64, f64)> {
        let law = MarchenkoPastur { delta: self.delta };
        let (low, high) = law.edges();
        let (centre, half) = (0.5 * (low + high), 0.5 * (high - low));
        let step = std::f64::consts::PI / NODES as f64;
        let mut nodes: Vec<(f64, f64)> = (0..NODES)
            .map(|i| {
                let angle = step * (i as f64 + 0.5);
                let x = centre + half * angle.cos();
                (x, law.density(x) * half * angle.sin() * step)
            })
            .collect();
        if self.delta < 1.0 {
            nodes.push((0.0, 1.0 - self.delta));
        }
        nodes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(delta: f64) -> RidgeRegression {
        RidgeRegression {
            delta,
            readout: vec![1.0, 0.5],
            signal: 0.8,
            noise: 0.6,
            init_std: 0.7,
            step_size: 0.3,
            weight_decay: 0.1,
            momentum: 0.0,
            nesterov: false,
        }
    }

    #[test]
    fn the_covariance_has_the_moments_of_a_wishart_matrix() {
        for delta in [0.5, 3.0] {
            let law = problem(delta).covariance_law();
            let moment = |k: i32| -> f64 { law.iter().map(|(x, w)| w * x.powi(k)).sum() };
            let r = 1.0 / delta;
            // closed forms; rounding of the rule
            let exact = [1.0, 1.0, 1.0 + r, 1.0 + 3.0 * r + r * r];
            for (k, exact) in exact.iter().enumerate() {
                assert!((moment(k as i32) - exact).abs() < 1e-12 * exact);
            }
        }
    }

    #[test]
    fn gradient_descent_ends_at_the_ridge_estimator() {
        let model = problem(2.0);
        let last = &model.curve(400)[400];
        // stationarity; 400 steps contract by at least (1 - 0.03)^400 = 5e-6
        assert!(last.gradient_norm < 1e-5);
        // ridge estimator of one neuron of readout |a|: overlap signal <x |a| / (|a|^2 x + lambda)> along a / |a|
        let kappa = model.kappa();
        let exact: f64 = model
            .covariance_law()
            .iter()
            .map(|(x, w)| w * x / (kappa * x + model.weight_decay))
            .sum();
        for (found, a) in last.overlap.iter().zip(&model.readout) {
            assert!((found - a * model.signal * exact).abs() < 1e-5);
        }
    }
}
