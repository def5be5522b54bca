//! The report of `onset links`.

use super::fold::fold;
use super::json::VERSION;
use super::record::{Record, list};
use super::table::Table;
use crate::teacher::BuiltinLink;

/// For people: name, expression, what it is.
pub fn links_table(links: &[BuiltinLink]) -> String {
    let mut table = Table::default();
    table.row(["name", "expression", "about"]);
    for link in links {
        table.row([link.name, link.expression, link.about]);
    }
    fold(&table.render(""))
}

/// For programs.
pub fn links_json(links: &[BuiltinLink]) -> Record<'_> {
    let links = list(links, |link| {
        Record::default()
            .with("name", link.name)
            .with("expression", link.expression)
            .with("about", link.about)
    });
    Record::of("onset/links/1")
        .with("onset_version", VERSION)
        .with("links", links)
}
