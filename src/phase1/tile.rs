//! A tile of sample paths: their histories, and one step of them.

use pulp::Arch;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::lanes::{LANES, Mixer, Partial, Row, correlate};
use super::proximal::{Images, Proximal};
use super::scratch::Scratch;
use super::signs::Signs;
use super::strip::{StripInput, StripOutput, StripStep};
use super::sums::{StepSums, SumLayout};
use crate::network::{Derivatives, Model};
use crate::numerics::packed_len;

/// Samples per tile: its share of the histories stays in the second-level cache for hundreds of steps.
pub(super) const TILE: usize = 256;
/// Rows of lanes per tile.
pub(super) const STRIPS: usize = TILE / LANES;

/// What every step of every path needs to know.
pub(super) struct StepKernels {
    /// t.
    pub step: usize,
    /// How u^t answers to g^t: `S_t` of an implicit step, none of an explicit one.
    pub own: Option<Proximal>,
    /// Coefficients of `h^t` on the innovations 0..=t.
    pub innovations: Mixer,
    /// Coefficients of `u^t - h^t` on the gradients 0..t, and of the tangents alike.
    pub reaction: Mixer,
    /// Coefficients of `h^t` on the reached latents: the overlap M^t.
    pub overlap: Mixer,
    /// kappa.
    pub batch: f64,
    /// Whether to evaluate the loss at `h^t`, the pre-activation of a fresh sample.
    pub test_loss: bool,
    /// Whether the gradients in readout and biases are wanted.
    pub head: bool,
}

/// Memory of one path: innovations, gradients and tangents, for m neurons and T + 1 steps each; pre-activations and curvature of
/// the last step.
pub(super) fn bytes_per_path(neurons: usize, steps: usize) -> usize {
    let last = size_of::<f64>() * (neurons + packed_len(neurons));
    (3 * size_of::<f32>() * neurons)
        .saturating_mul(steps.saturating_add(1))
        .saturating_add(last)
}

/// Paths of [`TILE`] samples (fewer in the last tile).
pub(super) struct Tile {
    count: usize,
    pub labels: Vec<f64>,
    /// Packed second moments of the hard latents by samples (TILE x q), and the same as rows (q per strip).
    pub moments: Vec<f64>,
    pub moment_rows: Vec<Row>,
    /// Reached latents (e rows per strip).
    pub reached: Vec<Row>,
    /// Histories: (T + 1) m rows per strip, neuron by neuron within a step.
    pub innovations: Vec<Row>,
    gradients: Vec<Row>,
    tangents: Vec<Row>,
    signs: Signs,
    /// u and D, packed, of the last step by samples (TILE x m, TILE x p).
    points: Vec<f64>,
    curvatures: Vec<f64>,
    /// Steps whose random numbers are drawn.
    drawn: usize,
    /// Steps whose innovations were drawn with the tile.
    leading: usize,
    random: ChaCha8Rng,
}

impl Tile {
    /// Empty histories of `[(T + 1) m, e, q]` rows for m neurons, the innovations of the first `leading` steps to be filled in.
    pub fn new(
        count: usize,
        neurons: usize,
        [rows, reached, pairs]: [usize; 3],
        leading: usize,
        random: ChaCha8Rng,
    ) -> Self {
        let empty = |rows: usize| vec![[0.0; LANES]; rows * STRIPS];
        Self {
            count,
            labels: vec![0.0; TILE],
            moments: vec![0.0; TILE * pairs],
            moment_rows: empty(pairs),
            reached: empty(reached),
            innovations: empty(rows),
            gradients: empty(rows),
            tangents: empty(rows),
            signs: Signs::new(neurons),
            points: vec![0.0; TILE * neurons],
            curvatures: vec![0.0; TILE * packed_len(neurons)],
            drawn: 0,
            leading,
            random,
        }
    }

    /// The packed second moments of the hard latents (count x q).
    pub fn counted_moments(&self) -> &[f64] {
        &self.moments[..self.moments.len() / TILE * self.count]
    }

