//! The space of the search: a unit cube, one edge for each parameter.

use super::{DesignError, Range};
use crate::experiment::{Experiment, ExperimentError, Override, Template};
use crate::numerics::spread;

/// More parameters than a simplex can search with evaluations that take a second.
const MOST_PARAMETERS: usize = 8;

/// Fields that are two names of one number.
const ALIASES: [&str; 2] = ["loss.width", "loss.offset"];

/// How near to an end of its range a parameter counts as being there, as a part of the range.
const BORDER: f64 = 1e-3;

/// Which end of its range a parameter has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The smallest value.
    Low,
    /// The largest one.
    High,
}

/// The parameters (p) and their ranges.
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    ranges: Vec<Range>,
}

impl Space {
    /// A space of at least one range, each of another field.
    ///
    /// # Errors
    /// When there is none, a field is given twice, or there are too many.
    pub fn new(ranges: Vec<Range>) -> Result<Self, DesignError> {
        if ranges.is_empty() {
            return Err(DesignError::NoParameter);
        }
        if ranges.len() > MOST_PARAMETERS {
            return Err(DesignError::TooManyParameters {
                given: ranges.len(),
                limit: MOST_PARAMETERS,
            });
        }
        for (index, range) in ranges.iter().enumerate() {
            let name = range.key.name();
            for other in &ranges[..index] {
                if other.key == range.key {
                    return Err(DesignError::Twice { key: name });
                }
                if ALIASES.contains(&other.key.name()) && ALIASES.contains(&name) {
                    return Err(DesignError::Aliases {
                        first: ALIASES[0],
                        second: ALIASES[1],
                    });
                }
            }
        }
        Ok(Self { ranges })
    }

    /// The ranges (p).
    pub fn ranges(&self) -> &[Range] {
        &self.ranges
    }

    /// p.
    pub fn dims(&self) -> usize {
        self.ranges.len()
    }

    /// Whether a parameter belongs to the target, so that delta_alg depends on it.
    pub fn moves_target(&self) -> bool {
        let mut names = self.ranges.iter().map(|range| range.key.name());
        names.any(|name| name.starts_with("target."))
    }

    /// The values (p) at a point of the cube (p); outside of it those at the nearest point of the cube.
    pub fn values(&self, point: &[f64]) -> Vec<f64> {
        let places = self.ranges.iter().zip(point);
        places.map(|(range, place)| range.value(*place)).collect()
    }

    /// The overrides that give the fields these values (p).
    ///
    /// # Errors
    /// When a value is not finite.
    pub fn overrides(&self, values: &[f64]) -> Result<Vec<Override>, ExperimentError> {
        let pairs = self.ranges.iter().zip(values);
        pairs.map(|(range, value)| range.key.set(*value)).collect()
    }

    /// The experiment at these values (p), with `common` overrides before them.
    ///
    /// # Errors
    /// When a field is out of range.
    pub fn experiment(
        &self,
        template: &Template,
        common: &[Override],
        values: &[f64],
    ) -> Result<Experiment, ExperimentError> {
        let mut overrides = common.to_vec();
        overrides.extend(self.overrides(values)?);
        template.resolve(&overrides)
    }

    /// Builds the experiment at every corner of the cube, so that what is out of range shows before anything is computed.
    ///
    /// # Errors
    /// What is refused at the first corner where something is.
    pub fn check(&self, template: &Template, common: &[Override]) -> Result<(), ExperimentError> {
        for corner in 0..1usize << self.dims() {
            let end = |axis: usize| f64::from(u8::from(corner >> axis & 1 == 1));
            let point: Vec<f64> = (0..self.dims()).map(end).collect();
            let experiment = self.experiment(template, common, &self.values(&point))?;
            experiment.target()?;
            experiment.model()?;
            experiment.training()?;
        }
        Ok(())
    }

    /// Point `index` of a fixed spread over the cube (p).
    pub(super) fn scattered(&self, index: usize) -> Vec<f64> {
        let n = u32::try_from(index + 1).unwrap_or(u32::MAX);
        (0..self.dims()).map(|axis| spread(n, axis)).collect()
    }

    /// The end of its range that each parameter (p) of a point has come to, if it has.
    pub fn border(&self, point: &[f64]) -> Vec<Option<End>> {
        let end = |place: &f64| match *place {
            place if place <= BORDER => Some(End::Low),
            place if place >= 1.0 - BORDER => Some(End::High),
            _ => None,
        };
        point.iter().map(end).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Source;

    fn space(texts: &[&str]) -> Result<Space, DesignError> {
        let ranges: Result<Vec<Range>, DesignError> =
            texts.iter().map(|text| Range::parse(text)).collect();
        Space::new(ranges?)
    }

    fn message(texts: &[&str]) -> String {
        space(texts).unwrap_err().to_string()
    }

    #[test]
    fn every_parameter_is_given_once() {
        assert!(message(&[]).contains("--over"));
        let twice = message(&["loss.width=1..2", "loss.width=3..4"]);
        assert!(
            twice.contains("--over loss.width is given twice"),
            "{twice}"
        );
        let aliases = message(&["loss.offset=1..2", "loss.width=3..4"]);
        assert!(aliases.contains("two names of one number"), "{aliases}");
    }

    #[test]
    fn corners_out_of_range_are_refused_by_field() {
        let file = "[target]\nlink = \"z1^2\"\n[network]\nactivation = \"u^2\"\nreadout = [1.0]\n\
                    [loss]\nkind = \"pseudo-huber\"\n[training]\ninit_std = 1.0\n";
        let template = Template::read(&Source::Text(file.into())).unwrap();
        let check = |texts: &[&str]| space(texts).unwrap().check(&template, &[]);
        assert!(check(&["loss.width=0.1..2", "training.init_std=0..2"]).is_ok());
        let error = check(&["loss.width=0..2", "training.init_std=0.1..2"]).unwrap_err();
        assert!(error.to_string().starts_with("loss.width = 0.0"), "{error}");
        let error = check(&["training.momentum=0..1"]).unwrap_err();
        assert!(error.to_string().starts_with("training.momentum = 1.0"));
    }

    #[test]
    fn ends_are_told_apart() {
        let space = space(&["loss.width=1..2", "training.init_std=1..2"]).unwrap();
        assert_eq!(space.border(&[0.0, 0.5]), [Some(End::Low), None]);
        assert_eq!(space.border(&[0.9999, 0.01]), [Some(End::High), None]);
        assert!(!space.moves_target());
        assert_eq!(space.scattered(3).len(), 2);
    }
}
