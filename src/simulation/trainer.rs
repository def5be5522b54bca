//! Weights under a training rule.

use std::borrow::Cow;

use rand_distr::{Distribution, StandardNormal};

use super::risk::{MiniBatch, Risk};
use super::streams::RunStream;
use crate::network::{Head, Model};
use crate::phase1::TrainingRule;

/// Weights and velocity on their way through training.
#[derive(Clone, Debug)]
pub(super) struct Trainer<'a> {
    rule: &'a TrainingRule,
    dim: usize,
    stream: RunStream,
    /// t.
    pub step: usize,
    /// W^t (m x d by rows).
    pub weights: Vec<f64>,
    /// B^{t-1} (m x d by rows).
    velocity: Vec<f64>,
    /// The network, with readout and biases as training has made them.
    pub model: Cow<'a, Model>,
    head_velocity: Head,
}

impl<'a> Trainer<'a> {
    /// W^0: entries N(0, s_w^2/d); where the rule keeps rows on the sphere, they start there.
    pub fn new(
        rule: &'a TrainingRule,
        init_std: f64,
        model: &'a Model,
        dim: usize,
        stream: RunStream,
    ) -> Self {
        let mut random = stream.weights();
        let scale = init_std / (dim as f64).sqrt();
        let draw = |_| {
            let normal: f64 = StandardNormal.sample(&mut random);
            scale * normal
        };
        let neurons = model.neurons();
        let weights = (0..neurons * dim).map(draw).collect();
        let mut trainer = Self {
            rule,
            dim,
            stream,
            step: 0,
            weights,
            velocity: vec![0.0; neurons * dim],
            model: Cow::Borrowed(model),
            head_velocity: Head::zero(neurons),
        };
        trainer.back_to_sphere();
        trainer
    }

    /// The mini-batch of the step that comes next; absent where it is all samples.
    pub fn mini_batch(&self) -> Option<MiniBatch> {
        (self.rule.batch < 1.0).then_some(MiniBatch {
            fraction: self.rule.batch,
            stream: self.stream,
            step: self.step,
        })
    }

    /// One step, with the risk at the present weights ([`TrainingRule`] has the equations).
    pub fn advance(&mut self, risk: &Risk) {
        let gradient = risk.batch_gradient.as_ref().unwrap_or(&risk.gradient);
        let eta = self.rule.step_size(self.step);
        let (a, b) = self.rule.mixing();
        let state = self.weights.iter_mut().zip(&mut self.velocity);
        for ((w, velocity), g) in state.zip(gradient) {
            *velocity = self.rule.momentum * *velocity + g;
            *w -= eta * (a * g + b * *velocity);
        }
        self.back_to_sphere();
        if let Some(gradient) = &risk.head {
            let mut head = self.model.head();
            let velocity = &mut self.head_velocity;
            self.rule
                .advance_head(self.step, &mut head, velocity, gradient);
            self.model = Cow::Owned(self.model.with_head(&head));
        }
        self.step += 1;
    }

    fn back_to_sphere(&mut self) {
        let Some(radius) = self.rule.radius else {
            return;
        };
        for row in self.weights.chunks_exact_mut(self.dim) {
            let norm = row.iter().map(|w| w * w).sum::<f64>().sqrt();
            row.iter_mut().for_each(|w| *w *= radius / norm);
        }
    }
}
