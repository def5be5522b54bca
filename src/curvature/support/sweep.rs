//! Search over menus: one neuron after the other.

use crate::expression::Jet;

use super::labels::{FAR, LabelChoice};
use super::landscape::{Landscape, Parts, Place};
use super::menu;
use super::objective::Objective;
use super::pool::{Candidate, Generator};
use super::sums::Sums;

/// Sweeps over all neurons; typically the third changes nothing.
const SWEEPS: usize = 6;

/// Arguments and labels to try in a landscape.
#[derive(Clone, Debug)]
pub(super) struct Menu {
    landscape: Landscape,
    /// Arguments to try in every neuron, increasing, with the activation's jets.
    arguments: Vec<(f64, Jet)>,
    labels: Vec<LabelChoice>,
}

impl Menu {
    pub(super) fn new(landscape: &Landscape, generator: &Generator<'_>) -> Self {
        let activation = landscape.model.network().activation();
        let mut arguments: Vec<(f64, Jet)> = generator
            .menu()
            .into_iter()
            .map(|x| (x, activation.jet(x)))
            .collect();
        arguments.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self {
            landscape: landscape.clone(),
            arguments,
            labels: generator.labels().to_vec(),
        }
    }

    /// Tries the whole menu in one neuron after the other, and all labels, until nothing is lower.
    ///
    /// One or two neurons stay where they are: the start places have all their combinations already, and a sweep
    /// would lead different ones to the same place. So do the labels of a short list, each of which is followed.
    pub(super) fn sweep(&self, start: &Candidate, objective: &impl Objective) -> Candidate {
        let mut best = start.clone();
        let mut lowest = objective.value(&best.parts);
        if self.landscape.neurons() <= 2 {
            return best;
        }
        for _ in 0..SWEEPS {
            let before = lowest;
            for neuron in 0..self.landscape.neurons() {
                self.sweep_neuron(neuron, &mut best, &mut lowest, objective);
            }
            if self.landscape.labels.few().is_none() {
                self.sweep_label(&mut best, &mut lowest, objective);
            }
            if lowest >= before - 1e-6 * before.abs() {
                break;
            }
        }
        best
    }

    /// The place where the network's slope is steepest along w and the label is as close as it gets to the output:
    /// where the loss's curvature decides, one neuron after the other may not lead there.
    pub(super) fn aligned(&self, w: &[f64]) -> Option<Candidate> {
        if self.arguments.is_empty() {
            return None;
        }
        let network = self.landscape.model.network();
        let steepest = |(neuron, w): (usize, &f64)| {
            let slope = |jet: Jet| w * network.weighted(neuron, jet).first;
            let best = self
                .arguments
                .iter()
                .max_by(|a, b| slope(a.1).total_cmp(&slope(b.1)));
            best.map_or(0.0, |&(x, _)| x)
        };
        let arguments: Vec<f64> = w.iter().enumerate().map(steepest).collect();
        let (slopes, output) = self.landscape.contributions(&arguments);
        let place = Place {
            arguments,
            label: self.landscape.labels.closest(output),
        };
        let parts = self.landscape.parts_from(&place, &slopes, output)?;
        Some(Candidate { place, parts })
    }

    fn sweep_neuron(
        &self,
        neuron: usize,
        best: &mut Candidate,
        lowest: &mut f64,
        objective: &impl Objective,
    ) {
        let (landscape, neurons) = (&self.landscape, self.landscape.neurons());
        let network = landscape.model.network();
        let (mut slopes, output) = landscape.contributions(&best.place.arguments);
        let residual = output - best.place.label;
        // Summed afresh: subtracting a huge contribution would leave its rounding.
        let others: f64 = (0..neurons)
            .filter(|&other| other != neuron)
            .map(|other| slopes[other].value)
            .sum();
        let mut place = best.place.clone();
        let label = place.label;
        let along = objective
            .only_direction()
            .map(|w| (w[neuron], Sums::without(neuron, w, &slopes)));
        let mut attempt = |x: f64, jet: Jet, label: f64| {
            slopes[neuron] = network.weighted(neuron, jet);
            if let Some((w, sums)) = &along {
                // Most attempts end here, without a look at the other neurons.
                if sums.with(*w, slopes[neuron]).form(landscape, label) >= *lowest {
                    return;
                }
            }
            place.arguments[neuron] = x;
            place.label = label;
            let parts = landscape.parts_from(&place, &slopes, others + slopes[neuron].value);
            keep_if_lower(parts, &place, best, lowest, objective);
        };
        let output_at = |jet: Jet| others + network.weighted(neuron, jet).value;
        for &(x, jet) in &self.arguments {
            attempt(x, jet, label);
            if landscape.labels.is_continuous() {
                attempt(x, jet, landscape.labels.clamp(output_at(jet) - residual));
            }
        }
        // The loss's curvature is often largest where the output meets the label.
        let activation = network.activation();
        for (a, b) in self.arguments.iter().zip(self.arguments.iter().skip(1)) {
            if (output_at(a.1) - label) * (output_at(b.1) - label) < 0.0 {
                let x = menu::zero(|x| output_at(activation.jet(x)) - label, a.0, b.0);
                attempt(x, activation.jet(x), label);
            }
        }
    }

    fn sweep_label(&self, best: &mut Candidate, lowest: &mut f64, objective: &impl Objective) {
        let (slopes, output) = self.landscape.contributions(&best.place.arguments);
        let mut place = best.place.clone();
        for &choice in &self.labels {
            place.label = self.landscape.labels.resolve(choice, FAR, output);
            keep_if_lower(
                self.landscape.parts_from(&place, &slopes, output),
                &place,
                best,
                lowest,
                objective,
            );
        }
    }
}

fn keep_if_lower(
    parts: Option<Parts>,
    place: &Place,
    best: &mut Candidate,
    lowest: &mut f64,
    objective: &impl Objective,
) {
    if let Some(parts) = parts {
        if !objective.is_below(&parts, *lowest) {
            return;
        }
        // The two may differ by rounding.
        let value = objective.value(&parts);
        if value < *lowest {
            *lowest = value;
            *best = Candidate {
                place: place.clone(),
                parts,
            };
        }
    }
}
