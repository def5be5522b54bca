//! Places from which the search for the infimum starts.

use crate::network::Activation;

use super::labels::LabelChoice;
use super::landscape::{Landscape, Parts, Place};
use super::menu;
use super::objective::Objective;

/// A place with the parts of its curvature.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) place: Place,
    pub(super) parts: Parts,
}

/// Which argument of the menu each neuron has, and which label.
struct Pattern {
    arguments: Vec<usize>,
    label: LabelChoice,
}

/// Generates candidates of order one and at any distance.
pub(super) struct Generator<'l> {
    landscape: &'l Landscape,
    near: Vec<f64>,
    labels: Vec<LabelChoice>,
    patterns: Vec<Pattern>,
}

/// Combinations of arguments and labels: up to this many all of them, which covers two neurons.
const COMBINATIONS: usize = 60_000;
/// Scattered combinations where there are more.
const SCATTERED: usize = 6_000;
/// Size of the pre-activations of the far candidates that stand for infinity.
const DISTANCES: [f64; 4] = [1e2, 1e3, 1e4, super::labels::FAR];

impl<'l> Generator<'l> {
    pub(super) fn new(landscape: &'l Landscape) -> Self {
        let near =
            menu::near_arguments(landscape.model.network().activation(), landscape.neurons());
        let labels = landscape.labels.choices();
        let mut generator = Self {
            landscape,
            near,
            labels,
            patterns: Vec::new(),
        };
        if landscape.free {
            generator.patterns = generator.combined();
        }
        generator
    }

    fn activation(&self) -> &Activation {
        self.landscape.model.network().activation()
    }

    /// The labels to start from.
    pub(super) fn labels(&self) -> &[LabelChoice] {
        &self.labels
    }

    /// Arguments to try in every neuron; none where the pre-activations do not vary.
    pub(super) fn menu(&self) -> Vec<f64> {
        let far = DISTANCES[2..]
            .iter()
            .flat_map(|&far| menu::far_arguments(self.activation(), far));
        if self.landscape.free {
            self.near.iter().copied().chain(far).collect()
        } else {
            Vec::new()
        }
    }

    /// Candidates at every distance that stands for infinity.
    pub(super) fn everywhere_far(&self) -> Vec<Candidate> {
        DISTANCES.iter().flat_map(|&far| self.far(far)).collect()
    }

    /// Candidates with arguments and label of order one.
    pub(super) fn near(&self) -> Vec<Candidate> {
        if !self.landscape.free {
            return self.standing(1.0, |choice| !matches!(choice, LabelChoice::Far(_)));
        }
        let near = self.patterns.iter().filter(|pattern| !self.is_far(pattern));
        near.filter_map(|pattern| self.candidate(pattern, &self.near, 1.0))
            .collect()
    }

    /// Candidates with arguments or label of size `far`.
    pub(super) fn far(&self, far: f64) -> Vec<Candidate> {
        if !self.landscape.free {
            return self.standing(far, |choice| matches!(choice, LabelChoice::Far(_)));
        }
        let menu = [&self.near[..], &menu::far_arguments(self.activation(), far)].concat();
        let patterns = self.patterns.iter().filter(|pattern| self.is_far(pattern));
        let mut candidates: Vec<Candidate> = patterns
            .filter_map(|pattern| self.candidate(pattern, &menu, far))
            .collect();
        candidates.extend(self.balanced(far));
        candidates
    }

    fn combined(&self) -> Vec<Pattern> {
        let (neurons, choices) = (
            self.landscape.neurons(),
            self.near.len() + menu::FAR_ARGUMENTS,
        );
        let mut lengths = vec![choices; neurons];
        lengths.push(self.labels.len());
        let total = lengths.iter().map(|&length| length as f64).product::<f64>();
        let most = if total <= COMBINATIONS as f64 {
            COMBINATIONS
        } else {
            SCATTERED
        };
        let mut patterns: Vec<Pattern> = menu::combinations(&lengths, most)
            .into_iter()
            .map(|mut indices| {
                let label = self.labels[indices.pop().unwrap_or_default()];
                Pattern {
                    arguments: indices,
                    label,
                }
            })
            .collect();
        // Scattered combinations miss the symmetric ones.
        for index in 0..choices {
            patterns.extend(self.labels.iter().map(|&label| Pattern {
                arguments: vec![index; neurons],
                label,
            }));
        }
        patterns
    }

    fn is_far(&self, pattern: &Pattern) -> bool {
        matches!(pattern.label, LabelChoice::Far(_))
            || pattern.arguments.iter().any(|&i| i >= self.near.len())
    }

    fn candidate(&self, pattern: &Pattern, menu: &[f64], far: f64) -> Option<Candidate> {
        self.at(
            pattern.arguments.iter().map(|&index| menu[index]).collect(),
            pattern.label,
            far,
        )
    }

