//! The picture of a link: the latent's posterior moments against the label.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{
    Cartesian2d, Circle, DashedLineSeries, IntoDrawingArea, LineSeries, PathElement, SVGBackend,
    Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor, WHITE};

use super::axes::tick;
use super::canvas::{Canvas, Outcome, anchored, at, px, sized, stroke, text};
use super::legend::shortened;
use super::palette;
use crate::numerics::{SortedEigen, unpack};
use crate::report::json::ReportError;
use crate::teacher::{LabelLaw, LabelNode, LabelSupport};

/// What a picture of the label's moments shows.
#[derive(Clone, Copy, Debug)]
pub struct MomentsPlot<'a> {
    /// The label's law.
    pub law: &'a LabelLaw,
    /// Where the label lives: points are drawn as stems, an interval as curves.
    pub support: &'a LabelSupport,
    /// The link's text.
    pub link: &'a str,
    /// The channel in words.
    pub channel: &'a str,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Width and height in pixels.
const SIZE: (u32, u32) = (900, 760);
/// Height of the strip with the titles, and of the line above a chart that says what it shows.
const TITLES: u32 = 64;
const LEGEND: u32 = 30;
/// Probability left out at either end of a continuous or unbounded label.
const TAIL: f64 = 0.01;
/// Where the legend's marks begin, and how far they are apart.
const FIRST_MARK: i32 = 330;
const MARK_STEP: i32 = 165;
/// A single node of a continuous law with more probability than this is a point mass.
const POINT_MASS: f64 = 0.05;
/// Marks are told apart by colour and by line (dash, gap; none is solid): coinciding curves show through each other.
const LINES: [(RGBColor, Option<(u32, u32)>); 3] = [
    (palette::BULK, None),
    (palette::OUTLIER, Some((10, 7))),
    (palette::ATOM, Some((3, 6))),
];

/// One chart: a family of functions of the label.
struct Panel {
    /// What stands before the legend, and beside the vertical axis.
    what: &'static str,
    axis: &'static str,
    names: Vec<String>,
    /// Values of each function at each shown node.
    values: Vec<Vec<f64>>,
}

/// Draws the label's moments as SVG.
///
/// # Errors
/// When the drawing library fails, or a moment is not a number.
pub fn moments_svg(plot: &MomentsPlot) -> Result<String, ReportError> {
    let mut svg = String::new();
    draw(plot, &mut svg).map_err(|error| ReportError::Plot(error.to_string()))?;
    Ok(sized(&svg, SIZE))
}

fn draw(plot: &MomentsPlot, svg: &mut String) -> Outcome {
    let size = (px(SIZE.0), px(SIZE.1));
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let nodes = shown(plot);
    let (titles, body) = root.split_vertically(px(TITLES));
    draw_titles(&titles, plot)?;
    let (upper, lower) = body.split_vertically(px((SIZE.1 - TITLES) / 2));
    draw_panel(&upper, plot, &nodes, &means(plot.law.latent_dim(), &nodes))?;
    let eigenvalues = eigenvalues(plot.law.latent_dim(), &nodes)?;
    draw_panel(&lower, plot, &nodes, &eigenvalues)?;
    root.present()?;
    Ok(())
}

fn is_discrete(plot: &MomentsPlot) -> bool {
    !matches!(plot.support, LabelSupport::Interval { .. })
}

/// The nodes without the rarest labels; of finitely many labels, all.
fn shown<'a>(plot: &MomentsPlot<'a>) -> Vec<&'a LabelNode> {
    let tail = match plot.support {
        LabelSupport::Points(_) => 0.0,
        LabelSupport::Interval { .. } | LabelSupport::Naturals => TAIL,
    };
    let mass = plot.law.mass();
    let mut below = 0.0;
    let inside = |node: &&LabelNode| {
        let before = below;
        below += node.weight;
        below >= tail * mass && before <= (1.0 - tail) * mass
    };
    plot.law.nodes().iter().filter(inside).collect()
}

fn means(k: usize, nodes: &[&LabelNode]) -> Panel {
    Panel {
        what: "posterior mean",
        axis: "posterior mean",
        names: (1..=k).map(|i| format!("E[z{i} | y]")).collect(),
        values: (0..k)
            .map(|i| nodes.iter().map(|node| node.mean[i]).collect())
            .collect(),
    }
}

