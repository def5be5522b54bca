//! The picture of phase 1: one panel per quantity.

use nalgebra::DMatrix;

use super::figure::{Figure, Head, Picture, Row};
use super::key::{Entry, Sample};
use super::layer::{ERRORS, Layer};
use super::look::{Dot, Look};
use super::palette;
use super::panel::{Extent, Panel};
use super::sheet::Sheet;
use super::ticks::Scale;
use crate::numerics::{Measured, MeasuredMatrix};
use crate::phase1::{Curves, Escape};
use crate::report::dynamics::direction_name;
use crate::report::json::ReportError;
use crate::report::number;

/// What a picture of phase 1 shows.
#[derive(Clone, Copy, Debug)]
pub struct DynamicsPlot<'a> {
    /// The theory: lines with bands.
    pub curves: &'a Curves,
    /// The latent directions that training reaches (e x k).
    pub reached: &'a DMatrix<f64>,
    /// The same quantities measured on finite data, drawn as points with bars.
    pub simulation: Option<&'a Curves>,
    /// The level of `Tr q_V` to be marked.
    pub escape: Option<Escape>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

/// Measurements of one curve that a reader can still tell apart.
const MOST_POINTS: usize = 20;
/// Entries of a key; there may be more curves.
const MOST_ENTRIES: usize = 8;

/// Draws the curves as a picture.
///
/// # Errors
/// When the drawing library fails.
pub fn dynamics_picture(plot: &DynamicsPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    let title = format!("Phase 1 at delta = {}", number::short(plot.curves.delta));
    let mut head = Head::new(title, plot.name);
    head.remarks.push(caption(plot));
    Figure {
        head,
        rows: rows(plot),
    }
    .picture(sheet)
}

/// What lines and dots are.
pub(super) fn caption(plot: &DynamicsPlot) -> String {
    let theory = format!("lines: the limit of large dimension, shaded by {ERRORS} standard errors");
    match plot.simulation {
        None => theory,
        Some(_) => format!("{theory}; dots: simulation, bars {ERRORS} standard errors"),
    }
}

/// All panels, two in a row; the losses take a row of their own where the number is odd.
pub(super) fn rows(plot: &DynamicsPlot) -> Vec<Row> {
    let mut panels = panels(plot);
    let rest = panels.split_off(panels.len() % 2);
    let first = (!panels.is_empty()).then_some(panels);
    let rows = first
        .into_iter()
        .chain(rest.chunks(2).map(<[Panel]>::to_vec));
    rows.map(Row::of).collect()
}

fn panels(plot: &DynamicsPlot) -> Vec<Panel> {
    let mut panels = vec![losses(plot), gradient_norm(plot), norms(plot)];
    if !plot.curves.readout.is_empty() {
        panels.push(head(plot, "readout, a_j", |curves| &curves.readout));
        panels.push(head(plot, "biases, b_j", |curves| &curves.bias));
    }
    if plot.reached.nrows() > 0 {
        panels.push(overlaps(plot));
    }
    if !plot.curves.hard_growth_trace.is_empty() {
        panels.push(growth(plot));
    }
    panels
}

fn losses(plot: &DynamicsPlot) -> Panel {
    let mut series = Series::of(plot);
    series.add("training samples", |c| &c.train_loss, |at| *at);
    series.add("fresh samples", |c| &c.test_loss, |at| *at);
    series.panel("mean loss of a sample", Scale::Linear)
}

fn gradient_norm(plot: &DynamicsPlot) -> Panel {
    let mut series = Series::of(plot);
    series.add("", |c| &c.gradient_norm, |at| *at);
    series.panel("gradient norm |\u{2207}R(W)|", Scale::Logarithmic)
}

fn norms(plot: &DynamicsPlot) -> Panel {
    let mut series = Series::of(plot);
    for j in 0..plot.curves.neurons() {
        let label = format!("neuron {}", j + 1);
        series.add(&label, |c| &c.gram, |gram| gram.at(j, j));
    }
    series.panel("squared norms of the weights, |w_j|^2", Scale::Linear)
}

fn head(plot: &DynamicsPlot, heading: &str, curve: fn(&Curves) -> &Vec<MeasuredMatrix>) -> Panel {
    let mut series = Series::of(plot);
    for j in 0..plot.curves.neurons() {
        let label = format!("neuron {}", j + 1);
        series.add(&label, curve, |row| row.at(0, j));
    }
    series.panel(heading, Scale::Linear)
}

fn overlaps(plot: &DynamicsPlot) -> Panel {
    let directions = plot.reached.row_iter();
    let names: Vec<String> = directions
        .map(|row| direction_name(&row.iter().copied().collect::<Vec<_>>()))
        .collect();
    let heading = match names.as_slice() {
        [only] => format!("overlaps with the easy latent {only}"),
        _ => "overlaps with easy latents".to_owned(),
    };
    let mut series = Series::of(plot);
    for (a, name) in names.iter().enumerate() {
        for j in 0..plot.curves.neurons() {
            let label = match names.len() {
                1 => format!("neuron {}", j + 1),
                _ => format!("neuron {} with {name}", j + 1),
            };
            let overlap = |overlap: &MeasuredMatrix| overlap.at(j, a);
            series.add(&label, |c| &c.reached_overlap, overlap);
        }
    }
    series.panel(&heading, Scale::Linear)
}

