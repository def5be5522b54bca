//! Replicates of phase 1, averaged into curves with error bars.

use nalgebra::DMatrix;

use super::trajectory::Trajectory;
use crate::numerics::{Measured, MeasuredMatrix};

/// What phase 1 does, with standard errors over replicates: an entry for each step (T + 1 entries; entry t is before step t), or for some of
/// the steps where training is followed to its end.
#[derive(Clone, Debug)]
pub struct Curves {
    /// n/d.
    pub delta: f64,
    /// t of each entry; infinite for an end after which nothing changes.
    pub at_steps: Vec<f64>,
    /// Mean loss of the training samples, without the ridge.
    pub train_loss: Vec<Measured>,
    /// Mean loss of fresh samples: the population loss.
    pub test_loss: Vec<Measured>,
    /// Frobenius norm of the risk's gradient, ridge included.
    pub gradient_norm: Vec<Measured>,
    /// `W W^T` (m x m).
    pub gram: Vec<MeasuredMatrix>,
    /// `W Theta` in latent coordinates (m x k); exactly zero along directions that are not reached.
    pub overlap: Vec<MeasuredMatrix>,
    /// The same along the reached directions (m x e).
    pub reached_overlap: Vec<MeasuredMatrix>,
    /// Readout (1 x m); empty unless readout or biases are trained.
    pub readout: Vec<MeasuredMatrix>,
    /// Biases (1 x m); empty with it.
    pub bias: Vec<MeasuredMatrix>,
    /// `q_V = lim d E[M_V M_V^T]` (m x m), docs/theory.md (8.1); empty where every direction is reached, and without the entry of an end after
    /// which nothing changes: there it is zero or infinite.
    pub hard_growth: Vec<MeasuredMatrix>,
    /// `Tr q_V`; empty with it. Its error is not the sum of those of the entries, which vary together.
    pub hard_growth_trace: Vec<Measured>,
    /// Eigenvalues of the covariance of `sqrt(d) M_V` (m r, decreasing), averaged; empty with it.
    pub hard_spread: Vec<Vec<f64>>,
}

impl Curves {
    /// Averages trajectories of one training (at least two, of equal length) that reaches the directions `reached`
    /// (orthonormal rows, e x k).
    pub fn new(runs: &[Trajectory], reached: &DMatrix<f64>) -> Self {
        let number = |pick: fn(&Trajectory) -> &Vec<f64>| {
            curve(runs, pick, |values| Measured::mean(&values))
        };
        let matrix = |pick: fn(&Trajectory) -> &Vec<DMatrix<f64>>| {
            curve(runs, pick, |values| MeasuredMatrix::mean(&values))
        };
        Self {
            delta: runs.first().map_or(f64::NAN, |run| run.delta),
            at_steps: (0..length(runs, |run| &run.time))
                .map(|step| step as f64)
                .collect(),
            train_loss: number(|run| &run.train_loss),
            test_loss: number(|run| &run.test_loss),
            gradient_norm: number(|run| &run.gradient_norm),
            gram: matrix(|run| &run.gram),
            overlap: matrix(|run| &run.overlap),
            reached_overlap: curve(
                runs,
                |run| &run.overlap,
                |values| {
                    let along: Vec<_> = values.iter().map(|m| m * reached.transpose()).collect();
                    MeasuredMatrix::mean(&along)
                },
            ),
            readout: matrix(|run| &run.readout),
            bias: matrix(|run| &run.bias),
            hard_growth: matrix(|run| &run.hard_growth),
            hard_growth_trace: curve(
                runs,
                |run| &run.hard_growth,
                |values| {
                    let traces: Vec<f64> = values.iter().map(DMatrix::trace).collect();
                    Measured::mean(&traces)
                },
            ),
            hard_spread: curve(runs, |run| &run.hard_spread, |values| averages(&values)),
        }
    }

    /// Index of the last entry: T, where there is one for each step.
    pub fn steps(&self) -> usize {
        self.train_loss.len().saturating_sub(1)
    }

    /// The entry of a step; where there is none, the last.
    pub fn entry(&self, step: usize) -> usize {
        let mut entries = self.at_steps.iter();
        let found = entries.position(|at| *at == step as f64);
        found.unwrap_or(self.steps())
    }

    /// Whether entries are those of all steps.
    pub fn is_every_step(&self) -> bool {
        let mut entries = self.at_steps.iter().enumerate();
        entries.all(|(step, at)| *at == step as f64)
    }

    /// m.
    pub fn neurons(&self) -> usize {
        self.gram.first().map_or(0, |gram| gram.mean.nrows())
    }
}

/// Entry by entry.
fn averages(lists: &[Vec<f64>]) -> Vec<f64> {
    let length = lists.first().map_or(0, Vec::len);
    let at = |i: usize| lists.iter().map(|list| list[i]).sum::<f64>() / lists.len() as f64;
    (0..length).map(at).collect()
}

/// How many entries all runs have.
fn length<T>(runs: &[Trajectory], pick: impl Fn(&Trajectory) -> &Vec<T>) -> usize {
    let lengths = runs.iter().map(|run| pick(run).len());
    lengths.min().unwrap_or(0)
}

/// At every step the average of what all runs have there.
fn curve<T: Clone, A>(
    runs: &[Trajectory],
    pick: impl Fn(&Trajectory) -> &Vec<T>,
    average: impl Fn(Vec<T>) -> A,
) -> Vec<A> {
    (0..length(runs, &pick))
        .map(|step| average(runs.iter().map(|run| pick(run)[step].clone()).collect()))
        .collect()
}
