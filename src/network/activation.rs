//! Activations.

use crate::expression::{Expression, Jet, Workspace};

use super::smoothness::{Line, Roughness};
use super::{NetworkError, Order};

/// A twice continuously differentiable activation `s(u)`.
#[derive(Clone, Debug)]
pub struct Activation {
    name: String,
    expression: Expression,
}

/// An activation with a name.
#[derive(Clone, Copy, Debug)]
pub struct BuiltinActivation {
    /// The name used in experiment files.
    pub name: &'static str,
    /// The expression in `u` it stands for.
    pub expression: &'static str,
}

const fn builtin(name: &'static str, expression: &'static str) -> BuiltinActivation {
    BuiltinActivation { name, expression }
}

/// All named activations.
pub const BUILTIN_ACTIVATIONS: &[BuiltinActivation] = &[
    builtin("tanh", "tanh(u)"),
    builtin("erf", "erf(u)"),
    builtin("sigmoid", "sigmoid(u)"),
    builtin("softplus", "softplus(u)"),
    builtin("gelu", "u*Phi(u)"),
    builtin("silu", "u*sigmoid(u)"),
    builtin("swish", "u*sigmoid(u)"),
    builtin("mish", "u*tanh(softplus(u))"),
    builtin("quadratic", "u^2"),
    builtin("cubic", "u^3"),
    builtin("hermite2", "He2(u)"),
    builtin("hermite3", "He3(u)"),
    builtin("hermite4", "He4(u)"),
    builtin("gaussian", "exp(-u^2/2)"),
    builtin("sin", "sin(u)"),
    builtin("cos", "cos(u)"),
    builtin("linear", "u"),
];

/// Names that users know from elsewhere but whose second derivative the theory cannot use: name, flaw, substitute.
const ROUGH_ACTIVATIONS: &[(&[&str], &str, &str)] = &[
    (
        &[
            "relu",
            "leaky_relu",
            "prelu",
            "relu6",
            "hardtanh",
            "hard_tanh",
            "hard_sigmoid",
            "abs",
        ],
        "its slope jumps, so its curvature has a delta mass that the Hessian formula misses",
        "use softplus or a smooth ReLU such as softplus(10*u)/10 or (u + sqrt(u^2 + 0.01))/2",
    ),
    (
        &[
            "elu",
            "celu",
            "softsign",
            "hardswish",
            "hard_swish",
            "relu2",
            "squared_relu",
        ],
        "its second derivative jumps",
        "use softplus, silu, gelu or tanh",
    ),
    (
        &["selu"],
        "its slope jumps, so its curvature has a delta mass that the Hessian formula misses",
        "use softplus",
    ),
    (
        &["sign", "step", "heaviside"],
        "it jumps",
        "use a steep tanh or erf, such as tanh(5*u)",
    ),
];

/// Half-width of the range on which smoothness and finiteness are checked: pre-activations are of order one.
const CHECKED_RANGE: f64 = 50.0;
/// Grid steps per unit, a power of two so that whole numbers, where poles like to sit, are on the grid.
const STEPS_PER_UNIT: f64 = 64.0;

impl Activation {
    /// Reads an activation from an expression in `u` or a built-in name.
    ///
    /// # Errors
    /// When it does not parse, is constant, is not finite on `[-50, 50]`, or is not C^2 there (ReLU, abs, sign), with
    /// the reason and the place.
    pub fn parse(text: &str) -> Result<Self, NetworkError> {
        let name = text.trim();
        if let Some(builtin) = BUILTIN_ACTIVATIONS
            .iter()
            .find(|builtin| builtin.name == name)
        {
            let expression = Expression::parse(builtin.expression, &["u"])?;
            return Ok(Self {
                name: name.to_owned(),
                expression,
            });
        }
        refuse_word(name)?;
        let expression = Expression::parse(text, &["u"])?;
        check(&expression)?;
        Ok(Self {
            name: name.to_owned(),
            expression,
        })
    }

    /// The built-in name or the text it was read from.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The expression in `u` it stands for.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// `s(u)` and its first two derivatives.
    pub fn jet(&self, u: f64) -> Jet {
        self.expression.jet(&[u], &[1.0])
    }

    /// The jets at many places; as many as `u` and `out` both hold.
    ///
    /// # Panics
    /// When `u` is shorter than `out`.
    pub fn jets_into(&self, u: &[f64], out: &mut [Jet], workspace: &mut Workspace) {
        self.expression.jets_into(&[u], &[1.0], out, workspace);
    }
}

/// Words that are no expression get a better answer than the parser can give.
fn refuse_word(name: &str) -> Result<(), NetworkError> {
    let word = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if !word || name == "u" || name == "pi" || name.starts_with(|c: char| !c.is_ascii_alphabetic())
    {
        return Ok(());
    }
    let plain = name.to_ascii_lowercase().replace('-', "_");
    let is_rough = |names: &[&str]| {
        names
            .iter()
            .any(|known| *known == plain || known.replace('_', "") == plain)
    };
    if let Some(&(_, reason, instead)) =
        ROUGH_ACTIVATIONS.iter().find(|(names, ..)| is_rough(names))
    {
        return Err(NetworkError::RoughActivation {
            name: name.to_owned(),
            reason,
            instead,
        });
    }
    let names = || BUILTIN_ACTIVATIONS.iter().map(|builtin| builtin.name);
    let meant = names()
        .map(|known| (strsim::damerau_levenshtein(known, &plain), known))
        .filter(|&(distance, known)| distance <= 1.max(known.len() / 3))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, known)| known.to_owned());
    let known = names().collect::<Vec<_>>().join(", ");
    Err(NetworkError::UnknownActivation {
        name: name.to_owned(),
        meant,
        known,
    })
}

fn check(expression: &Expression) -> Result<(), NetworkError> {
    let steps = (CHECKED_RANGE * STEPS_PER_UNIT) as i32;
    let grid: Vec<f64> = (-steps..=steps)
        .map(|i| f64::from(i) / STEPS_PER_UNIT)
        .collect();
    let mut jets = vec![Jet::default(); grid.len()];
    expression.jets_into(&[&grid], &[1.0], &mut jets, &mut Workspace::new());
    let line = Line::new(expression, &[0.0], 0);
    let broken =
        |jet: &Jet| !(jet.value.is_finite() && jet.first.is_finite() && jet.second.is_finite());
    // The place nearest to zero tells the user most: ln(u) fails at 0, not at -50.
    let nearest = grid
        .iter()
        .zip(&jets)
        .filter(|(_, jet)| broken(jet))
        .map(|(&u, _)| u);
    if let Some(u) = nearest.min_by(|a, b| a.abs().total_cmp(&b.abs())) {
        return line
            .not_finite(u, Order::Second)
            .map_or(Ok(()), |roughness| Err(refusal(roughness)));
    }
    if let Some(roughness) = line.roughness(&grid, Order::Second) {
        return Err(refusal(roughness));
    }
    if jets.iter().all(|jet| jet.first == 0.0) {
        return Err(NetworkError::ConstantActivation {
            text: expression.text().trim().to_owned(),
        });
    }
    Ok(())
}

fn refusal(roughness: Roughness) -> NetworkError {
    match roughness {
        Roughness::NotFinite { order, at } => NetworkError::ActivationNotFinite { order, at },
        Roughness::Jump {
            order,
            at,
            left,
            right,
        } => NetworkError::ActivationJump {
            order,
            at,
            left,
            right,
        },
    }
}
