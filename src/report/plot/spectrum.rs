//! The picture of one spectrum: bulk, edges, point mass, outliers.

use super::axes::Axes;
use super::figure::{Figure, Head, Picture, Row};
use super::key::{Entry, Sample};
use super::layer::Layer;
use super::look::{Dot, Look};
use super::palette;
use super::panel::{Extent, Panel};
use super::sheet::Sheet;
use super::ticks::Scale;
use crate::curvature::Side;
use crate::hessian::{EdgeKind, Outlier, Spectrum};
use crate::numerics::Measured;
use crate::report::json::ReportError;
use crate::report::number;
use crate::report::spectrum::{edge_name, side_name};
use crate::threshold::At;

/// What a picture of a spectrum shows.
#[derive(Clone, Copy, Debug)]
pub struct SpectrumPlot<'a> {
    /// Bulk, edges, outliers.
    pub spectrum: &'a Spectrum,
    /// When.
    pub at: At,
    /// n, the samples that effective edges refer to.
    pub samples: usize,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

/// Height of the frame in pixels.
const HEIGHT: i32 = 400;
/// More labels than this do not fit one above the other.
const MOST_LABELS: usize = 5;
const STEM: Look = Look::new(palette::OUTLIER);
const ATOM: Look = Look::new(palette::ATOM);

/// Draws a spectrum as a picture.
///
/// # Errors
/// When the drawing library fails.
pub fn spectrum_picture(plot: &SpectrumPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    let spectrum = plot.spectrum;
    let delta = number::short(spectrum.delta);
    let title = match plot.at {
        At::Steps(steps) => format!("Hessian spectrum at delta = {delta}, T = {steps}"),
        At::End => format!("Hessian spectrum at delta = {delta} at the end of training"),
    };
    let mut head = Head::new(title, plot.name);
    head.entries = entries(plot);
    let axes = Axes::new(spectrum);
    let panel = Panel {
        heading: String::new(),
        axes: [
            Extent::new(axes.x_words(), Scale::Linear, axes.x),
            Extent::new(axes.y_words(), Scale::Linear, (0.0, axes.top)),
        ],
        layers: layers(plot, &axes),
        key: Vec::new(),
    };
    let row = Row {
        height: HEIGHT,
        ..Row::of(vec![panel])
    };
    Figure {
        head,
        rows: vec![row],
    }
    .picture(sheet)
}

fn layers(plot: &SpectrumPlot, axes: &Axes) -> Vec<Layer> {
    let spectrum = plot.spectrum;
    let shown = spectrum.density.iter();
    let shown = shown.filter(|(x, rho)| axes.holds(*x) && rho.is_finite());
    let bulk: Vec<(f64, f64)> = shown
        .map(|&(x, rho)| (x, rho.clamp(0.0, axes.density_top)))
        .collect();
    let upright = |x: f64, look| {
        let inside = axes.holds(x);
        inside.then(|| Layer::stem(x, axes.density_top, look))
    };
    let edges = [Side::Left, Side::Right].map(|side| edge(plot, side));
    let edges = edges.into_iter().flatten();
    let atom = spectrum.atom.filter(|atom| axes.holds(atom.value));
    let mut layers = vec![
        Layer::Area(bulk.clone(), palette::BULK),
        Layer::line(bulk, Look::new(palette::BULK)),
    ];
    let zero = upright(0.0, Look::new(palette::GUIDE).thin());
    layers.splice(0..0, zero);
    layers.extend(edges.filter_map(|(place, look)| upright(place, look)));
    layers.extend(atom.into_iter().flat_map(|atom| {
        let top = (atom.value, axes.density_top);
        let stem = Layer::stem(top.0, top.1, ATOM);
        [stem, Layer::Tip(top, palette::ATOM)]
    }));
    layers.extend(outliers(spectrum, axes));
    layers
}

/// Stems of falling height, outermost highest, each label running from its stem's end towards
/// the bulk: so no label meets another label or another stem.
fn outliers(spectrum: &Spectrum, axes: &Axes) -> Vec<Layer> {
    let on_left = spectrum.side == Side::Right;
    let step = (axes.top - axes.density_top) / (MOST_LABELS as f64 + 1.0);
    let mut layers = Vec::new();
    for (row, (outlier, times)) in outermost_first(spectrum).into_iter().enumerate() {
        let height = axes.top - step * (row.min(MOST_LABELS) as f64 + 1.0);
        let top = (outlier.value, height);
        layers.push(Layer::stem(outlier.value, height, STEM));
        layers.push(Layer::dots([top], palette::OUTLIER, Dot::FULL));
        if row < MOST_LABELS {
            let label = label(outlier, times);
            layers.push(Layer::Label(top, label, palette::OUTLIER, on_left));
        }
    }
    layers
}

