//! The sections of a page.

use std::fmt::Write as _;

use super::PageReport;
use super::data::of_boundary;
use super::parts::{escaped, figure, section, table};
use crate::diagram::ThresholdLine;
use crate::hessian::Spectrum;
use crate::numerics::Measured;
use crate::report::diagram::{DiagramReport, line_label, measured, options_words, status};
use crate::report::json::ReportError;
use crate::report::number;
use crate::report::plot::{
    BoundaryLine, DiagramPlot, Sheet, ValidationPlot, diagram_picture, validation_picture,
};

impl PageReport<'_> {
    pub(super) fn thresholds(&self) -> String {
        let rows = self.nn.rows();
        let rows = rows
            .iter()
            .filter(|row| !row[0].starts_with("delta_NN(") && !row[0].starts_with(' '));
        table(
            ["threshold", "n/d", "in words"],
            rows.map(|[name, value, words]| [name.as_str(), value, words]),
        )
    }

    pub(super) fn ladder(&self) -> String {
        let rows = self.nn.rows();
        let rows = rows
            .iter()
            .filter(|row| row[0].starts_with("delta_NN(") || row[0].starts_with(' '));
        let table = table(
            ["rung", "n/d", "in words"],
            rows.map(|[name, value, words]| [name.as_str(), value, words]),
        );
        format!(
            "<div class=\"chart\" id=\"ladder\" role=\"img\" aria-label=\"delta_NN(T) against the steps T; the table below has its numbers\"></div>\n\
            <details><summary>All rungs as a table</summary>{table}</details>"
        )
    }

    pub(super) fn spectra(&self) -> String {
        let Some(first) = self
            .frames
            .first()
            .filter(|frames| !frames.spectra.is_empty())
        else {
            return "<p>No spectrum was asked for.</p>".to_owned();
        };
        let options: String = self
            .frames
            .iter()
            .enumerate()
            .map(|(index, frames)| {
                format!("<option value=\"{index}\">T = {}</option>", frames.steps)
            })
            .collect();
        let last = first.spectra.len() - 1;
        let mut html = format!(
            "<div class=\"controls\"><label for=\"delta\">n/d</label>\
             <input type=\"range\" id=\"delta\" min=\"0\" max=\"{last}\" step=\"1\" value=\"{}\">\
             <label for=\"steps\">after</label> <select id=\"steps\">{options}</select></div>\n\
             <p id=\"frame\" role=\"status\" aria-live=\"polite\"></p>\n\
             <div class=\"chart\" id=\"spectrum\" role=\"img\" aria-label=\"density of the Hessian's bulk with its edges and outliers; the table below has its numbers\"></div>\n\
             <details><summary>Edges and outliers as a table</summary>",
            last * 3 / 4
        );
        for frames in self.frames {
            let rows: Vec<[String; 4]> = frames.spectra.iter().map(spectrum_row).collect();
            let _ = write!(html, "<h3>T = {}</h3>", frames.steps);
            html.push_str(&table(
                ["n/d", "bulk", "margin", "outliers (overlap)"],
                rows.iter().map(|row| [0, 1, 2, 3].map(|i| row[i].as_str())),
            ));
        }
        html + "</details>"
    }

    pub(super) fn training(&self) -> String {
        match &self.dynamics {
            None => "<p>The experiment has no training (training.steps = 0).</p>".to_owned(),
            Some(report) => format!(
                "<p>Training at n/d = {}, in the limit of large dimension.</p>\n\
                 <div class=\"chart\" id=\"losses\" role=\"img\" aria-label=\"losses step by step; the table below has their numbers\"></div>\n\
                 <div class=\"chart\" id=\"growth\" role=\"img\" aria-label=\"growth of hard overlaps and gradient norm step by step\"></div>\n\
                 <details><summary>Curves as a table</summary><pre>{}</pre></details>",
                number::short(report.curves.delta),
                escaped(&report.text())
            ),
        }
    }

    /// delta_NN(T) over a field; nothing where it was not asked for.
    pub(super) fn phase_boundary(&self) -> Result<String, ReportError> {
        let Some(boundary) = self.boundary else {
            return Ok(String::new());
        };
        let request = &boundary.fingerprint.request;
        let lines = boundary.algorithmic.as_ref().map(|line| BoundaryLine {
            label: line_label(line),
            points: line.points.clone(),
        });
        let words = options_words(request);
        let plot = DiagramPlot {
            diagram: &boundary.diagram,
            title: &words,
            subtitle: None,
            data: "",
            lines: lines.as_slice(),
        };
        let field = request.x.key.name();
        let figure = figure(
            &diagram_picture(&plot, &untitled()?)?,
            &format!(
                "{words} over {field}, with delta_alg beside it; the table below has the numbers"
            ),
            &format!(
                "{words}: above the curve the Hessian shows the hard directions, below it they are hidden from it"
            ),
        );
        let rows = boundary_rows(&of_boundary(boundary), boundary.algorithmic.as_ref());
        let table = table(
            [field, "delta_NN", "delta_alg"],
            rows.iter().map(|row| [0, 1, 2].map(|i| row[i].as_str())),
        );
        let body = format!(
            "{figure}\n<details><summary>The boundary as a table</summary>{table}</details>"
        );
        Ok(section("boundary", "The phase boundary", &body))
    }

    /// Theory beside simulation; nothing where it was not asked for.
    pub(super) fn beside_simulation(&self) -> Result<String, ReportError> {
        let Some(report) = &self.simulation else {
            return Ok(String::new());
        };
        let plot = ValidationPlot {
            validation: report.validation,
            name: None,
        };
        let verdict = match report.validation.verdict.agree() {
            true => "Theory and simulation agree.",
            false => "Theory and simulation disagree; the table says where.",
        };
        let figure = figure(
            &validation_picture(&plot, &untitled()?)?,
            "losses, weights and spectra of the theory with those of simulated runs; the table below has the numbers",
            "Lines: theory. Dots and bars: runs of the largest dimension, with their standard errors.",
        );
        let body = format!(
            "<p>{verdict}</p>\n{figure}\n<details><summary>All checks as a table</summary><pre>{}</pre></details>",
            escaped(&report.text())
        );
        Ok(section("simulation", "Theory beside simulation", &body))
    }
}

