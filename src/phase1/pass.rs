//! The state of one pass over the steps, and what explicit and implicit steps share.

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::draws::Draws;
use super::dynamics::Phase1;
use super::factor::GrowingFactor;
use super::flow::LinearFlow;
use super::lanes::Mixer;
use super::scratch::Scratch;
use super::sums::{StepSums, SumLayout};
use super::tile::{StepKernels, TILE, Tile};
use super::trajectory::{Phase1Error, Plan, Trajectory};
use crate::curvature::{CurvatureLaw, LawSamples, NeuronSymmetry};
use crate::network::{Head, Model};
use crate::numerics::packed_len;

/// Growth of the norm of W beyond which training counts as diverged.
const RUNAWAY: f64 = 1e6;

/// The state of one pass.
pub(super) struct Pass<'a> {
    pub problem: &'a Phase1<'a>,
    pub plan: &'a Plan,
    /// The network with readout and biases as training has made them.
    model: Model,
    /// Readout and biases that implicit steps start from, and those before.
    head_previous: [Head; 2],
    /// The velocity of readout and biases, and the gradient of the loss in them at the last step observed.
    head_velocity: Head,
    head_gradient: Head,
    pub delta: f64,
    pub layout: SumLayout,
    tiles: Vec<Tile>,
    /// W, and the overlaps with hard directions.
    pub weights: LinearFlow,
    pub hard: Option<LinearFlow>,
    pub factor: GrowingFactor,
    /// `B^s` of all steps ((T + 1) m x e).
    pub drift: DMatrix<f64>,
    /// `M^s` of all steps ((T + 1) m x e).
    pub overlaps: DMatrix<f64>,
    pub trajectory: Trajectory,
    /// Sum of the effective step sizes so far.
    pub time: f64,
    /// `Gamma(t, .)` and `E[g^t g^s^T]` of the last step observed (m x (t + 1) m each).
    last: (DMatrix<f64>, DMatrix<f64>),
    /// What the sphere takes from the Hessian of each neuron there (m); empty without a sphere.
    pub sphere_curvature: Vec<f64>,
}

impl<'a> Pass<'a> {
    /// The state before the first step.
    pub fn new(problem: &'a Phase1<'a>, delta: f64, plan: &'a Plan) -> Result<Self, Phase1Error> {
        let (m, source) = (problem.model.neurons(), problem.source);
        let (e, r) = (source.reached().nrows(), source.hard().nrows());
        let draws = Draws::new(source, m, plan.steps, plan.seed, plan.replicate)?;
        let tiles: Result<Vec<Tile>, _> = (0..plan.samples.div_ceil(TILE))
            .into_par_iter()
            .map(|index| draws.tile(index, plan.samples))
            .collect();
        let growth = plan.growth && r > 0;
        let start = |width: usize| DMatrix::identity(width, width) * problem.init_std.powi(2);
        let rows = (plan.steps + 1) * m;
        Ok(Self {
            problem,
            plan,
            model: problem.model.clone(),
            head_previous: [Head::zero(m), Head::zero(m)],
            head_velocity: Head::zero(m),
            head_gradient: Head::zero(m),
            delta,
            layout: SumLayout {
                neurons: m,
                reached: e,
                hard: r,
                pairs: packed_len(r),
                growth,
            },
            tiles: tiles?,
            weights: LinearFlow::new(&start(m), plan.steps),
            hard: growth.then(|| LinearFlow::new(&start(m * r), plan.steps)),
            factor: GrowingFactor::new(rows),
            drift: DMatrix::zeros(rows, e),
            overlaps: DMatrix::zeros(rows, e),
            trajectory: Trajectory {
                delta,
                ..Trajectory::default()
            },
            time: 0.0,
            last: (DMatrix::zeros(m, 0), DMatrix::zeros(m, 0)),
            sphere_curvature: Vec::new(),
        })
    }

    /// Makes room for steps 0..=`steps`.
    pub fn reserve(&mut self, steps: usize) {
        let rows = (steps + 1) * self.layout.neurons;
        if rows <= self.drift.nrows() {
            return;
        }
        self.tiles
            .par_iter_mut()
            .for_each(|tile| tile.reserve(rows));
        self.weights.reserve(steps);
        if let Some(hard) = &mut self.hard {
            hard.reserve(steps);
        }
        self.factor.reserve(rows);
        self.drift.resize_vertically_mut(rows, 0.0);
        self.overlaps.resize_vertically_mut(rows, 0.0);
    }

