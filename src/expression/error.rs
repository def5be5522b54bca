//! What can be wrong with the text of an expression, and where.

use std::fmt;
use std::ops::Range;

/// Why a text is not an expression, with the place in the text.
///
/// `Display` shows three lines: the message, the text, and a caret line under the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    // Behind a box, so that results are not as large as the rare error.
    report: Box<Report>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    problem: ExpressionProblem,
    text: String,
    span: Range<usize>,
}

/// The kinds of mistakes in the text of an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionProblem {
    /// There is nothing but white space.
    #[error("the expression is empty")]
    Empty,
    /// A character that no expression contains.
    #[error("unexpected character `{character}`{}", hint(.advice))]
    UnexpectedCharacter {
        /// The character.
        character: char,
        /// What to write instead, where that is known.
        advice: Option<&'static str>,
    },
    /// A literal beyond the largest double.
    #[error("the number {number} is too large for double precision")]
    NumberTooLarge {
        /// The literal as written.
        number: String,
    },
    /// An operator or a comma with nothing on one side.
    #[error("missing operand {place} `{token}`")]
    MissingOperand {
        /// "before" or "after".
        place: &'static str,
        /// The token beside the gap.
        token: String,
    },
    /// Two operands side by side.
    #[error("missing operator before `{token}` (a product is written with `*`)")]
    MissingOperator {
        /// The second of the two operands.
        token: String,
    },
    /// `()` where an operand should stand.
    #[error("the parentheses are empty")]
    EmptyParentheses,
    /// An opening parenthesis without its partner.
    #[error("this `(` is never closed")]
    Unclosed,
    /// A closing parenthesis without its partner.
    #[error("this `)` has no matching `(`")]
    Unopened,
    /// A comma outside the arguments of a function.
    #[error(
        "a comma can only separate the arguments of a function (decimals are written with a point)"
    )]
    StrayComma,
    /// A name that is neither a variable, a function nor `pi`.
    #[error("unknown {role} `{name}`: {allowed}{}", suggestion(.meant))]
    UnknownName {
        /// "name" or "function".
        role: &'static str,
        /// The name as written.
        name: String,
        /// The names that are allowed in this place, in words.
        allowed: String,
        /// The closest of them, if one is close.
        meant: Option<String>,
    },
    /// A function's name that no parenthesis follows.
    #[error("`{function}` is a function: write `{function}(...)`")]
    MissingArguments {
        /// The function.
        function: String,
    },
    /// Too few or too many arguments.
    #[error("`{function}` takes {expected}, not {found}")]
    ArgumentCount {
        /// The function.
        function: String,
        /// What it takes, in words.
        expected: &'static str,
        /// How many it got.
        found: usize,
    },
    /// Parentheses, signs or powers inside one another beyond the limit.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The largest depth that is read.
        limit: usize,
    },
}

fn hint(advice: &Option<&'static str>) -> String {
    advice
        .map(|advice| format!(": {advice}"))
        .unwrap_or_default()
}

fn suggestion(meant: &Option<String>) -> String {
    meant
        .as_ref()
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

impl ExpressionError {
    /// Reports `problem` at the bytes `span` of `text`.
    pub(super) fn new(problem: ExpressionProblem, text: &str, span: Range<usize>) -> Self {
        let report = Report {
            problem,
            text: text.to_owned(),
            span,
        };
        Self {
            report: Box::new(report),
        }
    }

    /// What is wrong, without the picture that `Display` draws.
    pub fn problem(&self) -> &ExpressionProblem {
        &self.report.problem
    }

    /// The whole text that was read.
    pub fn text(&self) -> &str {
        &self.report.text
    }

    /// The place of the mistake, in bytes of [`text`](Self::text).
    pub fn byte_span(&self) -> Range<usize> {
        self.report.span.clone()
    }

    /// The place of the mistake, in characters of [`text`](Self::text).
    pub fn char_span(&self) -> Range<usize> {
        let before = |byte: usize| {
            self.report
                .text
                .char_indices()
                .take_while(|&(at, _)| at < byte)
                .count()
        };
        before(self.report.span.start)..before(self.report.span.end)
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Line breaks and tabs would tear the caret line from the text above it.
        let one_line: String = self
            .text()
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let Range { start, end } = self.char_span();
        let carets = "^".repeat(end.saturating_sub(start).max(1));
        write!(
            formatter,
            "{}\n  {one_line}\n  {}{carets}",
            self.report.problem,
            " ".repeat(start)
        )
    }
}

impl std::error::Error for ExpressionError {}
