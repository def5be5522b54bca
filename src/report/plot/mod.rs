//! Pictures, drawn as SVG without a font engine, so nothing has to be installed; a PNG is made from the SVG.
//!
//! Every picture is a [`Figure`](figure::Figure): titles and a key above rows of panels, each a frame with rulers. What is
//! drawn into a panel is a list of layers, in the numbers that it shows; the extent of a text is known from the font of
//! PNG pictures.

mod axes;
mod canvas;
#[cfg(test)]
mod clean;
mod design;
mod diagram;
mod dynamics;
mod escape;
mod figure;
mod frame;
mod histogram;
mod key;
mod ladder;
mod layer;
mod look;
mod moments;
mod palette;
mod panel;
#[cfg(feature = "png")]
mod raster;
mod ruler;
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
pub use ladder::{LadderPlot, ladder_svg};
pub use moments::{MomentsPlot, moments_svg};
#[cfg(feature = "png")]
pub use raster::png;
pub use simulation::{SimulationPlot, simulation_svg};
pub use spectrum::{SpectrumPlot, spectrum_svg};
pub use validation::{ValidationPlot, validation_svg};