fn eigenvalues(k: usize, nodes: &[&LabelNode]) -> Result<Panel, Box<dyn std::error::Error>> {
    let mut values = vec![Vec::with_capacity(nodes.len()); k];
    for node in nodes {
        let eigen = SortedEigen::new(&unpack(&node.second, k))?;
        for (row, value) in values.iter_mut().zip(eigen.values.iter().rev()) {
            row.push(*value);
        }
    }
    Ok(Panel {
        what: "G(y) = E[z z^T - I | y]",
        axis: match k {
            1 => "G(y)",
            _ => "eigenvalues of G(y)",
        },
        names: match k {
            1 => vec!["G(y)".to_owned()],
            _ => (1..=k).map(|i| format!("eigenvalue {i}")).collect(),
        },
        values,
    })
}

fn draw_titles(strip: &Canvas, plot: &MomentsPlot) -> Outcome {
    let centre = Pos::new(HPos::Center, VPos::Top);
    let middle = at((SIZE.0 / 2) as i32);
    let title = format!("What the label tells of the latent: {}", plot.link);
    let style = anchored(20, palette::TEXT, centre);
    strip.draw(&Text::new(
        super::legend::shortened_to(&title, 70),
        (middle, at(12)),
        style,
    ))?;
    let below = match plot.name {
        Some(name) => format!("{name}; {}", plot.channel),
        None => plot.channel.to_owned(),
    };
    let style = anchored(15, palette::TEXT, centre);
    strip.draw(&Text::new(shortened(&below), (middle, at(40)), style))?;
    Ok(())
}

fn draw_panel(area: &Canvas, plot: &MomentsPlot, nodes: &[&LabelNode], panel: &Panel) -> Outcome {
    let (strip, body) = area.split_vertically(px(LEGEND));
    draw_legend(&strip, panel, is_discrete(plot))?;
    let labels = nodes.iter().map(|node| node.label);
    let x = widened(hull(labels), if is_discrete(plot) { 0.1 } else { 0.02 });
    let y = widened(
        hull(panel.values.iter().flatten().copied().chain([0.0])),
        0.12,
    );
    let mut chart = ChartBuilder::on(&body)
        .margin(px(8))
        .margin_right(px(28))
        .x_label_area_size(px(46))
        .y_label_area_size(px(78))
        .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
    draw_mesh(&mut chart, x, y, panel)?;
    for (row, values) in panel.values.iter().enumerate() {
        let points: Vec<(f64, f64)> = nodes
            .iter()
            .zip(values)
            .map(|(node, value)| (node.label, *value))
            .collect();
        if is_discrete(plot) {
            draw_stems(&mut chart, row, &points)?;
        } else {
            draw_curve(&mut chart, row, &points)?;
            let heavy = nodes.iter().zip(&points);
            let masses: Vec<(f64, f64)> = heavy
                .filter(|(node, _)| node.weight > POINT_MASS)
                .map(|(_, point)| *point)
                .collect();
            draw_stems(&mut chart, row, &masses)?;
        }
    }
    Ok(())
}

fn draw_mesh(chart: &mut Chart, x: (f64, f64), y: (f64, f64), panel: &Panel) -> Outcome {
    chart
        .configure_mesh()
        .disable_mesh()
        .x_labels(9)
        .y_labels(6)
        .set_all_tick_mark_size(px(5))
        .axis_style(stroke(palette::TEXT, 1))
        .x_label_formatter(&|at| tick(*at, x.1 - x.0))
        .y_label_formatter(&|at| tick(*at, y.1 - y.0))
        .label_style(text(14, palette::TEXT))
        .axis_desc_style(text(16, palette::TEXT))
        .x_desc("label y")
        .y_desc(panel.axis)
        .draw()?;
    let zero = vec![(x.0, 0.0), (x.1, 0.0)];
    chart.draw_series([PathElement::new(zero, stroke(palette::GUIDE, 1))])?;
    Ok(())
}

fn draw_curve(chart: &mut Chart, row: usize, points: &[(f64, f64)]) -> Outcome {
    let (colour, dashes) = LINES[row % LINES.len()];
    let points = points.iter().copied();
    match dashes {
        None => {
            chart.draw_series(LineSeries::new(points, stroke(colour, 2)))?;
        }
        Some((dash, gap)) => {
            let line = DashedLineSeries::new(points, px(dash), px(gap), stroke(colour, 3));
            chart.draw_series(line)?;
        }
    }
    Ok(())
}

