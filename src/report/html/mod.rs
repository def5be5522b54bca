//! One page that tells the whole story: thresholds in words, ladder, spectra with a slider over n/d, phase 1, where they are asked
//! for the phase boundary and theory beside simulation, and how to redo it.
//! It needs no network: charts are drawn by uPlot (MIT, Leon Sorokin; `uPlot-LICENSE`), which is in the page.

mod data;
mod parts;
mod sections;

use super::dynamics::DynamicsReport;
use super::json::{ReportError, VERSION};
use super::nn::NnReport;
use super::validation::ValidationReport;
use crate::overview::{Boundary, Frames, Overview, Request};
use crate::study::{Error, Study};
use parts::escaped;

const TEMPLATE: &str = include_str!("page.html");
const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");
const CHARTS_CSS: &str = include_str!("uPlot.min.css");
const CHARTS_JS: &str = include_str!("uPlot.iife.min.js");

/// What the experiment is called that the page shows, and the page that its command writes.
const FILES: (&str, &str) = ("experiment.toml", "page.html");

/// What a page tells.
#[derive(Debug)]
pub struct PageReport<'a> {
    /// Thresholds, ladder, limit.
    pub nn: NnReport<'a>,
    /// Phase 1 at one n/d, where there is training.
    dynamics: Option<DynamicsReport<'a>>,
    /// Spectra with the slider.
    frames: &'a [Frames],
    boundary: Option<&'a Boundary>,
    simulation: Option<ValidationReport<'a>>,
    /// What writes the page again.
    command: String,
    /// The experiment as a file.
    toml: String,
}

impl<'a> PageReport<'a> {
    /// What a study answered to a request.
    ///
    /// # Errors
    /// When delta_alg has no trustworthy value, or the experiment cannot be written.
    pub fn of(study: &'a Study, request: &Request, overview: &'a Overview) -> Result<Self, Error> {
        let curves = overview.curves.as_ref();
        let dynamics = curves.map(|curves| DynamicsReport::of(study, curves, None));
        let simulation = overview.simulation.as_ref();
        Ok(Self {
            nn: NnReport::of(study, &overview.nn)?,
            dynamics: dynamics.transpose()?,
            frames: &overview.frames,
            boundary: overview.boundary.as_ref(),
            simulation: simulation.map(|simulation| ValidationReport::of(study, simulation)),
            command: request.command(FILES.0, FILES.1),
            toml: study.experiment().to_toml()?,
        })
    }

    /// The page.
    ///
    /// # Errors
    /// When the serialiser or a picture fails.
    pub fn html(&self) -> Result<String, ReportError> {
        let title = self.nn.name.unwrap_or("Thresholds of feature learning");
        let parts = [
            ("@TITLE@", escaped(title)),
            ("@HEADING@", escaped(title)),
            ("@CHARTS_CSS@", CHARTS_CSS.to_owned()),
            ("@CSS@", CSS.to_owned()),
            ("@THRESHOLDS@", self.thresholds()),
            ("@CHOICES@", parts::choices()),
            ("@LADDER@", self.ladder()),
            ("@SPECTRA@", self.spectra()),
            ("@DYNAMICS@", self.training()),
            ("@BOUNDARY@", self.phase_boundary()?),
            ("@SIMULATION@", self.beside_simulation()?),
            ("@COMMAND@", escaped(&self.command)),
            ("@FILE@", FILES.0.to_owned()),
            ("@TOML@", escaped(&self.toml)),
            ("@VERSION@", VERSION.to_owned()),
            ("@CHARTS_JS@", CHARTS_JS.to_owned()),
            ("@JS@", JS.to_owned()),
            // last: what it holds is nobody's placeholder
            ("@DATA@", self.data()?),
        ];
        let page = parts
            .iter()
            .fold(TEMPLATE.to_owned(), |page, (mark, text)| {
                page.replacen(mark, text, 1)
            });
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_place_in_the_template_and_the_library_its_licence() {
        for part in [
            "TITLE",
            "HEADING",
            "CSS",
            "CHARTS_CSS",
            "THRESHOLDS",
            "CHOICES",
            "LADDER",
            "SPECTRA",
            "DYNAMICS",
            "BOUNDARY",
            "SIMULATION",
            "COMMAND",
            "FILE",
            "TOML",
            "VERSION",
            "CHARTS_JS",
            "JS",
            "DATA",
        ] {
            assert_eq!(TEMPLATE.matches(&format!("@{part}@")).count(), 1, "{part}");
        }
        assert!(include_str!("uPlot-LICENSE").contains("MIT License"));
        assert!(TEMPLATE.contains("MIT") && TEMPLATE.contains("Leon Sorokin"));
        // nothing is fetched from anywhere
        for text in [TEMPLATE, CSS, JS] {
            assert!(
                !text.contains("src=\"http")
                    && !text.contains("url(http")
                    && !text.contains("fetch("),
                "{text}"
            );
        }
    }
}
