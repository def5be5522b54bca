//! The call sites of the theory.

use super::CliError;
use super::options::GlobalOptions;
use crate::threshold::Training;

pub(super) use crate::report::hidden_remark;
pub(super) use crate::study::{check_delta, check_step, escape};

/// Says what phase 1 is going to take, and refuses what does not fit.
pub(super) fn announce(
    global: &GlobalOptions,
    training: &Training<'_>,
    steps: usize,
) -> Result<(), CliError> {
    if steps == 0 {
        return Ok(());
    }
    global.note(&training.cost(steps)?);
    Ok(())
}
