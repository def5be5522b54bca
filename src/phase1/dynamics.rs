//! Discrete-time dynamical mean-field theory: one causal pass over the steps.

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::draws::Draws;
use super::factor::GrowingFactor;
use super::flow::LinearFlow;
use super::initial::average_over_kinds;
use super::lanes::Mixer;
use super::rule::TrainingRule;
use super::scratch::Scratch;
use super::source::LatentSource;
use super::sums::{StepSums, SumLayout};
use super::tile::{StepKernels, TILE, Tile};
use super::trajectory::{Phase1Error, Plan, Trajectory};
use crate::curvature::{CurvatureLaw, LawSamples, NeuronSymmetry};
use crate::network::Model;
use crate::numerics::packed_len;

/// Growth of the norm of W beyond which training counts as diverged.
const RUNAWAY: f64 = 1e6;

/// Gradient-based training of a network in the limit of large dimension (docs/theory.md section 4;
/// Celentano, Cheng, Montanari arXiv:2112.07572; Gerbelot et al. arXiv:2210.06591).
#[derive(Clone, Copy, Debug)]
pub struct Phase1<'a> {
    /// Network and loss.
    pub model: &'a Model,
    /// Label and latents.
    pub source: &'a LatentSource<'a>,
    /// How gradients become weights.
    pub rule: &'a TrainingRule,
    /// s_w, the norm of a row of W^0.
    pub init_std: f64,
}

impl Phase1<'_> {
    /// Integrates phase 1 at `delta` = n/d.
    ///
    /// The same plan gives the same bits for any number of threads, and different deltas share all random numbers.
    ///
    /// # Errors
    /// When the plan needs more than [`MEMORY_LIMIT`](super::MEMORY_LIMIT), or training diverges.
    pub fn run(&self, delta: f64, plan: &Plan) -> Result<Trajectory, Phase1Error> {
        self.memory(plan)?;
        let mut pass = Pass::new(self, delta, plan)?;
        for step in 0..=plan.steps {
            let sums = pass.sample_side(step)?;
            pass.weight_side(step, &sums)?;
        }
        Ok(pass.trajectory)
    }
}

/// The state of one pass.
struct Pass<'a> {
    problem: &'a Phase1<'a>,
    plan: &'a Plan,
    delta: f64,
    layout: SumLayout,
    tiles: Vec<Tile>,
    /// W, and the overlaps with hard directions.
    weights: LinearFlow,
    hard: Option<LinearFlow>,
    factor: GrowingFactor,
    /// `B^s` of all steps ((T + 1) m x e).
    drift: DMatrix<f64>,
    /// `M^s` of all steps ((T + 1) m x e).
    overlaps: DMatrix<f64>,
    trajectory: Trajectory,
}

