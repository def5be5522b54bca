//! A picture as a program: Python that draws it with matplotlib from its numbers, to be changed at will.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use super::diagram::DiagramPlot;
use super::figure::{Head, Row};
use super::key::{Entry, Sample};
use super::layer::{ERRORS, Layer, ends};
use super::look::Look;
use super::palette;
use super::panel::Panel;
use super::sheet::Sheet;
use super::ticks::Scale;
use crate::numerics::Measured;
use crate::report::json::VERSION;
use crate::report::symbols::{Level, Run, typeset};

/// A height of the layout's pixels in inches, on this sheet.
fn inches(pixels: i32, sheet: &Sheet) -> f64 {
    f64::from(pixels) * sheet.scale() / 96.0
}

/// What every program begins with.
fn beginning(about: &str, size: (f64, f64), grid: (usize, usize), sheet: &Sheet) -> String {
    let (rows, columns) = grid;
    format!(
        "#!/usr/bin/env python3\n# {about}\n# Written by onset {VERSION}. Usage: python THIS [PICTURE.pdf]\n\
         import sys\n\nimport matplotlib.pyplot as plt\nfrom matplotlib.lines import Line2D\nfrom matplotlib.patches import Patch\n\n\
         nan, inf = float(\"nan\"), float(\"inf\")\nplt.rcParams.update({{\"font.size\": {:.4}, \"axes.labelsize\": \"medium\"}})\n\
         fig, axes = plt.subplots({rows}, {columns}, figsize=({:.3}, {:.3}), layout=\"constrained\", squeeze=False)\n",
        sheet.font(),
        size.0,
        size.1
    )
}

const END: &str = "\nfig.savefig(sys.argv[1] if len(sys.argv) > 1 else \"picture.pdf\")\n";

/// The program of panels.
pub(super) fn of_figure(head: &Head, rows: &[Row], sheet: &Sheet) -> String {
    let columns = rows.iter().map(|row| row.panels.len()).max().unwrap_or(1);
    let heights: i32 = rows.iter().map(|row| row.height + 90).sum();
    let size = (sheet.inches(), inches(heights + 90, sheet));
    let about = head.titles.join("; ").replace('\n', " ");
    let mut program = beginning(&about, size, (rows.len().max(1), columns), sheet);
    for (i, row) in rows.iter().enumerate() {
        for j in 0..columns {
            let _ = writeln!(program, "\nax = axes[{i}][{j}]");
            match row.panels.get(j) {
                Some(panel) => of_panel(panel, &mut program),
                None => program.push_str("ax.axis(\"off\")\n"),
            }
        }
    }
    let handles = handles(&head.entries);
    if !handles.is_empty() {
        let _ = writeln!(
            program,
            "\nfig.legend(handles=[{handles}], loc=\"outside lower center\", ncols=2, frameon=False, fontsize=\"small\")"
        );
    }
    if sheet.titles() {
        let _ = writeln!(program, "fig.suptitle({})", text(&head.titles.join("\n")));
    }
    program + END
}

fn of_panel(panel: &Panel, program: &mut String) {
    for layer in &panel.layers {
        program.push_str(&of_layer(layer, panel.axes[1].scale));
        program.push('\n');
    }
    let [x, y] = &panel.axes;
    for (axis, extent) in [('x', x), ('y', y)] {
        // the ends of an axis are places: logarithms where it is logarithmic
        let ends = [extent.range.0, extent.range.1].map(|end| match extent.scale {
            Scale::Linear | Scale::Fraction => end,
            Scale::Logarithmic => 10f64.powf(end),
        });
        let scale = match extent.scale {
            Scale::Linear | Scale::Fraction => "linear",
            Scale::Logarithmic => "log",
        };
        let _ = writeln!(
            program,
            "ax.set({axis}label={}, {axis}scale=\"{scale}\", {axis}lim=({}, {}))",
            text(&extent.words),
            number(ends[0]),
            number(ends[1])
        );
    }
    if !panel.heading.is_empty() {
        let _ = writeln!(
            program,
            "ax.set_title({}, loc=\"left\", fontsize=\"medium\")",
            text(&panel.heading)
        );
    }
    let handles = handles(&panel.key);
    if !handles.is_empty() {
        let _ = writeln!(
            program,
            "ax.legend(handles=[{handles}], fontsize=\"small\", frameon=False)"
        );
    }
}

