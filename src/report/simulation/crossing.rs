//! The report of `onset simulate --crossing`.

use serde::Serialize;

use super::{error_words, estimate, missing_error};
use crate::numerics::Measured;
use crate::recovery::{AlgorithmicThreshold, Threshold};
use crate::report::json::{Provenance, finite};
use crate::report::number;
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

const NN: &str = "n/d above which a negative outlier of the Hessian carries hard directions";

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
        text
    }

    fn head(&self) -> Table {
        let mut table = Table::default();
        let name = format!("delta_NN({})", self.steps);
        match self.delta_nn {
            Ok(value) => {
                let about = threshold::about(value, "no direction is hard", NN);
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
    pub fn json(&self) -> impl Serialize + use<'a> {
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
        Json {
            steps: self.steps,
            delta_alg: alg.value,
            delta_alg_error: alg.error,
            delta_alg_reason: alg.reason.map(|reason| reason.into_owned()),
            delta_nn: delta_nn.value,
            delta_nn_std_error: delta_nn.error,
            delta_nn_reason: delta_nn.reason.map(|reason| reason.into_owned()),
            crossings: self.crossings.iter().map(CrossingJson::new).collect(),
            lowest: self.points.iter().map(PointJson::new).collect(),
            interrupted: self.interrupted,
            provenance: self.provenance,
        }
    }
}

#[derive(Serialize)]
struct Json<'a> {
    steps: usize,
    delta_alg: Option<f64>,
    delta_alg_error: Option<f64>,
    delta_alg_reason: Option<String>,
    delta_nn: Option<f64>,
    delta_nn_std_error: Option<f64>,
    delta_nn_reason: Option<String>,
    crossings: Vec<CrossingJson<'a>>,
    lowest: Vec<PointJson<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

#[derive(Serialize)]
struct CrossingJson<'a> {
    dims: [usize; 2],
    delta: Option<f64>,
    std_error: Option<f64>,
    reason: Option<&'a str>,
}

impl<'a> CrossingJson<'a> {
    fn new(crossing: &'a Crossing) -> Self {
        let delta = crossing.delta.as_ref();
        Self {
            dims: [crossing.dims.0, crossing.dims.1],
            delta: delta.ok().map(|delta| delta.value),
            std_error: delta.ok().and_then(|delta| finite(delta.error)),
            reason: delta.err().map(String::as_str),
        }
    }
}

#[derive(Serialize)]
struct PointJson<'a> {
    delta: f64,
    samples: usize,
    dim: usize,
    runs: usize,
    runs_requested: u64,
    value: f64,
    value_std_error: Option<f64>,
    overlap: f64,
    overlap_std_error: Option<f64>,
    scaled_overlap: f64,
    scaled_overlap_std_error: Option<f64>,
    std_error_reason: Option<&'static str>,
    eigenvalues: &'a [f64],
    overlaps: &'a [f64],
}

impl<'a> PointJson<'a> {
    fn new(point: &'a LowestOverlap) -> Self {
        let value = Measured::mean(&point.eigenvalues);
        let (overlap, scaled) = (point.overlap(), point.scaled());
        Self {
            delta: point.delta,
            samples: point.samples,
            dim: point.dim,
            runs: point.overlaps.len(),
            runs_requested: point.requested,
            value: value.value,
            value_std_error: finite(value.error),
            overlap: overlap.value,
            overlap_std_error: finite(overlap.error),
            scaled_overlap: scaled.value,
            scaled_overlap_std_error: finite(scaled.error),
            std_error_reason: missing_error(point.overlaps.len()),
            eigenvalues: &point.eigenvalues,
            overlaps: &point.overlaps,
        }
    }
}
