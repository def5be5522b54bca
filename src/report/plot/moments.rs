//! The picture of a link: the latent's posterior moments against the label.

use super::figure::{Figure, Head, Picture, Row};
use super::key::{Entry, Sample};
use super::layer::Layer;
use super::look::{Dot, Look};
use super::palette;
use super::panel::{Extent, Panel};
use super::sheet::Sheet;
use super::ticks::Scale;
use crate::numerics::{EigenError, SortedEigen, unpack};
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

/// Probability left out at either end of a continuous or unbounded label.
const TAIL: f64 = 0.01;
/// A single node of a continuous law with more probability than this is a point mass.
const POINT_MASS: f64 = 0.05;
/// Functions are told apart by colour and by line: coinciding curves show through each other.
const LOOKS: [Look; 3] = [
    Look::new(palette::BULK),
    Look::new(palette::OUTLIER).dashed(10, 7),
    Look::new(palette::ATOM).dashed(3, 6),
];

/// A family of functions of the label.
struct Family {
    /// What they are, and what stands beside the vertical axis.
    what: &'static str,
    axis: &'static str,
    names: Vec<String>,
    /// Values of each function at each shown node.
    values: Vec<Vec<f64>>,
}

/// Draws the label's moments as a picture.
///
/// # Errors
/// When the drawing library fails, or a moment is not a number.
pub fn moments_picture(plot: &MomentsPlot, sheet: &Sheet) -> Result<Picture, ReportError> {
    let (nodes, k) = (shown(plot), plot.law.latent_dim());
    let eigenvalues = eigenvalues(k, &nodes).map_err(|e| ReportError::Plot(e.to_string()))?;
    let below = match plot.name {
        Some(name) => format!("{name}; {}", plot.channel),
        None => plot.channel.to_owned(),
    };
    let title = format!("What the label tells of the latent: {}", plot.link);
    let families = [means(k, &nodes), eigenvalues];
    let rows = families.map(|family| Row::of(vec![panel(plot, &nodes, family)]));
    Figure {
        head: Head::new(title, Some(&below)),
        rows: rows.into(),
    }
    .picture(sheet)
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

fn means(k: usize, nodes: &[&LabelNode]) -> Family {
    Family {
        what: "posterior mean",
        axis: "posterior mean",
        names: (1..=k).map(|i| format!("E[z{i} | y]")).collect(),
        values: (0..k)
            .map(|i| nodes.iter().map(|node| node.mean[i]).collect())
            .collect(),
    }
}

fn eigenvalues(k: usize, nodes: &[&LabelNode]) -> Result<Family, EigenError> {
    let mut values = vec![Vec::with_capacity(nodes.len()); k];
    for node in nodes {
        let eigen = SortedEigen::new(&unpack(&node.second, k))?;
        for (row, value) in values.iter_mut().zip(eigen.values.iter().rev()) {
            row.push(*value);
        }
    }
    Ok(Family {
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

fn panel(plot: &MomentsPlot, nodes: &[&LabelNode], family: Family) -> Panel {
    let discrete = is_discrete(plot);
    let labels = nodes.iter().map(|node| node.label);
    let x = widened(hull(labels), if discrete { 0.1 } else { 0.02 });
    let values = family.values.iter().flatten().copied().chain([0.0]);
    let y = widened(hull(values), 0.12);
    let zero = Look::new(palette::GUIDE).thin();
    let mut layers = vec![Layer::Level(0.0, zero)];
    for (row, values) in family.values.iter().enumerate() {
        let points = nodes.iter().zip(values);
        let points = points.map(|(node, value)| (node, (node.label, *value)));
        let heavy = points
            .clone()
            .filter(|(node, _)| discrete || node.weight > POINT_MASS);
        if !discrete {
            layers.push(Layer::line(points.map(|(_, point)| point), look(row)));
        }
        layers.extend(heavy.flat_map(|(_, point)| stem(row, point)));
    }
    let names = family.names.into_iter().enumerate();
    let key = names.map(|(row, name)| {
        let sample = if discrete {
            Sample::Dot(look(row).colour, dot(row))
        } else {
            Sample::Line(look(row))
        };
        Entry::new(sample, name)
    });
    Panel {
        heading: family.what.to_owned(),
        axes: [
            Extent::new("label y", Scale::Linear, x),
            Extent::new(family.axis, Scale::Linear, y),
        ],
        layers,
        key: key.collect(),
    }
}

fn look(row: usize) -> Look {
    LOOKS[row % LOOKS.len()]
}

/// Rings of growing size for the later functions, so that equal values show as rings around a dot.
fn dot(row: usize) -> Dot {
    Dot {
        radius: 4 + 3 * row as u32,
        ring: row > 0,
        shift: 0,
    }
}

fn stem(row: usize, (x, y): (f64, f64)) -> [Layer; 2] {
    let colour = look(row).colour;
    let stem = Layer::stem(x, y, Look::new(colour).thin());
    [stem, Layer::dots([(x, y)], colour, dot(row))]
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
    use crate::report::plot::clean::shows;
    use crate::teacher::{Channel, LabelMoments, Link, Teacher};

    fn picture(link: &str, channel: Channel) -> String {
        let target = Teacher::new(Link::parse(link).unwrap(), channel).unwrap();
        let moments = LabelMoments::new(&target).unwrap();
        let picture = moments_picture(
            &MomentsPlot {
                law: &moments.fine,
                support: &moments.support,
                link,
                channel: "some channel",
                name: Some("a <title>"),
            },
            &Sheet::default(),
        );
        let picture = picture.unwrap().svg;
        crate::report::plot::clean::assert_clean(&picture);
        picture
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
            assert!(shows(&svg, words), "{words}");
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
