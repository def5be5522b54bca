//! What a user reads: tables for people, JSON for programs, pictures.
//!
//! Nothing here computes or touches the file system: each report turns results into a
//! `String`, and the command decides where it goes.

mod alg;
mod design;
mod diagram;
mod dynamics;
mod json;
mod links;
#[cfg(test)]
mod made_up;
mod nn;
mod number;
mod plot;
mod show;
mod simulation;
mod spectrum;
mod table;
mod threshold;
mod validation;

pub use alg::AlgReport;
pub use design::DesignReport;
pub use diagram::{DiagramReport, line_label, options_words};
pub use dynamics::DynamicsReport;
pub use json::{Provenance, ReportError, to_json};
pub use links::{links_json, links_table};
pub use nn::{NnReport, rung_line};
pub use number::measured;
pub use plot::{
    BoundaryLine, CrossingPlot, DiagramPlot, DynamicsPlot, EscapePlot, MomentsPlot, SimulationPlot,
    SpectrumPlot, crossing_svg, curves_svg, diagram_svg, dynamics_svg, escape_svg, heat_map_svg,
    moments_svg, png, shown_as_curves, simulation_svg, spectrum_svg,
};
pub use plot::{DesignPlot, design_svg};
pub use plot::{ValidationPlot, validation_svg};
pub use show::ShowReport;
pub use simulation::{CrossingReport, EscapeReport, SimulationReport};
pub use spectrum::{SpectrumReport, UnboundedCauses};
pub use threshold::hidden_remark;
pub use validation::ValidationReport;