fn of_layer(layer: &Layer, scale: Scale) -> String {
    match layer {
        Layer::Curve(points, look) => {
            let band = has_errors(points).then(|| {
                let ends = points.iter().map(|(_, y)| ends(*y, scale));
                let (low, high): (Vec<f64>, Vec<f64>) = ends.unzip();
                format!(
                    "ax.fill_between({}, {}, {}, color={}, alpha=0.25, lw=0)\n",
                    xs(points),
                    list(low),
                    list(high),
                    colour(look.colour)
                )
            });
            let line = format!("ax.plot({}, {}, {})", xs(points), ys(points), style(*look));
            band.unwrap_or_default() + &line
        }
        Layer::Dots(points, of, dot) => {
            let bars = bars(points, scale);
            let face = if dot.ring {
                "\"none\"".to_owned()
            } else {
                colour(*of)
            };
            format!(
                "ax.errorbar({}, {}, yerr={bars}, color={}, mfc={face}, fmt=\"o\", ms=3, lw=0.8, capsize=2)",
                xs(points),
                ys(points),
                colour(*of)
            )
        }
        Layer::Area(points, of) => {
            let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
            format!(
                "ax.fill_between({}, {}, color={}, alpha=0.25, lw=0)",
                list(x),
                list(y),
                colour(*of)
            )
        }
        Layer::Upright(x, look) => format!("ax.axvline({}, {})", number(*x), style(*look)),
        Layer::Level(y, look) => format!("ax.axhline({}, {})", number(*y), style(*look)),
        Layer::Tip((x, y), of) => {
            format!(
                "ax.plot([{}], [{}], \"^\", color={})",
                number(*x),
                number(*y),
                colour(*of)
            )
        }
        Layer::Label((x, y), words, of, on_left) => format!(
            "ax.annotate({}, ({}, {}), xytext=({}, 0), textcoords=\"offset points\", ha=\"{}\", va=\"center\", color={}, fontsize=\"small\")",
            text(words),
            number(*x),
            number(*y),
            if *on_left { -5 } else { 5 },
            if *on_left { "right" } else { "left" },
            colour(*of)
        ),
    }
}

/// Lengths of error bars: below and above, where they differ.
fn bars(points: &[(f64, Measured)], scale: Scale) -> String {
    let up_to = |room: fn(f64) -> f64| {
        let lengths = points.iter();
        list(lengths.map(move |(_, y)| (ERRORS * y.error).min(room(y.value))))
    };
    match (has_errors(points), scale) {
        (false, _) => "None".to_owned(),
        (true, Scale::Fraction) => format!("[{}, {}]", up_to(|y| y), up_to(|y| 1.0 - y)),
        (true, Scale::Linear | Scale::Logarithmic) => up_to(|_| f64::INFINITY),
    }
}

fn has_errors(points: &[(f64, Measured)]) -> bool {
    points
        .iter()
        .any(|(_, y)| y.error > 0.0 && y.error.is_finite())
}

fn xs(points: &[(f64, Measured)]) -> String {
    list(points.iter().map(|point| point.0))
}

fn ys(points: &[(f64, Measured)]) -> String {
    list(points.iter().map(|point| point.1.value))
}

fn list(numbers: impl IntoIterator<Item = f64>) -> String {
    let numbers: Vec<String> = numbers.into_iter().map(number).collect();
    format!("[{}]", numbers.join(", "))
}

/// All digits; what is no number has a name at the top of the program.
fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => "nan".to_owned(),
        value => format!("{value:?}"),
    }
}

