//! The `onset` command: parse, load, compute, print.

mod alg;
mod compute;
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

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use error::CliError;
use options::GlobalOptions;

/// Thresholds of feature learning: how many samples per dimension a two-layer network needs.
#[derive(Debug, Parser)]
#[command(name = "onset", version, propagate_version = true, arg_required_else_help = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    global: GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 numerical failure, said in words, or theory and simulation disagree; 2 bad input.";

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
    let cli = Cli::parse();
    let outcome = run(&cli).and_then(|text| output::print(&text));
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    // Where standard error is closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "error: {error}");
    error.exit_code()
}

fn run(cli: &Cli) -> Result<String, CliError> {
    cli.global.start_threads()?;
    match &cli.command {
        Command::Alg(command) => command.run(&cli.global),
        Command::Nn(command) => command.run(&cli.global),
        Command::Spectrum(command) => command.run(&cli.global),
        Command::Simulate(command) => command.run(&cli.global),
        Command::Dynamics(command) => command.run(&cli.global),
        Command::Design(command) => command.run(&cli.global),
        Command::Validate(command) => command.run(&cli.global),
        Command::Diagram(command) => command.run(&cli.global),
        Command::Merge(command) => command.run(&cli.global),
        Command::Links(command) => command.run(&cli.global),
        Command::Show(command) => command.run(&cli.global),
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
