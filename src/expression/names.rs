//! The names of the language: constants, functions and their numbers of arguments.

use super::graph::{Binary, Unary};

/// What a function's name stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Function {
    /// Exactly one argument.
    One(Unary),
    /// Two or more arguments, combined from left to right.
    Many(Binary),
}

const FUNCTIONS: &[(&str, Function)] = &[
    ("exp", Function::One(Unary::Exp)),
    ("ln", Function::One(Unary::Ln)),
    ("sqrt", Function::One(Unary::Sqrt)),
    ("abs", Function::One(Unary::Abs)),
    ("sign", Function::One(Unary::Sign)),
    ("tanh", Function::One(Unary::Tanh)),
    ("sin", Function::One(Unary::Sin)),
    ("cos", Function::One(Unary::Cos)),
    ("erf", Function::One(Unary::Erf)),
    ("Phi", Function::One(Unary::NormalCdf)),
    ("sigmoid", Function::One(Unary::Sigmoid)),
    ("softplus", Function::One(Unary::Softplus)),
    ("max", Function::Many(Binary::Maximum)),
    ("min", Function::Many(Binary::Minimum)),
    ("He2", Function::One(Unary::Hermite2)),
    ("He3", Function::One(Unary::Hermite3)),
    ("He4", Function::One(Unary::Hermite4)),
];

/// Names of other languages for functions of this one.
const SYNONYMS: &[(&str, &str)] = &[
    ("log", "ln"),
    ("fabs", "abs"),
    ("sgn", "sign"),
    ("logistic", "sigmoid"),
];

/// The function of this name.
pub(super) fn function(name: &str) -> Option<Function> {
    FUNCTIONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|&(_, function)| function)
}

/// The constant of this name.
pub(super) fn constant(name: &str) -> Option<f64> {
    (name == "pi").then_some(std::f64::consts::PI)
}

/// All functions, in words.
pub(super) fn function_list() -> String {
    let names: Vec<&str> = FUNCTIONS.iter().map(|&(name, _)| name).collect();
    format!("the functions are {}", names.join(", "))
}

/// All variables, in words.
pub(super) fn variable_list(variables: &[&str]) -> String {
    match variables {
        [] => "no variable is allowed here".to_owned(),
        [only] => format!("the only variable is {only}"),
        several => format!("the variables are {}", several.join(", ")),
    }
}

/// The function, variable or constant that was probably meant.
pub(super) fn closest(name: &str, variables: &[&str]) -> Option<String> {
    if let Some((_, meant)) = SYNONYMS.iter().find(|(other, _)| *other == name) {
        return Some((*meant).to_owned());
    }
    let known = || {
        variables
            .iter()
            .copied()
            .chain(FUNCTIONS.iter().map(|&(name, _)| name))
            .chain(["pi"])
    };
    if let Some(same) = known().find(|known| known.eq_ignore_ascii_case(name)) {
        return Some(same.to_owned());
    }
    // One slip in a name of three letters or more: z4 is no slip of z1.
    known()
        .filter(|known| name.len() >= 3 && known.len() >= 2)
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .filter(|&(distance, known)| distance <= 1.max(known.len() / 3))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, known)| known.to_owned())
}
