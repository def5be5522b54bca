//! Training to its end: explicit steps by the rule, then growing implicit steps of gradient flow, then the static end where there is one
//! (docs/theory.md section 4.6).

mod bulk;
mod long;
mod row;
mod unknowns;

pub use long::{LongPlan, LongRun, TrainingEnd};