fn colour(RGBColor(r, g, b): RGBColor) -> String {
    format!("\"#{r:02x}{g:02x}{b:02x}\"")
}

/// Colour, width and dashes.
fn style(look: Look) -> String {
    let width = if look.width > 1 { 1.2 } else { 0.8 };
    let dash = look.dash.map_or("\"-\"".to_owned(), |(on, off)| {
        format!(
            "(0, ({:.1}, {:.1}))",
            f64::from(on) / 2.0,
            f64::from(off) / 2.0
        )
    });
    format!("color={}, lw={width}, ls={dash}", colour(look.colour))
}

/// Entries of a key as handles of a legend.
fn handles(entries: &[Entry]) -> String {
    let handle = |entry: &Entry| {
        let label = text(&entry.label);
        let line = |more: &str| format!("Line2D([], [], {more}, label={label})");
        match entry.sample {
            Sample::Line(look) => line(&style(look)),
            Sample::Dotted(look) | Sample::Stem(look) => {
                line(&format!("{}, marker=\"o\", ms=3", style(look)))
            }
            Sample::Tip(look) => line(&format!("{}, marker=\"^\"", style(look))),
            Sample::Dot(of, _) => line(&format!(
                "color={}, marker=\"o\", ms=3, ls=\"none\"",
                colour(of)
            )),
            Sample::Area(of) => format!("Patch(color={}, alpha=0.25, label={label})", colour(of)),
            Sample::Mark(_) | Sample::Symbol(_) | Sample::Nothing => line("ls=\"none\""),
        }
    };
    entries.iter().map(handle).collect::<Vec<_>>().join(", ")
}

/// A text for matplotlib: symbols as letters, indices and exponents as its mathematics.
fn text(words: &str) -> String {
    let of_run = |run: Run| match run.level {
        Level::Line => run.text.replace('$', "\\$"),
        Level::Below => format!("$_{{\\mathrm{{{}}}}}$", run.text),
        Level::Above => format!("$^{{{}}}$", run.text),
    };
    let joined: String = typeset(words).into_iter().map(of_run).collect();
    format!("{joined:?}")
}

/// The program of a diagram, which reads the JSON beside its table.
pub(super) fn of_diagram(plot: &DiagramPlot, sheet: &Sheet) -> String {
    let size = (sheet.inches(), inches(sheet.height(440) + 120, sheet));
    let about = plot.title.replace('\n', " ");
    let mut program = beginning(&about, size, (1, 1), sheet);
    program.push_str(&DIAGRAM.replace("margin.json", plot.data));
    if let Some(level) = plot.diagram.quantity.boundary() {
        let _ = writeln!(program, "BOUNDARY = {}", number(level));
    } else {
        program.push_str("BOUNDARY = None\n");
    }
    program.push_str("LINES = {\n");
    for line in plot.lines {
        let (x, y): (Vec<f64>, Vec<f64>) = line.points.iter().copied().unzip();
        let _ = writeln!(
            program,
            "    {}: ({}, {}),",
            text(&line.label),
            list(x),
            list(y)
        );
    }
    program.push_str("}\n");
    program.push_str(&match super::diagram::shown_as_curves(plot.diagram) {
        true => CURVES.to_owned(),
        false => HEAT.replace("\"@WIDE@\"", &colour(palette::WIDE)),
    });
    let _ = writeln!(
        program,
        "ax.set_xlabel({})",
        text(plot.diagram.x.key.symbol())
    );
    if sheet.titles() {
        let _ = writeln!(
            program,
            "ax.set_title({}, fontsize=\"medium\")",
            text(plot.title)
        );
    }
    program + END
}

const DIAGRAM: &str = r#"import json
from pathlib import Path

import numpy as np