    /// The packed curvatures at the last step (count x p).
    pub fn counted_curvatures(&self) -> &[f64] {
        &self.curvatures[..self.curvatures.len() / TILE * self.count]
    }

    /// Makes room for histories of `rows` rows in all.
    pub fn reserve(&mut self, rows: usize) {
        let old = self.innovations.len() / STRIPS;
        if rows <= old {
            return;
        }
        for history in [
            &mut self.innovations,
            &mut self.gradients,
            &mut self.tangents,
        ] {
            let mut longer = vec![[0.0; LANES]; rows * STRIPS];
            let strips = longer.chunks_exact_mut(rows).zip(history.chunks_exact(old));
            strips.for_each(|(new, known)| new[..old].copy_from_slice(known));
            *history = longer;
        }
    }

    /// Takes all paths through one step, and adds up what the kernels need of it.
    pub fn advance(
        &mut self,
        model: &Model,
        kernels: &StepKernels,
        layout: &SumLayout,
        scratch: &mut Scratch,
    ) -> StepSums {
        let arch = Arch::new();
        let mut sums = StepSums::new(layout);
        // further passes over a step repeat it with other kernels and the same random numbers
        if kernels.step >= self.drawn {
            self.draw_step(kernels.step, layout.neurons);
            self.drawn = kernels.step + 1;
        }
        self.memories(model, arch, kernels, layout, scratch, &mut sums);
        match &kernels.own {
            None => self.evaluate(model, kernels.head, scratch),
            Some(proximal) => {
                sums.unsettled = self.map(model, proximal, scratch);
                if kernels.head {
                    self.readouts(model, scratch);
                }
            }
        }
        self.clear_padding(layout.neurons, scratch);
        let masks = self.masks(kernels.batch);
        self.differentiate(kernels, layout, &masks, scratch, &mut sums, arch);
        sums
    }

    /// New innovations, unless they came with the tile, and new signs.
    fn draw_step(&mut self, step: usize, m: usize) {
        let rows = self.innovations.len() / STRIPS;
        for strip in 0..STRIPS {
            for j in strip * rows + step * m..strip * rows + (step + 1) * m {
                if step >= self.leading {
                    self.innovations[j] =
                        std::array::from_fn(|_| StandardNormal.sample(&mut self.random));
                }
            }
        }
        self.signs.draw(&mut self.random);
    }

    /// u^t by (4.2), but for what g^t adds in an implicit step, and its derivative along the random direction.
    fn memories(
        &self,
        model: &Model,
        arch: Arch,
        kernels: &StepKernels,
        layout: &SumLayout,
        scratch: &mut Scratch,
        sums: &mut StepSums,
    ) {
        let (m, e, now) = (
            layout.neurons,
            layout.reached,
            kernels.step * layout.neurons,
        );
        let rows = self.innovations.len() / STRIPS;
        for strip in 0..STRIPS {
            let (start, at) = (strip * rows, strip * rows + now);
            scratch.h.fill([0.0; LANES]);
            kernels
                .innovations
                .add(arch, &self.innovations[start..at + m], &mut scratch.h);
            kernels.overlap.add(
                arch,
                &self.reached[strip * e..(strip + 1) * e],
                &mut scratch.h,
            );
            if kernels.test_loss {
                sums.test_loss += self.fresh_loss(model, strip, scratch);
            }
            scratch.u.copy_from_slice(&scratch.h);
            kernels
                .reaction
                .add(arch, &self.gradients[start..at], &mut scratch.u);
            for (j, row) in scratch.u.iter().enumerate() {
                for (lane, value) in row.iter().enumerate() {
                    scratch.pre_activations[(strip * LANES + lane) * m + j] = f64::from(*value);
                }
            }
            let du = &mut scratch.du[strip * m..(strip + 1) * m];
            du.copy_from_slice(self.signs.now(strip));
            kernels.reaction.add(arch, &self.tangents[start..at], du);
        }
    }

