//! The curvature as a function of the place: arguments of the activation, and label.

use crate::expression::Jet;
use crate::network::{Loss, MAX_NEURONS, Model};

use super::labels::Labels;

/// Arguments `x_j = u_j + b_j` of the activation, and a label.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) arguments: Vec<f64>,
    pub(super) label: f64,
}

/// The parts of `D = bend g g^T + slope diag(k)` at a place, of the sign that the side asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    neurons: usize,
    /// l'.
    pub(super) slope: f64,
    /// l''.
    pub(super) bend: f64,
    /// g_j = scale a_j s'(x_j).
    first: [f64; MAX_NEURONS],
    /// k_j = scale a_j s''(x_j).
    second: [f64; MAX_NEURONS],
    /// Bound on the rounding error of `v^T D v` for unit v.
    pub(super) noise: f64,
}

impl Parts {
    /// g.
    pub(super) fn first(&self) -> &[f64] {
        &self.first[..self.neurons]
    }

    /// k.
    pub(super) fn second(&self) -> &[f64] {
        &self.second[..self.neurons]
    }

    /// The two terms of `w^T D w`: of the loss's curvature and of the activation's.
    pub(super) fn terms(&self, w: &[f64]) -> (f64, f64) {
        let (mut along, mut bent) = (0.0, 0.0);
        for ((g, k), w) in self.first().iter().zip(self.second()).zip(w) {
            along += g * w;
            bent += k * w * w;
        }
        (self.bend * along * along, self.slope * bent)
    }

    /// `w^T D w`, plus what rounding may have taken from it.
    pub(super) fn cautious_form(&self, w: &[f64]) -> f64 {
        let (loss, activation) = self.terms(w);
        loss + activation + self.noise * w.iter().map(|w| w * w).sum::<f64>()
    }

    /// Whether D is the same for all that matters to a search, up to the sign of g.
    pub(super) fn are_those_of(&self, other: &Self) -> bool {
        let close = |a: f64, b: f64| (a - b).abs() <= SAME * a.abs().max(b.abs());
        let all = |a: &[f64], b: &[f64], sign: f64| {
            let size = a.iter().fold(0.0, |most: f64, entry| most.max(entry.abs()));
            a.iter()
                .zip(b)
                .all(|(a, b)| (a - sign * b).abs() <= SAME * size)
        };
        close(self.slope, other.slope)
            && close(self.bend, other.bend)
            && all(self.second(), other.second(), 1.0)
            && [1.0, -1.0]
                .into_iter()
                .any(|sign| all(self.first(), other.first(), sign))
    }

    fn is_finite(&self) -> bool {
        let entries = self.first().iter().chain(self.second());
        entries
            .chain([&self.slope, &self.bend, &self.noise])
            .all(|entry| entry.is_finite())
    }
}

/// The curvature of one side of the spectrum over all places of the support.
#[derive(Clone, Debug)]
pub(super) struct Landscape {
    pub(super) model: Model,
    pub(super) labels: Labels,
    /// 1 for the support of D, -1 for that of -D.
    pub(super) sign: f64,
    /// Whether the pre-activations vary; otherwise they are all zero.
    pub(super) free: bool,
}

/// Relative difference below which two curvatures are one: argument reduction far out costs as many digits.
const SAME: f64 = 1e-6;
/// Beyond this, rounding errors of jets are measured instead of trusted to be negligible.
const WATCHED: f64 = 1e3;
/// Relative move that changes a smooth function by as much, and a cancellation's residue by all of it.
const NUDGE: f64 = 1e-12;
/// Rounding of the quadratic form and its eigenvalue relative to the size of its terms, generously.
const ROUNDING: f64 = 1e-14;

impl Landscape {
    pub(super) fn neurons(&self) -> usize {
        self.model.neurons()
    }

    /// The contributions of the neurons to the output at some arguments of the activation, and the output.
    pub(super) fn contributions(&self, arguments: &[f64]) -> ([Jet; MAX_NEURONS], f64) {
        let mut slopes = [Jet::default(); MAX_NEURONS];
        let network = self.model.network();
        let mut output = 0.0;
        for (neuron, (slope, &x)) in slopes.iter_mut().zip(arguments).enumerate() {
            *slope = network.weighted(neuron, network.activation().jet(x));
            output += slope.value;
        }
        (slopes, output)
    }

    /// The parts of D at a place, or nothing where they are not finite.
    pub(super) fn parts(&self, place: &Place) -> Option<Parts> {
        let (slopes, output) = self.contributions(&place.arguments);
        self.parts_from(place, &slopes, output)
    }

    /// The parts of D at a place whose contributions are known.
    pub(super) fn parts_from(&self, place: &Place, slopes: &[Jet], output: f64) -> Option<Parts> {
        let neurons = self.neurons();
        let loss = self.loss_jet(place.label, output);
        let (mut first, mut second) = ([0.0; MAX_NEURONS], [0.0; MAX_NEURONS]);
        for (neuron, slope) in slopes.iter().enumerate().take(neurons) {
            (first[neuron], second[neuron]) = (slope.first, slope.second);
        }
        let (slope, bend) = (self.sign * loss.first, self.sign * loss.second);
        let mut parts = Parts {
            neurons,
            slope,
            bend,
            first,
            second,
            noise: 0.0,
        };
        parts.noise = self.noise(place, &parts, output);
        parts.is_finite().then_some(parts)
    }

    fn noise(&self, place: &Place, parts: &Parts, output: f64) -> f64 {
        let square: f64 = parts.first().iter().map(|g| g * g).sum();
        let largest = parts
            .second()
            .iter()
            .fold(0.0, |most: f64, k| most.max(k.abs()));
        let mut noise = ROUNDING * (parts.bend.abs() * square + parts.slope.abs() * largest);
        if output.abs() > WATCHED || place.label.abs() > WATCHED {
            let here = self.loss_jet(place.label, output);
            for nudged in [output * (1.0 - NUDGE), output * (1.0 + NUDGE)] {
                let there = self.loss_jet(place.label, nudged);
                noise += (here.second - there.second).abs() * square
                    + (here.first - there.first).abs() * largest;
            }
        }
        let network = self.model.network();
        for (neuron, &x) in place
            .arguments
            .iter()
            .enumerate()
            .filter(|(_, x)| x.abs() > WATCHED)
        {
            let there = network.weighted(neuron, network.activation().jet(x * (1.0 + NUDGE)));
            noise += parts.slope.abs() * (parts.second[neuron] - there.second).abs();
        }
        noise
    }

    /// The loss's jet, with its limit at an infinite label.
    pub(super) fn loss_jet(&self, label: f64, output: f64) -> Jet {
        match self.model.loss() {
            // (f - y)/(a + |y|) -> -sign(y), and its curvature 1/(a + |y|) -> 0.
            Loss::NormalisedSquare { .. } if label.is_infinite() => Jet {
                value: f64::INFINITY,
                first: -label.signum(),
                second: 0.0,
            },
            loss => loss.jet(label, output),
        }
    }
}
