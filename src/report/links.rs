//! The report of `onset links`.

use serde::Serialize;

use super::json::VERSION;
use super::table::Table;
use crate::teacher::BuiltinLink;

/// For people: name, expression, what it is.
pub fn links_table(links: &[BuiltinLink]) -> String {
    let mut table = Table::default();
    table.row(["name", "expression", "about"]);
    for link in links {
        table.row([link.name, link.expression, link.about]);
    }
    table.render("")
}

/// For programs.
pub fn links_json(links: &[BuiltinLink]) -> impl Serialize {
    let link = |link: &BuiltinLink| LinkJson {
        name: link.name,
        expression: link.expression,
        about: link.about,
    };
    Json {
        onset_version: VERSION,
        links: links.iter().map(link).collect(),
    }
}

#[derive(Serialize)]
struct Json {
    onset_version: &'static str,
    links: Vec<LinkJson>,
}

#[derive(Serialize)]
struct LinkJson {
    name: &'static str,
    expression: &'static str,
    about: &'static str,
}
