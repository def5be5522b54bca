//! Pictures, drawn as SVG without a font engine, so nothing has to be installed; PNG and PDF are made from the SVG.
//!
//! Every picture is a [`Figure`](figure::Figure): titles and a key above rows of panels, each a frame with rulers. What is
//! drawn into a panel is a list of layers, in the numbers that it shows; the extent of a text is known from the font of
//! PNG pictures.

mod axes;
mod canvas;
#[cfg(test)]
pub(in crate::report) mod clean;
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
#[cfg(feature = "pdf")]
mod pdf;
#[cfg(feature = "png")]
mod raster;
mod ruler;
mod script;
mod sheet;
mod simulation;
mod spectrum;
mod symbols;
mod ticks;
mod validation;
mod width;

pub use design::{DesignPlot, design_picture};
pub use diagram::{
    BoundaryLine, DiagramPlot, curves_picture, diagram_picture, heat_map_picture, shown_as_curves,
};
pub use dynamics::{DynamicsPlot, dynamics_picture};
pub use escape::{CrossingPlot, EscapePlot, crossing_picture, escape_picture};
pub use figure::Picture;
pub use ladder::{LadderPlot, ladder_picture};
pub use moments::{MomentsPlot, moments_picture};
#[cfg(feature = "pdf")]
pub use pdf::pdf;
#[cfg(feature = "png")]
pub use raster::png;
pub use sheet::{Sheet, SheetError};
pub use simulation::{SimulationPlot, simulation_picture};
pub use spectrum::{SpectrumPlot, spectrum_picture};
pub use validation::{ValidationPlot, validation_picture};
