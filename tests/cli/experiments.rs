//! Experiments that cannot be run: exit code 2, a message that names the field and shows the
//! value, nothing on standard output.

use crate::support::{EXPERIMENT, assert_says, refusal, refusal_of, set};

#[test]
fn links_that_say_nothing() {
    assert_says(
        &refusal(&["alg", "--link", ""]),
        &["target.link: it is empty"],
    );
    assert_says(
        &refusal(&["alg", "--link", "  "]),
        &["target.link: it is empty"],
    );
    assert_says(
        &refusal(&["alg", "--link", "3"]),
        &["target.link", "constant"],
    );
    assert_says(
        &refusal(&["alg", "--link", "0*z1"]),
        &["target.link", "constant"],
    );
    assert_says(&refusal(&["alg", "--link", "ln(-z1^2)"]), &["target.link"]);
    assert_says(&refusal(&["alg", "--link", "sqrt(z1)"]), &["target.link"]);
}

#[test]
fn links_that_do_not_parse() {
    let message = refusal(&["alg", "--link", "tahn(z1)"]);
    assert_says(&message, &["target.link", "tahn", "tanh", "^"]);
    assert_says(
        &refusal(&["alg", "--link", "z1 +"]),
        &["target.link", "z1 +"],
    );
    assert_says(&refusal(&["alg", "--link", "(z1"]), &["target.link"]);
    assert_says(&refusal(&["alg", "--link", "-z1 u"]), &["target.link"]);
    assert_says(
        &refusal(&["alg", "--link", "z1 + z3"]),
        &["target.link", "z2"],
    );
    assert_says(
        &refusal(&["alg", "--link", "z1 + z10"]),
        &["target.link", "z10"],
    );
}

#[test]
fn a_caret_stands_under_the_character() {
    let message = refusal(&["alg", "--link", "z1^2 + qq"]);
    let lines: Vec<&str> = message.lines().collect();
    let text = lines
        .iter()
        .position(|line| line.trim() == "z1^2 + qq")
        .unwrap();
    assert_eq!(
        lines[text + 1].find('^'),
        lines[text].find("qq"),
        "{message}"
    );
}

#[test]
fn more_latents_than_there_are() {
    assert_says(
        &refusal(&["alg", "--link", "z1*z2*z3*z4*z5*z6*z7*z8*z9*z10"]),
        &["target.link", "z10"],
    );
}

#[test]
fn channels() {
    assert_says(
        &set("target.channel=gausian"),
        &["target.channel", "did you mean `gaussian`?"],
    );
    assert_says(
        &refusal(&[
            "alg",
            "--link",
            "z1",
            "--channel",
            "logistic",
            "--noise",
            "0.1",
        ]),
        &["target.noise = 0.1", "logistic"],
    );
    assert_says(
        &refusal(&["alg", "--link", "z1^2 - 0.001", "--channel", "poisson"]),
        &["target.channel", "poisson", "-0.001", "at z = ["],
    );
    assert_says(
        &refusal(&["alg", "--link", "exp(3*z1)", "--channel", "poisson"]),
        &["target.channel", "intensity exceeds 1e5", "1e5"],
    );
    assert_says(
        &refusal(&[
            "alg",
            "--link",
            "z1*z2",
            "--channel",
            "flip",
            "--noise",
            "0.1",
        ]),
        &["target.channel", "values +-1", "at z = ["],
    );
    assert_says(
        &set("target.channel=gaussian"),
        &["target.noise is missing"],
    );
    assert_says(
        &set("target.noise=0.1"),
        &["target.noise = 0.1", "deterministic channel has no noise"],
    );
    let noisy = |noise| {
        refusal(&[
            "alg",
            "--link",
            "z1^2",
            "--channel",
            "gaussian",
            "--noise",
            noise,
        ])
    };
    assert_says(&noisy("-0.1"), &["target.noise = -0.1", "negative"]);
    assert_says(&noisy("nan"), &["target.noise", "finite"]);
    assert_says(&noisy("inf"), &["target.noise", "finite"]);
    let flipped = |noise| {
        refusal(&[
            "alg",
            "--link",
            "sign(z1)",
            "--channel",
            "flip",
            "--noise",
            noise,
        ])
    };
    assert_says(&flipped("1.5"), &["target.noise = 1.5", "between 0 and 1"]);
    let message = refusal(&[
        "alg",
        "--link",
        "z1^2",
        "--channel",
        "flip",
        "--noise",
        "0.1",
    ]);
    assert_says(&message, &["target.channel"]);
}