# all of the result; --output or --plot wrote it
DATA = Path(__file__).parent / "margin.json"
result = json.loads(DATA.read_text())
x = np.array(result["x"]["values"])
y = np.array(result["y"]["values"]) if result.get("y") else None
shape = (1 if y is None else len(y), len(x))
of = lambda key: np.array([nan if c[key] is None else c[key] for c in result["cells"]], float).reshape(shape)
value, error = of("value"), of("error")
ax = axes[0][0]
"#;

const CURVES: &str = r#"for row in range(shape[0]):
    label = None if y is None else f"{y[row]:g}"
    ax.errorbar(x, value[row], yerr=2 * np.nan_to_num(error[row]), fmt="o-", ms=3, lw=1.2, capsize=2, label=label)
if BOUNDARY is not None:
    ax.axhline(BOUNDARY, color="k", lw=0.8)
if y is None:
    for (name, (along, up)), dashes in zip(LINES.items(), ("--", ":", "-.", "--")):
        ax.plot(along, up, color="k", ls=dashes, label=name)
if result["x"]["spacing"] == "logarithmic":
    ax.set_xscale("log")
if y is not None or LINES:
    ax.legend(title=None if y is None else result["y"]["key"], fontsize="small", frameon=False)
ax.set_ylabel(result["quantity"])
"#;

const HEAT: &str = r#"bound = np.nanmax(np.abs(value)) if BOUNDARY == 0 else None
mesh = ax.pcolormesh(x, y, value, shading="nearest", cmap="RdBu" if bound else "viridis",
                     vmin=-bound if bound else None, vmax=bound, rasterized=True)
if BOUNDARY is not None and min(shape) > 1:
    ax.contour(x, y, value, levels=[BOUNDARY], colors="k", linewidths=1.2, zorder=3)
looks = dict(color="k", ls="--"), dict(color="@WIDE@", lw=3.5), dict(color="k", ls=":"), dict(color="k", ls="-.")
for (name, (along, up)), look in zip(LINES.items(), looks):
    along, up = np.clip(along, x[0], x[-1]), np.clip(up, y[0], y[-1])
    ax.plot(along, up, label=name, **look)
for axis, name in (("x", ax.set_xscale), ("y", ax.set_yscale)):
    if result[axis]["spacing"] == "logarithmic":
        name("log")
fig.colorbar(mesh, label=result["quantity"])
if LINES:
    ax.legend(fontsize="small", frameon=False)
ax.set_ylabel(result["y"]["key"])
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plot::look::Dot;

    #[test]
    fn texts_are_mathematics_where_the_field_has_it() {
        assert_eq!(text("delta_NN(0)"), "\"δ$_{\\\\mathrm{NN}}$(0)\"");
        assert_eq!(text("|W|^2"), "\"|W|$^{2}$\"");
        assert_eq!(text("a \"b\" $"), "\"a \\\"b\\\" \\\\$\"");
    }

    #[test]
    fn layers_keep_all_digits() {
        let points = vec![
            (0.1 + 0.2, Measured::new(1.0 / 3.0, 0.5)),
            (1.0, Measured::new(f64::NAN, 0.0)),
        ];
        let dots = Layer::Dots(points, RGBColor(0, 114, 178), Dot::FULL);
        let program = of_layer(&dots, Scale::Linear);
        assert!(
            program
                .contains("[0.30000000000000004, 1.0], [0.3333333333333333, nan], yerr=[1.0, 0.0]"),
            "{program}"
        );
        assert!(program.contains("color=\"#0072b2\""), "{program}");
    }

    #[test]
    fn bars_of_fractions_end_at_none_and_all() {
        let points = vec![
            (1.0, Measured::new(0.0, 0.25)),
            (2.0, Measured::new(0.75, 0.25)),
        ];
        let dots = Layer::Dots(points, RGBColor(0, 0, 0), Dot::FULL);
        let program = of_layer(&dots, Scale::Fraction);
        assert!(
            program.contains("yerr=[[0.0, 0.5], [0.5, 0.25]]"),
            "{program}"
        );
    }
}
