//! One page that tells the whole story: thresholds in words, ladder, spectra with a slider over n/d, phase 1, and how to redo it.
//! It needs no network: charts are drawn by uPlot (MIT, Leon Sorokin; `uPlot-LICENSE`), which is in the page.

use std::fmt::Write as _;

use serde::Serialize;

use super::dynamics::DynamicsReport;
use super::json::{ReportError, VERSION};
use super::nn::NnReport;
use super::record::{Record, list};
use super::which::CHOICES;
use crate::hessian::Spectrum;

const TEMPLATE: &str = include_str!("page.html");
const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");
const CHARTS_CSS: &str = include_str!("uPlot.min.css");
const CHARTS_JS: &str = include_str!("uPlot.iife.min.js");

/// Points of a density: more are not seen.
const MOST_POINTS: usize = 240;

/// The spectra of one step over n/d.
#[derive(Clone, Copy, Debug)]
pub struct Frames<'a> {
    /// T.
    pub steps: usize,
    /// By increasing n/d.
    pub spectra: &'a [Spectrum],
}

/// What a page tells.
#[derive(Clone, Debug)]
pub struct PageReport<'a> {
    /// Thresholds, ladder, limit.
    pub nn: NnReport<'a>,
    /// Phase 1 at one n/d, where there is training.
    pub dynamics: Option<DynamicsReport<'a>>,
    /// Spectra with the slider.
    pub frames: &'a [Frames<'a>],
    /// What was typed.
    pub command: &'a str,
    /// The experiment as a file.
    pub toml: &'a str,
}

/// All that the charts are drawn from.
#[derive(Serialize)]
struct Data<'a, N: Serialize> {
    schema: &'static str,
    onset_version: &'static str,
    command: &'a str,
    nn: N,
    dynamics: Option<Record<'a>>,
    spectra: Record<'a>,
}