    /// Sum of the loss at `h^t` over a strip.
    fn fresh_loss(&self, model: &Model, strip: usize, scratch: &mut Scratch) -> f64 {
        let m = scratch.h.len();
        let first = strip * LANES;
        let count = self.count.saturating_sub(first).min(LANES);
        for (j, row) in scratch.h.iter().enumerate() {
            for (lane, value) in row[..count].iter().enumerate() {
                scratch.fresh[lane * m + j] = f64::from(*value);
            }
        }
        let losses = &mut scratch.losses[..count];
        model.derivatives_into(
            &scratch.fresh[..count * m],
            &self.labels[first..first + count],
            Derivatives::losses(losses),
            &mut scratch.workspace,
        );
        losses.iter().sum()
    }

    /// Losses, gradients and curvatures at u^t of an explicit step, where K = D.
    fn evaluate(&mut self, model: &Model, head: bool, scratch: &mut Scratch) {
        self.points.copy_from_slice(&scratch.pre_activations);
        model.derivatives_into(
            &self.points,
            &self.labels,
            Derivatives {
                losses: Some(&mut scratch.losses),
                gradients: Some(&mut scratch.gradients),
                curvatures: Some(&mut self.curvatures),
                readouts: head.then_some(&mut scratch.readouts[..]),
            },
            &mut scratch.workspace,
        );
        scratch.responses.copy_from_slice(&self.curvatures);
    }

    /// The same with K at u^t of an implicit step, on the branch of the pre-activations before. Returns how many paths were lost.
    fn map(&mut self, model: &Model, proximal: &Proximal, scratch: &mut Scratch) -> usize {
        let (m, n) = (model.neurons(), self.count);
        let p = packed_len(m);
        let mut images = Images {
            points: &mut self.points[..n * m],
            losses: &mut scratch.losses[..n],
            gradients: &mut scratch.gradients[..n * m],
            curvatures: &mut self.curvatures[..n * p],
            responses: &mut scratch.responses[..n * p],
        };
        proximal.map(
            model,
            &self.labels[..n],
            &scratch.pre_activations[..n * m],
            &mut images,
            &mut scratch.proximal,
            &mut scratch.workspace,
        )
    }

    /// The gradients in the readout at u^t of an implicit step.
    fn readouts(&self, model: &Model, scratch: &mut Scratch) {
        let entries = self.count * model.neurons();
        let out = Derivatives {
            readouts: Some(&mut scratch.readouts[..entries]),
            ..Derivatives::default()
        };
        let labels = &self.labels[..self.count];
        model.derivatives_into(&self.points[..entries], labels, out, &mut scratch.workspace);
    }

    /// Nothing comes from the padding of the last tile.
    fn clear_padding(&self, m: usize, scratch: &mut Scratch) {
        scratch.losses[self.count..].fill(0.0);
        scratch.gradients[self.count * m..].fill(0.0);
        scratch.responses[self.count * packed_len(m)..].fill(0.0);
    }

    /// Weights of the samples in this step's mini-batch: 1/kappa or zero.
    fn masks(&mut self, batch: f64) -> Vec<Row> {
        if batch >= 1.0 {
            return vec![[1.0; LANES]; STRIPS];
        }
        let threshold = (batch * f64::from(u32::MAX)) as u32;
        let inside = (1.0 / batch) as f32;
        let mut mask = || {
            if self.random.next_u32() <= threshold {
                inside
            } else {
                0.0
            }
        };
        (0..STRIPS)
            .map(|_| std::array::from_fn(|_| mask()))
            .collect()
    }

