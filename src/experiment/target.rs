//! `[target]`.

use serde::Serialize;
use toml::Table;

use super::reader::Reader;
use super::{ExperimentError, choice, defaults};
use crate::teacher::{Channel, Link, Teacher, TeacherError};

/// How the label is drawn, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    /// No noise.
    Deterministic,
    /// Additive Gaussian noise.
    Gaussian,
    /// A +-1 label, flipped at random.
    Flip,
    /// A +-1 label, drawn with the link as its log-odds.
    Logistic,
    /// A count with the link as its mean.
    Poisson,
}

/// `[target]`, resolved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetSection {
    /// Expression in z1..z9, or the name of a built-in link.
    pub link: String,
    /// The channel.
    pub channel: ChannelKind,
    /// Gaussian: standard deviation; flip: probability of a flipped label. Absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise: Option<f64>,
}

const CHANNELS: [&str; 5] = ["deterministic", "gaussian", "flip", "logistic", "poisson"];

impl TargetSection {
    pub(super) fn read(file: &Table) -> Result<Self, ExperimentError> {
        let section =
            Reader::open(file, "target").ok_or_else(|| ExperimentError::MissingSection {
                section: "target",
                reason: "every command needs a target; give at least target.link".into(),
            })?;
        let link = section.text(
            "link",
            "an expression in z1..z9 or the name of a built-in link, as text",
        )?;
        let link = section.required(
            link,
            "link",
            "give an expression in z1..z9 or the name of a built-in link",
        )?;
        if link.trim().is_empty() {
            let empty = "it is empty; give an expression in z1..z9 or the name of a built-in link (`onset links`)";
            return Err(ExperimentError::refused(
                &section.field("link"),
                &empty,
                None,
            ));
        }
        let channel = read_channel(&section)?;
        let noise = read_noise(&section, channel)?;
        Ok(Self {
            link: link.trim().to_owned(),
            channel,
            noise,
        })
    }

    /// Builds the target.
    pub(super) fn build(&self) -> Result<Teacher, ExperimentError> {
        let refused = |field: &str, error: TeacherError| {
            ExperimentError::refused(field, &error, error.place())
        };
        let link = Link::parse(&self.link).map_err(|error| refused("target.link", error))?;
        Teacher::new(link, self.channel()).map_err(|error| refused("target.channel", error))
    }

    /// The channel for a person: "gaussian channel, noise 0.1".
    pub fn channel_in_words(&self) -> String {
        let name = match self.channel {
            ChannelKind::Deterministic => return "no noise".to_owned(),
            ChannelKind::Gaussian => "gaussian",
            ChannelKind::Flip => "flip",
            ChannelKind::Logistic => "logistic",
            ChannelKind::Poisson => "poisson",
        };
        match self.noise {
            Some(noise) => format!("{name} channel, noise {noise}"),
            None => format!("{name} channel"),
        }
    }

    fn channel(&self) -> Channel {
        match (self.channel, self.noise) {
            // Gaussian noise of zero width is no noise, exactly.
            (ChannelKind::Gaussian, Some(noise)) if noise > 0.0 => Channel::Gaussian { noise },
            (ChannelKind::Flip, Some(probability)) => Channel::Flip { probability },
            (ChannelKind::Logistic, _) => Channel::Logistic,
            (ChannelKind::Poisson, _) => Channel::Poisson,
            _ => Channel::Deterministic,
        }
    }
}

fn read_channel(section: &Reader) -> Result<ChannelKind, ExperimentError> {
    let Some(name) = section.text("channel", "the name of a channel, as text")? else {
        return Ok(defaults::CHANNEL);
    };
    let refuse = |reason: String| ExperimentError::Invalid {
        field: section.field("channel"),
        value: format!("{name:?}"),
        reason,
    };
    match name {
        "deterministic" => Ok(ChannelKind::Deterministic),
        "gaussian" => Ok(ChannelKind::Gaussian),
        "flip" => Ok(ChannelKind::Flip),
        "logistic" => Ok(ChannelKind::Logistic),
        "poisson" => Ok(ChannelKind::Poisson),
        other => Err(refuse(choice::unknown("channel", other, &CHANNELS))),
    }
}

fn read_noise(section: &Reader, channel: ChannelKind) -> Result<Option<f64>, ExperimentError> {
    match channel {
        ChannelKind::Deterministic => no_noise(
            section,
            "a deterministic channel has no noise; remove the field, or choose channel = \"gaussian\" or \"flip\"",
        ),
        ChannelKind::Logistic => no_noise(
            section,
            "the logistic channel draws the label with the link as its log-odds, and no other noise; remove the field",
        ),
        ChannelKind::Poisson => no_noise(
            section,
            "the poisson channel draws a count with the link as its mean, and no other noise; remove the field",
        ),
        ChannelKind::Gaussian => {
            let reason = "a standard deviation may not be negative";
            let noise = section.checked("noise", |noise| noise >= 0.0, reason)?;
            section
                .required(
                    noise,
                    "noise",
                    "channel = \"gaussian\" needs the standard deviation of the noise",
                )
                .map(Some)
        }
        ChannelKind::Flip => {
            let reason = "a probability has to lie between 0 and 1";
            let noise = section.checked("noise", |noise| (0.0..=1.0).contains(&noise), reason)?;
            section
                .required(
                    noise,
                    "noise",
                    "channel = \"flip\" needs the probability of a flipped label",
                )
                .map(Some)
        }
    }
}

/// A zero says the same as its absence, so a sweep down to no noise is possible.
fn no_noise(section: &Reader, reason: &str) -> Result<Option<f64>, ExperimentError> {
    section
        .checked("noise", |noise| noise == 0.0, reason)
        .map(|_| None)
}
