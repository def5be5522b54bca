//! `[loss]`.

use serde::{Serialize, Serializer};
use toml::{Table, Value};

use super::reader::Reader;
use super::{ExperimentError, choice, defaults};
use crate::network::{Loss, NetworkError};

/// A loss by name, or an expression in `y` and `f`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LossKind {
    /// `(f - y)^2 / 2`
    Square,
    /// `w^2 (sqrt(1 + ((f - y)/w)^2) - 1)`
    PseudoHuber,
    /// `ln(1 + exp(-y f))`
    Logistic,
    /// `-y f`
    Correlation,
    /// `(y - f)^2 / (2 (a + |y|))`
    NormalisedSquare,
    /// Anything else.
    Expression(String),
}

const NAMES: [&str; 5] = [
    "square",
    "pseudo-huber",
    "logistic",
    "correlation",
    "normalised-square",
];

impl LossKind {
    fn from_text(text: &str) -> Self {
        match text {
            "square" => Self::Square,
            "pseudo-huber" => Self::PseudoHuber,
            "logistic" => Self::Logistic,
            "correlation" => Self::Correlation,
            "normalised-square" => Self::NormalisedSquare,
            other => Self::Expression(other.to_owned()),
        }
    }

    /// The text that stands for it in an experiment file.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Square => "square",
            Self::PseudoHuber => "pseudo-huber",
            Self::Logistic => "logistic",
            Self::Correlation => "correlation",
            Self::NormalisedSquare => "normalised-square",
            Self::Expression(text) => text,
        }
    }
}

impl Serialize for LossKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_text())
    }
}

/// `[loss]`, resolved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LossSection {
    /// Which loss.
    pub kind: LossKind,
    /// pseudo-huber: its width; normalised-square: its offset. Absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<f64>,
}

impl LossSection {
    /// Reads the section where the file has one.
    pub(super) fn read(file: &Table) -> Result<Option<Self>, ExperimentError> {
        let Some(section) = Reader::open(file, "loss") else {
            return Ok(None);
        };
        let known = format!("one of {}, or an expression in y and f", NAMES.join(", "));
        let text = section.text("kind", &known)?;
        let text = section
            .required(text, "kind", &format!("give {known}"))?
            .trim();
        if text.is_empty() {
            let empty = format!("it is empty; give {known}");
            return Err(ExperimentError::refused(
                &section.field("kind"),
                &empty,
                None,
            ));
        }
        let kind = LossKind::from_text(text);
        let width = read_width(&section, &kind)?;
        Ok(Some(Self { kind, width }))
    }

    /// Builds the loss.
    pub(super) fn build(&self) -> Result<Loss, ExperimentError> {
        let width = self.width.unwrap_or(defaults::WIDTH);
        match &self.kind {
            LossKind::Square => Ok(Loss::Square),
            LossKind::PseudoHuber => Ok(Loss::PseudoHuber { width }),
            LossKind::Logistic => Ok(Loss::Logistic),
            LossKind::Correlation => Ok(Loss::Correlation),
            LossKind::NormalisedSquare => Ok(Loss::NormalisedSquare { offset: width }),
            LossKind::Expression(text) => {
                Loss::from_expression(text).map_err(|error| refused(text, &error))
            }
        }
    }
}

/// A single word that is no expression was meant as a name.
fn refused(text: &str, error: &NetworkError) -> ExperimentError {
    let is_word = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_word {
        let reason = format!(
            "{}, or an expression in y and f",
            choice::unknown("loss", text, &NAMES)
        );
        return ExperimentError::Invalid {
            field: "loss.kind".into(),
            value: format!("{text:?}"),
            reason,
        };
    }
    ExperimentError::refused("loss.kind", error, error.place())
}

fn read_width(section: &Reader, kind: &LossKind) -> Result<Option<f64>, ExperimentError> {
    let (width, offset) = (section.value("width"), section.value("offset"));
    let positive = |key: &str| section.checked(key, |number| number > 0.0, "it has to be positive");
    match (kind, width, offset) {
        (LossKind::NormalisedSquare, Some(_), Some(offset)) => Err(section.invalid(
            "offset",
            offset,
            "for normalised-square it is another name of loss.width; give one of them",
        )),
        (LossKind::NormalisedSquare, _, Some(_)) => positive("offset"),
        (LossKind::NormalisedSquare | LossKind::PseudoHuber, _, None) => {
            Ok(Some(positive("width")?.unwrap_or(defaults::WIDTH)))
        }
        (_, _, Some(value)) => Err(unused(section, "offset", value, "normalised-square")),
        (_, Some(value), None) => Err(unused(
            section,
            "width",
            value,
            "pseudo-huber and normalised-square",
        )),
        (_, None, None) => Ok(None),
    }
}

fn unused(section: &Reader, key: &str, value: &Value, users: &str) -> ExperimentError {
    section.invalid(
        key,
        value,
        &format!("only {users} has it; remove the field"),
    )
}
