//! The experiment file: read, override, validate, resolve.
//!
//! An [`Experiment`] is what one TOML file says once every default is filled in, every
//! `--set` is applied and every shorthand (`"1/m"`, a Rademacher readout) is replaced by its
//! numbers. It serialises back to a file that loads to the same experiment, which is how
//! results carry enough to be run again.
//!
//! Nothing here computes; [`Experiment::target`] and [`Experiment::model`] hand the checked
//! text over to [`crate::teacher`] and [`crate::network`] and put the field's name in front of
//! whatever they refuse.

mod choice;
pub mod defaults;
mod error;
mod excerpt;
mod fields;
mod key;
mod loss;
mod network;
mod numerics;
mod overrides;
mod reader;
mod resolved;
mod schema;
mod source;
mod target;
mod template;
mod training;

#[cfg(feature = "simulation")]
pub(crate) use choice::did_you_mean;
pub use error::ExperimentError;
pub use fields::{Example, FIELDS, Field, Kind, Unset};
pub use key::NumericKey;
pub use loss::{LossKind, LossSection};
pub use network::NetworkSection;
pub use numerics::NumericsSection;
pub use overrides::Override;
pub use resolved::Experiment;
pub use schema::{full_name, is_section};
pub use source::Source;
pub use target::{ChannelKind, TargetSection};
pub use template::Template;
pub use training::{StepSize, Steps, TrainingSection};
