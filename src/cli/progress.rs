//! Progress on standard error: a bar on a terminal, else a line now and then.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::numerics::Progress;

/// What is over sooner than this needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the time beside the bar goes on.
const TICK: Duration = Duration::from_secs(1);
/// Parts that the bar's length is counted in.
const PARTS: u64 = 1000;

/// Tells how far a computation has come, from its creation until it is dropped.
pub(super) struct Reporter {
    form: Form,
    stop: Option<Stop>,
}

/// Asked whether the computation should end with what is finished.
type Stop = Box<dyn Fn() -> bool + Send + Sync>;

enum Form {
    Silence,
    Bar(Bar),
    Lines(Lines),
}

impl Reporter {
    /// Says nothing if `quiet`; where standard error is no terminal, a line is at most `every` away.
    pub fn new(quiet: bool, every: Duration) -> Self {
        let form = match (quiet, io::stderr().is_terminal()) {
            (true, _) => Form::Silence,
            (false, true) => Form::Bar(Bar::new()),
            (false, false) => Form::Lines(Lines::new(every)),
        };
        Self { form, stop: None }
    }

    /// The same for a computation that ends with what is finished when `stop` says so.
    pub fn until(self, stop: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self {
            stop: Some(Box::new(stop)),
            ..self
        }
    }

    /// Says what is finished, in a line of its own.
    pub fn line(&self, text: &str) {
        // where standard error is closed there is nobody left to tell
        let write = || drop(writeln!(io::stderr(), "{text}"));
        match &self.form {
            Form::Silence => {}
            Form::Bar(bar) => bar.bar.suspend(write),
            Form::Lines(_) => write(),
        }
    }
}

impl Progress for Reporter {
    fn report(&self, stage: &str, fraction: f64) {
        match &self.form {
            Form::Silence => {}
            Form::Bar(bar) => bar.report(stage, fraction),
            Form::Lines(lines) => lines.report(stage, fraction),
        }
    }

    fn note(&self, text: &str) {
        self.line(&format!("note: {text}"));
    }

    fn interrupted(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| stop())
    }
}

/// A bar that appears once the computation takes long, and makes room for the result.
struct Bar {
    bar: ProgressBar,
    wait: Arc<Wait>,
    clock: Option<JoinHandle<()>>,
}

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(PARTS), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{msg} [{wide_bar}] {percent}% {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message("at work");
        let wait = Arc::new(Wait::default());
        let (watched, shown) = (Arc::clone(&wait), bar.clone());
        // a stage may say nothing of itself, and its reader waits all the same
        let watch = move || {
            if watched.is_over_after(PATIENCE) {
                return;
            }
            shown.set_draw_target(ProgressDrawTarget::stderr());
            shown.enable_steady_tick(TICK);
        };
        let thread = thread::Builder::new().name("progress".to_owned());
        let clock = thread.spawn(watch).ok();
        Self { bar, wait, clock }
    }

    fn report(&self, stage: &str, fraction: f64) {
        self.bar.set_message(stage.to_owned());
        self.bar
            .set_position((fraction.clamp(0.0, 1.0) * PARTS as f64) as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.wait.end();
        // a thread that panicked has nothing more to show
        let _ = self.clock.take().map(JoinHandle::join);
        self.bar.finish_and_clear();
    }
}

/// The time until a computation counts as long, or is over.
#[derive(Default)]
struct Wait {
    over: Mutex<bool>,
    ended: Condvar,
}

impl Wait {
    fn end(&self) {
        *self.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ended.notify_all();
    }