fn growth(plot: &DynamicsPlot) -> Panel {
    let mut series = Series::of(plot);
    if let Some(escape) = plot.escape {
        let sizes = plot.curves.gram.iter().map(|gram| gram.mean.trace());
        let level = plot.curves.at_steps.iter().zip(sizes);
        let level = level.map(|(step, size)| (*step, size * escape.level()));
        let look = Look::new(palette::TEXT).thin().dashed(6, 4);
        let fraction = number::short(escape.fraction);
        let name = format!("{fraction} of |W|^2 at d = {}", escape.dim);
        series.layers.push(Layer::line(level, look));
        series.remarks.push(Entry::new(Sample::Line(look), name));
    }
    series.add("", |c| &c.hard_growth_trace, |at| *at);
    series.panel(
        "hard overlaps, Tr q_V = d |W Theta_V|^2",
        Scale::Logarithmic,
    )
}

/// Curves of one panel with what they are called.
struct Series<'a> {
    plot: &'a DynamicsPlot<'a>,
    layers: Vec<Layer>,
    dots: Vec<Layer>,
    named: Vec<Entry>,
    remarks: Vec<Entry>,
}

impl<'a> Series<'a> {
    fn of(plot: &'a DynamicsPlot<'a>) -> Self {
        Self {
            plot,
            layers: Vec::new(),
            dots: Vec::new(),
            named: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Adds a curve and, where there is a simulation, its points.
    fn add<T>(
        &mut self,
        label: &str,
        curve: impl Fn(&Curves) -> &Vec<T>,
        number: impl Fn(&T) -> Measured,
    ) {
        let look = Look::curve(self.named.len());
        let curves = self.plot.curves;
        let theory = curve(curves).iter().zip(&curves.at_steps);
        let theory = theory.map(|(entry, at)| (*at, number(entry)));
        let (before, end): (Vec<_>, Vec<_>) =
            theory.partition(|(at, _): &(f64, Measured)| at.is_finite());
        let shown = before
            .into_iter()
            .filter(|(at, _)| *at >= first_step(curves));
        self.layers.push(Layer::Curve(shown.collect(), look));
        if let Some((_, end)) = end.first() {
            // an end after which nothing changes has no place on the axis: a line that all before it tends to
            let (from, to) = last_decade(curves);
            let line = [(from, end.value), (to, end.value)].into_iter();
            self.layers
                .push(Layer::line(line, look.thin().dashed(4, 4)));
        }
        self.named.push(Entry::new(Sample::Line(look), label));
        if let Some(simulation) = self.plot.simulation {
            let measured = curve(simulation);
            let point = |step: usize| (step as f64, number(&measured[step]));
            let points = shown_measurements(curves, measured.len())
                .into_iter()
                .map(point);
            let dots = Layer::Dots(points.collect(), look.colour, Dot::FULL);
            self.dots.push(dots);
        }
    }

    /// The panel; a curve alone needs no name.
    fn panel(mut self, heading: &str, scale: Scale) -> Panel {
        if self.named.len() == 1 {
            self.named.clear();
        }
        if self.named.len() > MOST_ENTRIES {
            let more = self.named.len() - (MOST_ENTRIES - 1);
            self.named.truncate(MOST_ENTRIES - 1);
            self.named
                .push(Entry::new(Sample::Nothing, format!("and {more} more")));
        }
        self.named.extend(self.remarks);
        self.layers.extend(self.dots);
        let curves = self.plot.curves;
        let mut panel = over_steps(heading, scale, curves.steps(), self.layers, self.named);
        if !curves.is_every_step() {
            let (last, beyond) = last_decade(curves);
            let last = if has_end(curves) { beyond } else { ROOM * last };
            panel.axes[0] = Extent::new("step t", Scale::Logarithmic, (-0.05, last.log10()));
        }
        panel
    }
}

/// Room beyond the last step on a logarithmic axis, as a factor: for the line of training's end, and without one.
const END: f64 = 3.0;
const ROOM: f64 = 1.12;

/// Whether the curves go on to where nothing changes any more.
fn has_end(curves: &Curves) -> bool {
    curves.at_steps.iter().any(|at| at.is_infinite())
}

/// Where the axis begins: it is logarithmic where training is followed to its end.
fn first_step(curves: &Curves) -> f64 {
    if curves.is_every_step() { 0.0 } else { 1.0 }
}

/// From the last step that was looked at to the end of the axis.
fn last_decade(curves: &Curves) -> (f64, f64) {
    let steps = curves.at_steps.iter().copied();
    let last = steps.filter(|at| at.is_finite()).fold(1.0, f64::max);
    (last, END * last)
}

/// Steps of a simulation whose measurements are shown.
fn shown_measurements(curves: &Curves, measured: usize) -> Vec<usize> {
    if curves.is_every_step() {
        let stride = measured.div_ceil(MOST_POINTS).max(1);
        return (0..measured).step_by(stride).collect();
    }
    let last = measured.saturating_sub(1);
    let steps = curves.at_steps.iter();
    let steps = steps.map(|at| if at.is_finite() { *at as usize } else { last });
    steps.filter(|step| (1..=last).contains(step)).collect()
}

/// A panel over the steps of training.
pub(super) fn over_steps(
    heading: &str,
    scale: Scale,
    last: usize,
    layers: Vec<Layer>,
    key: Vec<Entry>,
) -> Panel {
    let mut panel = Panel::around(heading, ["", ""], [Scale::Linear, scale], layers);
    panel.axes[0] = Extent::steps(last);
    panel.key = key;
    panel
}

#[cfg(test)]
mod tests;