impl<'a> Pass<'a> {
    fn new(problem: &'a Phase1<'a>, delta: f64, plan: &'a Plan) -> Result<Self, Phase1Error> {
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
        })
    }

    /// All paths through one step, given the kernels.
    fn sample_side(&mut self, step: usize) -> Result<StepSums, Phase1Error> {
        let kernels = self.kernels(step);
        let (model, layout) = (self.problem.model, self.layout);
        let keep = self.plan.laws_at.contains(&step);
        let results: Vec<(StepSums, Vec<f64>)> = self
            .tiles
            .par_iter_mut()
            .map_init(
                || Scratch::new(layout.neurons),
                |scratch, tile| {
                    let sums = tile.advance(model, &kernels, &layout, scratch);
                    let p = packed_len(layout.neurons);
                    let kept = if keep {
                        scratch.curvatures[..tile.count() * p].to_vec()
                    } else {
                        Vec::new()
                    };
                    (sums, kept)
                },
            )
            .collect();
        let mut total = StepSums::new(&layout);
        results.iter().for_each(|(sums, _)| total.add(sums));
        total.average(self.plan.samples);
        let finite = total.loss.is_finite()
            && total.noise.iter().all(|x| x.is_finite())
            && total.curvature.iter().all(|x| x.is_finite());
        if !finite {
            return Err(Phase1Error::NotFinite {
                delta: self.delta,
                step,
            });
        }
        if keep {
            let curvature = results.into_iter().flat_map(|(_, kept)| kept).collect();
            self.trajectory.laws.push((step, self.law(curvature)?));
        }
        Ok(total)
    }

    /// What the samples need of the kernels at this step; records gram and overlap.
    fn kernels(&mut self, step: usize) -> StepKernels {
        let (m, e) = (self.layout.neurons, self.layout.reached);
        let covariance = self.weights.covariance();
        let rows = self.factor.append(&covariance);
        let overlap = self.overlaps.rows(step * m, m).into_owned();
        let gram = covariance.columns(step * m, m) + &overlap * overlap.transpose();
        self.trajectory.gram.push(gram);
        self.trajectory
            .overlap
            .push(&overlap * self.problem.source.reached());
        let response = self.weights.response(step);
        StepKernels {
            step,
            innovations: Mixer::new(m, (step + 1) * m, |j, row| rows[(j, row)]),
            reaction: Mixer::new(m, step * m, |j, row| response[(j, row)] / self.delta),
            overlap: Mixer::new(m, e, |j, a| overlap[(j, a)]),
            batch: self.problem.rule.batch,
            test_loss: self.plan.test_loss,
        }
    }

    /// Kernels of this step, and the weights after it.
    fn weight_side(&mut self, step: usize, sums: &StepSums) -> Result<(), Phase1Error> {
        let (m, rule) = (self.layout.neurons, self.problem.rule);
        let gamma = sums.gamma(&self.layout);
        let drift = sums.latent(&self.layout) - &gamma * self.overlaps.rows(0, (step + 1) * m);
        self.drift.rows_mut(step * m, m).copy_from(&drift);
        self.weights
            .set_noise(&(sums.noise(&self.layout) / self.delta));
        self.weights.set_gradient(&gamma, rule.weight_decay);
        self.record(step, sums);
        if self.problem.rule.radius.is_some() {
            let shift = self.sphere_curvature(step);
            if let Some((_, law)) = self.trajectory.laws.pop_if(|(t, _)| *t == step) {
                let law = law.with_shift(shift)?;
                self.trajectory.laws.push((step, law));
            }
        }
        if let Some(hard) = &mut self.hard {
            hard.set_noise(&(sums.hard_noise(&self.layout) / self.delta));
            hard.set_gradient(&sums.hard_gamma(&self.layout), rule.weight_decay);
        }
        if step == self.plan.steps {
            return Ok(());
        }
        self.weights.advance(rule);
        let scale = self.sphere(step + 1);
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
        let next = self.weights.mean(self.drift.rows(0, (step + 1) * m));
        self.overlaps.rows_mut((step + 1) * m, m).copy_from(&next);
        self.check_norm(step, &next)
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
    fn sphere_curvature(&self, step: usize) -> Vec<f64> {
        let m = self.layout.neurons;
        let mean = self
            .weights
            .gradient_mean(self.drift.rows(0, (step + 1) * m));
        let overlap = self.overlaps.rows(step * m, m);
        let inner = self.weights.gradient_with_weights() + mean * overlap.transpose();
        let gram = &self.trajectory.gram[step];
        let each: Vec<f64> = (0..m).map(|j| -inner[(j, j)] / gram[(j, j)]).collect();
        average_over_kinds(self.problem.model, &each)
    }

    fn record(&mut self, step: usize, sums: &StepSums) {
        let m = self.layout.neurons;
        let trajectory = &mut self.trajectory;
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

    fn check_norm(&self, step: usize, overlap: &DMatrix<f64>) -> Result<(), Phase1Error> {
        let norm = (self.weights.variance().trace() + overlap.norm_squared()).sqrt();
        let start = self.problem.init_std * (self.layout.neurons as f64).sqrt();
        if norm <= RUNAWAY * start.max(1.0) {
            return Ok(());
        }
        Err(Phase1Error::Diverged {
            delta: self.delta,
            step: step + 1,
            steps: self.plan.steps,
            norm,
            start,
        })
    }

    /// The law of curvature and hard latents at the current step.
    fn law(&self, curvature: Vec<f64>) -> Result<CurvatureLaw, Phase1Error> {
        let samples = self.plan.samples;
        let law = CurvatureLaw::new(LawSamples {
            neurons: self.layout.neurons,
            hard_dim: self.layout.hard,
            weights: vec![1.0 / samples as f64; samples],
            curvature,
            latent_second_moment: self
                .tiles
                .iter()
                .flat_map(|tile| tile.counted_moments().iter().copied())
                .collect(),
        })?;
        let symmetry = NeuronSymmetry::new(&self.problem.model.neuron_kinds());
        Ok(law.with_symmetry(symmetry)?)
    }
}
