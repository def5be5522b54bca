//! The report of `onset simulate --crossing`.

use super::{error_words, estimate, missing_error};
use crate::numerics::Measured;
use crate::recovery::{AlgorithmicThreshold, Threshold};
use crate::report::fold::fold;
use crate::report::json::Provenance;
use crate::report::number;
use crate::report::record::{Record, list};
use crate::report::table::{Table, titled};
use crate::report::threshold::{self, JsonThreshold};
use crate::simulation::{Crossing, LowestOverlap};

/// The scaled overlap of the Hessian's lowest eigenvector over n/d, for several dimensions.
#[derive(Clone, Copy, Debug)]
pub struct CrossingReport<'a> {
    /// T.
    pub steps: usize,
    /// One for each dimension and delta, in the order given.
    pub points: &'a [LowestOverlap],
    /// Whether the user ended it before all were finished.
    pub interrupted: bool,
    /// Of every two consecutive dimensions.
    pub crossings: &'a [Crossing],
    /// The optimal first-order threshold, and what it rests on.
    pub algorithmic: &'a AlgorithmicThreshold,
    /// delta_NN(T), or why it was not computed.
    pub delta_nn: Result<&'a Threshold, &'a str>,
    /// From what.
    pub provenance: Provenance<'a>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

impl<'a> CrossingReport<'a> {
    /// For people.
    pub fn text(&self) -> String {
        let mut text = titled(self.name, &self.head());
        text.push('\n');
        text.push_str(&self.points().render(""));
        text.push_str(
            "lowest: the Hessian's lowest eigenvalue; overlap: squared part of its eigenvector in the hard directions\n",
        );
        let runs = self.points.iter().map(|p| p.overlaps.len()).min();
        text.push_str(&error_words(runs.unwrap_or(1)));
        if self.delta_nn.is_ok() {
            let words = self.provenance.replicate_words();
            text.push_str(&format!("; of delta_NN, {words}"));
        }
        text.push('\n');
        fold(&text)
    }

    fn head(&self) -> Table {
        let mut table = Table::default();
        let name = format!("delta_NN({})", self.steps);
        match self.delta_nn {
            Ok(value) => {
                let about = threshold::about(value, "no direction is hard", threshold::NN);
                table.row([&name, &threshold::text(value), about]);
            }
            Err(reason) => table.row([&name, &format!("not known: {reason}"), ""]),
        }
        for Crossing { dims, delta } in self.crossings {
            let name = format!("d = {}, {}", dims.0, dims.1);
            match delta {
                Ok(delta) => table.row([
                    &name,
                    &estimate(*delta),
                    "n/d at which the curves of d^(1/3) overlap cross",
                ]),
                Err(reason) => table.row([&name, &format!("none: {reason}"), ""]),
            }
        }
        table
    }

    fn points(&self) -> Table {
        let mut table = Table::default();
        table.row([
            "delta",
            "n",
            "d",
            "runs",
            "lowest",
            "overlap",
            "d^(1/3) overlap",
        ]);
        for point in self.points {
            let finished = point.overlaps.len();
            let runs = if point.interrupted() {
                format!("{finished} of {}, interrupted", point.requested)
            } else {
                finished.to_string()
            };
            table.row([
                &number::short(point.delta),
                &point.samples.to_string(),
                &point.dim.to_string(),
                &runs,
                &estimate(Measured::mean(&point.eigenvalues)),
                &estimate(point.overlap()),
                &estimate(point.scaled()),
            ]);
        }
        table
    }

    /// For programs.
    pub fn json(&self) -> Record<'a> {
        let (zero, _) = threshold::split_remarks(self.algorithmic);
        let alg = JsonThreshold::new(&self.algorithmic.delta_alg, zero);
        let delta_nn = match self.delta_nn {
            Ok(value) => JsonThreshold::new(value, "no direction is hard"),
            Err(reason) => JsonThreshold {
                value: None,
                error: None,
                reason: Some(reason.into()),
            },
        };
        Record::of("onset/crossing/1")
            .with("steps", self.steps)
            .threshold(["delta_alg", "delta_alg_error", "delta_alg_reason"], alg)
            .threshold(
                ["delta_nn", "delta_nn_std_error", "delta_nn_reason"],
                delta_nn,
            )
            .with("crossings", list(self.crossings, of_crossing))
            .with("lowest", list(self.points, of_point))
            .flag("interrupted", self.interrupted)
            .provenance(self.provenance)
    }
}

fn of_crossing(crossing: &Crossing) -> Record<'_> {
    let (delta, reason) = match &crossing.delta {
        Ok(delta) => (Some(*delta), None),
        Err(reason) => (None, Some(reason.as_str())),
    };
    Record::default()
        .with("dims", [crossing.dims.0, crossing.dims.1])
        .twins(["delta", "std_error"], delta)
        .with("reason", reason)
}

fn of_point(point: &LowestOverlap) -> Record<'_> {
    let runs = point.overlaps.len();
    let value = Measured::mean(&point.eigenvalues);
    Record::default()
        .with("delta", point.delta)
        .with("samples", point.samples)
        .with("dim", point.dim)
        .with("runs", runs)
        .with("runs_requested", point.requested)
        .twins(["value", "value_std_error"], value)
        .twins(["overlap", "overlap_std_error"], point.overlap())
        .twins(
            ["scaled_overlap", "scaled_overlap_std_error"],
            point.scaled(),
        )
        .with("std_error_reason", missing_error(runs))
        .with("eigenvalues", &point.eigenvalues[..])
        .with("overlaps", &point.overlaps[..])
}
