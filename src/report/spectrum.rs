//! The report of `onset spectrum`.

mod json;
mod text;

use super::fold::fold;
use super::json::Provenance;
use super::record::Record;
use crate::curvature::{Side, SupportKind};
use crate::hessian::{EdgeKind, Spectrum};
use crate::threshold::{At, Ending, Problem};

/// Why the curvature is unbounded, on the sides where it is.
#[derive(Clone, Debug, Default)]
pub struct UnboundedCauses {
    /// Why D is unbounded below.
    pub below: Option<String>,
    /// Why D is unbounded above.
    pub above: Option<String>,
}

impl UnboundedCauses {
    /// Those of a spectrum, on the sides where it has no edge.
    pub fn of(problem: &Problem<'_>, spectrum: &Spectrum) -> Self {
        let kinds = [spectrum.left_edge_kind, spectrum.right_edge_kind];
        if !kinds.contains(&EdgeKind::Unbounded) {
            return Self::default();
        }
        let cause = |side| match problem.support(side).classification() {
            SupportKind::Unbounded { cause } => Some(cause.to_string()),
            SupportKind::Bounded { .. } => None,
        };
        Self {
            below: cause(Side::Left),
            above: cause(Side::Right),
        }
    }
}

/// Bulk, edges and outliers at one delta and step.
#[derive(Clone, Copy, Debug)]
pub struct SpectrumReport<'a> {
    /// What was computed.
    pub spectrum: &'a Spectrum,
    /// When.
    pub at: At,
    /// How training ended, where it was followed there.
    pub ending: Option<Ending>,
    /// Why edges are missing.
    pub causes: &'a UnboundedCauses,
    /// From what.
    pub provenance: Provenance<'a>,
    /// The experiment's title.
    pub name: Option<&'a str>,
}

impl SpectrumReport<'_> {
    /// For people.
    pub fn text(&self) -> String {
        fold(&text::text(self))
    }

    /// For programs.
    pub fn json(&self) -> Record<'_> {
        json::record(self)
    }

    /// Why there is no edge on a side.
    fn missing_edge(&self, side: Side) -> String {
        let (kind, cause, where_to) = match side {
            Side::Left => (
                self.spectrum.left_edge_kind,
                &self.causes.below,
                "unbounded below",
            ),
            Side::Right => (
                self.spectrum.right_edge_kind,
                &self.causes.above,
                "unbounded above",
            ),
        };
        match (kind, cause) {
            (EdgeKind::Unbounded, Some(cause)) => format!("the curvature is {where_to}: {cause}"),
            (EdgeKind::Unbounded, None) => format!("the curvature is {where_to}"),
            _ => "the edge was not found as a finite number".to_owned(),
        }
    }

    /// Why there is no margin.
    fn missing_margin(&self) -> &'static str {
        match (self.spectrum.left_edge, self.spectrum.margin_effective) {
            (Some(_), _) => "there are no hard directions",
            (None, Some(_)) => "there is no left edge at which to measure it",
            (None, None) => "there is neither a left edge nor a hard direction",
        }
    }
}

/// The word for an edge in tables and JSON.
pub(super) fn edge_name(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Soft => "soft",
        EdgeKind::Hard => "hard",
        EdgeKind::Unbounded => "unbounded",
        EdgeKind::Atom => "atom",
    }
}

/// The word for a side in tables and JSON.
pub(super) fn side_name(side: Side) -> &'static str {
    match side {
        Side::Left => "left",
        Side::Right => "right",
    }
}

#[cfg(test)]
mod tests;
