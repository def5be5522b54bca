//! The network.

use crate::expression::Jet;

use super::{Activation, Head, NetworkError};

/// Largest number of neurons: the spectral equations are solved with dense matrices of `m^2` rows.
pub const MAX_NEURONS: usize = 16;

/// `f(u) = scale * sum_j a_j s(u_j + b_j)`.
#[derive(Clone, Debug)]
pub struct Network {
    activation: Activation,
    readout: Vec<f64>,
    bias: Vec<f64>,
    scale: f64,
}

impl Network {
    /// Builds a network of m = `readout.len()` neurons.
    ///
    /// # Errors
    /// On zero neurons or more than [`MAX_NEURONS`], lengths that differ, values that are not finite, and a readout or
    /// a scale of zero.
    pub fn new(
        activation: Activation,
        readout: Vec<f64>,
        bias: Vec<f64>,
        scale: f64,
    ) -> Result<Self, NetworkError> {
        let neurons = readout.len();
        if neurons == 0 {
            return Err(NetworkError::NoNeurons);
        }
        if neurons > MAX_NEURONS {
            return Err(NetworkError::TooManyNeurons { neurons });
        }
        if bias.len() != neurons {
            return Err(NetworkError::BiasLength {
                bias: bias.len(),
                readout: neurons,
            });
        }
        all_finite("readout", &readout)?;
        all_finite("bias", &bias)?;
        if readout.iter().all(|&weight| weight == 0.0) {
            return Err(NetworkError::ZeroReadout { neurons });
        }
        if !scale.is_finite() || scale == 0.0 {
            return Err(NetworkError::Scale { value: scale });
        }
        Ok(Self {
            activation,
            readout,
            bias,
            scale,
        })
    }

    /// The same network with what training made of readout and biases (m each); it may have come to zero.
    pub(super) fn with_head(&self, head: &Head) -> Self {
        Self {
            readout: head.readout.clone(),
            bias: head.bias.clone(),
            ..self.clone()
        }
    }

    /// The number of neurons m.
    pub fn neurons(&self) -> usize {
        self.readout.len()
    }

    /// The readout weights a (m).
    pub fn readout(&self) -> &[f64] {
        &self.readout
    }

    /// The biases b (m).
    pub fn bias(&self) -> &[f64] {
        &self.bias
    }

    /// The factor in front of the sum over neurons.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The activation s.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// The output at the pre-activations `u` (m).
    pub fn output(&self, u: &[f64]) -> f64 {
        let expression = self.activation.expression();
        let term = |neuron: usize| {
            self.scale * self.readout[neuron] * expression.value(&[u[neuron] + self.bias[neuron]])
        };
        (0..self.neurons()).map(term).sum()
    }

    /// The output, with the first and second derivative of the output in each pre-activation left in `slopes` (m);
    /// the mixed second derivatives are zero.
    pub(crate) fn output_and_slopes(&self, u: &[f64], slopes: &mut [Jet]) -> f64 {
        let mut sum = 0.0;
        for (neuron, slope) in slopes.iter_mut().enumerate().take(self.neurons()) {
            *slope = self.weighted(neuron, self.activation.jet(u[neuron] + self.bias[neuron]));
            sum += slope.value;
        }
        sum
    }

    /// The contribution of one neuron to the output, from the jet of its activation.
    #[inline]
    pub(crate) fn weighted(&self, neuron: usize, jet: Jet) -> Jet {
        let weight = self.scale * self.readout[neuron];
        Jet {
            value: weight * jet.value,
            first: weight * jet.first,
            second: weight * jet.second,
        }
    }
}

fn all_finite(what: &'static str, values: &[f64]) -> Result<(), NetworkError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(NetworkError::EntryNotFinite {
            what,
            index,
            value: values[index],
        }),
        None => Ok(()),
    }
}
