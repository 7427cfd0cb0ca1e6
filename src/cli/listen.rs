//! Databases that tell of changes themselves: `LISTEN` of PostgreSQL, a thread and a connection for each channel.
//!
//! What is told while no connection stands is told to nobody. So a build follows whenever listening has begun, be it for the first time or again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::UnboundedSender;

use super::watch::Told;
use crate::config::Config;

/// Those who listen; they end with the value.
pub(super) struct Listeners {
    ended: Arc<AtomicBool>,
}

impl Listeners {
    /// Listens to every channel that a source of the config names.
    pub fn start(config: &Config, changes: &UnboundedSender<Told>) -> Self {
        let listeners = Listeners { ended: Arc::default() };
        #[cfg(feature = "postgres")]
        postgres::start(config, changes, &listeners.ended);
        // Without the feature no such table can be read, which every build tells.
        #[cfg(not(feature = "postgres"))]
        let _ = (config, changes);
        listeners
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::thread;
    use std::time::{Duration, Instant};

    use postgres::Client;
    use postgres::fallible_iterator::FallibleIterator;

    use super::{Arc, AtomicBool, Config, Ordering, Told, UnboundedSender};
    use crate::cli::{Failure, ui};
    use crate::config::Engine;
    use crate::database::{self, Address, DatabaseError};

    /// So often a listener looks whether it is still wanted.
    const LOOK: Duration = Duration::from_millis(500);

    /// So often it asks a silent connection whether it still stands.
    const PROBE: Duration = Duration::from_secs(60);

    /// Between two tries to connect: twice as long each time.
    const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

    struct Listener {
        address: Address,
        channel: String,
        changes: UnboundedSender<Told>,
        ended: Arc<AtomicBool>,
    }

    pub(super) fn start(config: &Config, changes: &UnboundedSender<Told>, ended: &Arc<AtomicBool>) {
        for table in &config.tables {
            let (Engine::Postgres(address), Some(channel)) = (&table.database, &table.listen) else { continue };
            let listener = Listener { address: address.clone(), channel: channel.clone(), changes: changes.clone(), ended: ended.clone() };
            let started = thread::Builder::new().name("listener".to_owned()).spawn(move || listener.run());
            if let Err(error) = started {
                ui::failure(&Failure::new(format!("could not listen to `{}`: {error}", table.name)));
            }
        }
    }

    impl Listener {
        fn run(self) {
            let (mut pause, mut is_told) = (PAUSES.0, false);
            while !self.is_ended() {
                let Err(error) = self.listen(&mut || (pause, is_told) = (PAUSES.0, false)) else { return };
                // Once an outage; the builds tell of it too.
                if !std::mem::replace(&mut is_told, true) {
                    let message = format!("could not listen to `{}`; {error}", self.channel);
                    ui::failure(
                        &Failure::new(message).help("it is tried again and again; until then changes are looked for every five minutes"),
                    );
                }
                self.wait(pause);
                pause = (2 * pause).min(PAUSES.1);
            }
        }

        /// Listens until it is no longer wanted, or the connection is lost.
        fn listen(&self, begun: &mut dyn FnMut()) -> Result<(), DatabaseError> {
            let mut client = database::connect(&self.address)?;
            let failed = |error: postgres::Error| database::failure(&self.address, &error, "mend the source's `listen`");
            client.batch_execute(&format!("LISTEN \"{}\"", self.channel.replace('"', "\"\""))).map_err(failed)?;
            begun();
            self.tell();
            let mut probed = Instant::now();
            while !self.is_ended() {
                let told = client.notifications().timeout_iter(LOOK).next().map_err(failed)?;
                if told.is_some() {
                    self.tell();
                }
                self.probe(&mut client, &mut probed).map_err(failed)?;
            }
            Ok(())
        }

        /// A connection that ended, or that nobody answers on any more, is an error.
        fn probe(&self, client: &mut Client, probed: &mut Instant) -> Result<(), postgres::Error> {
            if client.is_closed() || probed.elapsed() >= PROBE {
                *probed = Instant::now();
                client.is_valid(Duration::from_secs(10))?;
            }
            Ok(())
        }

        fn tell(&self) {
            let _ = self.changes.send(Told::elsewhere());
        }

        fn wait(&self, time: Duration) {
            let end = Instant::now() + time;
            while !self.is_ended() && Instant::now() < end {
                thread::sleep(LOOK.min(time));
            }
        }

        fn is_ended(&self) -> bool {
            self.ended.load(Ordering::Relaxed)
        }
    }
}
