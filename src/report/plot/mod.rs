//! Pictures, drawn as SVG without a font engine, so nothing has to be installed.
//!
//! Without fonts the extent of a text is a guess, so the layout never depends on it: texts
//! stand in bands of their own, one per line, with room to spare.

mod axes;
mod canvas;
mod histogram;
mod legend;
mod palette;
mod panel;
mod simulation;
mod spectrum;

pub use simulation::{EscapePlot, SimulationPlot, escape_svg, simulation_svg};
pub use spectrum::{SpectrumPlot, spectrum_svg};
