//! The search for the infimum: start places for many directions, improved for the one S at hand.

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::labels::FAR;
use super::landscape::{Landscape, Place};
use super::menu;
use super::metric::Metric;
use super::objective::{Form, Objective};
use super::pool::{self, Candidate, Generator};
use super::sweep::Menu;
use super::walk::{settle_down, walk_down};

/// Start places kept for later searches, and the means to improve them.
#[derive(Clone, Debug)]
pub(super) struct Search {
    landscape: Landscape,
    menu: Menu,
    shortlist: Vec<Candidate>,
}

/// Candidates kept as they are for each direction w.
const KEPT_PER_DIRECTION: usize = 8;
/// Candidates swept for each direction w that S suggests.
const SWEPT_PER_DIRECTION: usize = 2;
/// Rounds of looking again in the direction found; typically the second finds nothing new.
const ROUNDS: usize = 4;
/// Directions w for which start places are kept, three neurons or more.
const DIRECTIONS: usize = 64;

/// Candidates improved for each direction w when the shortlist is made: the fewer neurons, the fewer directions, so
/// that more can be spent on each.
fn improved_per_direction(neurons: usize) -> usize {
    match neurons {
        1 => 60,
        2 => 10,
        _ => 3,
    }
}

/// Candidates improved for each S. Minima a few parts in ten thousand apart are common, and which of them is lowest
/// shows at their ends only; with many neurons the sweeps choose between them.
fn improved_per_resolvent(neurons: usize) -> usize {
    if neurons <= 4 { 16 } else { 6 }
}

impl Search {
    /// Collects start places: for many directions w, the places where `w^T D w` is lowest.
    ///
    /// That quadratic form does not know S, so what is found here serves every S.
    pub(super) fn new(
        landscape: &Landscape,
        generator: &Generator<'_>,
        candidates: &[Candidate],
    ) -> Self {
        let menu = Menu::new(landscape, generator);
        let mut search = Self {
            landscape: landscape.clone(),
            menu,
            shortlist: Vec::new(),
        };
        let count = improved_per_direction(landscape.neurons());
        let along = |w: &Vec<f64>| {
            let form = Form(w);
            let improve = |start: &Candidate| {
                walk_down(landscape, search.menu.sweep(start, &form), &form, FAR)
            };
            let starts = search.starts(candidates, count, &form);
            let kept = pool::lowest(candidates, KEPT_PER_DIRECTION, &form);
            let improved = starts.into_iter().map(improve);
            improved.chain(kept.into_iter().cloned()).collect()
        };
        let directions = directions(landscape.neurons());
        let shortlists: Vec<Vec<Candidate>> = directions.par_iter().map(along).collect();
        search.shortlist = shortlists.concat();
        search
    }

    /// The place where the lowest eigenvalue is lowest, and the eigenvalue; nothing if S is not finite.
    pub(super) fn infimum(&self, s: &DMatrix<f64>) -> Option<(Place, f64)> {
        let metric = Metric::new(s)?;
        let count = improved_per_resolvent(self.landscape.neurons());
        let starts = self.starts(&self.shortlist, count, &metric);
        let mut starts: Vec<Candidate> = starts.into_iter().cloned().collect();
        // With one neuron every S asks for the same place, which is among the first starts.
        let alone = self.landscape.neurons() == 1;
        let (ways, rounds) = if alone {
            (Vec::new(), 0)
        } else {
            (metric.ways(), ROUNDS)
        };
        let swept: Vec<Vec<Candidate>> = ways.par_iter().map(|w| self.swept_along(w)).collect();
        starts.extend(swept.into_iter().flatten());
        let mut best = self.improved(&starts, &metric)?;
        for _ in 0..rounds {
            let w = metric.direction(&best.parts);
            let mut starts = self.swept_along(&w[..self.landscape.neurons()]);
            starts.push(self.menu.sweep(&best, &metric));
            let better = self.improved(&starts, &metric)?;
            let (before, after) = (metric.value(&best.parts), metric.value(&better.parts));
            if after < before {
                best = better;
            }
            if after >= before - 1e-9 * before.abs() {
                break;
            }
        }
        let best = settle_down(&self.landscape, best, &metric, FAR);
        let value = metric.lowest(&best.parts);
        Some((best.place, value))
    }

    /// The candidates to start from: the lowest few, of every label where there are few.
    fn starts<'c>(
        &self,
        candidates: &'c [Candidate],
        count: usize,
        objective: &impl Objective,
    ) -> Vec<&'c Candidate> {
        match self.landscape.labels.few() {
            Some(labels) => labels
                .iter()
                .map(|&label| {
                    candidates
                        .iter()
                        .filter(move |candidate| candidate.place.label == label)
                })
                .flat_map(|of_label| pool::lowest(of_label, count, objective))
                .collect(),
            None => pool::lowest(candidates, count, objective),
        }
    }

    /// The best start places for one direction w, swept.
    fn swept_along(&self, w: &[f64]) -> Vec<Candidate> {
        let along = Form(w);
        let starts = self
            .starts(&self.shortlist, SWEPT_PER_DIRECTION, &along)
            .into_iter()
            .cloned();
        starts
            .chain(self.menu.aligned(w))
            .map(|start| self.menu.sweep(&start, &along))
            .collect()
    }

    /// Improves the best few of these start places and returns the best of all.
    fn improved(
        &self,
        starts: &[Candidate],
        objective: &(impl Objective + Sync),
    ) -> Option<Candidate> {
        let count = improved_per_resolvent(self.landscape.neurons());
        let starts = self.starts(starts, count, objective);
        let improve =
            |start: &&Candidate| walk_down(&self.landscape, (*start).clone(), objective, FAR);
        let improved: Vec<Candidate> = starts.par_iter().map(improve).collect();
        improved.into_iter().min_by(|a, b| {
            objective
                .value(&a.parts)
                .total_cmp(&objective.value(&b.parts))
        })
    }
}

/// Unit vectors: the axes, the diagonals of pairs, and scattered ones.
fn directions(neurons: usize) -> Vec<Vec<f64>> {
    let turn = |angle: f64| vec![angle.cos(), angle.sin()];
    match neurons {
        1 => vec![vec![1.0]],
        2 => (0..24)
            .map(|i| turn(std::f64::consts::PI * f64::from(i) / 24.0))
            .collect(),
        _ => {
            let axis = |j: usize, l: usize, sign: f64| {
                let mut w = vec![0.0; neurons];
                w[l] = sign;
                w[j] = 1.0;
                w
            };
            let axes = (0..neurons).map(|j| axis(j, j, 1.0));
            let pairs = (0..neurons)
                .flat_map(|j| (0..j).flat_map(move |l| [axis(j, l, 1.0), axis(j, l, -1.0)]));
            let spread = menu::scattered(neurons, DIRECTIONS).map(|point| {
                point
                    .into_iter()
                    .map(|t| (std::f64::consts::PI * (t - 0.5)).sin())
                    .collect()
            });
            axes.chain(pairs.take(DIRECTIONS / 2))
                .chain(spread)
                .take(DIRECTIONS.max(neurons))
                .collect()
        }
    }
}
