//! The `onset` command: parse, load, compute, print.

mod alg;
mod deliver;
mod design;
mod diagram;
mod dynamics;
mod error;
mod interrupt;
mod links;
mod merge;
mod nn;
mod options;
mod output;
mod progress;
mod show;
mod simulate;
mod spectrum;
mod validate;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use error::CliError;
use options::GlobalOptions;
use output::Delivery;

/// Thresholds of feature learning: how many samples per dimension a two-layer network needs.
#[derive(Debug, Parser)]
#[command(name = "onset", version, propagate_version = true, arg_required_else_help = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    global: GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 numerical failure, said in words, or theory and simulation disagree; 2 bad input; 130 a part (--shard) was interrupted.";

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
    Links(links::LinksCommand),
    Show(show::ShowCommand),
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
        _ => u8::try_from(words.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from),
    }
}

fn run(cli: &Cli) -> Result<Delivery, CliError> {
    let global = &cli.global;
    // a table of names and a resolved file need no threads
    if !matches!(cli.command, Command::Links(_) | Command::Show(_)) {
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
        Command::Links(command) => command.run(global),
        Command::Show(command) => command.run(global),
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
