//! The named links.

/// A link with a name, for `onset links` and for experiment files.
#[derive(Clone, Copy, Debug)]
pub struct BuiltinLink {
    /// The name used in experiment files.
    pub name: &'static str,
    /// The expression it stands for.
    pub expression: &'static str,
    /// One line on what it is.
    pub about: &'static str,
}

const fn builtin(name: &'static str, expression: &'static str, about: &'static str) -> BuiltinLink {
    BuiltinLink {
        name,
        expression,
        about,
    }
}

/// All named links.
pub const BUILTIN_LINKS: &[BuiltinLink] = &[
    builtin("phase-retrieval", "z1^2", "intensity measurements"),
    builtin("modulus", "abs(z1)", "phase retrieval from the modulus"),
    builtin(
        "squashed-square",
        "1.5*tanh(z1^2 - 1)",
        "phase retrieval with a bounded label",
    ),
    builtin("door", "sign(abs(z1) - 1)", "symmetric door, |z| against 1"),
    builtin("linear", "z1", "linear regression (all directions easy)"),
    builtin(
        "hermite3",
        "He3(z1)",
        "information exponent 3, generative exponent 1",
    ),
    builtin("product", "z1*z2", "product of two latents"),
    builtin("xor", "sign(z1*z2)", "parity of two signs"),
    builtin("ratio", "z1/z2", "separates delta_alg from delta_spec"),
    builtin("energy2", "(z1^2 + z2^2)/2", "mean of two squares"),
    builtin(
        "committee2",
        "sign(z1) + sign(z2)",
        "committee of two (one easy direction)",
    ),
    builtin("energy3", "(z1^2 + z2^2 + z3^2)/3", "mean of three squares"),
    builtin("product3", "z1*z2*z3", "product of three latents"),
    builtin(
        "parity3",
        "sign(z1*z2*z3)",
        "parity of three signs (delta_alg infinite)",
    ),
];
