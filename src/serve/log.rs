//! The access log, in the combined format of Apache and nginx. Written by a thread of its own: no request waits for the disk.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// So many lines may wait to be written; more are lost, and counted.
const WAITING: usize = 16_384;
/// A line waits no longer than this before it can be read.
const PATIENCE: Duration = Duration::from_millis(200);

/// Where the lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    Nowhere,
    /// Standard output.
    Output,
    /// Appended to; opened anew on a reload, so that it can be rotated.
    File(PathBuf),
}

/// What a line says.
#[derive(Clone, Debug)]
pub struct Line {
    pub client: IpAddr,
    pub time: DateTime<Utc>,
    /// `GET /all.rss HTTP/1.1`
    pub request: String,
    pub status: u16,
    pub bytes: u64,
    pub referer: Option<String>,
    pub agent: Option<String>,
}

/// The log; it ends when it is dropped, with every line written.
#[derive(Debug)]
pub struct Log {
    lines: Option<SyncSender<Line>>,
    writer: Option<JoinHandle<()>>,
    reopen: Arc<AtomicBool>,
    lost: Arc<AtomicU64>,
}

impl Log {
    /// # Errors
    /// The file that cannot be opened.
    pub fn open(destination: Destination) -> io::Result<Self> {
        let (reopen, lost) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        if destination == Destination::Nowhere {
            return Ok(Log { lines: None, writer: None, reopen, lost });
        }
        let (lines, received) = sync_channel(WAITING);
        let sink = Sink { out: destination.open()?, destination, reopen: reopen.clone(), lost: lost.clone() };
        let writer = std::thread::Builder::new().name("access log".into()).spawn(move || sink.write_all(&received))?;
        Ok(Log { lines: Some(lines), writer: Some(writer), reopen, lost })
    }

    /// Whether lines are wanted at all.
    pub fn is_open(&self) -> bool {
        self.lines.is_some()
    }

    pub fn write(&self, line: Line) {
        if let Some(lines) = &self.lines
            && lines.try_send(line).is_err()
        {
            self.lost.fetch_add(1, Relaxed);
        }
    }

    /// Opens the file anew before the next line.
    pub fn reopen(&self) {
        self.reopen.store(true, Relaxed);
    }

    /// Lines that could not be written.
    pub fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        drop(self.lines.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl Destination {
    fn open(&self) -> io::Result<BufWriter<Box<dyn Write + Send>>> {
        let out: Box<dyn Write + Send> = match self {
            Destination::Nowhere => Box::new(io::sink()),
            Destination::Output => Box::new(io::stdout()),
            Destination::File(path) => Box::new(append(path)?),
        };
        Ok(BufWriter::new(out))
    }
}

fn append(path: &PathBuf) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

struct Sink {
    out: BufWriter<Box<dyn Write + Send>>,
    destination: Destination,
    reopen: Arc<AtomicBool>,
    lost: Arc<AtomicU64>,
}

impl Sink {
    fn write_all(mut self, lines: &Receiver<Line>) {
        let mut due = Instant::now() + PATIENCE;
        loop {
            match lines.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(line) => self.write(&line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            // However many lines come: the last ones must not wait for a buffer that fills slowly.
            if Instant::now() >= due {
                let _ = self.out.flush();
                due = Instant::now() + PATIENCE;
            }
        }
        let _ = self.out.flush();
    }

    fn write(&mut self, line: &Line) {
        if self.reopen.swap(false, Relaxed) {
            let _ = self.out.flush();
            // Where the new one cannot be opened, the old one goes on.
            if let Ok(out) = self.destination.open() {
                self.out = out;
            }
        }
        if writeln!(self.out, "{}", combined(line)).is_err() {
            self.lost.fetch_add(1, Relaxed);
        }
    }
}

/// The line in the combined format; what would break it is escaped as nginx does (`\x22`).
pub fn combined(line: &Line) -> String {
    let mut out = format!("{} - - [{}] \"", line.client, line.time.format("%d/%b/%Y:%H:%M:%S +0000"));
    escape(&mut out, &line.request);
    let _ = write!(out, "\" {} {} \"", line.status, line.bytes);
    escape(&mut out, line.referer.as_deref().unwrap_or("-"));
    out.push_str("\" \"");
    escape(&mut out, line.agent.as_deref().unwrap_or("-"));
    out.push('"');
    out
}

fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' | '\\' => _ = write!(out, "\\x{:02X}", u32::from(character)),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                c.encode_utf8(&mut bytes).bytes().for_each(|byte| _ = write!(out, "\\x{byte:02X}"));
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(agent: &str) -> Line {
        Line {
            client: IpAddr::from([192, 0, 2, 1]),
            time: DateTime::from_timestamp(1_518_170_400, 0).expect("a time"),
            request: "GET /all.rss HTTP/1.1".into(),
            status: 200,
            bytes: 2326,
            referer: None,
            agent: Some(agent.into()),
        }
    }

    #[test]
    fn lines_are_combined_and_cannot_be_forged() {
        let start = "192.0.2.1 - - [09/Feb/2018:10:00:00 +0000] \"GET /all.rss HTTP/1.1\" 200 2326 \"-\" ";
        assert_eq!(combined(&line("curl/8")), format!("{start}\"curl/8\""));
        assert_eq!(combined(&line("a\"b\\c\nd\u{85}")), format!("{start}\"a\\x22b\\x5Cc\\x0Ad\\xC2\\x85\""));
    }

    #[test]
    fn every_line_is_written_and_a_rotated_file_is_left() {
        let dir = tempfile::tempdir().expect("a folder");
        let (path, old) = (dir.path().join("log"), dir.path().join("old"));
        let log = Log::open(Destination::File(path.clone())).expect("a log");
        log.write(line("one"));
        std::thread::sleep(PATIENCE * 2);
        std::fs::rename(&path, &old).expect("rotated");
        log.reopen();
        log.write(line("two"));
        drop(log);
        let read = |path| std::fs::read_to_string(path).expect("a log");
        assert!(read(&old).contains("one") && read(&path).contains("two"));
        assert!(Log::open(Destination::File(dir.path().join("no/such/folder"))).is_err());
    }

    #[test]
    fn lines_do_not_wait_for_each_other() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("log");
        let log = Log::open(Destination::File(path.clone())).expect("a log");
        // Too few bytes to fill a buffer, and never a pause as long as the patience.
        let is_written = || std::fs::metadata(&path).is_ok_and(|metadata| metadata.len() > 0);
        let written = (0..40).find(|_| {
            log.write(line("steady"));
            std::thread::sleep(PATIENCE / 4);
            is_written()
        });
        assert!(written.is_some());
    }
}