#[test]
fn activations_without_a_curvature() {
    for activation in ["max(u, 0)", "abs(u)", "sign(u)", "relu"] {
        assert_says(
            &set(&format!("network.activation={activation}")),
            &["network.activation"],
        );
    }
    assert_says(&set("network.activation=z1"), &["network.activation", "z1"]);
    assert_says(
        &set("network.activation=thanh"),
        &["network.activation", "thanh"],
    );
    assert_says(
        &set("network.activation=3"),
        &["network.activation: expected", "got the integer 3"],
    );
}

#[test]
fn networks() {
    assert_says(
        &set("network.readout=[]"),
        &["network.readout = []", "at least one neuron"],
    );
    assert_says(
        &set("network.readout.neurons=0"),
        &["network.readout.kind is missing"],
    );
    assert_says(
        &set("network.readout={kind=\"equal\", neurons=0}"),
        &["network.readout.neurons = 0"],
    );
    assert_says(
        &set("network.bias=[0.1]"),
        &[
            "network.bias",
            "it has 1 entries, but network.readout has 2",
        ],
    );
    assert_says(
        &set("network.readout=[1, inf]"),
        &["network.readout[1] = inf", "finite"],
    );
    assert_says(
        &set("network.bias=[nan, 0]"),
        &["network.bias[0] = nan", "finite"],
    );
    assert_says(
        &set("network.scale=nan"),
        &["network.scale = nan", "finite"],
    );
    assert_says(
        &set("network.scale=1/n"),
        &["network.scale = \"1/n\"", "1/sqrt(m)"],
    );
    assert_says(
        &set("network.readout=two"),
        &["network.readout: expected an array", "got the text \"two\""],
    );
}

#[test]
fn losses() {
    assert_says(
        &set("loss.kind=hubber"),
        &["loss.kind = \"hubber\"", "known: square, pseudo-huber"],
    );
    assert_says(
        &set("loss.kind=psuedo-huber"),
        &["did you mean `pseudo-huber`?"],
    );
    assert_says(
        &set("loss.kind=[\"square\", \"logistic\"]"),
        &["loss.kind: expected one of square"],
    );
    assert_says(&set("loss.width=0"), &["loss.width = 0", "positive"]);
    assert_says(&set("loss.width=inf"), &["loss.width = inf", "finite"]);
    assert_says(&set("loss.kind=(y-f)^2*g"), &["loss.kind", "g"]);
    assert_says(&set("loss.kind=abs(y-f)"), &["loss.kind"]);
    let both = refusal(&[
        "nn",
        "-",
        "--set",
        "loss.kind=normalised-square",
        "--set",
        "loss.width=1",
        "--set",
        "loss.offset=1",
    ]);
    assert_says(&both, &["loss.offset = 1", "another name of loss.width"]);
    let twice = format!("{EXPERIMENT}\n[loss]\nkind = \"square\"\n");
    assert_says(
        &refusal_of(twice.as_bytes(), &["nn", "-"]),
        &["standard input is not valid TOML", "duplicate key"],
    );
}

