//! The `onset` command: parse, load, compute, print.

mod alg;
mod deliver;
mod design;
mod diagram;
mod dynamics;
mod error;
mod help;
mod init;
mod interrupt;
mod links;
mod merge;
mod nn;
mod options;
mod output;
mod progress;
mod report;
mod show;
mod simulate;
mod spectrum;
mod validate;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use error::CliError;
use options::GlobalOptions;
use output::Delivery;

/// Thresholds of feature learning: how many samples per dimension a two-layer network needs.
#[derive(Debug, Parser)]
#[command(name = "onset", version, propagate_version = true, arg_required_else_help = true, disable_help_subcommand = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(flatten)]
    global: GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "Begin with: onset init mine.toml; onset nn mine.toml. More help: onset help experiment, onset help thresholds.\n\n\
    Exit codes: 0 done; 1 numerical failure, said in words, or theory and simulation disagree; 2 bad input; 130 a part (--shard) was interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    Alg(alg::AlgCommand),
    Nn(nn::NnCommand),
    Spectrum(spectrum::SpectrumCommand),
    Simulate(simulate::SimulateCommand),
    Dynamics(dynamics::DynamicsCommand),
    Design(design::DesignCommand),
    Validate(validate::ValidateCommand),
    Diagram(diagram::DiagramCommand),
    Merge(merge::MergeCommand),
    Report(report::ReportCommand),
    Links(links::LinksCommand),
    Init(init::InitCommand),
    Show(show::ShowCommand),
    Completions(help::CompletionsCommand),
    Man(help::ManCommand),
    Help(help::HelpCommand),
}

impl Command {
    /// Whether threads have work to do: not for words, names and a resolved file.
    fn computes(&self) -> bool {
        !matches!(
            self,
            Self::Links(_)
                | Self::Init(_)
                | Self::Show(_)
                | Self::Completions(_)
                | Self::Man(_)
                | Self::Help(_)
        )
    }
}

/// Runs the command that this process was called with.
///
/// The result goes to standard output, everything else to standard error.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(words) => return explain(&words),
    };
    match run(&cli) {
        Ok(delivery) => {
            delivery.failures().iter().for_each(complain);
            match delivery.failures() {
                [] => ExitCode::SUCCESS,
                // the result is printed, so whatever failed beside it was no bad input
                [..] => ExitCode::from(1),
            }
        }
        Err(error) => {
            complain(&error);
            error.exit_code()
        }
    }
}

fn complain(error: &CliError) {
    // Where standard error is closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "error: {error}");
}

/// Help, the version, or what is wrong with the command line. Help that does not reach its reader is a failure.
fn explain(words: &clap::Error) -> ExitCode {
    let printed = words.print().and_then(|()| std::io::stdout().flush());
    match printed {
        Err(error) if !words.use_stderr() && error.kind() != ErrorKind::BrokenPipe => {
            let error = CliError::Output(error.to_string());
            complain(&error);
            error.exit_code()
        }
        _ => {
            if words.kind() == clap::error::ErrorKind::MissingRequiredArgument {
                let _ = write!(std::io::stderr(), "{}", examples());
            }
            u8::try_from(words.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
        }
    }
}

/// How the command of this process is called, from the end of its help; nothing where that is not known.
fn examples() -> String {
    let all = Cli::command();
    let mut words = std::env::args().skip(1);
    let command = words.find_map(|word| all.find_subcommand(word));
    let help = command.and_then(clap::Command::get_after_help);
    help.map_or_else(String::new, |help| format!("\n{help}\n"))
}

fn run(cli: &Cli) -> Result<Delivery, CliError> {
    let global = &cli.global;
    if cli.command.computes() {
        global.start_threads()?;
    }
    match &cli.command {
        Command::Alg(command) => command.run(global),
        Command::Nn(command) => command.run(global),
        Command::Spectrum(command) => command.run(global),
        Command::Simulate(command) => command.run(global),
        Command::Dynamics(command) => command.run(global),
        Command::Design(command) => command.run(global),
        Command::Validate(command) => command.run(global),
        Command::Diagram(command) => command.run(global),
        Command::Merge(command) => command.run(global),
        Command::Report(command) => command.run(global),
        Command::Links(command) => command.run(global),
        Command::Init(command) => command.run(),
        Command::Show(command) => command.run(global),
        Command::Completions(command) => Ok(command.run()),
        Command::Man(command) => command.run(),
        Command::Help(command) => command.run(),
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
