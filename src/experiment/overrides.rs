//! `--set section.key=value`.

use toml::{Table, Value};

use super::{ExperimentError, schema};

/// One field given on the command line instead of in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    path: Vec<String>,
    /// Absent: the field is removed.
    value: Option<Value>,
}

impl Override {
    /// Sets a field, named in full, to a value.
    pub fn new(field: &str, value: impl Into<Value>) -> Self {
        Self {
            path: field.split('.').map(str::to_owned).collect(),
            value: Some(value.into()),
        }
    }

    /// Removes a field, named in full.
    pub fn removal(field: &str) -> Self {
        Self {
            path: field.split('.').map(str::to_owned).collect(),
            value: None,
        }
    }

    /// Reads `section.key=value`.
    ///
    /// The value is TOML where it reads as TOML (`0.3`, `[1, 2]`, `"text"`), else taken as
    /// bare text (`z1*z2`); an empty value removes the field.
    ///
    /// # Errors
    /// When there is no `=`, or the key is not one of the format.
    pub fn parse(text: &str) -> Result<Self, ExperimentError> {
        let refuse = |reason: &str| ExperimentError::Override {
            text: text.to_owned(),
            reason: reason.to_owned(),
        };
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| refuse("expected section.key=value, as in target.link=z1*z2"))?;
        let path: Vec<&str> = key.split('.').map(str::trim).collect();
        if path.iter().any(|part| part.is_empty()) {
            return Err(refuse(
                "the part before `=` has to be a key, as in target.link=z1*z2",
            ));
        }
        schema::check_path(&path).map_err(|error| refuse(&error.to_string()))?;
        Ok(Self {
            path: path.into_iter().map(str::to_owned).collect(),
            value: value_of(value.trim()),
        })
    }

    /// Writes the field into a file's table, later overrides over earlier ones.
    pub(super) fn apply(&self, file: &mut Table) {
        let Some((last, parents)) = self.path.split_last() else {
            return;
        };
        let mut table = file;
        for parent in parents {
            let slot = table
                .entry(parent.clone())
                .or_insert_with(|| Value::Table(Table::new()));
            // `network.readout.kind` replaces a readout given as an array.
            if !slot.is_table() {
                *slot = Value::Table(Table::new());
            }
            let Some(inner) = slot.as_table_mut() else {
                return;
            };
            table = inner;
        }
        match &self.value {
            Some(value) => table.insert(last.clone(), value.clone()),
            None => table.remove(last),
        };
    }
}

fn value_of(text: &str) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    // A line break would let the value smuggle in further keys.
    let parsed = format!("value = {text}")
        .parse::<Table>()
        .ok()
        .filter(|table| table.len() == 1);
    Some(
        parsed
            .and_then(|mut table| table.remove("value"))
            .or_else(|| number(text))
            .unwrap_or_else(|| Value::String(text.to_owned())),
    )
}

/// Numbers that TOML does not know, but people write: `.5`, `2.`.
fn number(text: &str) -> Option<Value> {
    let number = text.parse::<f64>().ok().filter(|n| n.is_finite())?;
    // "99999999999999999999" would lose digits without a word.
    let whole = text.bytes().all(|byte| byte.is_ascii_digit());
    (!whole).then_some(Value::Float(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(file: &str, overrides: &[&str]) -> Table {
        let mut table: Table = file.parse().unwrap();
        for text in overrides {
            Override::parse(text).unwrap().apply(&mut table);
        }
        table
    }

    #[test]
    fn values_are_toml_or_bare_text() {
        let table = applied(
            "",
            &[
                "target.link=z1*z2",
                "target.noise=0.1",
                "network.readout=[1,2]",
                "network.activation=\"tanh\"",
            ],
        );
        assert_eq!(table["target"]["link"].as_str(), Some("z1*z2"));
        assert_eq!(table["target"]["noise"].as_float(), Some(0.1));
        assert_eq!(
            table["network"]["readout"].as_array().map(Vec::len),
            Some(2)
        );
        assert_eq!(table["network"]["activation"].as_str(), Some("tanh"));
    }

    #[test]
    fn numbers_may_begin_or_end_with_the_point() {
        let table = applied("", &["target.noise=.5", "loss.width=2."]);
        assert_eq!(table["target"]["noise"].as_float(), Some(0.5));
        assert_eq!(table["loss"]["width"].as_float(), Some(2.0));
    }

    #[test]
    fn an_expression_may_hold_an_equals_sign() {
        assert_eq!(
            applied("", &["target.link=z1 = 2"])["target"]["link"].as_str(),
            Some("z1 = 2")
        );
    }

    #[test]
    fn the_later_one_wins_and_an_empty_one_removes() {
        let table = applied(
            "[target]\nnoise = 1.0",
            &["target.link=a", "target.link=b", "target.noise="],
        );
        assert_eq!(table["target"]["link"].as_str(), Some("b"));
        assert!(table["target"].get("noise").is_none());
    }

    #[test]
    fn a_nested_key_replaces_an_array() {
        let table = applied(
            "[network]\nreadout = [1.0]",
            &["network.readout.kind=equal", "network.readout.neurons=3"],
        );
        assert_eq!(table["network"]["readout"]["neurons"].as_integer(), Some(3));
    }

    #[test]
    fn bad_overrides_say_what_is_wrong() {
        let message = |text| Override::parse(text).unwrap_err().to_string();
        assert!(message("target.link").contains("expected section.key=value"));
        assert!(message("=3").contains("has to be a key"));
        assert!(message("target.lnk=3").contains("did you mean `target.link`?"));
    }

    #[test]
    fn a_line_break_adds_no_second_key() {
        let table = applied("", &["target.link=1\nchannel = \"flip\""]);
        assert_eq!(table["target"].as_table().map(Table::len), Some(1));
    }
}