    /// Waits for so long at most; whether the computation is over.
    fn is_over_after(&self, patience: Duration) -> bool {
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ended.wait_timeout_while(over, patience, |over| !*over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Lines for a log, also while a stage says nothing of itself: a thread of its own watches the clock.
struct Lines {
    shared: Arc<Shared>,
    started: Instant,
    clock: Option<JoinHandle<()>>,
}

struct Shared {
    schedule: Mutex<Schedule>,
    over: Condvar,
}

/// What the last line was, and when; times are counted from the beginning, by whoever asks.
#[derive(Debug)]
struct Schedule {
    every: Duration,
    stage: String,
    fraction: f64,
    /// When the last line was due.
    told: Duration,
    over: bool,
}

impl Schedule {
    fn new(every: Duration) -> Self {
        Self {
            every,
            stage: "at work".to_owned(),
            fraction: 0.0,
            told: Duration::ZERO,
            over: false,
        }
    }

    fn learn(&mut self, stage: &str, fraction: f64) {
        if self.stage != stage {
            stage.clone_into(&mut self.stage);
        }
        self.fraction = fraction;
    }

    /// How long the next line has to wait.
    fn left(&self, now: Duration) -> Duration {
        (self.told + self.every).saturating_sub(now)
    }

    /// The line that is due, if one is: `progress: 20 s, training, 35%`.
    fn line(&mut self, now: Duration) -> Option<String> {
        if self.over || self.left(now) > Duration::ZERO {
            return None;
        }
        self.told = now;
        let percent = (100.0 * self.fraction.clamp(0.0, 1.0)).floor();
        let done = match percent > 0.0 {
            true => format!(", {percent}%"),
            false => String::new(),
        };
        Some(format!(
            "progress: {} s, {}{done}",
            now.as_secs(),
            self.stage
        ))
    }
}

impl Lines {
    fn new(every: Duration) -> Self {
        let shared = Arc::new(Shared {
            schedule: Mutex::new(Schedule::new(every)),
            over: Condvar::new(),
        });
        let started = Instant::now();
        let watched = Arc::clone(&shared);
        let watch = thread::Builder::new().name("progress".to_owned());
        // without a thread for it, and where every report makes a line, lines come with the reports alone
        let clock = match every.is_zero() {
            true => None,
            false => watch.spawn(move || watched.watch(started)).ok(),
        };
        Self {
            shared,
            started,
            clock,
        }
    }

    fn report(&self, stage: &str, fraction: f64) {
        let mut schedule = self.shared.schedule();
        schedule.learn(stage, fraction);
        tell(schedule.line(self.started.elapsed()));
    }
}

impl Shared {
    fn schedule(&self) -> std::sync::MutexGuard<'_, Schedule> {
        // what a thread that panicked left is still good for a line
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self, started: Instant) {
        let mut schedule = self.schedule();
        while !schedule.over {
            tell(schedule.line(started.elapsed()));
            let left = schedule.left(started.elapsed());
            schedule = self
                .over
                .wait_timeout(schedule, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

impl Drop for Lines {
    /// No line comes after the result.
    fn drop(&mut self) {
        self.shared.schedule().over = true;
        self.shared.over.notify_all();
        // a thread that panicked has nothing more to say
        let _ = self.clock.take().map(JoinHandle::join);
    }
}

fn tell(line: Option<String>) {
    if let Some(line) = line {
        // where standard error is closed there is nobody left to tell
        let _ = writeln!(io::stderr(), "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_line_is_never_farther_away_than_the_interval() {
        let mut schedule = Schedule::new(seconds(10));
        assert_eq!(schedule.line(seconds(9)), None);
        assert_eq!(schedule.left(seconds(9)), seconds(1));
        // nothing was reported, and there is a line all the same
        assert_eq!(
            schedule.line(seconds(10)).as_deref(),
            Some("progress: 10 s, at work")
        );
        schedule.learn("training", 0.357);
        assert_eq!(schedule.line(seconds(19)), None);
        // the clock may wake late
        assert_eq!(
            schedule.line(seconds(23)).as_deref(),
            Some("progress: 23 s, training, 35%")
        );
        assert_eq!(schedule.left(seconds(23)), seconds(10));
        assert_eq!(schedule.line(seconds(32)), None);
        assert!(schedule.line(seconds(33)).is_some());
    }

    #[test]
    fn a_bar_is_waited_for_until_the_end_or_its_time() {
        let wait = Wait::default();
        assert!(!wait.is_over_after(Duration::ZERO));
        wait.end();
        // or this would wait for an hour
        assert!(wait.is_over_after(seconds(3600)));
        drop(Bar::new());
    }

    #[test]
    fn without_an_interval_every_report_is_a_line() {
        let mut schedule = Schedule::new(Duration::ZERO);
        for fraction in [0.0, 0.5, 1.0] {
            schedule.learn("phase 1", fraction);
            assert!(schedule.line(seconds(0)).is_some());
        }
    }

    #[test]
    fn nothing_is_said_after_the_end() {
        let mut schedule = Schedule::new(seconds(10));
        schedule.over = true;
        assert_eq!(schedule.line(seconds(60)), None);
        // the clock's thread ends with it, or this would wait for an hour
        drop(Lines::new(seconds(3600)));
    }
}