/// Pictures whose titles are the page's own.
fn untitled() -> Result<Sheet, ReportError> {
    Sheet::new(None, None, false).map_err(|error| ReportError::Plot(error.to_string()))
}

fn boundary_rows(
    report: &DiagramReport<'_>,
    algorithmic: Option<&ThresholdLine>,
) -> Vec<[String; 3]> {
    let interrupted = report.diagram.interrupted;
    let rows = report.cells().enumerate().map(|(index, (x, _, cell))| {
        let value = match measured(cell) {
            Some(value) => number::measured(value),
            None => status(cell, interrupted).1.unwrap_or("none").to_owned(),
        };
        let alg = algorithmic.and_then(|line| line.points.get(index));
        let alg = alg.map_or("none".to_owned(), |(_, alg)| number::plain(*alg));
        let x = match x.fract() == 0.0 {
            true => number::short(x),
            false => number::plain(x),
        };
        [x, value, alg]
    });
    rows.collect()
}

fn spectrum_row(spectrum: &Spectrum) -> [String; 4] {
    let edge =
        |edge: Option<Measured>| edge.map_or("none".to_owned(), |edge| number::plain(edge.value));
    let outliers = spectrum.outliers.iter();
    let outliers: Vec<String> = outliers
        .map(|o| format!("{} ({})", number::plain(o.value), number::plain(o.overlap)))
        .collect();
    [
        number::plain(spectrum.delta),
        format!(
            "{} to {}",
            edge(spectrum.left_edge),
            edge(spectrum.right_edge)
        ),
        spectrum.margin.map_or("none".to_owned(), number::measured),
        if outliers.is_empty() {
            "none".to_owned()
        } else {
            outliers.join(", ")
        },
    ]
}
