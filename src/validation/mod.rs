//! Theory beside simulation.
//!
//! The two share the experiment and nothing else: the theory solves equations in the limit of large dimension, the
//! simulation trains networks on data. A [`Comparison`] runs both and returns a [`Validation`]: the [`Check`]s, one for each
//! number, the [`Trend`]s of their gaps over dimensions, and a [`Verdict`] that is fair to their number.
//!
//! How a check is judged (docs/theory.md section 7.2): by Student's t of the gap, over the errors of both sides; of all
//! checks at the largest dimension Holm's rule keeps the probability of a false alarm below the level. A gap that remains is a
//! disagreement, unless over the dimensions it goes away as finite-size effects do.

mod bulk;
mod check;
mod comparison;
mod curves;
mod ends;
mod error;
mod hessian;
mod quantity;
mod request;
mod statistics;
mod trend;
mod verdict;

pub use bulk::BulkDistance;
pub use check::{Check, Standing};
pub use comparison::{Cell, Comparison, Settings, Validation};
pub use error::ValidationError;
pub use quantity::Quantity;
pub use request::Request;
pub use trend::Trend;
pub use verdict::{Finding, Verdict};
