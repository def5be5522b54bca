//! Pictures, drawn as SVG without a font engine, so nothing has to be installed; a PNG is made from the SVG.
//!
//! Without fonts the extent of a text is a guess, so the layout never depends on it: texts
//! stand in bands of their own, one per line, with room to spare.

mod axes;
mod canvas;
mod chart;
mod design;
mod diagram;
mod dynamics;
mod escape;
mod histogram;
mod legend;
mod moments;
mod over_delta;
mod page;
mod palette;
mod panel;
#[cfg(feature = "png")]
mod raster;
mod simulation;
mod spectrum;
mod ticks;
mod validation;
mod width;

pub use design::{DesignPlot, design_svg};
pub use diagram::{
    BoundaryLine, DiagramPlot, curves_svg, diagram_svg, heat_map_svg, shown_as_curves,
};
pub use dynamics::{DynamicsPlot, dynamics_svg};
pub use escape::{CrossingPlot, EscapePlot, crossing_svg, escape_svg};
pub use moments::{MomentsPlot, moments_svg};
#[cfg(feature = "png")]
pub use raster::png;
pub use simulation::{SimulationPlot, simulation_svg};
pub use spectrum::{SpectrumPlot, spectrum_svg};
pub use validation::{ValidationPlot, validation_svg};
