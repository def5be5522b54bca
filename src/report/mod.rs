//! What a user reads: tables for people, JSON for programs, pictures.
//!
//! Nothing here computes or touches the file system: each report turns results into a
//! `String`, and the command decides where it goes.

mod alg;
#[cfg(feature = "simulation")]
mod design;
#[cfg(feature = "simulation")]
mod diagram;
mod dynamics;
mod ending;
mod fold;
mod format;
#[cfg(feature = "plot")]
mod html;
mod json;
mod links;
#[cfg(test)]
mod made_up;
mod nn;
mod number;
#[cfg(feature = "plot")]
mod plot;
mod record;
mod show;
#[cfg(feature = "simulation")]
mod simulation;
mod spectrum;
#[cfg(feature = "plot")]
mod symbols;
mod table;
mod threshold;
#[cfg(feature = "simulation")]
mod validation;
mod which;

pub use alg::AlgReport;
#[cfg(feature = "simulation")]
pub use design::DesignReport;
#[cfg(feature = "simulation")]
pub use diagram::{DiagramReport, line_label, options_words};
pub use dynamics::DynamicsReport;
pub use format::{format_help, format_table, init_file};
#[cfg(feature = "plot")]
pub use html::PageReport;
pub use json::{Provenance, ReportError, to_json};
pub use links::{links_json, links_table};
pub use nn::{NnReport, rung_line};
pub use number::measured;
#[cfg(feature = "plot")]
pub use plot::*;
pub use record::Record;
pub use show::ShowReport;
#[cfg(feature = "simulation")]
pub use simulation::{CrossingReport, EscapeReport, SimulationReport};
pub use spectrum::{SpectrumReport, UnboundedCauses};
pub use threshold::hidden_remark;
#[cfg(feature = "simulation")]
pub use validation::ValidationReport;
pub use which::{CHOICES, Choice, thresholds_help};
