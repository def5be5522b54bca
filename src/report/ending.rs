//! How training ended.

use super::number;
use super::record::Record;
use super::table::Table;
use crate::threshold::Ending;

/// For people.
pub(super) fn ending_rows(ending: Ending, table: &mut Table) {
    let part = format!("{} of {} replicates", ending.ended, ending.replicates);
    let part = match ending.is_static() {
        true => "training",
        false => part.as_str(),
    };
    if let Some(radius) = ending.radius {
        let what = format!("{part} ends where the gradient vanishes: stable, as this is below one");
        table.row(["end", &number::measured(radius), &what]);
    }
    if let (Some(time), Some(edge)) = (ending.time, ending.edge) {
        let what = "the sum of all step sizes up to which training was followed; it goes on";
        table.row(["time", &number::plain(time), what]);
        let what = "of the training samples' bulk there: near zero, training becomes ever slower";
        table.row(["  left edge", &number::measured(edge), what]);
    }
}

/// For programs.
pub(super) fn ending<'a>(ending: Ending) -> Record<'a> {
    Record::default()
        .with("kind", ending.name())
        .with("ended", ending.ended)
        .with("replicates", ending.replicates)
        .twins(["radius", "radius_std_error"], ending.radius)
        .twins(["edge", "edge_std_error"], ending.edge)
        .with("time", ending.time)
}