    fn at(&self, arguments: Vec<f64>, label: LabelChoice, far: f64) -> Option<Candidate> {
        let (slopes, output) = self.landscape.contributions(&arguments);
        let label = self.landscape.labels.resolve(label, far, output);
        let place = Place { arguments, label };
        let parts = self.landscape.parts_from(&place, &slopes, output)?;
        Some(Candidate { place, parts })
    }

    /// All pre-activations zero: the arguments are the biases.
    fn standing(&self, far: f64, wanted: impl Fn(LabelChoice) -> bool) -> Vec<Candidate> {
        let bias = self.landscape.model.network().bias();
        let labels = self.labels.iter().copied().filter(|&choice| wanted(choice));
        labels
            .filter_map(|label| self.at(bias.to_vec(), label, far))
            .collect()
    }

    /// Two neurons far out whose contributions cancel, so that the output stays near a label.
    fn balanced(&self, far: f64) -> Vec<Candidate> {
        let neurons = self.landscape.neurons();
        let labels = [self.labels.first(), self.labels.last()];
        let labels: Vec<f64> = labels
            .into_iter()
            .flatten()
            .map(|&choice| self.landscape.labels.resolve(choice, 1.0, 0.0))
            .collect();
        let mut candidates = Vec::new();
        for (driver, partner) in (0..neurons)
            .flat_map(|i| (0..neurons).map(move |j| (i, j)))
            .filter(|(i, j)| i != j)
        {
            for (start, end) in [(far, 1.0), (far, -1.0), (-far, 1.0), (-far, -1.0)] {
                for target in labels.iter().flat_map(|y| [*y, y - 0.7, y + 0.7]) {
                    let mut arguments = vec![0.0; neurons];
                    arguments[driver] = start;
                    if self.balance(&mut arguments, partner, end, target) {
                        candidates.extend(
                            labels.iter().filter_map(|&y| {
                                self.at(arguments.clone(), LabelChoice::At(y), far)
                            }),
                        );
                    }
                }
            }
        }
        candidates
    }

    /// Moves one argument to the side of `end` until the output is `target`; false if it never is.
    fn balance(&self, arguments: &mut [f64], partner: usize, end: f64, target: f64) -> bool {
        let mut at = arguments.to_vec();
        let mut excess = |logarithm: f64| {
            at[partner] = end * logarithm.sinh();
            self.landscape.contributions(&at).1 - target
        };
        let limit = super::labels::FAR.asinh();
        let (near, far) = (excess(0.0), excess(limit));
        if !(near.is_finite() && far.is_finite()) || near * far > 0.0 {
            return false;
        }
        let (mut low, mut high) = (0.0, limit);
        // 60 halvings exhaust the digits of the logarithm.
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if excess(middle) * near > 0.0 {
                low = middle
            } else {
                high = middle
            }
        }
        arguments[partner] = end * (0.5 * (low + high)).sinh();
        true
    }
}

/// The `count` candidates with the lowest objective, lowest first, no two of them alike.
pub(super) fn lowest<'c>(
    candidates: impl IntoIterator<Item = &'c Candidate>,
    count: usize,
    objective: &impl Objective,
) -> Vec<&'c Candidate> {
    let mut kept: Vec<(f64, &Candidate)> = Vec::with_capacity(count + 1);
    for candidate in candidates {
        let worst = match kept.last() {
            Some(&(worst, _)) if kept.len() == count => worst,
            _ => f64::INFINITY,
        };
        if !objective.is_below(&candidate.parts, worst) {
            continue;
        }
        let value = objective.value(&candidate.parts);
        if value.is_nan() {
            continue;
        }
        if let Some(twin) = kept
            .iter()
            .position(|(_, other)| are_alike(candidate, other))
        {
            if kept[twin].0 <= value {
                continue;
            }
            kept.remove(twin);
        }
        let at = kept.partition_point(|&(other, _)| other <= value);
        kept.insert(at, (value, candidate));
        kept.truncate(count);
    }
    kept.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Whether a local search from both would probably end in the same minimum, or in two with the same curvature: a
/// periodic activation would otherwise fill every list with copies of one place.
fn are_alike(a: &Candidate, b: &Candidate) -> bool {
    are_neighbours(&a.place, &b.place) || a.parts.are_those_of(&b.parts)
}

fn are_neighbours(a: &Place, b: &Place) -> bool {
    let close = |a: f64, b: f64| a == b || (a.asinh() - b.asinh()).abs() < 0.3;
    close(a.label, b.label)
        && a.arguments
            .iter()
            .zip(&b.arguments)
            .all(|(&a, &b)| close(a, b))
}
