use super::*;
use crate::experiment::{ChannelKind, LossKind, Steps};

const FULL: &str = r#"
name = "full"
[target]
link = " z1*z2 "
channel = "gaussian"
noise = 1
[network]
activation = "tanh"
readout = { kind = "rademacher", neurons = 5 }
scale = "1/m"
[loss]
kind = "normalised-square"
offset = 0.1
[training]
init_std = 0.5
"#;

fn load(text: &str, overrides: &[&str]) -> Result<Experiment, ExperimentError> {
    let overrides: Vec<_> = overrides
        .iter()
        .map(|text| Override::parse(text).unwrap())
        .collect();
    Experiment::load(&Source::Text(text.into()), &overrides)
}

fn refusal(overrides: &[&str]) -> String {
    load(FULL, overrides).unwrap_err().to_string()
}

#[test]
fn defaults_and_shorthands_are_resolved() {
    let experiment = load(FULL, &[]).unwrap();
    assert_eq!(experiment.target.link, "z1*z2");
    assert_eq!(experiment.target.channel, ChannelKind::Gaussian);
    assert_eq!(experiment.target.noise, Some(1.0));
    let network = experiment.network.as_ref().unwrap();
    assert_eq!(network.readout.len(), 5);
    assert!(network.readout.iter().all(|a| a.abs() == 1.0));
    assert_eq!(network.bias, [0.0; 5]);
    assert_eq!(network.scale, 0.2);
    assert_eq!(
        experiment.loss,
        Some(LossSection {
            kind: LossKind::NormalisedSquare,
            width: Some(0.1)
        })
    );
    let training = experiment.training().unwrap();
    assert_eq!(
        (training.steps, training.weight_decay),
        (Steps::Count(0), 0.0)
    );
    assert_eq!(
        experiment.numerics,
        NumericsSection {
            samples: 65536,
            replicates: 4,
            seed: 1
        }
    );
}

#[test]
fn written_experiments_load_to_themselves() {
    let experiment = load(FULL, &[]).unwrap();
    let again = load(&experiment.to_toml().unwrap(), &[]).unwrap();
    assert_eq!(experiment, again);
    assert_eq!(
        experiment.fingerprint().unwrap(),
        again.fingerprint().unwrap()
    );
}

#[test]
fn the_fingerprint_sees_values_and_not_names() {
    let fingerprint = |overrides: &[&str]| load(FULL, overrides).unwrap().fingerprint().unwrap();
    assert_eq!(fingerprint(&[]), fingerprint(&["name=other"]));
    assert_eq!(
        fingerprint(&[]),
        fingerprint(&["loss.width=0.1", "loss.offset="])
    );
    assert_ne!(fingerprint(&[]), fingerprint(&["target.noise=1.0000001"]));
    assert_eq!(
        fnv1a(b"foobar"),
        0x8594_4171_f739_67e8,
        "published test vector of FNV-1a"
    );
}

#[test]
fn the_readout_is_drawn_by_a_seed_of_its_own() {
    let draw = |sets: &[String]| {
        let mut all = vec!["network.readout.neurons=32"];
        all.extend(sets.iter().map(String::as_str));
        load(FULL, &all).unwrap().network.unwrap().readout
    };
    let draws: Vec<_> = (1..9)
        .map(|seed| draw(&[format!("network.readout.seed={seed}")]))
        .collect();
    assert!(draws.windows(2).all(|pair| pair[0] != pair[1]));
    // the seed of the samples is another matter
    for seed in 1..9 {
        assert_eq!(draw(&[format!("numerics.seed={seed}")]), draws[0]);
    }
    let equal = refusal(&["network.readout.kind=equal", "network.readout.seed=2"]);
    assert!(
        equal.contains("network.readout.seed = 2: an equal readout has nothing to draw"),
        "{equal}"
    );
}