    /// Whether there is room for a step.
    pub fn has_room(&self, step: usize) -> bool {
        (step + 1) * self.layout.neurons <= self.drift.nrows()
    }

    /// `Gamma(t, .)` and `E[g^t g^s^T]` of the last step observed (m x (t + 1) m each).
    pub fn last_kernels(&self) -> (&DMatrix<f64>, &DMatrix<f64>) {
        (&self.last.0, &self.last.1)
    }

    /// From here on steps are implicit.
    pub fn leave_explicit(&mut self) {
        self.keep_head();
        self.weights.leave_explicit();
        if let Some(hard) = &mut self.hard {
            hard.leave_explicit();
        }
    }

    /// Accepts an implicit step that has been observed.
    pub fn accept(&mut self) {
        self.keep_head();
        self.weights.accept();
        if let Some(hard) = &mut self.hard {
            hard.accept();
        }
    }

    /// The next implicit step starts from the present readout and biases.
    fn keep_head(&mut self) {
        self.head_previous.swap(0, 1);
        self.head_previous[0] = self.model.head();
    }

    /// Readout and biases that the next implicit step starts from, and those before.
    pub fn previous_heads(&self) -> [&Head; 2] {
        [&self.head_previous[0], &self.head_previous[1]]
    }

    /// Puts readout and biases where an implicit step has them.
    pub fn place_head(&mut self, head: &Head) {
        self.model = self.model.with_head(head);
    }

    /// The samples at the weights of an explicit step, and what follows for the gradient.
    pub fn explicit(&mut self, step: usize) -> Result<(), Phase1Error> {
        let mut kernels = self.kernels(step);
        kernels.test_loss = self.plan.test_loss;
        let sums = self.sweep(&kernels)?;
        self.observe(step, &sums);
        if self.plan.laws_at.contains(&step) {
            self.keep_law(step)?;
        }
        Ok(())
    }

    /// All paths through one step, given the kernels.
    pub fn sweep(&mut self, kernels: &StepKernels) -> Result<StepSums, Phase1Error> {
        self.sweep_some(kernels, self.tiles.len())
    }

    /// Tiles of paths.
    pub fn tiles(&self) -> usize {
        self.tiles.len()
    }

    /// The paths of the first tiles through one step, and their averages.
    pub fn sweep_some(
        &mut self,
        kernels: &StepKernels,
        tiles: usize,
    ) -> Result<StepSums, Phase1Error> {
        self.trajectory.work += tiles;
        let (model, layout) = (&self.model, self.layout);
        let results: Vec<StepSums> = self.tiles[..tiles]
            .par_iter_mut()
            .map_init(
                || Scratch::new(layout.neurons),
                |scratch, tile| tile.advance(model, kernels, &layout, scratch),
            )
            .collect();
        let mut total = StepSums::new(&layout);
        results.iter().for_each(|sums| total.add(sums));
        total.average(self.plan.samples.min(tiles * TILE));
        let finite = total.loss.is_finite()
            && total.noise.iter().all(|x| x.is_finite())
            && total.response_now.iter().all(|x| x.is_finite());
        if !finite {
            return Err(Phase1Error::NotFinite {
                delta: self.delta,
                step: kernels.step,
            });
        }
        Ok(total)
    }

    /// What the samples need of the weights at this step.
    pub fn kernels(&mut self, step: usize) -> StepKernels {
        let (m, e) = (self.layout.neurons, self.layout.reached);
        self.factor.truncate(step * m);
        let rows = self.factor.append(&self.weights.covariance());
        let overlap = self.overlaps.rows(step * m, m);
        let response = self.weights.response(step);
        StepKernels {
            step,
            own: None,
            innovations: Mixer::new(m, (step + 1) * m, |j, row| rows[(j, row)]),
            reaction: Mixer::new(m, step * m, |j, row| response[(j, row)] / self.delta),
            overlap: Mixer::new(m, e, |j, a| overlap[(j, a)]),
            batch: self.problem.rule.batch,
            test_loss: false,
            head: self.problem.rule.head.trains(),
        }
    }