#[test]
fn training_rules() {
    assert_says(
        &set("training.momentum=1"),
        &["training.momentum = 1", "[0, 1)"],
    );
    assert_says(
        &set("training.momentum=-0.1"),
        &["training.momentum = -0.1"],
    );
    assert_says(&set("training.batch=0"), &["training.batch = 0", "(0, 1]"]);
    assert_says(&set("training.batch=1.5"), &["training.batch = 1.5"]);
    assert_says(
        &set("training.nesterov=1"),
        &["training.nesterov: expected true or false", "the integer 1"],
    );
    let schedule = |steps: &str, sizes: &str| refusal(&["nn", "-", "--set", steps, "--set", sizes]);
    assert_says(
        &schedule("training.steps=3", "training.step_size=[0.5, 0.2]"),
        &["training.step_size", "2 are given for training.steps = 3"],
    );
    assert_says(
        &schedule("training.steps=2", "training.step_size=[0.5, 0]"),
        &["training.step_size[1] = 0.0", "positive"],
    );
    assert_says(
        &schedule("training.steps=converged", "training.step_size=[0.5]"),
        &["training.step_size", "one step size"],
    );
    assert_says(
        &schedule("training.init_std=0", "training.spherical=true"),
        &["training.init_std = 0", "sphere"],
    );
}

#[test]
fn training_and_numerics() {
    assert_says(
        &set("training.init_std=-0.5"),
        &["training.init_std = -0.5", "negative"],
    );
    assert_says(
        &set("training.init_std=nan"),
        &["training.init_std = nan", "finite"],
    );
    assert_says(
        &set("training.weight_decay=-1"),
        &["training.weight_decay = -1"],
    );
    assert_says(
        &set("training.step_size=0"),
        &["training.step_size = 0", "positive"],
    );
    assert_says(
        &set("training.steps=2.5"),
        &["training.steps: expected an integer", "got the number 2.5"],
    );
    assert_says(
        &set("training.steps=forever"),
        &["\"converged\"", "got the text \"forever\""],
    );
    assert_says(
        &set("numerics.samples=10"),
        &["numerics.samples = 10", "between 256 and 16777216"],
    );
    assert_says(
        &set("numerics.replicates=1"),
        &["numerics.replicates = 1", "between 2 and 4096"],
    );
    assert_says(
        &set("numerics.seed=1.5"),
        &["numerics.seed: expected an integer"],
    );
}

#[test]
fn numbers_that_are_too_large() {
    for field in [
        "training.init_std=1e400",
        "training.init_std=1e300",
        "network.scale=-1e200",
        "training.weight_decay=1e300",
        "numerics.samples=99999999999999999999",
        "numerics.seed=9223372036854775808",
    ] {
        let (name, value) = field.split_once('=').unwrap();
        assert_says(&set(field), &[&format!("{name} = {value}"), "too large"]);
    }
    assert_says(
        &set("network.readout=[1e300, 1]"),
        &["network.readout[0] = 1e300", "too large"],
    );
    assert_says(
        &set("numerics.replicates=100000000"),
        &["numerics.replicates = 100000000", "between 2 and 4096"],
    );
    let memory = refusal(&[
        "nn",
        "-",
        "--set",
        "numerics.samples=16777216",
        "--set",
        "numerics.replicates=4096",
    ]);
    assert_says(&memory, &["numerics.replicates = 4096", "memory"]);
}

#[test]
fn long_and_deep_expressions() {
    let link = |text: &str| refusal(&["alg", "--link", text]);
    let deep = format!("{}z1{}", "(".repeat(5000), ")".repeat(5000));
    for text in [
        &deep,
        &"a".repeat(100_000),
        &format!("z1^2 + {}", "tanh(".repeat(3000)),
        &format!("{}z1", "-".repeat(20_000)),
        &vec!["z1"; 5000].join("^"),
    ] {
        let message = link(text);
        assert_says(&message, &["target.link"]);
        assert!(message.len() < 2000, "{} bytes", message.len());
    }
    assert_says(&link(&deep), &["nested deeper"]);
}

#[test]
fn odd_characters() {
    let link = |text: &str| refusal(&["alg", "--link", text]);
    assert_says(&link("z1\u{b2}"), &["target.link", "\u{b2}", "^"]);
    assert_says(&link("\u{1d6fc}*z1"), &["target.link", "\u{1d6fc}"]);
    assert_says(&link("1e400*z1"), &["target.link", "1e400"]);
    let titled = |name: &str| EXPERIMENT.replace("small", name);
    assert_says(
        &refusal_of(titled("a\\nb").as_bytes(), &["nn", "-"]),
        &["name", "one line"],
    );
    assert_says(&set("name=3"), &["name: expected a text", "integer 3"]);
}
