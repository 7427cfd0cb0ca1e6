//! Points at which a test may let the program die, as a power failure would, or stand still, as a machine does that is held up; and limits that it may
//! lower. Nothing of it is in a release build.

/// A step of publishing after which the world must be one that the next run can mend.
///
/// In builds with debug assertions the process kills itself at the N-th point that it comes to, where `TIDINGS_CRASH=N` is set, and stops at the step
/// that `TIDINGS_STOP` names, once, until somebody lets it go on.
#[inline]
pub fn point(step: &'static str) {
    #[cfg(debug_assertions)]
    armed::step(step);
    let _ = step;
}

/// What a run may hold at a time, or less where a test wants to see it come to an end: by the environment variable of this name, in builds with debug
/// assertions.
#[inline]
pub fn at_most(name: &str, count: usize) -> usize {
    #[cfg(debug_assertions)]
    if let Some(lower) = std::env::var(name).ok().and_then(|lower| lower.parse().ok()) {
        return count.min(lower);
    }
    let _ = name;
    count
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

    static STOPPED: AtomicBool = AtomicBool::new(false);
    static LEFT: OnceLock<Option<AtomicI64>> = OnceLock::new();

    pub(super) fn step(step: &str) {
        let left = LEFT.get_or_init(|| std::env::var("TIDINGS_CRASH").ok()?.parse().ok().map(AtomicI64::new));
        if left.as_ref().is_some_and(|left| left.fetch_sub(1, Ordering::Relaxed) == 1) {
            eprintln!("crash at `{step}`");
            die();
        }
        if std::env::var("TIDINGS_STOP").is_ok_and(|stop| stop == step) && !STOPPED.swap(true, Ordering::Relaxed) {
            stop();
        }
    }

    #[cfg(target_os = "linux")]
    fn die() {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }

    #[cfg(target_os = "linux")]
    fn stop() {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
    }

    #[cfg(not(target_os = "linux"))]
    fn stop() {}

    #[cfg(not(target_os = "linux"))]
    fn die() {
        std::process::abort();
    }
}
