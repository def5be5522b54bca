//! How much memory there is, and whether something fits.

use std::fmt;

use sysinfo::{MemoryRefreshKind, ProcessRefreshKind, ProcessesToUpdate, System};

/// The part of the available memory that may be used.
pub const USABLE_MEMORY: f64 = 0.9;

/// Where the operating system does not say what is free.
const ASSUMED_AVAILABLE: f64 = 8e9;
const GIGABYTE: f64 = 1e9;

/// The memory that a computation may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryBudget {
    /// Bytes; none where the operating system does not say.
    available: Option<f64>,
}

impl MemoryBudget {
    /// Of so many available bytes; none where nobody knows.
    pub fn of(available: Option<f64>) -> Self {
        Self { available }
    }

    /// What is there now.
    pub fn now() -> Self {
        Self::of(available_memory())
    }

    /// Bytes that may be used.
    pub fn usable(self) -> f64 {
        USABLE_MEMORY * self.available.unwrap_or(ASSUMED_AVAILABLE)
    }

    /// Refuses what does not fit (bytes).
    ///
    /// # Errors
    /// With what is needed and what there is.
    pub fn check(self, needed: f64) -> Result<(), MemoryShortage> {
        if needed <= self.usable() {
            return Ok(());
        }
        Err(MemoryShortage {
            needed,
            budget: self,
        })
    }
}

/// Something that does not fit into memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryShortage {
    /// Bytes that are needed.
    needed: f64,
    budget: MemoryBudget,
}

impl MemoryShortage {
    /// `32.0 GB`, of what is needed.
    pub fn needed(&self) -> String {
        gigabytes(self.needed)
    }
}

/// `only 14.4 GB may be used, 0.9 of the 16.0 GB that are available`.
impl fmt::Display for MemoryShortage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usable = gigabytes(self.budget.usable());
        let (all, origin) = match self.budget.available {
            Some(bytes) => (bytes, "are available"),
            None => (
                ASSUMED_AVAILABLE,
                "are assumed to be available (the system does not say)",
            ),
        };
        let all = gigabytes(all);
        write!(
            out,
            "only {usable} may be used, {USABLE_MEMORY} of the {all} that {origin}"
        )
    }
}

fn gigabytes(bytes: f64) -> String {
    format!("{:.1} GB", bytes / GIGABYTE)
}

/// Bytes that can be taken without swapping, within what a batch system or a container grants to this process; none where the
/// operating system does not say.
pub fn available_memory() -> Option<f64> {
    let mut system = System::new().ok()?;
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let machine = system.available_memory();
    let granted = sysinfo::get_current_pid().ok().and_then(|process| {
        let this = ProcessesToUpdate::Some(&[process]);
        system.refresh_processes_specifics(this, false, ProcessRefreshKind::nothing());
        let limits = system.process(process)?.cgroup_limits()?;
        // files in its cache count as used there, but give way
        Some(limits.total_memory.saturating_sub(limits.rss))
    });
    let available = granted.map_or(machine, |granted| granted.min(machine));
    (available > 0).then_some(available as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_every_factor() {
        let budget = MemoryBudget::of(Some(16e9));
        assert_eq!(budget.check(14.4e9), Ok(()));
        let shortage = budget.check(15e9).unwrap_err();
        assert_eq!(shortage.needed(), "15.0 GB");
        assert_eq!(
            shortage.to_string(),
            "only 14.4 GB may be used, 0.9 of the 16.0 GB that are available"
        );
        let unknown = MemoryBudget::of(None).check(8e9).unwrap_err();
        assert!(unknown.to_string().contains("7.2 GB may be used"));
    }

    /// Another route to the same number.
    #[cfg(target_os = "linux")]
    #[test]
    fn no_more_is_available_than_the_kernel_says() {
        let text = std::fs::read_to_string("/proc/meminfo").unwrap();
        let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let bytes = |line: &str| {
            1024.0
                * line
                    .trim()
                    .trim_end_matches("kB")
                    .trim()
                    .parse::<f64>()
                    .unwrap()
        };
        let kernel = bytes(line("MemAvailable:").unwrap());
        let found = available_memory().unwrap();
        // other processes take and give between the two readings
        assert!(found > 1e7 && found < 1.5 * kernel, "{found} {kernel}");
    }
}