/// The edge on one side, or the effective one in its stead, and its line: solid for a true one with a square-root
/// density, dashed for a hard one, dotted for an effective one.
fn edge(plot: &SpectrumPlot, side: Side) -> Option<(f64, Look)> {
    let solid = Look::new(palette::EDGE);
    let (edge, kind, effective) = of_side(plot, side);
    let line = match kind {
        EdgeKind::Hard => solid.dashed(8, 4),
        EdgeKind::Soft | EdgeKind::Atom | EdgeKind::Unbounded => solid,
    };
    let shown = edge.map(|edge| (edge.value, line));
    let shown = shown.or_else(|| effective.map(|edge| (edge.value, solid.dashed(2, 4))));
    shown.filter(|(place, _)| place.is_finite())
}

fn of_side(plot: &SpectrumPlot, side: Side) -> (Option<Measured>, EdgeKind, Option<Measured>) {
    let s = plot.spectrum;
    match side {
        Side::Left => (s.left_edge, s.left_edge_kind, s.left_edge_effective),
        Side::Right => (s.right_edge, s.right_edge_kind, s.right_edge_effective),
    }
}

fn entries(plot: &SpectrumPlot) -> Vec<Entry> {
    let mut entries = vec![
        Entry::new(Sample::Area(palette::BULK), "bulk density"),
        outliers_entry(plot),
        edge_entry(plot, Side::Left),
        edge_entry(plot, Side::Right),
    ];
    entries.extend(plot.spectrum.atom.map(|atom| {
        let (mass, place) = (number::plain(atom.mass), number::short(atom.value));
        Entry::new(Sample::Tip(ATOM), format!("point mass {mass} at {place}"))
    }));
    entries
}

fn outliers_entry(plot: &SpectrumPlot) -> Entry {
    let side = side_name(plot.spectrum.side);
    let place = if plot.spectrum.outliers_effective {
        format!("{side} of the effective edge")
    } else {
        format!("on the {side}")
    };
    match plot.spectrum.outliers.len() {
        0 => Entry::new(Sample::Nothing, format!("no outliers {place}")),
        many if many > MOST_LABELS => {
            let label = format!("{many} outliers {place}, {MOST_LABELS} labelled");
            Entry::new(Sample::Stem(STEM), label)
        }
        _ => Entry::new(Sample::Stem(STEM), format!("outliers {place}")),
    }
}

fn edge_entry(plot: &SpectrumPlot, side: Side) -> Entry {
    let (found, kind, effective) = of_side(plot, side);
    let (name, kind) = (side_name(side), edge_name(kind));
    let label = match (found, effective) {
        (Some(edge), _) => format!("{name} edge {} ({kind})", number::plain(edge.value)),
        (None, Some(edge)) => format!(
            "{name} edge {} (effective, n = {})",
            number::plain(edge.value),
            plot.samples
        ),
        (None, None) => format!("no {name} edge ({kind})"),
    };
    let sample = edge(plot, side).map_or(Sample::Nothing, |(_, look)| Sample::Line(look));
    Entry::new(sample, label)
}

fn label(outlier: &Outlier, times: usize) -> String {
    let times = match times {
        1 => String::new(),
        times => format!("{times} x "),
    };
    let value = number::plain(outlier.value);
    format!("{times}{value} (overlap {:.2})", outlier.overlap)
}

/// The outliers and how many share each place, as far as a reader can tell.
fn outermost_first(spectrum: &Spectrum) -> Vec<(&Outlier, usize)> {
    let mut outliers: Vec<_> = spectrum
        .outliers
        .iter()
        .filter(|outlier| outlier.value.is_finite())
        .collect();
    outliers.sort_by(|a, b| match spectrum.side {
        Side::Left => a.value.total_cmp(&b.value),
        Side::Right => b.value.total_cmp(&a.value),
    });
    let mut grouped: Vec<(&Outlier, usize)> = Vec::new();
    for outlier in outliers {
        match grouped.last_mut() {
            Some((last, times)) if label(last, 1) == label(outlier, 1) => *times += 1,
            _ => grouped.push((outlier, 1)),
        }
    }
    grouped
}

#[cfg(test)]
mod tests;
