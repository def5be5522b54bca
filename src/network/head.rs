//! What a network has besides the weights of its first layer.

use super::{Model, NeuronKind};

/// Readout and biases of a network, or the gradient of the risk in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// a (m).
    pub readout: Vec<f64>,
    /// b (m).
    pub bias: Vec<f64>,
}

impl Head {
    /// All zero, for m neurons.
    pub fn zero(neurons: usize) -> Self {
        Self {
            readout: vec![0.0; neurons],
            bias: vec![0.0; neurons],
        }
    }

    /// Readout, then biases.
    pub fn entries(&self) -> impl Iterator<Item = &f64> {
        self.readout.iter().chain(&self.bias)
    }
}

impl Model {
    /// Readout and biases.
    pub fn head(&self) -> Head {
        Head {
            readout: self.network().readout().to_vec(),
            bias: self.network().bias().to_vec(),
        }
    }

    /// Averages a gradient in readout and biases over neurons of one kind, which share it in the limit of large dimension (m each); what their
    /// parity makes zero is zero.
    pub(crate) fn average_head(&self, gradient: &mut Head) {
        // a reversed neuron of an even activation has the opposite bias, one of an odd activation the opposite readout too
        let is_even = self.is_even();
        let readout_sign = |kind: &NeuronKind| if is_even { 1.0 } else { kind.sign };
        gradient.readout = self.average_over_kinds(&gradient.readout, readout_sign);
        gradient.bias = self.average_over_kinds(&gradient.bias, NeuronKind::orientation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Loss, Network};

    fn model(activation: &str, readout: &[f64], bias: &[f64]) -> Model {
        let activation = Activation::parse(activation).unwrap();
        let network = Network::new(activation, readout.to_vec(), bias.to_vec(), 1.0).unwrap();
        Model::new(network, Loss::Square)
    }

    #[test]
    fn neurons_of_one_kind_share_a_gradient() {
        let mut gradient = Head {
            readout: vec![1.0, -3.0, 7.0],
            bias: vec![0.5, -0.1, 2.0],
        };
        // odd: the second is the first reversed
        let odd = model("tanh", &[1.0, -1.0, 0.5], &[0.2, -0.2, 0.0]);
        odd.average_head(&mut gradient);
        assert_eq!(gradient.readout, [2.0, -2.0, 7.0]);
        let expected = [0.3, -0.3, 2.0];
        for (found, expected) in gradient.bias.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{gradient:?}");
        }
        // even: a reversed bias, and none where the neuron is its own mirror image
        let mut gradient = Head {
            readout: vec![1.0, 3.0, 7.0],
            bias: vec![0.5, -0.1, 2.0],
        };
        let even = model("u^2", &[1.0, 1.0, 0.5], &[0.2, -0.2, 0.0]);
        even.average_head(&mut gradient);
        assert_eq!(gradient.readout, [2.0, 2.0, 7.0]);
        for (found, expected) in gradient.bias.iter().zip([0.3, -0.3, 0.0]) {
            assert!((found - expected).abs() < 1e-15, "{gradient:?}");
        }
    }
}
