//! The table of fields: what an experiment file may hold. Which keys exist, which are numbers for an axis, the file that
//! `onset init` writes and the format that `onset help experiment` prints are all read off this table.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text: a formula or a word.
    Text,
    /// A number.
    Real,
    /// A whole number.
    Whole,
    /// True or false.
    Flag,
    /// Several numbers, or a table of its own keys.
    Several,
}

/// What holds where the file leaves a field out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unset {
    /// The section cannot do without it.
    Required,
    /// This value, as the file would have it.
    Value(&'static str),
    /// Nothing, in words.
    Nothing(&'static str),
}

/// One key of an experiment file.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its full name, `section.key`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Which values it may have, in words.
    pub range: &'static str,
    /// What holds without it.
    pub default: Unset,
    /// What it means.
    pub words: &'static str,
    /// A value of an experiment that runs, as the file has it.
    pub example: Example,
}

/// What a file that shows every key says of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    /// The key with this value.
    On(&'static str),
    /// The key with this value, switched off: beside the others it would be refused.
    Off(&'static str),
}

impl Field {
    /// Section and key; the title stands outside all sections.
    pub fn section(&self) -> (&'static str, &'static str) {
        self.name.split_once('.').unwrap_or(("", self.name))
    }
}

use Example::{Off, On};
use Kind::{Flag, Real, Several, Text, Whole};
use Unset::{Nothing, Required, Value};

/// All fields, in the order of the file.
pub const FIELDS: [Field; 28] = [
    Field {
        name: "name",
        kind: Text,
        range: "one line",
        default: Nothing("no title"),
        words: "title of reports and pictures",
        example: On("\"phase retrieval\""),
    },
    Field {
        name: "target.link",
        kind: Text,
        range: "a formula in z1..z9, or a name of `onset links`",
        default: Required,
        words: "what is to be learned, a function of the hidden directions z",
        example: On("\"1.5*tanh(z1^2 - 1)\""),
    },
    Field {
        name: "target.channel",
        kind: Text,
        range: "deterministic, gaussian, flip, logistic or poisson",
        default: Value("\"deterministic\""),
        words: "how the label is drawn at the link's value: as it is, with added noise, as a flipped sign, as a sign with the \
                link as its log-odds, as a count with the link as its mean",
        example: On("\"deterministic\""),
    },
    Field {
        name: "target.noise",
        kind: Real,
        range: "gaussian: 0 or more; flip: 0 to 1; the other channels have none",
        default: Nothing("gaussian and flip need it"),
        words: "gaussian: standard deviation of the noise; flip: probability of a flipped label",
        example: Off("0.1"),
    },
    Field {
        name: "network.activation",
        kind: Text,
        range: "a formula in u, twice continuously differentiable, or a name: tanh, erf, sigmoid, softplus, gelu, silu, \
                quadratic, gaussian, sin ..",
        default: Required,
        words: "activation of every neuron",
        example: On("\"sqrt(1+u^2) - 1 + 0.2*u\""),
    },
    Field {
        name: "network.readout",
        kind: Several,
        range: "[a_1, .., a_m], or a table of the three keys below; 1 to 16 neurons",
        default: Required,
        words: "weights a_j of the output f = scale * sum_j a_j s(u_j + b_j), at the start of training",
        example: On("[1.0, 0.5]"),
    },
    Field {
        name: "network.readout.kind",
        kind: Text,
        range: "equal or rademacher",
        default: Nothing("the readout is given as numbers"),
        words: "all ones, or random signs",
        example: Off("\"rademacher\""),
    },
    Field {
        name: "network.readout.neurons",
        kind: Whole,
        range: "1 to 16",
        default: Nothing("the readout is given as numbers"),
        words: "number of neurons m",
        example: Off("4"),
    },
    Field {
        name: "network.readout.seed",
        kind: Whole,
        range: "0 or more",
        default: Value("1"),
        words: "rademacher: the seed that draws the signs; they are part of the network, so --seed leaves them alone",
        example: Off("1"),
    },
    Field {
        name: "network.bias",
        kind: Several,
        range: "[b_1, .., b_m]",
        default: Nothing("0 for every neuron"),
        words: "biases, at the start of training",
        example: On("[0.0, 0.0]"),
    },
    Field {
        name: "network.scale",
        kind: Real,
        range: "a number, \"1/m\" or \"1/sqrt(m)\"",
        default: Value("1.0"),
        words: "factor in front of the sum over neurons",
        example: On("1.0"),
    },
    Field {
        name: "loss.kind",
        kind: Text,
        range: "square, pseudo-huber, logistic, correlation, normalised-square, or a formula in y and f",
        default: Required,
        words: "loss of one sample with label y and output f",
        example: On("\"pseudo-huber\""),
    },
    Field {
        name: "loss.width",
        kind: Real,
        range: "above 0; pseudo-huber and normalised-square only",
        default: Value("1.0"),
        words: "pseudo-huber: w of w^2 (sqrt(1 + ((f-y)/w)^2) - 1); normalised-square: a of (y-f)^2 / (2(a + |y|))",
        example: On("1.0"),
    },
    Field {
        name: "loss.offset",
        kind: Real,
        range: "above 0; normalised-square only",
        default: Nothing("loss.width"),
        words: "another name of loss.width",
        example: Off("1.0"),
    },
    Field {
        name: "training.step_size",
        kind: Real,
        range: "above 0: a number, or one for each step in brackets",
        default: Nothing("needed unless steps = 0"),
        words: "step size of gradient descent on rows of norm O(1)",
        example: On("0.5"),
    },
    Field {
        name: "training.steps",
        kind: Whole,
        range: "0 or more, or \"converged\"",
        default: Value("0"),
        words: "number of steps T",
        example: On("40"),
    },
    Field {
        name: "training.weight_decay",
        kind: Real,
        range: "0 or more",
        default: Value("0.0"),
        words: "lambda of the ridge (lambda/2) |W|^2",
        example: On("0.0"),
    },
    Field {
        name: "training.momentum",
        kind: Real,
        range: "0 to 1, 1 excluded",
        default: Value("0.0"),
        words: "heavy ball; 0 is plain gradient descent",
        example: On("0.0"),
    },
    Field {
        name: "training.nesterov",
        kind: Flag,
        range: "true or false",
        default: Value("false"),
        words: "whether the momentum is Nesterov's",
        example: On("false"),
    },
    Field {
        name: "training.batch",
        kind: Real,
        range: "above 0, to 1",
        default: Value("1.0"),
        words: "fraction of the samples that a step sees",
        example: On("1.0"),
    },
    Field {
        name: "training.spherical",
        kind: Flag,
        range: "true or false",
        default: Value("false"),
        words: "whether rows of W are brought back to the norm init_std after every step",
        example: On("false"),
    },
    Field {
        name: "training.readout_step_size",
        kind: Real,
        range: "0 or more",
        default: Value("0.0"),
        words: "step size of the readout; 0 leaves it fixed",
        example: On("0.0"),
    },
    Field {
        name: "training.bias_step_size",
        kind: Real,
        range: "0 or more",
        default: Value("0.0"),
        words: "step size of the biases; 0 leaves them fixed",
        example: On("0.0"),
    },
    Field {
        name: "training.readout_weight_decay",
        kind: Real,
        range: "0 or more",
        default: Value("0.0"),
        words: "weight decay of the readout, where it is trained",
        example: On("0.0"),
    },
    Field {
        name: "training.init_std",
        kind: Real,
        range: "0 or more",
        default: Required,
        words: "norm s_w of the rows of W at initialisation",
        example: On("0.5"),
    },
    Field {
        name: "numerics.samples",
        kind: Whole,
        range: "256 to 16777216",
        default: Value("65536"),
        words: "samples of one replicate, for two neurons or more",
        example: On("65536"),
    },
    Field {
        name: "numerics.replicates",
        kind: Whole,
        range: "2 to 4096",
        default: Value("4"),
        words: "independent estimates behind every error bar",
        example: On("4"),
    },
    Field {
        name: "numerics.seed",
        kind: Whole,
        range: "0 or more",
        default: Value("1"),
        words: "seed of all random numbers",
        example: On("1"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Experiment, Override, Source};

    fn resolved(overrides: &[Override]) -> Experiment {
        Experiment::load(&Source::Text(String::new()), overrides).unwrap()
    }

    /// The examples that are switched on, except one.
    fn examples(without: &str) -> Vec<Override> {
        let on = FIELDS.iter().filter(|field| field.name != without);
        let on = on.filter_map(|field| match field.example {
            On(value) => Some(format!("{}={value}", field.name)),
            Off(_) => None,
        });
        on.map(|text| Override::parse(&text).unwrap()).collect()
    }

    #[test]
    fn the_examples_are_an_experiment() {
        let experiment = resolved(&examples(""));
        experiment.check().unwrap();
        assert!(experiment.network.is_some() && experiment.training.is_some());
    }

    #[test]
    fn a_field_that_is_left_out_has_its_default() {
        for field in &FIELDS {
            let (Value(default), On(_)) = (field.default, field.example) else {
                continue;
            };
            let mut with = examples("");
            with.push(Override::parse(&format!("{}={default}", field.name)).unwrap());
            assert_eq!(
                resolved(&examples(field.name)),
                resolved(&with),
                "{}",
                field.name
            );
        }
    }

    #[test]
    fn what_is_required_is_missed() {
        for field in FIELDS.iter().filter(|field| field.default == Required) {
            let missing = Experiment::load(&Source::Text(String::new()), &examples(field.name));
            let message = missing.unwrap_err().to_string();
            assert!(message.contains(field.name), "{message}");
        }
    }
}