/// Stems from zero, with rings of growing size for the later functions, so that equal values show as rings around a dot.
fn draw_stems(chart: &mut Chart, row: usize, points: &[(f64, f64)]) -> Outcome {
    let (colour, _) = LINES[row % LINES.len()];
    for &(x, y) in points {
        chart.draw_series([PathElement::new(vec![(x, 0.0), (x, y)], stroke(colour, 1))])?;
        chart.draw_series([ring((x, y), row)])?;
    }
    Ok(())
}

fn ring<C>(centre: C, row: usize) -> Circle<C, u32> {
    let (colour, _) = LINES[row % LINES.len()];
    let style = if row == 0 {
        colour.filled()
    } else {
        stroke(colour, 2)
    };
    Circle::new(centre, px(4 + 3 * row as u32), style)
}

fn draw_legend(strip: &Canvas, panel: &Panel, discrete: bool) -> Outcome {
    let left = Pos::new(HPos::Left, VPos::Center);
    let y = (LEGEND / 2) as i32;
    let style = anchored(15, palette::TEXT, left);
    strip.draw(&Text::new(panel.what, (at(90), at(y)), style.clone()))?;
    for (row, name) in panel.names.iter().enumerate() {
        let x = FIRST_MARK + MARK_STEP * row as i32;
        if discrete {
            strip.draw(&ring((at(x + 18), at(y)), row))?;
        } else {
            let (colour, dashes) = LINES[row % LINES.len()];
            let (dash, gap) = dashes.unwrap_or((36, 0));
            for start in (0..36).step_by((dash + gap) as usize) {
                let end = (start + dash as i32).min(36);
                let line = vec![(at(x + start), at(y)), (at(x + end), at(y))];
                strip.draw(&PathElement::new(line, stroke(colour, 3)))?;
            }
        }
        strip.draw(&Text::new(name.clone(), (at(x + 44), at(y)), style.clone()))?;
    }
    Ok(())
}

fn hull(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
        (low.min(x), high.max(x))
    })
}

/// A range with some room at both ends; a single point gets an axis around it.
fn widened((low, high): (f64, f64), share: f64) -> (f64, f64) {
    if !(low.is_finite() && high.is_finite()) {
        return (-1.0, 1.0);
    }
    let width = high - low;
    if width <= 1e-6 * (1e-3 + low.abs().max(high.abs())) {
        return (low - 1.0, high + 1.0);
    }
    (low - share * width, high + share * width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::teacher::{Channel, LabelMoments, Link, Teacher};

    fn picture(link: &str, channel: Channel) -> String {
        let target = Teacher::new(Link::parse(link).unwrap(), channel).unwrap();
        let moments = LabelMoments::new(&target).unwrap();
        moments_svg(&MomentsPlot {
            law: &moments.fine,
            support: &moments.support,
            link,
            channel: "some channel",
            name: Some("a <title>"),
        })
        .unwrap()
    }

    #[test]
    fn curves_have_axes_and_a_legend() {
        let svg = picture("z1*z2", Channel::Deterministic);
        for words in [
            "z1*z2",
            "some channel",
            "a &lt;title&gt;",
            "label y",
            "E[z2 | y]",
            "eigenvalue 2",
        ] {
            assert!(svg.contains(words), "{words}");
        }
        assert!(svg.contains("polyline") && !svg.contains("NaN"));
    }

    #[test]
    fn discrete_labels_are_stems() {
        let svg = picture("sign(z1*z2)", Channel::Deterministic);
        // two labels, two functions, two charts; and four marks in the legends
        assert_eq!(svg.matches("<circle").count(), 12);
        let counts = picture("z1^2", Channel::Poisson);
        assert!(counts.contains("<circle") && counts.contains("G(y)"));
    }

    #[test]
    fn rare_labels_do_not_stretch_the_axis() {
        let target = Teacher::new(Link::parse("z1/z2").unwrap(), Channel::Deterministic).unwrap();
        let moments = LabelMoments::new(&target).unwrap();
        let plot = MomentsPlot {
            law: &moments.fine,
            support: &moments.support,
            link: "z1/z2",
            channel: "deterministic",
            name: None,
        };
        // Cauchy: one percent lies beyond 31.8
        let nodes = shown(&plot);
        assert!(nodes.iter().all(|node| node.label.abs() < 40.0));
        assert!(nodes.iter().any(|node| node.label > 25.0));
    }
}
