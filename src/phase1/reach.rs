//! Which easy directions a network reaches: a symmetry may hide some from it.

use nalgebra::{DMatrix, SymmetricEigen};
use rayon::prelude::*;

use super::dynamics::Phase1;
use super::rule::TrainingRule;
use super::source::LatentSource;
use super::trajectory::{Phase1Error, Plan};
use crate::network::Model;
use crate::numerics::Silent;
use crate::recovery::AlgorithmicThreshold;
use crate::teacher::Teacher;

/// Steps of the pilot runs: each step of the staircase takes one or two.
const PILOT_STEPS: usize = 12;
const PILOT_SAMPLES: usize = 16_384;
const PILOT_REPLICATES: usize = 4;

/// Their n/d relative to delta_alg, and where delta_alg gives no scale.
const PILOT_RATIO: f64 = 4.0;
const PILOT_DELTA: f64 = 4.0;

/// Replicates of the pilot runs, apart from those of results.
const PILOT_STREAM: u64 = 1 << 24;

/// Standard errors by which an overlap has to differ from zero.
const SIGNIFICANT: f64 = 4.0;

/// An overlap below this is not told from zero, however small its error.
const SMALLEST_OVERLAP: f64 = 1e-6;

/// Why there is nothing to wait for and nothing that could leave the bulk, where [`ReachedSplit::hard`] is empty.
pub const NOTHING_HARD: &str = "no direction is hard: training reaches them all";

/// Latent directions as training sees them.
#[derive(Clone, Debug)]
pub struct ReachedSplit {
    /// Orthonormal rows: easy directions with which the weights of this network come to overlap (e x k).
    pub reached: DMatrix<f64>,
    /// Orthonormal rows: all others, V_net (r x k): the hard ones, then the hidden ones.
    pub hard: DMatrix<f64>,
    /// How many easy directions are hidden from the network.
    pub hidden: usize,
    /// Orthonormal rows: directions that the label does not depend on (i x k), neither reached nor hard.
    pub irrelevant: DMatrix<f64>,
}

impl ReachedSplit {
    /// Finds the easy directions whose overlap differs from zero in short pilot runs (docs/theory.md section 2), at an n/d where
    /// `algorithmic`, that of the target, puts a comfortable number of samples: a symmetry hides a direction at all n/d, or at none.
    ///
    /// A network that takes no step reaches nothing, and none of its directions is hidden from it either: what is easy counts
    /// as reached.
    ///
    /// # Errors
    /// Those of the runs.
    pub fn new(
        target: &Teacher,
        algorithmic: &AlgorithmicThreshold,
        training: (&Model, &TrainingRule, f64),
        seed: u64,
    ) -> Result<Self, Phase1Error> {
        let (easy, hard) = (&algorithmic.easy_basis, &algorithmic.hard_basis);
        let (model, rule, init_std) = training;
        if easy.nrows() == 0 || rule.step_size(0) <= 0.0 {
            return Ok(Self::of_label(algorithmic));
        }
        let source = LatentSource::latents(target, easy, hard);
        let phase1 = Phase1 {
            model,
            source: &source,
            rule,
            init_std,
        };
        let delta = pilot_delta(algorithmic);
        let overlaps: Result<Vec<DMatrix<f64>>, Phase1Error> = (0..PILOT_REPLICATES as u64)
            .into_par_iter()
            .map(|replicate| pilot(&phase1, delta, seed, PILOT_STREAM | replicate))
            .collect();
        Ok(Self::from_pilots(&overlaps?, algorithmic))
    }

    /// The label's own split into easy and hard directions.
    fn of_label(algorithmic: &AlgorithmicThreshold) -> Self {
        Self {
            reached: algorithmic.easy_basis.clone(),
            hard: algorithmic.hard_basis.clone(),
            hidden: 0,
            irrelevant: algorithmic.irrelevant_basis.clone(),
        }
    }

