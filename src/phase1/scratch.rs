//! Buffers that a thread reuses from tile to tile.

use super::lanes::{LANES, Partial, Row};
use super::proximal::ProximalScratch;
use super::strip::LocalSums;
use super::tile::{STRIPS, TILE};
use crate::network::ModelWorkspace;
use crate::numerics::packed_len;

/// Buffers of one thread.
pub(super) struct Scratch {
    pub pre_activations: Vec<f64>,
    /// Pre-activations of fresh samples, one strip at a time.
    pub fresh: Vec<f64>,
    pub losses: Vec<f64>,
    pub gradients: Vec<f64>,
    /// Gradients in the readout.
    pub readouts: Vec<f64>,
    /// K, packed.
    pub responses: Vec<f64>,
    pub proximal: ProximalScratch,
    /// Rows of one strip: u, h, du and the weighted left factors.
    pub u: Vec<Row>,
    pub h: Vec<Row>,
    pub du: Vec<Row>,
    pub left: Vec<Row>,
    pub tangent_rows: Vec<Row>,
    /// In double precision: rounding in the noise's covariance would be amplified by its near-singular factor.
    pub noise_parts: Vec<Partial>,
    /// `dg^t - K^t v^t`, and its products with the hard latents' second moments (a tile's strips each).
    pub factors: Vec<Row>,
    pub local: LocalSums,
    pub workspace: ModelWorkspace,
}

impl Scratch {
    pub fn new(neurons: usize) -> Self {
        let (m, p) = (neurons, packed_len(neurons));
        Self {
            pre_activations: vec![0.0; TILE * m],
            fresh: vec![0.0; LANES * m],
            losses: vec![0.0; TILE],
            gradients: vec![0.0; TILE * m],
            readouts: vec![0.0; TILE * m],
            responses: vec![0.0; TILE * p],
            proximal: ProximalScratch::default(),
            u: vec![[0.0; LANES]; m],
            h: vec![[0.0; LANES]; m],
            du: vec![[0.0; LANES]; m * STRIPS],
            left: Vec::new(),
            tangent_rows: vec![[0.0; LANES]; m],
            noise_parts: Vec::new(),
            factors: Vec::new(),
            local: LocalSums::default(),
            workspace: ModelWorkspace::new(),
        }
    }
}
