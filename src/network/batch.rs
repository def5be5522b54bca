//! Losses, gradients and curvatures of many samples.

use crate::expression::{Jet, Workspace};
use crate::numerics::packed_len;

use super::model::{write_curvature, write_gradient};
use super::{MAX_NEURONS, Model};

/// Samples per block: the jets of all neurons of a block stay in cache.
const BLOCK: usize = 128;

/// Scratch memory of batched evaluation; grows at the first call and is then reused.
#[derive(Clone, Debug, Default)]
pub struct ModelWorkspace {
    expression: Workspace,
    column: Vec<f64>,
    predictions: Vec<f64>,
    /// Contributions of the neurons to the output, m rows of `BLOCK`.
    slopes: Vec<Jet>,
    /// The same at a readout of one: values alone.
    units: Vec<f64>,
    losses: Vec<Jet>,
}

impl ModelWorkspace {
    /// An empty workspace.
    pub fn new() -> Self {
        Self::default()
    }

    fn prepare(&mut self, neurons: usize) {
        self.column.resize(BLOCK, 0.0);
        self.predictions.resize(BLOCK, 0.0);
        self.losses.resize(BLOCK, Jet::default());
        if self.slopes.len() < neurons * BLOCK {
            self.slopes.resize(neurons * BLOCK, Jet::default());
            self.units.resize(neurons * BLOCK, 0.0);
        }
    }
}

/// Where the results for n samples go, by rows; what is not asked for is not computed.
#[derive(Debug, Default)]
pub struct Derivatives<'a> {
    /// The losses (n).
    pub losses: Option<&'a mut [f64]>,
    /// The gradients in the pre-activations (n x m).
    pub gradients: Option<&'a mut [f64]>,
    /// The curvatures, packed (n x m(m+1)/2).
    pub curvatures: Option<&'a mut [f64]>,
    /// The gradients in the readout weights (n x m).
    pub readouts: Option<&'a mut [f64]>,
}

impl<'a> Derivatives<'a> {
    /// Losses alone.
    pub fn losses(out: &'a mut [f64]) -> Self {
        Self {
            losses: Some(out),
            ..Self::default()
        }
    }

    /// Gradients alone.
    pub fn gradients(out: &'a mut [f64]) -> Self {
        Self {
            gradients: Some(out),
            ..Self::default()
        }
    }

    /// Curvatures alone.
    pub fn curvatures(out: &'a mut [f64]) -> Self {
        Self {
            curvatures: Some(out),
            ..Self::default()
        }
    }

    fn assert_lengths(&self, samples: usize, neurons: usize) {
        let packed = packed_len(neurons);
        let fits = |out: &Option<&'a mut [f64]>, each: usize| {
            out.as_ref().is_none_or(|out| out.len() == samples * each)
        };
        assert!(fits(&self.losses, 1), "one loss per label");
        assert!(
            fits(&self.gradients, neurons),
            "m gradient entries per label"
        );
        assert!(fits(&self.readouts, neurons), "m readout entries per label");
        assert!(
            fits(&self.curvatures, packed),
            "m(m+1)/2 curvature entries per label"
        );
    }
}

impl Model {
    /// Losses, gradients and curvatures of n samples in one pass: `pre_activations` is n x m by rows, `labels` has n
    /// entries.
    ///
    /// # Panics
    /// When the lengths contradict one another.
    pub fn derivatives_into(
        &self,
        pre_activations: &[f64],
        labels: &[f64],
        mut out: Derivatives,
        workspace: &mut ModelWorkspace,
    ) {
        let (m, p) = (self.neurons(), packed_len(self.neurons()));
        out.assert_lengths(labels.len(), m);
        self.each_sample(
            pre_activations,
            labels,
            out.readouts.is_some(),
            workspace,
            |sample, loss, slopes, units| {
                if let Some(losses) = &mut out.losses {
                    losses[sample] = loss.value;
                }
                if let Some(gradients) = &mut out.gradients {
                    write_gradient(loss, slopes, &mut gradients[sample * m..(sample + 1) * m]);
                }
                if let Some(curvatures) = &mut out.curvatures {
                    write_curvature(loss, slopes, &mut curvatures[sample * p..(sample + 1) * p]);
                }
                if let Some(readouts) = &mut out.readouts {
                    for (j, entry) in readouts[sample * m..(sample + 1) * m]
                        .iter_mut()
                        .enumerate()
                    {
                        *entry = loss.first * units(j);
                    }
                }
            },
        );
    }

    /// Hands the loss's jet, the neurons' contributions of every sample, and where they are wanted these at a readout of one, to `receive`.
    fn each_sample(
        &self,
        pre_activations: &[f64],
        labels: &[f64],
        wants_units: bool,
        workspace: &mut ModelWorkspace,
        mut receive: impl FnMut(usize, Jet, &[Jet], &dyn Fn(usize) -> f64),
    ) {
        let m = self.neurons();
        assert_eq!(
            pre_activations.len(),
            labels.len() * m,
            "m pre-activations per label"
        );
        workspace.prepare(m);
        let mut slopes = [Jet::default(); MAX_NEURONS];
        for (block, labels) in labels.chunks(BLOCK).enumerate() {
            let start = block * BLOCK;
            self.evaluate_block(
                &pre_activations[start * m..(start + labels.len()) * m],
                labels,
                wants_units,
                workspace,
            );
            for (i, &loss) in workspace.losses[..labels.len()].iter().enumerate() {
                for (neuron, slope) in slopes[..m].iter_mut().enumerate() {
                    *slope = workspace.slopes[neuron * BLOCK + i];
                }
                let units = &workspace.units;
                receive(start + i, loss, &slopes[..m], &|j| units[j * BLOCK + i]);
            }
        }
    }

    /// Fills the workspace with the contributions of the neurons and the loss's jets of one block.
    fn evaluate_block(
        &self,
        pre_activations: &[f64],
        labels: &[f64],
        wants_units: bool,
        workspace: &mut ModelWorkspace,
    ) {
        let (network, count) = (self.network(), labels.len());
        let ModelWorkspace {
            expression,
            column,
            predictions,
            slopes,
            units,
            losses,
        } = workspace;
        predictions[..count].fill(0.0);
        for neuron in 0..self.neurons() {
            let bias = network.bias()[neuron];
            let inputs = pre_activations.iter().skip(neuron).step_by(self.neurons());
            for (entry, u) in column.iter_mut().zip(inputs) {
                *entry = u + bias;
            }
            let slopes = &mut slopes[neuron * BLOCK..neuron * BLOCK + count];
            network
                .activation()
                .jets_into(&column[..count], slopes, expression);
            if wants_units {
                let units = units[neuron * BLOCK..].iter_mut();
                for (unit, slope) in units.zip(slopes.iter()) {
                    *unit = network.scale() * slope.value;
                }
            }
            for (slope, prediction) in slopes.iter_mut().zip(predictions.iter_mut()) {
                *slope = network.weighted(neuron, *slope);
                *prediction += slope.value;
            }
        }
        self.loss().jets_into(
            labels,
            &predictions[..count],
            &mut losses[..count],
            expression,
        );
    }
}