impl PageReport<'_> {
    /// The page.
    ///
    /// # Errors
    /// When the serialiser fails.
    pub fn html(&self) -> Result<String, ReportError> {
        let title = self.nn.name.unwrap_or("Thresholds of feature learning");
        let parts = [
            ("@TITLE@", escaped(title)),
            ("@HEADING@", escaped(title)),
            ("@CHARTS_CSS@", CHARTS_CSS.to_owned()),
            ("@CSS@", CSS.to_owned()),
            ("@THRESHOLDS@", self.thresholds()),
            ("@CHOICES@", choices()),
            ("@LADDER@", self.ladder()),
            ("@SPECTRA@", self.spectra()),
            ("@DYNAMICS@", self.dynamics()),
            ("@COMMAND@", escaped(self.command)),
            ("@TOML@", escaped(self.toml)),
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

    /// The data as JSON that may stand in a page.
    fn data(&self) -> Result<String, ReportError> {
        let data = Data {
            schema: "onset/report/1",
            onset_version: VERSION,
            command: self.command,
            nn: self.nn.json(),
            dynamics: self.dynamics.as_ref().map(DynamicsReport::json),
            spectra: Record::default(),
        };
        let mut value = serde_json::to_value(&data)?;
        value["spectra"] = serde_json::to_value(list(self.frames, |frames| {
            Record::default()
                .with("steps", frames.steps)
                .with("frames", list(frames.spectra, frame))
        }))?;
        // no text in it ends the element that it stands in
        Ok(serde_json::to_string(&value)?.replace('<', "\\u003c"))
    }

    fn thresholds(&self) -> String {
        let rows = self.nn.rows();
        let rows = rows
            .iter()
            .filter(|row| !row[0].starts_with("delta_NN(") && !row[0].starts_with(' '));
        table(
            ["threshold", "n/d", "in words"],
            rows.map(|[name, value, words]| [name.as_str(), value, words]),
        )
    }

    fn ladder(&self) -> String {
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

    fn spectra(&self) -> String {
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

    fn dynamics(&self) -> String {
        match &self.dynamics {
            None => "<p>The experiment has no training (training.steps = 0).</p>".to_owned(),
            Some(report) => format!(
                "<p>Training at n/d = {}, in the limit of large dimension.</p>\n\
                 <div class=\"chart\" id=\"losses\" role=\"img\" aria-label=\"losses step by step; the table below has their numbers\"></div>\n\
                 <div class=\"chart\" id=\"growth\" role=\"img\" aria-label=\"growth of hard overlaps and gradient norm step by step\"></div>\n\
                 <details><summary>Curves as a table</summary><pre>{}</pre></details>",
                super::number::short(report.curves.delta),
                escaped(&report.text())
            ),
        }
    }
}

/// One place of the slider.
fn frame(spectrum: &Spectrum) -> Record<'_> {
    let shown: Vec<&(f64, f64)> = spectrum
        .density
        .iter()
        .filter(|(x, rho)| (x + rho).is_finite())
        .collect();
    let stride = shown.len().div_ceil(MOST_POINTS).max(1);
    let points = shown.iter().step_by(stride).chain(shown.last());
    let edge = |edge: Option<crate::numerics::Measured>,
                effective: Option<crate::numerics::Measured>| {
        edge.or(effective).map(|edge| edge.value)
    };
    Record::default()
        .with("delta", spectrum.delta)
        .with(
            "left_edge",
            edge(spectrum.left_edge, spectrum.left_edge_effective),
        )
        .with(
            "right_edge",
            edge(spectrum.right_edge, spectrum.right_edge_effective),
        )
        .with("margin", spectrum.margin.map(|margin| margin.value))
        .with(
            "outliers",
            list(&spectrum.outliers, |outlier| {
                Record::default()
                    .with("value", outlier.value)
                    .with("overlap", outlier.overlap)
            }),
        )
        .with(
            "density",
            list(points, |point| [point.0, point.1].map(rounded)),
        )
}

/// Six digits: a screen has no more, and the page stays small.
fn rounded(number: f64) -> f64 {
    format!("{number:.5e}").parse().unwrap_or(number)
}

fn spectrum_row(spectrum: &Spectrum) -> [String; 4] {
    let plain = super::number::plain;
    let edge = |edge: Option<crate::numerics::Measured>| {
        edge.map_or("none".to_owned(), |edge| plain(edge.value))
    };
    let outliers = spectrum.outliers.iter();
    let outliers: Vec<String> = outliers
        .map(|o| format!("{} ({})", plain(o.value), plain(o.overlap)))
        .collect();
    [
        plain(spectrum.delta),
        format!(
            "{} to {}",
            edge(spectrum.left_edge),
            edge(spectrum.right_edge)
        ),
        spectrum
            .margin
            .map_or("none".to_owned(), super::number::measured),
        if outliers.is_empty() {
            "none".to_owned()
        } else {
            outliers.join(", ")
        },
    ]
}

fn choices() -> String {
    let rows = CHOICES
        .iter()
        .map(|choice| [choice.name, choice.answers, choice.quote]);
    table(["threshold", "what it answers", "when to quote it"], rows)
}

fn table<'a, const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [&'a str; N]>,
) -> String {
    let mut html = "<div class=\"scroll\"><table><thead><tr>".to_owned();
    for name in head {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(name));
    }
    html.push_str("</tr></thead><tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let text = symbols(&escaped(cell.trim()));
            let _ = match column {
                0 => write!(html, "<th scope=\"row\">{text}</th>"),
                1 => write!(html, "<td class=\"number\">{text}</td>"),
                _ => write!(html, "<td>{text}</td>"),
            };
        }
        html.push_str("</tr>\n");
    }
    html + "</tbody></table></div>"
}

/// Thresholds as the field writes them.
fn symbols(text: &str) -> String {
    [
        ("delta_alg", "alg"),
        ("delta_spec", "spec"),
        ("delta_NN", "NN"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (name, index)| {
        text.replace(name, &format!("δ<sub>{index}</sub>"))
    })
    .replace("+-", "±")
}

/// A text as a page has it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_users_cannot_leave_their_place() {
        assert_eq!(escaped("<a & \"b\">"), "&lt;a &amp; &quot;b&quot;&gt;");
        assert_eq!(symbols("delta_NN(0) +- 1"), "δ<sub>NN</sub>(0) ± 1");
    }

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
            "COMMAND",
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
