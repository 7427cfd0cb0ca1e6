//! Work that takes a core, or waits for a disk: so much of it at a time.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// So many may work at a time; others wait for their turn.
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    pub fn new(count: usize) -> Self {
        Turns(Arc::new(Semaphore::new(count)))
    }

    /// Does the work when its turn has come, on a thread where it may take its time; `None` where it could not be done.
    ///
    /// The turn ends with the work. A client that goes away meanwhile ends neither, so that nobody has more done at a time by asking and leaving.
    pub async fn take<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let turn = self.0.clone().acquire_owned().await.ok()?;
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn who_leaves_makes_no_room_before_the_work_is_done() {
        let turns = Turns::new(1);
        let ((begun, has_begun), (end, ends)) = (channel(), channel::<()>());
        let work = turns.take(move || {
            let _ = begun.send(());
            let _ = ends.recv();
        });
        // The client leaves while its work is being done.
        assert!(tokio::time::timeout(Duration::from_millis(100), work).await.is_err());
        has_begun.recv().expect("it is being done");
        assert_eq!(turns.0.available_permits(), 0);
        drop(end);
        assert_eq!(turns.take(|| 7).await, Some(7));
    }

    #[tokio::test]
    async fn work_that_fails_ends_its_turn() {
        let turns = Turns::new(1);
        assert_eq!(turns.take(|| if true { panic!("on purpose") } else { 1 }).await, None);
        assert_eq!(turns.take(|| 2).await, Some(2));
    }
}
