//! How much memory there is.

use sysinfo::{MemoryRefreshKind, ProcessRefreshKind, ProcessesToUpdate, System};

/// The part of the available memory that may be used.
pub const USABLE_MEMORY: f64 = 0.9;

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