#[test]
fn noise_belongs_to_a_noisy_channel() {
    assert!(refusal(&["target.noise=-0.1"]).contains("target.noise = -0.1"));
    assert!(refusal(&["target.noise="]).contains("target.noise is missing"));
    assert!(
        refusal(&["target.channel=deterministic"]).contains("a deterministic channel has no noise")
    );
    assert!(refusal(&["target.channel=flip", "target.noise=1.5"]).contains("between 0 and 1"));
    for (channel, reason) in [("logistic", "log-odds"), ("poisson", "its mean")] {
        let message = refusal(&[&format!("target.channel={channel}"), "target.noise=0.2"]);
        assert!(
            message.contains("target.noise = 0.2") && message.contains(reason),
            "{message}"
        );
    }
    assert!(refusal(&["target.channel=gausian"]).contains("did you mean `gaussian`?"));
    for accepted in ["target.noise=0", "target.noise=0.5"] {
        assert!(load(FULL, &["target.channel=flip", accepted]).is_ok());
    }
}

#[test]
fn nothing_infinite_gets_in() {
    for field in [
        "target.noise",
        "network.scale",
        "loss.offset",
        "training.init_std",
        "training.step_size",
    ] {
        for value in ["nan", "inf", "-inf"] {
            let message = refusal(&[&format!("{field}={value}")]);
            assert!(message.starts_with(&format!("{field} = ")), "{message}");
            assert!(message.contains("finite"), "{message}");
        }
    }
    assert!(refusal(&["network.readout=[1, nan]"]).contains("network.readout[1] = nan"));
}

#[test]
fn networks_need_neurons_and_matching_biases() {
    assert!(refusal(&["network.readout=[]"]).contains("at least one neuron"));
    assert!(refusal(&["network.readout.neurons=0"]).contains("network.readout.neurons = 0"));
    assert!(
        refusal(&["network.bias=[0, 0]"]).contains("it has 2 entries, but network.readout has 5")
    );
    assert!(refusal(&["network.readout.kind=equals"]).contains("did you mean `equal`?"));
    assert!(refusal(&["network.scale=1/n"]).contains("\"1/m\" or \"1/sqrt(m)\""));
}

#[test]
fn losses_take_their_own_parameter_only() {
    assert!(refusal(&["loss.width=0.2"]).contains("another name of loss.width"));
    assert!(refusal(&["loss.offset=0"]).contains("has to be positive"));
    assert!(refusal(&["loss.kind=square"]).contains("only normalised-square has it"));
    assert!(
        refusal(&["loss.kind=square", "loss.offset=", "loss.width=1"]).contains("remove the field")
    );
    assert!(
        refusal(&["loss.kind=[\"square\", \"logistic\"]"]).contains("loss.kind: expected one of")
    );
}

#[test]
fn training_is_checked() {
    assert!(refusal(&["training.init_std=-0.5"]).contains("training.init_std = -0.5"));
    assert!(refusal(&["training.init_std="]).contains("training.init_std is missing"));
    assert!(refusal(&["training.weight_decay=-1"]).contains("may not be negative"));
    assert!(refusal(&["training.step_size=0"]).contains("has to be positive"));
    assert!(refusal(&["training.steps=-1"]).contains("training.steps = -1"));
    assert!(refusal(&["training.steps=1.5"]).contains("got the number 1.5"));
    assert!(refusal(&["training.steps=10"]).contains("training.step_size is missing"));
    let converged = load(
        FULL,
        &["training.steps=converged", "training.step_size=0.5"],
    )
    .unwrap();
    assert_eq!(converged.training().unwrap().steps, Steps::Converged);
}

#[test]
fn numerics_have_bounds() {
    assert!(refusal(&["numerics.samples=255"]).contains("between 256 and 16777216"));
    assert!(refusal(&["numerics.samples=1e5"]).contains("expected an integer"));
    assert!(refusal(&["numerics.replicates=1"]).contains("between 2 and 4096"));
    assert!(refusal(&["numerics.seed=pi"]).contains("got the text \"pi\""));
}

#[test]
fn missing_sections_are_named() {
    let only_target = load("[target]\nlink = \"z1\"", &[]).unwrap();
    assert!(
        only_target
            .model()
            .unwrap_err()
            .to_string()
            .contains("section [network] is missing")
    );
    assert!(
        only_target
            .training()
            .unwrap_err()
            .to_string()
            .contains("section [training] is missing")
    );
    assert!(
        load("", &[])
            .unwrap_err()
            .to_string()
            .contains("section [target] is missing")
    );
}
