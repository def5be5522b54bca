//! One part of a diagram, for one of several processes.

use serde::{Deserialize, Serialize};

use super::request::MOST_CELLS;
use super::{DiagramError, Plan};

/// Part `index` of `count`, counted from zero.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(try_from = "Pair")]
pub struct Shard {
    /// Which part, from zero.
    pub index: usize,
    /// How many parts there are.
    pub count: usize,
}

/// Two numbers that may or may not name a part.
#[derive(Deserialize)]
struct Pair {
    index: usize,
    count: usize,
}

impl TryFrom<Pair> for Shard {
    type Error = String;

    fn try_from(Pair { index, count }: Pair) -> Result<Self, String> {
        if count > MOST_CELLS {
            return Err(format!(
                "{count} parts are more than the {MOST_CELLS} cells that a diagram may have"
            ));
        }
        if index >= count {
            return Err(format!(
                "parts are counted from zero: there is no part {index} of {count}"
            ));
        }
        Ok(Self { index, count })
    }
}

/// Variables that Slurm sets for a task of an array.
const ID: &str = "SLURM_ARRAY_TASK_ID";
const COUNT: &str = "SLURM_ARRAY_TASK_COUNT";
const MIN: &str = "SLURM_ARRAY_TASK_MIN";
const MAX: &str = "SLURM_ARRAY_TASK_MAX";
const STEP: &str = "SLURM_ARRAY_TASK_STEP";

impl Shard {
    /// Reads `i/N`, or `slurm`: then `variable` gives the environment, and the task's place in its array is its part,
    /// whatever number the array begins with.
    ///
    /// # Errors
    /// When there is no such part.
    pub fn parse(
        text: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, DiagramError> {
        let pair = match text {
            "slurm" => slurm(variable),
            _ => pair(text),
        };
        pair.and_then(Self::try_from)
            .map_err(|reason| DiagramError::Shard {
                text: text.to_owned(),
                reason,
            })
    }

    /// The cells of this part: whole experiments are dealt out in turn, so that what their cells share is computed once;
    /// where there are fewer of them than parts, single cells are.
    pub fn cells(self, plan: &Plan) -> Vec<usize> {
        let mine = |(at, _): &(usize, _)| at % self.count == self.index;
        if plan.groups.len() < self.count {
            return (0..plan.request.cells())
                .skip(self.index)
                .step_by(self.count)
                .collect();
        }
        let groups = plan.groups.iter().enumerate().filter(mine);
        groups
            .flat_map(|(_, group)| group.cells.iter().map(|place| place.index))
            .collect()
    }
}

fn pair(text: &str) -> Result<Pair, String> {
    let parts = text.split_once('/');
    let numbers = parts.and_then(|(index, count)| {
        let (index, count) = (index.trim().parse().ok(), count.trim().parse().ok());
        index.zip(count)
    });
    let (index, count) = numbers.ok_or("expected i/N with 0 <= i < N, or slurm")?;
    Ok(Pair { index, count })
}

fn slurm(variable: &dyn Fn(&str) -> Option<String>) -> Result<Pair, String> {
    let number = |name: &str| -> Result<Option<usize>, String> {
        let Some(text) = variable(name) else {
            return Ok(None);
        };
        let number = text.trim().parse();
        number
            .map(Some)
            .map_err(|_| format!("{name} = `{text}` is no whole number"))
    };
    let needed = |name: &str| {
        number(name)?
            .ok_or_else(|| format!("{name} is not set: this is no task of a Slurm array, give i/N"))
    };
    let (id, count) = (needed(ID)?, needed(COUNT)?);
    let (min, step) = (number(MIN)?.unwrap_or(0), number(STEP)?.unwrap_or(1).max(1));
    let regular = id >= min && (id - min) % step == 0 && (id - min) / step < count;
    let max =
        number(MAX)?.unwrap_or(min.saturating_add(step.saturating_mul(count.saturating_sub(1))));
    // of tasks 2 and 5 alone nobody can tell which parts they are
    if !regular || max < min || (max - min) / step + 1 != count {
        return Err(format!(
            "task {id} of an array of {count} from {min} to {max} in steps of {step}: a part follows from a whole array only, \
             give i/N for single tasks"
        ));
    }
    Ok(Pair {
        index: (id - min) / step,
        count,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Shard, String> {
        let get = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Shard::parse(text, &get).map_err(|error| error.to_string())
    }

    fn refusal(text: &str, variables: &[(&str, &str)]) -> String {
        parse(text, variables).unwrap_err()
    }

    #[test]
    fn parts_are_counted_from_zero() {
        assert_eq!(parse("2/3", &[]), Ok(Shard { index: 2, count: 3 }));
        assert!(refusal("3/3", &[]).contains("there is no part 3 of 3"));
        assert!(refusal("0/0", &[]).contains("no part 0 of 0"));
        assert!(refusal("0/1000000000000", &[]).contains("more than the 1000000 cells"));
        for text in ["1", "a/2", "-1/2", "1/2/3"] {
            assert!(refusal(text, &[]).contains("expected i/N"), "{text}");
        }
    }

    #[test]
    fn slurm_tasks_are_parts_wherever_the_array_begins() {
        let task = |id, count, min, max, step| {
            let variables = [
                (ID, id),
                (COUNT, count),
                (MIN, min),
                (MAX, max),
                (STEP, step),
            ];
            parse("slurm", &variables)
        };
        assert_eq!(
            task("0", "4", "0", "3", "1"),
            Ok(Shard { index: 0, count: 4 })
        );
        assert_eq!(
            task("4", "4", "1", "4", "1"),
            Ok(Shard { index: 3, count: 4 })
        );
        assert_eq!(
            task("9", "3", "5", "9", "2"),
            Ok(Shard { index: 2, count: 3 })
        );
        // `--array=2,5` is no whole array
        assert!(
            task("5", "2", "2", "5", "1")
                .unwrap_err()
                .contains("task 5 of an array of 2")
        );
        let two = [(ID, "1"), (COUNT, "2")];
        assert_eq!(parse("slurm", &two), Ok(Shard { index: 1, count: 2 }));
    }

    #[test]
    fn without_slurm_it_says_so() {
        assert!(refusal("slurm", &[]).contains("SLURM_ARRAY_TASK_ID is not set"));
        let message = refusal("slurm", &[(ID, "x"), (COUNT, "2")]);
        assert!(message.contains("SLURM_ARRAY_TASK_ID = `x`"), "{message}");
    }
}