    /// Splits the easy space by the overlaps of independent pilots (each (T + 1) m x e).
    fn from_pilots(overlaps: &[DMatrix<f64>], algorithmic: &AlgorithmicThreshold) -> Self {
        let (easy, hard) = (&algorithmic.easy_basis, &algorithmic.hard_basis);
        let count = overlaps.len() as f64;
        let rows = overlaps[0].nrows();
        let mean = overlaps
            .iter()
            .fold(DMatrix::zeros(rows, easy.nrows()), |sum, m| sum + m)
            / count;
        let scatter = overlaps
            .iter()
            .fold(DMatrix::zeros(easy.nrows(), easy.nrows()), |sum, m| {
                let off = m - &mean;
                sum + off.transpose() * off
            })
            / (count * (count - 1.0));
        let eigen = SymmetricEigen::new(mean.transpose() * &mean);
        let mut reached = Vec::new();
        let mut hidden = Vec::new();
        for (value, vector) in eigen
            .eigenvalues
            .iter()
            .zip(eigen.eigenvectors.column_iter())
        {
            let error = (vector.transpose() * &scatter * vector)[(0, 0)];
            let row = vector.transpose() * easy;
            let floor = SMALLEST_OVERLAP.powi(2) * rows as f64;
            if *value > SIGNIFICANT.powi(2) * error + floor {
                reached.push(row);
            } else {
                hidden.push(row);
            }
        }
        if hidden.is_empty() {
            // the basis of the label's staircase, rather than that of one network
            return Self::of_label(algorithmic);
        }
        let stack = |rows: Vec<nalgebra::RowDVector<f64>>| {
            DMatrix::from_fn(rows.len(), easy.ncols(), |i, j| rows[i][j])
        };
        let count = hidden.len();
        let below = hard.row_iter().map(|row| row.into_owned());
        Self {
            reached: stack(reached),
            hard: stack(below.chain(hidden).collect()),
            hidden: count,
            irrelevant: algorithmic.irrelevant_basis.clone(),
        }
    }
}

fn pilot_delta(algorithmic: &AlgorithmicThreshold) -> f64 {
    algorithmic
        .delta_alg
        .finite()
        .filter(|alg| alg.value > 0.0)
        .map_or(PILOT_DELTA, |alg| PILOT_RATIO * alg.value)
}

/// Overlaps with the easy directions at all steps of one pilot ((T + 1) m x e).
fn pilot(
    phase1: &Phase1<'_>,
    delta: f64,
    seed: u64,
    replicate: u64,
) -> Result<DMatrix<f64>, Phase1Error> {
    let plan = Plan {
        steps: PILOT_STEPS,
        samples: PILOT_SAMPLES,
        seed,
        replicate,
        laws_at: Vec::new(),
        growth: false,
        test_loss: false,
    };
    let trajectory = phase1.run(delta, &plan, &Silent)?;
    let easy = phase1.source.reached();
    let m = phase1.model.neurons();
    let mut overlaps = DMatrix::zeros((PILOT_STEPS + 1) * m, easy.nrows());
    for (step, overlap) in trajectory.overlap.iter().enumerate() {
        let coordinates = overlap * easy.transpose();
        overlaps.rows_mut(step * m, m).copy_from(&coordinates);
    }
    Ok(overlaps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Loss, Network};
    use crate::recovery::algorithmic_threshold;
    use crate::teacher::{Channel, Link};

    fn split(link: &str, activation: &str) -> ReachedSplit {
        let target = Teacher::new(Link::parse(link).unwrap(), Channel::Deterministic).unwrap();
        let algorithmic = algorithmic_threshold(&target).unwrap();
        let network = Network::new(
            Activation::parse(activation).unwrap(),
            vec![1.0, 0.5],
            vec![0.0; 2],
            1.0,
        );
        let model = Model::new(network.unwrap(), Loss::pseudo_huber(1.0).unwrap());
        let rule = TrainingRule::gradient_descent(0.3, 0.0);
        ReachedSplit::new(&target, &algorithmic, (&model, &rule, 0.5), 1).unwrap()
    }

    #[test]
    fn an_even_network_does_not_see_an_odd_direction() {
        let hidden = split("z1 + 0.5*z1^2", "sqrt(1+u^2) - 1");
        assert_eq!(
            (hidden.reached.nrows(), hidden.hard.nrows(), hidden.hidden),
            (0, 1, 1)
        );
        let seen = split("z1 + 0.5*z1^2", "sqrt(1+u^2) - 1 + 0.2*u");
        assert_eq!(
            (seen.reached.nrows(), seen.hard.nrows(), seen.hidden),
            (1, 0, 0)
        );
    }

    #[test]
    fn a_staircase_is_climbed_step_by_step() {
        let split = split("tanh(z1) + z1*tanh(z2)", "tanh(u + 0.4)");
        assert_eq!((split.reached.nrows(), split.hidden), (2, 0));
    }
}
