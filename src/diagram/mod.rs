//! Phase diagrams: one quantity over one or two axes of an experiment.
//!
//! A [`Request`] says what is wanted, a [`Plan`] holds every cell's experiment, checked before anything is computed, and
//! [`sweep`] computes cells side by side.

mod adaptive;
mod axis;
mod axis_text;
mod checksum;
mod error;
mod evaluate;
mod fill;
mod fingerprint;
mod grid;
mod journal;
mod journal_text;
mod lines;
mod merge;
mod plan;
mod quantity;
mod record;
mod request;
mod shard;
mod stored;
mod sweep;

pub use adaptive::Refinement;
pub use axis::{Axis, AxisKey, Spacing};
pub use error::DiagramError;
pub use fill::fill;
pub use fingerprint::Fingerprint;
pub use grid::{Cell, Diagram, Outcome};
pub use journal::{Finished, Header, Journal, Read, read as read_journal};
pub use lines::{ThresholdLine, threshold_line};
pub use merge::{Merged, merge};
pub use plan::{Group, Place, Plan};
pub use quantity::Quantity;
pub use request::{Options, Request};
pub use shard::Shard;
pub use stored::stored_cells;
pub use sweep::{Sink, sweep};
