//! Phase diagrams: one quantity over one or two axes of an experiment.

mod axis;
mod grid;
mod quantity;

pub use axis::{Axis, AxisKey, Spacing};
pub use grid::{Cell, Diagram, Outcome};
pub use quantity::Quantity;
