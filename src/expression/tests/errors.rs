//! Error messages and their places.

use proptest::prelude::*;

use crate::expression::{Expression, ExpressionError};

fn error(text: &str) -> ExpressionError {
    Expression::parse(text, &["z1", "z2"]).expect_err("not an expression")
}

/// The message, and the piece of text that the carets underline.
fn told(text: &str) -> (String, String) {
    let error = error(text);
    (
        error.problem().to_string(),
        text[error.byte_span()].to_owned(),
    )
}

#[track_caller]
fn assert_told(text: &str, message: &str, place: &str) {
    assert_eq!(told(text), (message.to_owned(), place.to_owned()), "{text}");
}

#[test]
fn operands_that_are_missing_are_pointed_at() {
    assert_told("", "the expression is empty", "");
    assert_told("  ", "the expression is empty", "  ");
    assert_told("z1 +", "missing operand after `+`", "+");
    assert_told("* z1", "missing operand before `*`", "*");
    assert_told("z1* *2", "missing operand after `*`", "*");
    assert_told("z1**", "missing operand after `**`", "**");
    assert_told("max(z1, )", "missing operand after `,`", ",");
    assert_told("(/z1)", "missing operand before `/`", "/");
    assert_told("2^", "missing operand after `^`", "^");
    assert_told("z1 + - ", "missing operand after `-`", "-");
}

#[test]
fn operators_that_are_missing_are_pointed_at() {
    assert_told(
        "2z1",
        "missing operator before `z1` (a product is written with `*`)",
        "z1",
    );
    assert_told(
        "z1 (z2)",
        "missing operator before `(` (a product is written with `*`)",
        "(",
    );
    assert_told(
        "1.2.3",
        "missing operator before `.3` (a product is written with `*`)",
        ".3",
    );
    assert_told(
        "(z1 z2)",
        "missing operator before `z2` (a product is written with `*`)",
        "z2",
    );
}

#[test]
fn parentheses_are_matched() {
    assert_told("(z1 + (z2)", "this `(` is never closed", "(");
    assert_eq!(error("(z1 + (z2)").byte_span(), 0..1);
    assert_told("tanh(", "this `(` is never closed", "(");
    assert_told("z1)", "this `)` has no matching `(`", ")");
    assert_told(")", "this `)` has no matching `(`", ")");
    assert_told("tanh()", "the parentheses are empty", "()");
}

#[test]
fn arguments_are_counted() {
    assert_told(
        "1 + tanh(z1, 2)",
        "`tanh` takes one argument, not 2",
        "tanh(z1, 2)",
    );
    assert_told(
        "max(z1)*2",
        "`max` takes two or more arguments, not 1",
        "max(z1)",
    );
    assert_told(
        "tanh + 1",
        "`tanh` is a function: write `tanh(...)`",
        "tanh",
    );
    let comma =
        "a comma can only separate the arguments of a function (decimals are written with a point)";
    assert_eq!(told("0,5*z1").0, comma);
    assert_eq!(told("(z1, z2)").0, comma);
}

#[test]
fn unknown_names_come_with_what_is_known() {
    assert_told(
        "z3 + 1",
        "unknown name `z3`: the variables are z1, z2",
        "z3",
    );
    assert_told(
        "1 + Z1",
        "unknown name `Z1`: the variables are z1, z2; did you mean `z1`?",
        "Z1",
    );
    assert_eq!(
        Expression::parse("x", &["u"])
            .expect_err("unknown")
            .problem()
            .to_string(),
        "unknown name `x`: the only variable is u"
    );
    for (text, meant) in [
        ("tahn(z1)", "tanh"),
        ("log(z1)", "ln"),
        ("phi(z1)", "Phi"),
        ("he3(z1)", "He3"),
        ("sgmoid(z1)", "sigmoid"),
    ] {
        let message = told(text).0;
        assert!(message.starts_with("unknown function"), "{message}");
        assert!(
            message.ends_with(&format!("; did you mean `{meant}`?")),
            "{message}"
        );
    }
    assert!(!told("wobble(z1)").0.contains("did you mean"));
}

#[test]
fn characters_and_numbers_beyond_the_language_are_pointed_at() {
    assert_told("z1 $ 2", "unexpected character `$`", "$");
    assert_told(
        "z1 − 2",
        "unexpected character `−`: a minus sign is written `-`",
        "−",
    );
    assert_told(
        "1e999*z1",
        "the number 1e999 is too large for double precision",
        "1e999",
    );
    assert_told("z1 + .", "unexpected character `.`", ".");
}

#[test]
fn the_picture_has_its_caret_under_the_place() {
    assert_eq!(
        error("1.5*tahn(z1^2 - 1)").to_string(),
        "unknown function `tahn`: the functions are exp, ln, sqrt, abs, sign, tanh, sin, cos, erf, Phi, sigmoid, \
         softplus, max, min, He2, He3, He4; did you mean `tanh`?\n  1.5*tahn(z1^2 - 1)\n      ^^^^"
    );
    // Characters count, not bytes, and a line break does not tear the picture.
    let error = error("z1 +\n z2 ·  π");
    assert_eq!(error.char_span(), 9..10);
    assert!(
        error
            .to_string()
            .ends_with("\n  z1 +  z2 ·  π\n           ^"),
        "{error}"
    );
}

#[test]
fn nesting_is_limited() {
    for (deep, fine) in [
        (
            "(".repeat(100_000),
            format!("{}z1{}", "(".repeat(199), ")".repeat(199)),
        ),
        ("-".repeat(100_000), format!("{}z1", "-".repeat(199))),
        ("2^".repeat(100_000), format!("{}z1", "1^".repeat(199))),
        (
            "abs(".repeat(100_000),
            format!("{}z1{}", "abs(".repeat(199), ")".repeat(199)),
        ),
    ] {
        assert_eq!(
            error(&deep).problem().to_string(),
            "nested deeper than 200 levels"
        );
        assert!(Expression::parse(&fine, &["z1"]).is_ok());
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*") {
        if let Err(error) = Expression::parse(&text, &["z1"]) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn no_sequence_of_tokens_makes_the_parser_panic(
        tokens in prop::collection::vec(
            prop::sample::select(vec![
                "z1", "1", "1e5", ".5", "+", "-", "*", "/", "^", "(", ")", ",", "max", "tanh(", "sqrt(", "0", " ", "q",
            ]),
            0..40,
        ),
    ) {
        let text = tokens.concat();
        match Expression::parse(&text, &["z1"]) {
            Ok(expression) => { expression.jet(&[0.0], &[1.0]); }
            Err(error) => prop_assert!(text.get(error.byte_span()).is_some()),
        }
    }
}