    /// The gradient at this step from the sums over the samples; records all that is known of the step.
    pub fn observe(&mut self, step: usize, sums: &StepSums) {
        let (m, decay) = (self.layout.neurons, self.problem.rule.weight_decay);
        let gamma = sums.gamma(&self.layout);
        let drift = sums.latent(&self.layout) - &gamma * self.overlaps.rows(0, (step + 1) * m);
        self.drift.rows_mut(step * m, m).copy_from(&drift);
        let noise = sums.noise(&self.layout);
        self.weights.set_noise(&(&noise / self.delta));
        self.weights.set_gradient(&gamma, decay);
        self.last = (gamma, noise);
        if let Some(hard) = &mut self.hard {
            hard.set_noise(&(sums.hard_noise(&self.layout) / self.delta));
            hard.set_gradient(&sums.hard_gamma(&self.layout), decay);
        }
        if self.problem.rule.head.trains() {
            self.head_gradient = sums.head();
            self.problem.model.average_head(&mut self.head_gradient);
        }
        self.record(step, sums);
        if self.problem.rule.radius.is_some() {
            self.sphere_curvature = self.curvature_of_sphere(step);
        }
    }

    /// Takes the explicit step to the weights of `step`.
    pub fn advance(&mut self, step: usize) -> Result<(), Phase1Error> {
        let (m, rule) = (self.layout.neurons, self.problem.rule);
        self.time += rule.effective_step(step - 1);
        if rule.head.trains() {
            self.advance_head(step)?;
        }
        self.weights.advance(rule);
        let scale = self.sphere(step);
        if let Some(hard) = &mut self.hard {
            hard.advance(rule);
            if let Some(scale) = &scale {
                let r = self.layout.hard;
                let each: Vec<f64> = scale.iter().flat_map(|s| vec![*s; r]).collect();
                hard.rescale(&each);
            }
        }
        if let Some(scale) = &scale {
            self.weights.rescale(scale);
        }
        let next = self.weights.mean(self.drift.rows(0, step * m));
        self.overlaps.rows_mut(step * m, m).copy_from(&next);
        self.check_norm(step, &next)
    }

    /// Takes the step of readout and biases to `step`.
    fn advance_head(&mut self, step: usize) -> Result<(), Phase1Error> {
        let (mut head, rule) = (self.model.head(), self.problem.rule);
        let velocity = &mut self.head_velocity;
        rule.advance_head(step - 1, &mut head, velocity, &self.head_gradient);
        for (what, entries) in [("readout", &head.readout), ("bias", &head.bias)] {
            if let Some(j) = entries.iter().position(|x| x.is_nan() || x.abs() > RUNAWAY) {
                return Err(Phase1Error::HeadDiverged {
                    delta: self.delta,
                    step,
                    what,
                    neuron: j + 1,
                    value: entries[j],
                });
            }
        }
        self.model = self.model.with_head(&head);
        Ok(())
    }

    /// Factors that bring the rows of W back to the sphere, where they are kept on it.
    fn sphere(&self, step: usize) -> Option<Vec<f64>> {
        let radius = self.problem.rule.radius?;
        let m = self.layout.neurons;
        let overlap = self.weights.mean(self.drift.rows(0, step * m));
        let gram = self.weights.variance() + &overlap * overlap.transpose();
        Some((0..m).map(|j| radius / gram[(j, j)].sqrt()).collect())
    }

    /// What the sphere takes from the Hessian of each neuron: `-w_j . grad_j R / |w_j|^2`.
    fn curvature_of_sphere(&self, step: usize) -> Vec<f64> {
        let m = self.layout.neurons;
        let mean = self
            .weights
            .gradient_mean(self.drift.rows(0, (step + 1) * m));
        let overlap = self.overlaps.rows(step * m, m);
        let inner = self.weights.gradient_with_weights() + mean * overlap.transpose();
        let gram = &self.trajectory.gram[step];
        (0..m).map(|j| -inner[(j, j)] / gram[(j, j)]).collect()
    }

