//! What an experiment file may leave out. No other place holds a default.

use super::{ChannelKind, Steps};

/// `target.channel`.
pub const CHANNEL: ChannelKind = ChannelKind::Deterministic;
/// `network.scale`.
pub const SCALE: f64 = 1.0;
/// `network.readout.seed`: the signs of a Rademacher readout are part of the network, so `numerics.seed` leaves them alone.
pub const READOUT_SEED: u64 = 1;
/// `network.bias`, for every neuron.
pub const BIAS: f64 = 0.0;
/// `loss.width`: the width of pseudo-huber, the offset of normalised-square.
pub const WIDTH: f64 = 1.0;
/// `training.steps`.
pub const STEPS: Steps = Steps::Count(0);
/// `training.weight_decay`.
pub const WEIGHT_DECAY: f64 = 0.0;
/// `training.momentum`.
pub const MOMENTUM: f64 = 0.0;
/// `training.nesterov`.
pub const NESTEROV: bool = false;
/// `training.batch`: all samples at every step.
pub const BATCH: f64 = 1.0;
/// `training.spherical`.
pub const SPHERICAL: bool = false;
/// `numerics.samples`, per replicate: a power of two, which low-discrepancy points want.
pub const SAMPLES: usize = 65_536;
/// `numerics.replicates`: independent estimates behind every error bar.
pub const REPLICATES: usize = 4;
/// `numerics.seed`.
pub const SEED: u64 = 1;