    /// g^t and its tangent into the history; sums of their products with the past.
    fn differentiate(
        &mut self,
        kernels: &StepKernels,
        layout: &SumLayout,
        masks: &[Row],
        scratch: &mut Scratch,
        sums: &mut StepSums,
        arch: Arch,
    ) {
        let (m, now) = (layout.neurons, kernels.step * layout.neurons);
        let rows = self.innovations.len() / STRIPS;
        scratch.noise_parts.clear();
        scratch
            .noise_parts
            .resize(layout.left() * (now + m), Partial::default());
        scratch.factors.resize(layout.left() * STRIPS, [0.0; LANES]);
        scratch.local.clear(layout);
        for (strip, mask) in masks.iter().enumerate() {
            let (start, at) = (strip * rows, strip * rows + now);
            self.write_step(layout, strip, at, mask, scratch, arch);
            let weights = growth_rows(&self.moment_rows, layout, strip);
            weighted(&self.gradients[at..at + m], weights, &mut scratch.left);
            let history = &self.gradients[start..at + m];
            correlate(arch, &scratch.left, history, &mut scratch.noise_parts);
            weighted(&scratch.tangent_rows, weights, &mut scratch.left);
            for (row, factor) in scratch
                .left
                .iter()
                .zip(scratch.factors.chunks_exact_mut(STRIPS))
            {
                factor[strip] = *row;
            }
        }
        sums.noise = scratch.noise_parts.iter().map(total).collect();
        sums.response = self.signs.correlate(arch, &scratch.factors, now);
        sums.loss = total(&scratch.local.loss);
        let totals = |parts: &[Partial]| parts.iter().map(total).collect();
        sums.response_now = totals(&scratch.local.response);
        sums.own_noise = totals(&scratch.local.own);
        sums.latent = totals(&scratch.local.latent);
        if kernels.head {
            sums.head = self.head_sums(m, scratch);
        }
    }

    /// Sums of the gradients in readout and biases (2 m). Mini-batches have the same mean.
    fn head_sums(&self, m: usize, scratch: &Scratch) -> Vec<f64> {
        let mut sums = vec![0.0; 2 * m];
        let (readout, bias) = sums.split_at_mut(m);
        let rows = |values: &[f64], sums: &mut [f64]| {
            let rows = values[..self.count * m].chunks_exact(m);
            rows.for_each(|row| {
                sums.iter_mut()
                    .zip(row)
                    .for_each(|(sum, value)| *sum += value);
            });
        };
        rows(&scratch.readouts, readout);
        rows(&scratch.gradients, bias);
        sums
    }

    /// Writes gradient and tangent of one strip; leaves `dg^t - K^t v^t` in the scratch.
    fn write_step(
        &mut self,
        layout: &SumLayout,
        strip: usize,
        at: usize,
        mask: &Row,
        scratch: &mut Scratch,
        arch: Arch,
    ) {
        let (m, e) = (layout.neurons, layout.reached);
        let p = packed_len(m);
        let samples = strip * LANES..(strip + 1) * LANES;
        let input = StripInput {
            losses: &scratch.losses[samples.clone()],
            gradients: &scratch.gradients[samples.start * m..samples.end * m],
            responses: &scratch.responses[samples.start * p..samples.end * p],
            du: &scratch.du[strip * m..(strip + 1) * m],
            signs: self.signs.now(strip),
            mask,
            moments: growth_rows(&self.moment_rows, layout, strip),
            reached: &self.reached[strip * e..(strip + 1) * e],
        };
        let output = StripOutput {
            gradients: &mut self.gradients[at..at + m],
            tangents: &mut self.tangents[at..at + m],
            past: &mut scratch.tangent_rows,
        };
        let sums = &mut scratch.local;
        arch.dispatch(StripStep {
            input,
            output,
            sums,
        });
    }
}

/// The entries of `z_V z_V^T` of a strip, where growth is wanted.
fn growth_rows<'a>(rows: &'a [Row], layout: &SumLayout, strip: usize) -> &'a [Row] {
    if layout.growth {
        &rows[strip * layout.pairs..(strip + 1) * layout.pairs]
    } else {
        &[]
    }
}

fn total(part: &Partial) -> f64 {
    part.iter().sum()
}

/// The rows, followed by the rows multiplied by each of the weights.
fn weighted(rows: &[Row], weights: &[Row], out: &mut Vec<Row>) {
    out.clear();
    out.extend_from_slice(rows);
    for weight in weights {
        out.extend(
            rows.iter()
                .map(|row| -> Row { std::array::from_fn(|i| row[i] * weight[i]) }),
        );
    }
}
