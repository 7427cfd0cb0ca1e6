//! Caches between the documents and their readers, such as a CDN, told of what changed: by a command, or by an address that is posted to.
//!
//! They hear of it when the documents stand and are remembered, and before hubs do: a subscriber that a hub sends must not be shown what a cache still has.
//! What they were not told is told by the next run.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;
use url::Url;

use crate::config::{Config, Purge, PurgeBy};
use crate::diag::{Finding, Place, codes};
use crate::fetch;
use crate::publish::Unpurged;
use crate::scratch;

/// A command or an answer that takes longer is given up.
pub const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(10);

/// What an address is posted.
#[derive(Serialize)]
struct Body<'a> {
    /// Below the base address.
    paths: Vec<&'a str>,
    urls: Vec<&'a Url>,
}

/// Tells the caches what they were not told yet; `token` is what they know us by at an address. A warning where that failed.
pub fn purge(config: &Config, unpurged: &Unpurged, token: Option<&str>) -> Option<Finding> {
    let paths = unpurged.paths();
    tell(config, &paths, token, || unpurged.clear().map_err(|error| error.to_string()))
}

/// Tells the caches of these paths, and `forget`s them then.
pub fn tell(
    config: &Config,
    paths: &BTreeSet<String>,
    token: Option<&str>,
    forget: impl FnOnce() -> Result<(), String>,
) -> Option<Finding> {
    let purge = config.output.purge.as_ref()?;
    if paths.is_empty() {
        return None;
    }
    let urls: Vec<Url> = paths.iter().flat_map(|path| addresses(config, path)).collect();
    let told = match &purge.by {
        PurgeBy::Url(url) => {
            post(config, url, &Body { paths: paths.iter().map(String::as_str).collect(), urls: urls.iter().collect() }, token)
        }
        PurgeBy::Shell(line) => run(shell(line), &config.root, &urls),
        PurgeBy::Program(words) => run(program(words), &config.root, &urls),
    };
    let why = told.and_then(|()| forget()).err()?;
    Some(finding(config, purge, paths.len(), &why))
}

fn finding(config: &Config, purge: &Purge, count: usize, why: &str) -> Finding {
    let documents = if count == 1 { "1 document".to_owned() } else { format!("{count} documents") };
    let message = format!("caches were not told that {documents} changed: {why}");
    let help = "readers may be shown what is in them until it is old; the next build tells them";
    Finding::new(&codes::NOT_PURGED, message).at(Place::line(config.path.clone(), purge.line)).help(help)
}

/// Where readers ask for a document: the page that stands for its folder is also at the folder's own address.
fn addresses(config: &Config, path: &str) -> Vec<Url> {
    let of = |path: &str| config.publication.base_url.join(path).ok();
    let folder = path.strip_suffix("index.html").filter(|folder| folder.is_empty() || folder.ends_with('/'));
    [of(path), folder.and_then(|folder| if folder.is_empty() { Some(config.publication.base_url.clone()) } else { of(folder) })]
        .into_iter()
        .flatten()
        .collect()
}

fn post(config: &Config, url: &Url, body: &Body<'_>, token: Option<&str>) -> Result<(), String> {
    let json = serde_json::to_vec(body).map_err(|error| error.to_string())?;
    let agent = fetch::agent(config.publication.home.as_str(), PATIENCE);
    let request = agent.post(url.as_str()).header("content-type", "application/json");
    let request = if let Some(token) = token { request.header("authorization", format!("Bearer {token}")) } else { request };
    match request.send(&json[..]) {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("`{url}` answered {}", answer.status())),
        Err(error) => Err(format!("`{url}` did not answer: {error}")),
    }
}

fn shell(line: &str) -> Command {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = Command::new(shell);
    command.arg(flag).arg(line);
    command
}

fn program(words: &[String]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}

/// The command in the config's folder, an address a line on its standard input.
fn run(mut command: Command, root: &Path, urls: &[Url]) -> Result<(), String> {
    let lines: String = urls.iter().map(|url| format!("{url}\n")).collect();
    let name = command.get_program().to_string_lossy().into_owned();
    let work = || {
        // Files, so that neither has to wait for the other.
        let (mut input, mut output) = (scratch::file()?, scratch::file()?);
        input.write_all(lines.as_bytes())?;
        input.rewind()?;
        let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
        command.current_dir(root).stdin(input).stdout(Stdio::null()).stderr(output.try_clone()?);
        let status = wait(command)?;
        Ok::<_, io::Error>((status, said(&mut output)))
    };
    match work() {
        Ok((Some(status), _)) if status.success() => Ok(()),
        Ok((Some(status), said)) => Err(format!("`{name}` ended with {status}{said}")),
        Ok((None, said)) => Err(format!("`{name}` took longer than {} s{said}", PATIENCE.as_secs())),
        Err(error) => Err(format!("`{name}` could not be run: {error}")),
    }
}

/// How it ended; `None` where it did not.
fn wait(mut command: Command) -> io::Result<Option<ExitStatus>> {
    let mut child = command.spawn()?;
    let start = Instant::now();
    loop {
        match child.try_wait()? {
            Some(status) => return Ok(Some(status)),
            None if start.elapsed() < PATIENCE => std::thread::sleep(LOOK),
            None => {
                child.kill()?;
                child.wait()?;
                return Ok(None);
            }
        }
    }
}

/// The last line of what it said, however much that was.
fn said(output: &mut File) -> String {
    let mut bytes = Vec::new();
    let length = output.seek(SeekFrom::End(0)).unwrap_or_default();
    let read = output.seek(SeekFrom::Start(length.saturating_sub(1 << 16))).and_then(|_| output.take(1 << 16).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let last = read.ok().and_then(|_| text.lines().rfind(|line| !line.trim().is_empty()));
    last.map(|line| format!(": {}", line.trim())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_told_however_much_there_was() {
        let mut output = scratch::file().expect("a file");
        for (written, told) in
            [(&b"  "[..], ""), (b"one\ntwo\n\n", ": two"), (&[b'x'; 1 << 17], ": xx"), (b"\nat\xff last\n", ": at\u{fffd} last")]
        {
            output.write_all(written).expect("written");
            let said = said(&mut output);
            assert!(said.starts_with(told) && (said.len() == told.len() || told == ": xx"), "{}", said.len());
        }
    }
}
