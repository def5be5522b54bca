//! Which threshold answers which question.

use super::fold::fold;
use super::table::Table;

/// A threshold: what it is called, what it answers, when to quote it.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// As tables print it.
    pub name: &'static str,
    /// The question that it answers.
    pub answers: &'static str,
    /// What it is good for, and what it is not.
    pub quote: &'static str,
}

/// All of them, from what is possible to what is seen.
pub const CHOICES: [Choice; 7] = [
    Choice {
        name: "delta_alg",
        answers: "From which n/d on can any first-order method find the hard directions?",
        quote: "the bound that no network trained by gradients gets below; it knows the link only",
    },
    Choice {
        name: "delta_spec",
        answers: "From which n/d on does the best spectral method find them, without a network?",
        quote: "beside spectral initialisations; delta_alg or above",
    },
    Choice {
        name: "delta_NN",
        answers: "What does this network with this loss need, once training has ended?",
        quote: "the price of the network, with its verdict: exact, plateau, extrapolated, growing and others",
    },
    Choice {
        name: "delta_NN(T)",
        answers: "From which n/d on does the Hessian after T steps show them?",
        quote: "always with its T; T = 0 is the Hessian at initialisation",
    },
    Choice {
        name: "smallest",
        answers: "What do the first steps show? The smallest delta_NN(T) of the ladder.",
        quote: "for methods that look at the Hessian early; training may hide again what it showed",
    },
    Choice {
        name: "escape(T)",
        answers: "From which n/d on do half of all runs at dimension d find them within T steps?",
        quote: "beside experiments: it holds at this d and T, and rises with d at fixed T",
    },
    Choice {
        name: "effective",
        answers: "What do n samples see where the bulk has no edge, or a hard one?",
        quote: "never as a limit: it depends on n, and its drift says how much",
    },
];

/// `onset help thresholds`.
pub fn thresholds_help() -> String {
    let mut table = Table::default();
    for choice in &CHOICES {
        table.row([choice.name, choice.answers]);
        table.row(["", &format!("Quote it: {}.", choice.quote)]);
    }
    fold(&format!("{HEAD}{}{FOOT}", table.render("  ")))
}

const HEAD: &str =
    "All thresholds are numbers of samples per input dimension, n/d. Which one is wanted?\n\n";
const FOOT: &str = "\nA direction is hard if the conditional mean E[z | y] does not show it, even given the easy ones. `onset alg` prints delta_alg and \
    delta_spec, `onset nn` the others.\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_a_terminal() {
        let text = thresholds_help();
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
    }
}
