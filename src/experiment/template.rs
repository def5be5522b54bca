//! One file, many experiments.

use toml::{Table, Value};

use super::{Experiment, ExperimentError, Override, Source, defaults, schema};

/// A file that was read once, to be resolved with different values of its fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    file: Table,
}

impl Template {
    /// Reads a source.
    ///
    /// # Errors
    /// When the source cannot be read, is not TOML, or has an unknown key.
    pub fn read(source: &Source) -> Result<Self, ExperimentError> {
        let file = source.table()?;
        schema::check(&file)?;
        Ok(Self { file })
    }

    /// The file with these overrides, applied in their order.
    #[must_use]
    pub fn with(&self, overrides: &[Override]) -> Self {
        let mut file = self.file.clone();
        for each in overrides {
            each.apply(&mut file);
        }
        Self { file }
    }

    /// The file, its comments aside.
    ///
    /// # Errors
    /// When the serialiser fails.
    pub fn to_toml(&self) -> Result<String, ExperimentError> {
        Ok(toml::to_string(&self.file)?)
    }

    /// A section as the file has it, unresolved.
    pub fn section(&self, name: &str) -> Option<&Value> {
        self.file.get(name)
    }

    /// Which network a drawn readout has come to, in words; `experiment` is what this file was resolved to.
    pub fn drawn_signs(&self, experiment: &Experiment) -> Option<String> {
        let (seed, network) = self.readout_seed().zip(experiment.network.as_ref())?;
        let sign = |a: &f64| if *a > 0.0 { '+' } else { '-' };
        let signs: String = network.readout.iter().map(sign).collect();
        Some(format!(
            "network.readout: the signs that seed {seed} draws are {signs}"
        ))
    }

    /// The seed that draws the readout's signs, where they are drawn.
    fn readout_seed(&self) -> Option<i64> {
        let readout = self.section("network")?.get("readout")?;
        let drawn = readout.get("kind")?.as_str() == Some("rademacher");
        let seed = readout.get("seed").and_then(Value::as_integer);
        drawn.then(|| seed.unwrap_or(defaults::READOUT_SEED.cast_signed()))
    }

    /// The experiment with these overrides, applied in their order, every field validated.
    ///
    /// # Errors
    /// When a field is unknown, of the wrong type or out of range.
    pub fn resolve(&self, overrides: &[Override]) -> Result<Experiment, ExperimentError> {
        let Self { file } = self.with(overrides);
        // Once more: an override may have put an inline table where a section was.
        schema::check(&file)?;
        Experiment::from_table(&file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::NumericKey;

    #[test]
    fn one_file_gives_many_experiments() {
        let text = "[target]\nlink = \"z1^2\"\nchannel = \"gaussian\"\nnoise = 0.1";
        let template = Template::read(&Source::Text(text.into())).unwrap();
        let noise = NumericKey::parse("target.noise").unwrap();
        let with = |value| template.resolve(&[noise.set(value).unwrap()]);
        let noises = [0.2, 0.3].map(|value| with(value).unwrap().target.noise);
        assert_eq!(noises, [Some(0.2), Some(0.3)]);
        assert!(with(-1.0).unwrap_err().to_string().contains("target.noise"));
    }
}
