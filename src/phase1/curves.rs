//! Replicates of phase 1, averaged into curves with error bars.

use nalgebra::DMatrix;

use super::trajectory::Trajectory;
use crate::numerics::{Measured, MeasuredMatrix};

/// What phase 1 does, step by step (T + 1 entries each; entry t is before step t), with standard errors over replicates.
#[derive(Clone, Debug)]
pub struct Curves {
    /// n/d.
    pub delta: f64,
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
    /// `q_V = lim d E[M_V M_V^T]` (m x m), docs/theory.md (8.1); empty where every direction is reached.
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

    /// T.
    pub fn steps(&self) -> usize {
        self.train_loss.len().saturating_sub(1)
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

/// At every step the average of what all runs have there.
fn curve<T: Clone, A>(
    runs: &[Trajectory],
    pick: impl Fn(&Trajectory) -> &Vec<T>,
    average: impl Fn(Vec<T>) -> A,
) -> Vec<A> {
    let length = runs.first().map_or(0, |run| pick(run).len());
    (0..length)
        .map(|step| average(runs.iter().map(|run| pick(run)[step].clone()).collect()))
        .collect()
}
