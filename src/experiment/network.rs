//! `[network]`.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::Serialize;
use toml::{Table, Value};

use super::reader::{self, Reader};
use super::{ExperimentError, choice, defaults};
use crate::network::{Activation, Network, NetworkError};

/// `[network]`, resolved: readout, bias and scale are numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkSection {
    /// Expression in `u`, or the name of a built-in activation.
    pub activation: String,
    /// a_j (m).
    pub readout: Vec<f64>,
    /// b_j (m).
    pub bias: Vec<f64>,
    /// The factor in front of the sum over neurons.
    pub scale: f64,
}

const READOUT: &str = "an array of numbers, { kind = \"equal\", neurons = N } or { kind = \"rademacher\", neurons = N, seed = S }";
const READOUT_KINDS: [&str; 2] = ["equal", "rademacher"];
/// Guards against a slip of the keyboard; the theory's matrices have m^2 rows.
const MOST_NEURONS: i64 = 1024;
/// The readout's own random stream, apart from the streams of the samples.
const READOUT_STREAM: u64 = 0x7265_6164;

impl NetworkSection {
    /// Reads the section where the file has one.
    pub(super) fn read(file: &Table) -> Result<Option<Self>, ExperimentError> {
        let Some(section) = Reader::open(file, "network") else {
            return Ok(None);
        };
        let activation = section.text(
            "activation",
            "an expression in u or the name of a built-in activation, as text",
        )?;
        let activation = section.required(
            activation,
            "activation",
            "give an expression in u or a built-in name",
        )?;
        let readout = read_readout(&section)?;
        let bias = read_bias(&section, readout.len())?;
        let scale = read_scale(&section, readout.len())?;
        Ok(Some(Self {
            activation: activation.trim().to_owned(),
            readout,
            bias,
            scale,
        }))
    }

    /// Builds the network.
    pub(super) fn build(&self) -> Result<Network, ExperimentError> {
        let refused = |field: &str, error: NetworkError| {
            ExperimentError::refused(field, &error, error.place())
        };
        let activation = Activation::parse(&self.activation)
            .map_err(|error| refused("network.activation", error))?;
        Network::new(
            activation,
            self.readout.clone(),
            self.bias.clone(),
            self.scale,
        )
        .map_err(|error| refused("network", error))
    }
}

fn read_readout(section: &Reader) -> Result<Vec<f64>, ExperimentError> {
    let value = section.required(
        section.value("readout"),
        "readout",
        &format!("give {READOUT}"),
    )?;
    let readout = match value {
        Value::Array(_) => section.numbers("readout")?.unwrap_or_default(),
        Value::Table(table) => drawn_readout(table)?,
        other => return Err(section.wrong_type("readout", READOUT, other)),
    };
    if readout.is_empty() {
        return Err(section.invalid("readout", value, "a network has at least one neuron"));
    }
    Ok(readout)
}

/// `{ kind = .., neurons = N, seed = S }`.
fn drawn_readout(table: &Table) -> Result<Vec<f64>, ExperimentError> {
    let missing = |key: &str, reason: &str| ExperimentError::Missing {
        field: format!("network.readout.{key}"),
        reason: reason.to_owned(),
    };
    let kind = table
        .get("kind")
        .ok_or_else(|| missing("kind", "it is \"equal\" or \"rademacher\""))?;
    let neurons = table
        .get("neurons")
        .ok_or_else(|| missing("neurons", "it says how many neurons there are"))?;
    let neurons = reader::integer("network.readout.neurons", neurons, 1, MOST_NEURONS)?;
    let seed = table.get("seed").map(|seed| {
        let field = "network.readout.seed";
        reader::integer(field, seed, 0, i64::MAX).map(i64::unsigned_abs)
    });
    let seed = seed.transpose()?;
    match kind.as_str() {
        Some("equal") if seed.is_some() => Err(ExperimentError::Invalid {
            field: "network.readout.seed".into(),
            value: table["seed"].to_string(),
            reason: "an equal readout has nothing to draw".into(),
        }),
        Some("equal") => Ok((0..neurons).map(|_| 1.0).collect()),
        Some("rademacher") => Ok(random_signs(
            neurons,
            seed.unwrap_or(defaults::READOUT_SEED),
        )),
        other => Err(ExperimentError::Invalid {
            field: "network.readout.kind".into(),
            value: kind.to_string(),
            reason: choice::unknown("kind of readout", other.unwrap_or_default(), &READOUT_KINDS),
        }),
    }
}

fn random_signs(neurons: i64, seed: u64) -> Vec<f64> {
    // The key is spelt out because `seed_from_u64` may expand a seed differently one day.
    let mut key = [0_u8; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut random = ChaCha8Rng::from_seed(key);
    random.set_stream(READOUT_STREAM);
    (0..neurons)
        .map(|_| {
            if random.next_u32() >> 31 == 0 {
                1.0
            } else {
                -1.0
            }
        })
        .collect()
}

fn read_bias(section: &Reader, neurons: usize) -> Result<Vec<f64>, ExperimentError> {
    let Some(bias) = section.numbers("bias")? else {
        return Ok(vec![defaults::BIAS; neurons]);
    };
    if bias.len() == neurons {
        return Ok(bias);
    }
    let reason = format!(
        "it has {} entries, but network.readout has {neurons}",
        bias.len()
    );
    Err(ExperimentError::Invalid {
        field: section.field("bias"),
        value: format!("{bias:?}"),
        reason,
    })
}

fn read_scale(section: &Reader, neurons: usize) -> Result<f64, ExperimentError> {
    let neurons = neurons as f64;
    match section.value("scale") {
        None => Ok(defaults::SCALE),
        Some(Value::String(text)) => match text.replace(' ', "").as_str() {
            "1/m" => Ok(1.0 / neurons),
            "1/sqrt(m)" => Ok(1.0 / neurons.sqrt()),
            _ => Err(ExperimentError::Invalid {
                field: section.field("scale"),
                value: format!("{text:?}"),
                reason: "it has to be a number, \"1/m\" or \"1/sqrt(m)\"".into(),
            }),
        },
        Some(value @ (Value::Float(_) | Value::Integer(_))) => {
            reader::finite(&section.field("scale"), value)
        }
        Some(other) => {
            Err(section.wrong_type("scale", "a number, \"1/m\" or \"1/sqrt(m)\"", other))
        }
    }
}
