//! Which keys an experiment file may hold.

use toml::{Table, Value};

use super::fields::FIELDS;
use super::{ExperimentError, choice};

/// A table of the file: its dotted name and its keys. The top level has an empty name.
struct Schema {
    table: String,
    keys: Vec<&'static str>,
}

/// The keys of a table, in the order of the file; `None` where fields are single values.
fn schema_of(table: &str) -> Option<Schema> {
    let mut keys: Vec<&str> = Vec::new();
    for field in &FIELDS {
        let key = key_in(table, field.name);
        keys.extend(key.filter(|key| !keys.contains(key)));
    }
    let table = table.to_owned();
    (!keys.is_empty()).then_some(Schema { table, keys })
}

/// Which key of a table leads to a field.
fn key_in(table: &str, field: &'static str) -> Option<&'static str> {
    let below = match table {
        "" => field,
        _ => field.strip_prefix(table)?.strip_prefix('.')?,
    };
    below.split('.').next()
}

/// Every table, the top level first.
fn tables() -> impl Iterator<Item = Schema> {
    let mut names = vec![""];
    for field in &FIELDS {
        let parents = field
            .name
            .match_indices('.')
            .map(|(at, _)| &field.name[..at]);
        for parent in parents {
            if !names.contains(&parent) {
                names.push(parent);
            }
        }
    }
    names.into_iter().filter_map(schema_of)
}

fn join(table: &str, key: &str) -> String {
    if table.is_empty() {
        key.to_owned()
    } else {
        format!("{table}.{key}")
    }
}

/// Refuses keys that the format does not have, and sections that are not tables.
pub(super) fn check(file: &Table) -> Result<(), ExperimentError> {
    check_table("", file)
}

fn check_table(name: &str, table: &Table) -> Result<(), ExperimentError> {
    let Some(schema) = schema_of(name) else {
        return Ok(());
    };
    for (key, value) in table {
        if !schema.keys.contains(&key.as_str()) {
            return Err(unknown_key(&schema, key));
        }
        let full = join(name, key);
        match value {
            Value::Table(inner) => check_table(&full, inner)?,
            other if name.is_empty() && schema_of(&full).is_some() => {
                return Err(ExperimentError::WrongType {
                    expected: format!("a section ([{full}])"),
                    field: full,
                    got: super::reader::describe(other),
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses a dotted path that leads to no key.
pub(super) fn check_path(path: &[&str]) -> Result<(), ExperimentError> {
    let mut table = String::new();
    for key in path {
        let Some(schema) = schema_of(&table) else {
            return Err(ExperimentError::UnknownKey {
                key: path.join("."),
                hint: format!("; did you mean `{table}`?"),
                place: format!("below {table}"),
                allowed: "nothing, it is a single value".into(),
            });
        };
        if !schema.keys.contains(key) {
            return Err(unknown_key(&schema, key));
        }
        table = join(&table, key);
    }
    Ok(())
}

/// Whether an experiment has a section of this name.
pub fn is_section(name: &str) -> bool {
    !name.is_empty() && !name.contains('.') && schema_of(name).is_some()
}

/// The full name of a field: that of a key alone is the section's that has it, and a section without keys below it, as
/// `loss`, is its kind.
///
/// # Errors
/// When no section has the key.
pub fn full_name(name: &str) -> Result<String, ExperimentError> {
    if name.contains('.') {
        let path: Vec<&str> = name.split('.').collect();
        return check_path(&path).map(|()| name.to_owned());
    }
    if let Some(section) = schema_of(name) {
        return Ok(match section.keys.contains(&"kind") {
            true => join(&section.table, "kind"),
            false => name.to_owned(),
        });
    }
    let sections = || tables().filter(|schema| !schema.table.contains('.'));
    if let Some(section) = sections().find(|schema| schema.keys.contains(&name)) {
        return Ok(join(&section.table, name));
    }
    let keys = || sections().flat_map(|schema| schema.keys);
    Err(ExperimentError::UnknownKey {
        key: name.to_owned(),
        hint: choice::nearest(name, keys())
            .map_or_else(String::new, |name| format!("; did you mean `{name}`?")),
        place: "in an experiment".into(),
        allowed: keys().collect::<Vec<_>>().join(", "),
    })
}

fn unknown_key(schema: &Schema, key: &str) -> ExperimentError {
    ExperimentError::UnknownKey {
        key: join(&schema.table, key),
        hint: hint(schema, key)
            .map_or_else(String::new, |name| format!("; did you mean `{name}`?")),
        place: if schema.table.is_empty() {
            "at the top level".into()
        } else {
            format!("in [{}]", schema.table)
        },
        allowed: schema.keys.join(", "),
    }
}

/// A key of another table with just this name is the likelier slip; then a misspelling here.
fn hint(here: &Schema, key: &str) -> Option<String> {
    let elsewhere = tables().find(|schema| schema.keys.contains(&key));
    elsewhere
        .map(|schema| join(&schema.table, key))
        .or_else(|| {
            choice::nearest(key, here.keys.iter().copied()).map(|name| join(&here.table, name))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        check(&text.parse::<Table>().unwrap())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_misspelt_key_is_named_in_full() {
        let message = refusal("[target]\nlnk = \"z1\"");
        assert!(message.contains("`target.lnk`"), "{message}");
        assert!(message.contains("did you mean `target.link`?"), "{message}");
        assert!(
            message.contains("allowed in [target]: link, channel, noise"),
            "{message}"
        );
    }

    #[test]
    fn a_key_in_the_wrong_section_is_sent_home() {
        assert!(refusal("[network]\ninit_std = 1.0").contains("did you mean `training.init_std`?"));
        assert!(refusal("link = \"z1\"").contains("did you mean `target.link`?"));
    }

    #[test]
    fn nested_and_misspelt_tables_are_checked() {
        assert!(
            refusal("[network]\nreadout = { sort = \"equal\" }").contains("`network.readout.sort`")
        );
        assert!(refusal("[netwrok]\nscale = 1").contains("did you mean `network`?"));
        assert!(refusal("target = \"z1\"").contains("expected a section ([target])"));
    }

    #[test]
    fn paths_may_not_go_below_a_value() {
        assert!(check_path(&["network", "readout", "kind"]).is_ok());
        assert!(check_path(&["target", "link", "kind"]).is_err());
        assert!(check_path(&["target", "likn"]).is_err());
    }
}
