//! The three ways of reading a table: all rows, those whose watermark is another, those from the last watermark on.

use std::collections::HashMap;

use super::columns::Plan;
use super::line::line;
use super::merge::Merge;
use super::state::{Mirror, State};
use super::{How, Pair, Row, Rows, Which, bad, unreadable};
use crate::diag::codes;
use crate::item::format::Fault;
use crate::progress::Progress;

/// Rows that are asked for by their keys at a time.
const BATCH: usize = 500;

/// Brings the mirror up to what the database says now. What is wrong with rows is gathered, and then nothing changes.
pub(super) fn read(plan: &Plan<'_>, rows: &mut dyn Rows, mut mirror: Mirror, (whole, progress): How<'_>) -> Result<(), Vec<Fault>> {
    let before = mirror.take();
    let identity = plan.identity();
    let known = before.last.filter(|_| !whole && plan.watermark.is_some() && before.identity == identity);
    let (way, newest) = way(plan, rows, known)?;
    let mut reading = Reading { plan, merge: Merge::new(&mirror, before.rows), previous: None, bad: Vec::new(), progress };
    reading.go(way, rows)?;
    if !reading.bad.is_empty() {
        return Err(reading.bad);
    }
    let (lines, rows) = reading.merge.finish()?;
    Ok(mirror.finish(lines, State::new(identity, newest, rows))?)
}

enum Way {
    All,
    /// All keys, and the rows whose watermark is not what it was, or is the last one.
    Changed(Box<str>),
    Since(Box<str>),
}

/// How to read, and the last watermark of this time.
fn way(plan: &Plan<'_>, rows: &mut dyn Rows, known: Option<Box<str>>) -> Result<(Way, Option<Box<str>>), Fault> {
    if plan.watermark.is_none() {
        return Ok((Way::All, None));
    }
    if let Some(last) = known.as_deref().filter(|_| plan.deleted.is_some())
        && let Some(newest) = rows.last(plan, Some(last))?
    {
        return Ok((Way::Since(last.into()), Some(newest)));
    }
    // Where no row has the last watermark any more, nor a later one, the database was put back to a former state, or rows were really deleted.
    let way = known.filter(|_| plan.deleted.is_none()).map_or(Way::All, Way::Changed);
    Ok((way, rows.last(plan, None)?))
}

struct Reading<'a> {
    plan: &'a Plan<'a>,
    merge: Merge<'a>,
    /// The key before.
    previous: Option<Box<str>>,
    bad: Vec<Fault>,
    progress: &'a Progress,
}

impl Reading<'_> {
    fn go(&mut self, way: Way, rows: &mut dyn Rows) -> Result<(), Fault> {
        match way {
            Way::All => {
                rows.rows(self.plan, Which::All, &mut |row| self.row(&row, false))?;
                self.merge.drop_below(None)
            }
            Way::Since(last) => {
                rows.rows(self.plan, Which::Since(&last), &mut |row| self.row(&row, true))?;
                self.merge.keep_below(None)
            }
            Way::Changed(last) => self.changed(&last, rows),
        }
    }

    /// One row of many in order; the former ones between it and the one before it stay, or go.
    fn row(&mut self, row: &Row<'_>, stay: bool) -> Result<(), Fault> {
        self.progress.step(1);
        let Some(key) = self.key(row.key) else { return Ok(()) };
        if stay {
            self.merge.keep_below(Some(key))?
        } else {
            self.merge.drop_below(Some(key))?
        }
        if row.gone.is_some_and(says_gone) {
            return self.merge.gone(key);
        }
        match line(self.plan, key, row.cells) {
            Ok(line) => self.merge.put(key, row.watermark, &line)?,
            Err(fault) => self.bad.push(fault),
        }
        Ok(())
    }

    /// The key, unless it cannot be one.
    fn key<'k>(&mut self, key: Option<&'k str>) -> Option<&'k str> {
        let column = self.plan.name(self.plan.key);
        let fault = match (key, &self.previous) {
            (None, _) => bad(&codes::MISSING_ID, format!("a row has no key: its `{column}` is NULL"))
                .help(format!("leave such rows out with `WHERE {column} IS NOT NULL`, or name another `key`")),
            (Some(key), Some(previous)) if key == &**previous => bad(&codes::DUPLICATE_ID, format!("two rows have the key `{key}`"))
                .help(format!("let the query give one row for each `{column}`, or name another `key`")),
            (Some(key), Some(previous)) if key < &**previous => unreadable(format!("the key `{key}` comes after `{previous}`"))
                .help("the database orders texts in a way of its own; use a key of digits and ASCII letters"),
            (Some(key), _) => {
                self.previous = Some(key.into());
                return Some(key);
            }
        };
        self.bad.push(fault);
        None
    }

    fn changed(&mut self, last: &str, rows: &mut dyn Rows) -> Result<(), Fault> {
        let mut pairs: Vec<Pair> = Vec::new();
        rows.pairs(self.plan, &mut |pair| match pair {
            Some(pair) => pairs.extend(self.key(Some(&pair.key)).is_some().then_some(pair)),
            None => _ = self.key(None),
        })?;
        let is_changed = |merge: &Merge<'_>, pair: &Pair| {
            // A row may have changed once more with the same watermark where that is the last one.
            let is_settled = pair.watermark.as_deref().is_some_and(|own| own != last);
            !(is_settled && merge.knows(&pair.key, pair.watermark.as_deref()))
        };
        let changed: Vec<bool> = pairs.iter().map(|pair| is_changed(&self.merge, pair)).collect();
        let count = changed.iter().filter(|is_changed| **is_changed).count();
        if count > BATCH && 2 * count > pairs.len() {
            self.previous = None;
            return self.go(Way::All, rows);
        }
        let mut rest = pairs.iter().zip(&changed).peekable();
        while rest.peek().is_some() {
            self.batch(&mut rest, rows)?;
        }
        self.merge.drop_below(None)
    }

    /// The next rows, until so many have changed that they are worth a question.
    fn batch<'p>(&mut self, rest: &mut impl Iterator<Item = (&'p Pair, &'p bool)>, rows: &mut dyn Rows) -> Result<(), Fault> {
        let (mut here, mut asked) = (Vec::new(), Vec::new());
        while asked.len() < BATCH
            && let Some((pair, is_changed)) = rest.next()
        {
            here.push((pair, *is_changed));
            asked.extend(is_changed.then_some(pair));
        }
        let mut lines: HashMap<String, (Option<Box<str>>, String)> = HashMap::new();
        if !asked.is_empty() {
            rows.rows(self.plan, Which::These(&asked), &mut |row| {
                self.progress.step(1);
                let key = row.key.unwrap_or_default();
                match line(self.plan, key, row.cells) {
                    Ok(line) => _ = lines.insert(key.to_owned(), (row.watermark.map(Into::into), line)),
                    Err(fault) => self.bad.push(fault),
                }
                Ok(())
            })?;
        }
        for (pair, is_changed) in here {
            self.merge.drop_below(Some(&pair.key))?;
            match lines.get(&*pair.key).filter(|_| is_changed) {
                Some((watermark, line)) => self.merge.put(&pair.key, watermark.as_deref(), line)?,
                None if is_changed => self.merge.gone(&pair.key)?,
                None => self.merge.keep(&pair.key)?,
            }
        }
        Ok(())
    }
}

/// What a column says that means that the row is gone.
fn says_gone(text: &str) -> bool {
    !matches!(text.trim().to_ascii_lowercase().as_str(), "" | "0" | "f" | "false" | "n" | "no")
}
