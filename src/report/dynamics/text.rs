//! Phase 1 for people.

use super::{DynamicsReport, direction_name};
use crate::numerics::{Measured, MeasuredMatrix};
use crate::phase1::{Curves, Escape, EscapeTime, Growth};
use crate::report::ending::ending_rows;
use crate::report::number;
use crate::report::table::{Table, titled};

/// Columns of a table: as many as fit a line.
const MOST_COLUMNS: usize = 5;

const LOSSES: &str = "train loss, test loss: mean over the training samples and over fresh ones, ridge aside\n\
     gradient norm: Frobenius norm of the risk's gradient in W, ridge included\n";
const GROWTH: &str = "Tr q_V: d times the squared overlap with hard directions, of all neurons, as d grows; Tr C: |W|^2\n";

pub(super) fn text(report: &DynamicsReport) -> String {
    let mut text = titled(report.name, &head(report));
    let tables = [scalars(report), norms(report)];
    for columns in tables
        .into_iter()
        .chain(readout_and_biases(report))
        .chain(overlaps(report))
    {
        text.push('\n');
        text.push_str(&table(report, columns));
    }
    text.push('\n');
    text.push_str(LOSSES);
    if !report.curves.hard_growth_trace.is_empty() {
        text.push_str(GROWTH);
    }
    text.push_str(&format!("{}\n", weights_words(report)));
    if !report.curves.readout.is_empty() {
        text.push_str("aj, bj: readout and bias of neuron j\n");
    }
    text.push_str(&format!("+-: {}\n", report.provenance.replicate_words()));
    text
}

/// delta, the latents, the escape.
fn head(report: &DynamicsReport) -> Table {
    let mut table = Table::default();
    let delta = number::short(report.curves.delta);
    table.row(["delta", &delta, "samples per dimension, n/d"]);
    let split = report.split;
    let (reached, hard) = (split.reached.nrows(), split.hard.nrows());
    let irrelevant = split.irrelevant.nrows();
    let mut parts = format!(
        "{} = {reached} reached + {hard} hard",
        reached + hard + irrelevant
    );
    let mut words =
        "reached: the weights come to overlap with it in O(1) steps; hard: they do not".to_owned();
    if irrelevant > 0 {
        parts.push_str(&format!(" + {irrelevant} irrelevant"));
        words.push_str("; irrelevant: the label does not depend on it");
    }
    table.row(["latents", &parts, &words]);
    if split.hidden > 0 {
        table.row([
            "hidden",
            &split.hidden.to_string(),
            "of the hard ones show in E[z | y], but not to this network: a symmetry hides them",
        ]);
    }
    if let Some(ending) = report.ending {
        ending_rows(ending, &mut table);
    }
    if let Some(escape) = report.escape {
        escape_rows(escape, report, &mut table);
    }
    table
}

fn escape_rows(escape: Escape, report: &DynamicsReport, table: &mut Table) {
    let fraction = number::short(escape.fraction);
    let part = format!("until {fraction} of |W|^2 is in the hard directions");
    let of_runs = format!("steps {part} in half of all runs at d = {}", escape.dim);
    let of_mean = format!(
        "steps until Tr q_V / Tr C is {}",
        number::plain(escape.level())
    );
    for (name, growth, words) in [
        ("escape", Growth::Median, of_runs),
        ("  of the mean", Growth::Mean, of_mean),
    ] {
        match escape.time(growth, report.curves) {
            EscapeTime::At(steps) => table.row([name, &number::measured(steps), &words]),
            EscapeTime::NotWithin { reason } => table.row([name, &reason, ""]),
        }
    }
}

/// A curve under its heading.
struct Column<'a> {
    heading: String,
    curve: Box<dyn Fn(usize) -> Option<Measured> + 'a>,
}

fn scalars<'a>(report: &DynamicsReport<'a>) -> Vec<Column<'a>> {
    let curves = report.curves;
    let column = |heading: &str, curve: &'a [Measured]| Column {
        heading: heading.to_owned(),
        curve: Box::new(move |entry| curve.get(entry).copied()),
    };
    let mut columns = vec![
        column("train loss", &curves.train_loss),
        column("test loss", &curves.test_loss),
        column("gradient norm", &curves.gradient_norm),
    ];
    if !curves.hard_growth_trace.is_empty() {
        columns.push(column("Tr q_V", &curves.hard_growth_trace));
    }
    columns
}

