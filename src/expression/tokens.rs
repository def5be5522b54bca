//! Text to tokens.

use std::ops::Range;

use winnow::Parser;
use winnow::ascii::{digit0, digit1, multispace0};
use winnow::combinator::{alt, opt, peek, preceded};
use winnow::error::{ContextError, ErrMode};
use winnow::stream::{LocatingSlice, Location, Stream};
use winnow::token::{any, one_of, take_while};

use super::error::{ExpressionError, ExpressionProblem};

/// What a token is; a name or a number keeps its text through the span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TokenKind {
    Number(f64),
    Name,
    Plus,
    Minus,
    Times,
    Divide,
    Power,
    Open,
    Close,
    Comma,
}

/// A token and its bytes in the text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

type Input<'t> = LocatingSlice<&'t str>;
type Outcome<T> = Result<T, ErrMode<ContextError>>;

/// Splits a text into tokens.
///
/// # Errors
/// On a character that no expression contains and on a number beyond the largest double.
pub(super) fn tokenise(text: &str) -> Result<Vec<Token>, ExpressionError> {
    let mut input = LocatingSlice::new(text);
    let mut tokens = Vec::new();
    loop {
        skip_space(&mut input);
        let start = input.current_token_start();
        let Some(character) = input.peek_token() else {
            return Ok(tokens);
        };
        let kind = token(&mut input).map_err(|_| unexpected(text, start, character))?;
        let span = start..input.previous_token_end();
        if kind == TokenKind::Number(f64::INFINITY) {
            let number = text[span.clone()].to_owned();
            return Err(ExpressionError::new(
                ExpressionProblem::NumberTooLarge { number },
                text,
                span,
            ));
        }
        tokens.push(Token { kind, span });
    }
}

fn skip_space(input: &mut Input<'_>) {
    let skipped: Outcome<&str> = multispace0.parse_next(input);
    debug_assert!(skipped.is_ok(), "zero or more spaces always match");
}

fn token(input: &mut Input<'_>) -> Outcome<TokenKind> {
    alt((
        number.map(TokenKind::Number),
        name.value(TokenKind::Name),
        "**".value(TokenKind::Power),
        any.verify_map(symbol),
    ))
    .parse_next(input)
}

fn symbol(character: char) -> Option<TokenKind> {
    Some(match character {
        '+' => TokenKind::Plus,
        '-' => TokenKind::Minus,
        '*' => TokenKind::Times,
        '/' => TokenKind::Divide,
        '^' => TokenKind::Power,
        '(' => TokenKind::Open,
        ')' => TokenKind::Close,
        ',' => TokenKind::Comma,
        _ => return None,
    })
}

/// `12`, `12.`, `1.5`, `.5`, each with an optional exponent.
fn number(input: &mut Input<'_>) -> Outcome<f64> {
    let mantissa = alt(((digit1, opt(('.', digit0))).void(), ('.', digit1).void()));
    let exponent = (one_of(['e', 'E']), opt(one_of(['+', '-'])), digit1);
    (mantissa, opt(exponent))
        .take()
        .parse_to()
        .parse_next(input)
}

fn name<'t>(input: &mut Input<'t>) -> Outcome<&'t str> {
    preceded(
        peek(one_of(|c: char| c.is_ascii_alphabetic() || c == '_')),
        take_while(1.., |c: char| c.is_ascii_alphanumeric() || c == '_'),
    )
    .parse_next(input)
}

fn unexpected(text: &str, start: usize, character: char) -> ExpressionError {
    let advice = match character {
        '−' | '–' | '—' => Some("a minus sign is written `-`"),
        '×' | '·' | '⋅' => Some("a product is written `*`"),
        '÷' => Some("a quotient is written `/`"),
        '²' | '³' => Some("a power is written `^`"),
        'Φ' => Some("the normal distribution function is written `Phi`"),
        'π' => Some("the circle constant is written `pi`"),
        '[' | ']' | '{' | '}' => Some("only round parentheses group"),
        '|' => Some("an absolute value is written `abs(...)`"),
        _ => None,
    };
    let problem = ExpressionProblem::UnexpectedCharacter { character, advice };
    ExpressionError::new(problem, text, start..start + character.len_utf8())
}
