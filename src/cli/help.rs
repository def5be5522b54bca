//! `onset help`, with topics beside the commands; completions for shells; the manual page.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::output::Delivery;
use super::{Cli, CliError};
use crate::report::{format_help, thresholds_help};

/// A page of help that belongs to no command: its name, what it is about, its text.
type Topic = (&'static str, &'static str, fn() -> String);

const TOPICS: [Topic; 2] = [
    (
        "experiment",
        "the format of experiment files, key by key",
        format_help,
    ),
    (
        "thresholds",
        "which threshold answers which question",
        thresholds_help,
    ),
];

/// Help on a command or a topic: experiment (the file format), thresholds (which one is wanted)
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset help experiment\n  onset help thresholds\n  onset help nn"
)]
pub(super) struct HelpCommand {
    /// A command, or one of: experiment, thresholds
    #[arg(value_name = "COMMAND or TOPIC")]
    topic: Option<String>,
}

impl HelpCommand {
    pub fn run(&self) -> Result<Delivery, CliError> {
        let mut cli = Cli::command();
        cli.build();
        let Some(name) = self.topic.as_deref() else {
            return Ok(Delivery::printed(&cli.render_help().to_string()));
        };
        if let Some((_, _, text)) = TOPICS.iter().find(|(topic, ..)| *topic == name) {
            return Ok(Delivery::printed(&text()));
        }
        match cli.find_subcommand_mut(name) {
            Some(command) => Ok(Delivery::printed(&command.render_long_help().to_string())),
            None => Err(CliError::Input(unknown(name, &cli))),
        }
    }
}

fn unknown(name: &str, cli: &clap::Command) -> String {
    let topics: Vec<String> = TOPICS
        .iter()
        .map(|(topic, about, _)| format!("{topic} ({about})"))
        .collect();
    let commands: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
    format!(
        "help: there is no command or topic `{name}`: the commands are {}; the topics are {}",
        commands.join(", "),
        topics.join(", ")
    )
}

/// Completions of the command line for a shell, on standard output
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  onset completions bash > ~/.local/share/bash-completion/completions/onset\n  \
    onset completions zsh > ~/.zfunc/_onset\n  onset completions fish > ~/.config/fish/completions/onset.fish"
)]
pub(super) struct CompletionsCommand {
    /// Whose completions
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl CompletionsCommand {
    pub fn run(&self) -> Delivery {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "onset", &mut script);
        Delivery::printed(&String::from_utf8_lossy(&script))
    }
}

/// The manual page, on standard output
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  onset man | man -l -\n  onset man nn > onset-nn.1")]
pub(super) struct ManCommand {
    /// The page of one command [default: the page of the program]
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

impl ManCommand {
    pub fn run(&self) -> Result<Delivery, CliError> {
        let mut cli = Cli::command();
        cli.build();
        let page = match self.command.as_deref() {
            None => cli,
            Some(name) => match cli.find_subcommand(name) {
                Some(command) => command.clone(),
                None => return Err(CliError::Input(unknown(name, &cli))),
            },
        };
        let mut roff = Vec::new();
        clap_mangen::Man::new(page)
            .render(&mut roff)
            .map_err(|error| CliError::Output(error.to_string()))?;
        Ok(Delivery::printed(&String::from_utf8_lossy(&roff)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_topic_hides_a_command() {
        for (topic, about, text) in TOPICS {
            assert!(Cli::command().find_subcommand(topic).is_none(), "{topic}");
            assert!(!about.is_empty() && text().lines().count() > 10);
        }
    }
}