/// Readout and biases, where they are trained.
fn readout_and_biases<'a>(report: &DynamicsReport<'a>) -> Vec<Vec<Column<'a>>> {
    let curves = report.curves;
    let parts = [("a", &curves.readout), ("b", &curves.bias)];
    let of = |(name, curve): (&str, &'a Vec<MeasuredMatrix>)| -> Vec<Column<'a>> {
        let neurons = curve.first().map_or(0, |row| row.mean.ncols());
        let column = |j: usize| Column {
            heading: format!("{name}{}", j + 1),
            curve: Box::new(move |entry: usize| curve.get(entry).map(|row| row.at(0, j))) as _,
        };
        (0..neurons).map(column).collect()
    };
    let tables = parts.map(of).into_iter();
    tables.filter(|columns| !columns.is_empty()).collect()
}

/// Squared norms of the weights.
fn norms<'a>(report: &DynamicsReport<'a>) -> Vec<Column<'a>> {
    let curves = report.curves;
    let column = |j: usize| Column {
        heading: format!("|w{}|^2", j + 1),
        curve: Box::new(move |entry| Some(curves.gram[entry].at(j, j))),
    };
    (0..curves.neurons()).map(column).collect()
}

/// Overlaps with each of the directions that are reached.
fn overlaps<'a>(report: &DynamicsReport<'a>) -> Vec<Vec<Column<'a>>> {
    let curves = report.curves;
    let names = reached_names(report);
    let along = |(a, name): (usize, String)| {
        let column = |j: usize| Column {
            heading: format!("w{}.{name}", j + 1),
            curve: Box::new(move |entry: usize| Some(curves.reached_overlap[entry].at(j, a))) as _,
        };
        (0..curves.neurons()).map(column).collect()
    };
    names.into_iter().enumerate().map(along).collect()
}

fn reached_names(report: &DynamicsReport) -> Vec<String> {
    let rows = report.split.reached.row_iter();
    rows.map(|row| direction_name(&row.iter().copied().collect::<Vec<_>>()))
        .collect()
}

fn weights_words(report: &DynamicsReport) -> String {
    let norms = "|wj|^2: squared norm of neuron j's weights";
    match reached_names(report).first() {
        None => norms.to_owned(),
        Some(name) => format!("{norms}; wj.{name}: their overlap with that latent direction"),
    }
}

/// Rows at a few steps; columns that do not fit a line are left out, and said to be.
fn table(report: &DynamicsReport, mut columns: Vec<Column>) -> String {
    let further = columns.len().saturating_sub(MOST_COLUMNS);
    columns.truncate(MOST_COLUMNS);
    let mut table = Table::default();
    let headings = columns.iter().map(|column| column.heading.clone());
    table.cells(std::iter::once("step".to_owned()).chain(headings).collect());
    for (step, entry) in shown_entries(report.curves) {
        let cell = |column: &Column| (column.curve)(entry).map_or("-".into(), number::measured);
        let cells = columns.iter().map(cell);
        table.cells(std::iter::once(step).chain(cells).collect());
    }
    let mut text = table.render("");
    if further > 0 {
        text.push_str(&format!(
            "columns left out: {further} (all are in --json)\n"
        ));
    }
    text
}

/// The steps of a table, and their entries: those of a ruler, as far as they were looked at.
fn shown_entries(curves: &Curves) -> Vec<(String, usize)> {
    let entries = curves.steps();
    if curves.is_every_step() {
        let steps = shown_steps(entries).into_iter();
        return steps.map(|step| (step.to_string(), step)).collect();
    }
    let early = (0..=entries).take_while(|entry| curves.at_steps[*entry] == *entry as f64);
    let explicit = early.count() - 1;
    // late ones are a factor of the square root of two apart
    let late = (explicit + 1..=entries).rev().step_by(2);
    let mut shown = shown_steps(explicit);
    shown.extend(late.collect::<Vec<usize>>().into_iter().rev());
    let name = |entry: usize| match curves.at_steps[entry] {
        at if at.is_finite() => at.to_string(),
        _ => "end".to_owned(),
    };
    shown
        .into_iter()
        .map(|entry| (name(entry), entry))
        .collect()
}

/// 0, 1, 2, 5, 10, .. and the last.
pub(super) fn shown_steps(last: usize) -> Vec<usize> {
    let decades = std::iter::successors(Some(1usize), |decade| decade.checked_mul(10));
    let mut steps: Vec<usize> = std::iter::once(0)
        .chain(decades.flat_map(|decade| [1, 2, 5].map(|lead| decade.saturating_mul(lead))))
        .take_while(|step| *step < last)
        .collect();
    steps.push(last);
    steps
}
