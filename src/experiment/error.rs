//! Why an experiment cannot be used.

use std::fmt::Display;
use std::ops::Range;

use super::excerpt::excerpt;

/// Why an experiment cannot be used. Every message names the field and shows the value.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// The source cannot be read as text.
    #[error("cannot read {origin}: {reason}")]
    Unreadable {
        /// The path, or "standard input".
        origin: String,
        /// Why.
        reason: String,
    },
    /// The text is not TOML.
    #[error("{origin} is not valid TOML\n{}", excerpt(.detail))]
    Syntax {
        /// The path, or "standard input".
        origin: String,
        /// The line at fault and a caret.
        detail: String,
    },
    /// A key that the format does not have.
    #[error("unknown key `{}`{hint}\n  allowed {place}: {allowed}", excerpt(.key))]
    UnknownKey {
        /// Full name, `section.key`.
        key: String,
        /// "; did you mean ..?", or nothing.
        hint: String,
        /// Where: "at the top level" or "in", with the section.
        place: String,
        /// The keys allowed there.
        allowed: String,
    },
    /// A field that is asked to hold a number, and cannot.
    #[error("`{key}` holds no number{hint}\n  numeric fields: {allowed}")]
    NotNumeric {
        /// Full name, `section.key`.
        key: String,
        /// "; did you mean ..?", or nothing.
        hint: String,
        /// The fields that do.
        allowed: String,
    },
    /// An override that is not `section.key=value`.
    #[error("--set {}: {reason}", excerpt(.text))]
    Override {
        /// What was given.
        text: String,
        /// Why it is refused.
        reason: String,
    },
    /// A value of the wrong type.
    #[error("{field}: expected {expected}, got {}", excerpt(.got))]
    WrongType {
        /// Full name of the field.
        field: String,
        /// What belongs there.
        expected: String,
        /// What stands there.
        got: String,
    },
    /// A value outside its range.
    #[error("{field} = {}: {reason}", excerpt(.value))]
    Invalid {
        /// Full name of the field.
        field: String,
        /// What stands there.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A field that has to be given.
    #[error("{field} is missing: {reason}")]
    Missing {
        /// Full name of the field.
        field: String,
        /// What it is needed for.
        reason: String,
    },
    /// A section that has to be given.
    #[error("section [{section}] is missing: {reason}")]
    MissingSection {
        /// Its name.
        section: &'static str,
        /// What it is needed for.
        reason: String,
    },
    /// A field whose text the library refuses.
    #[error("{field}:{}", beside(.detail))]
    Refused {
        /// Full name of the field.
        field: String,
        /// The library's explanation.
        detail: String,
        /// The characters of the text that it is about, where they are known.
        place: Option<Range<usize>>,
    },
    /// The experiment cannot be written as TOML.
    #[error("the experiment cannot be written as TOML: {0}")]
    Unwritable(#[from] toml::ser::Error),
}

impl ExperimentError {
    /// The refusal of a field's text by the library.
    pub(super) fn refused(field: &str, error: &dyn Display, place: Option<Range<usize>>) -> Self {
        Self::Refused {
            field: field.to_owned(),
            detail: error.to_string(),
            place,
        }
    }

    /// The full name of the field that is at fault, where it is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::UnknownKey { key: field, .. }
            | Self::NotNumeric { key: field, .. }
            | Self::WrongType { field, .. }
            | Self::Invalid { field, .. }
            | Self::Missing { field, .. }
            | Self::Refused { field, .. } => Some(field),
            Self::MissingSection { section, .. } => Some(section),
            Self::Unreadable { .. }
            | Self::Syntax { .. }
            | Self::Override { .. }
            | Self::Unwritable(_) => None,
        }
    }

    /// The characters of the field's text that are at fault, where they are known.
    pub fn place(&self) -> Option<Range<usize>> {
        match self {
            Self::Refused { place, .. } => place.clone(),
            _ => None,
        }
    }
}

/// Puts the first line after the field's name and the others below it, evenly indented, so
/// that a caret stays under the character it points at.
fn beside(detail: &str) -> String {
    let detail = excerpt(detail.trim_end());
    let mut lines = detail.lines();
    let first = lines.next().unwrap_or_default();
    let rest: String = lines.map(|line| format!("\n  {line}")).collect();
    format!(" {first}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(detail: &str) -> String {
        ExperimentError::Refused {
            field: "target.link".into(),
            detail: detail.into(),
            place: None,
        }
        .to_string()
    }

    #[test]
    fn one_line_stays_beside_the_field() {
        assert_eq!(refused("it is empty"), "target.link: it is empty");
    }

    #[test]
    fn carets_keep_their_column() {
        assert_eq!(
            refused("unknown name\nz1+q\n   ^\n"),
            "target.link: unknown name\n  z1+q\n     ^"
        );
    }
}