    fn record(&mut self, step: usize, sums: &StepSums) {
        let m = self.layout.neurons;
        let overlap = self.overlaps.rows(step * m, m);
        let trajectory = &mut self.trajectory;
        trajectory.time.push(self.time);
        trajectory
            .gram
            .push(self.weights.variance() + overlap * overlap.transpose());
        trajectory
            .overlap
            .push(overlap * self.problem.source.reached());
        if self.problem.rule.head.trains() {
            let head = self.model.head();
            let row = |x: &[f64]| DMatrix::from_row_slice(1, x.len(), x);
            trajectory.readout.push(row(&head.readout));
            trajectory.bias.push(row(&head.bias));
        }
        trajectory.train_loss.push(sums.loss);
        if self.plan.test_loss {
            trajectory.test_loss.push(sums.test_loss);
        }
        let own = sums.own_noise(&self.layout) / self.delta;
        let mean = self
            .weights
            .gradient_mean(self.drift.rows(0, (step + 1) * m));
        let square = self.weights.gradient_covariance(&own).trace() + mean.norm_squared();
        trajectory.gradient_norm.push(square.max(0.0).sqrt());
        if let Some(hard) = &self.hard {
            let r = self.layout.hard;
            let growth = hard.variance();
            trajectory.hard_growth.push(DMatrix::from_fn(m, m, |i, j| {
                (0..r).map(|a| growth[(i * r + a, j * r + a)]).sum()
            }));
            let mut spread: Vec<f64> = growth.symmetric_eigenvalues().iter().copied().collect();
            spread.sort_by(|a, b| b.total_cmp(a));
            trajectory.hard_spread.push(spread);
        }
    }

    pub fn check_norm(&self, step: usize, overlap: &DMatrix<f64>) -> Result<(), Phase1Error> {
        let norm = (self.weights.variance().trace() + overlap.norm_squared()).sqrt();
        let start = self.problem.init_std * (self.layout.neurons as f64).sqrt();
        if norm <= RUNAWAY * start.max(1.0) {
            return Ok(());
        }
        Err(Phase1Error::Diverged {
            delta: self.delta,
            step,
            steps: self.plan.steps,
            norm,
            start,
        })
    }

    /// Takes back what was recorded of the step and those after.
    pub fn forget(&mut self, step: usize) {
        let trajectory = &mut self.trajectory;
        trajectory.time.truncate(step);
        trajectory.train_loss.truncate(step);
        trajectory.test_loss.truncate(step);
        trajectory.gram.truncate(step);
        trajectory.readout.truncate(step);
        trajectory.bias.truncate(step);
        trajectory.overlap.truncate(step);
        trajectory.gradient_norm.truncate(step);
        trajectory.hard_growth.truncate(step);
        trajectory.hard_spread.truncate(step);
        trajectory.laws.retain(|(at, _)| *at < step);
    }

    /// Keeps the law of the current step.
    pub fn keep_law(&mut self, step: usize) -> Result<(), Phase1Error> {
        let law = self.law()?;
        self.trajectory.laws.push((step, law));
        Ok(())
    }

    /// The law of curvature and hard latents at the last step observed.
    pub fn law(&self) -> Result<CurvatureLaw, Phase1Error> {
        let (samples, model) = (self.plan.samples, self.problem.model);
        let all = |part: fn(&Tile) -> &[f64]| -> Vec<f64> {
            let parts = self.tiles.iter().flat_map(|tile| part(tile).iter());
            parts.copied().collect()
        };
        let law = CurvatureLaw::new(LawSamples {
            neurons: self.layout.neurons,
            hard_dim: self.layout.hard,
            weights: vec![1.0 / samples as f64; samples],
            curvature: all(Tile::counted_curvatures),
            latent_second_moment: all(Tile::counted_moments),
        })?;
        let symmetry = NeuronSymmetry::new(&model.neuron_kinds());
        let shift = model.average_over_kinds(&self.sphere_curvature, |_| 1.0);
        let trained = self.problem.rule.head.trains();
        let head = trained.then(|| self.model.head());
        let law = law.with_symmetry(symmetry)?.with_shift(shift)?;
        Ok(law.with_head(head))
    }
}
