//! A worker: what is wanted of the items in the database, published round by round. `tidings work` is one, and `tidings build` where workers publish.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::context::Context;
use super::db;
use super::ui;
use super::work::Hand;
use crate::config::Config;
use crate::crash;
use crate::desk::claim::Claim;
use crate::desk::fetch::Stock;
use crate::desk::publish::Round;
use crate::desk::shop::Shop;
use crate::desk::{Desk, DeskError};
use crate::diag::{Finding, Findings};
use crate::ledger::Store;
use crate::websub;

/// Families that are taken at a time, and for how many seconds, where nobody says otherwise.
pub(super) const BATCH: u32 = 32;
pub(super) const LEASE: u32 = 60;

/// No lease grows beyond this.
const LONGEST: Duration = Duration::from_secs(86_400);

/// Who works, and what it has met so far.
pub(super) struct Worker<'a> {
    pub context: &'a Context,
    pub config: &'a Config,
    /// What it is called in the database.
    name: String,
    /// Families that are taken at a time.
    batch: usize,
    /// For so long.
    lease: Duration,
    /// Whether it is to end when this is done.
    pub hand: Arc<Hand>,
    stock: Stock,
    /// `None` where it was not needed yet.
    shop: Option<Option<Shop>>,
}

/// What a worker did.
#[derive(Default)]
pub(super) struct Sum {
    pub families: usize,
    /// Paths of documents that were not there before.
    pub new: BTreeSet<String>,
    pub changed: BTreeSet<String>,
    pub deleted: BTreeSet<String>,
    pub unchanged: usize,
    /// Whether caches or hubs may have to be told something.
    pub is_untold: bool,
    /// Of documents that were put.
    pub bytes: u64,
    /// Families that were another's by the time that their documents were made.
    pub lost: usize,
    /// Families whose documents cannot be published; still this worker's.
    pub refused: Vec<Claim>,
    /// What is wrong with what was published, and with what was not.
    pub findings: Findings,
}

/// Who was told what.
#[derive(Default)]
pub(super) struct Told {
    /// Why caches were not told.
    pub purge: Option<Finding>,
    /// `None` where there are no hubs.
    pub hubs: Option<websub::ping::Told>,
}

impl Told {
    /// What failed; the next run does it.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.purge.iter().chain(self.hubs.iter().flat_map(|told| &told.findings))
    }
}

impl<'a> Worker<'a> {
    pub fn new(context: &'a Context, config: &'a Config, (name, batch, lease): (String, u32, u32)) -> Self {
        let (batch, lease) = (batch as usize, Duration::from_secs(lease.into()));
        Worker { context, config, name, batch, lease, hand: Arc::default(), stock: Stock::default(), shop: None }
    }

    /// Everything that is wanted and free.
    pub fn all(&mut self, desk: &mut Desk<'_>, sum: &mut Sum) -> Result<(), DeskError> {
        let look = desk.look(self.context.is_now_given().then_some(self.context.now))?;
        desk.insist_on(look.is_of_this_config)?;
        sum.is_untold |= look.is_untold;
        if look.is_due {
            self.wake(desk, look.now, sum)?;
        } else if !look.is_wanted {
            return Ok(());
        }
        sum.is_untold = true;
        while !self.hand.is_last()
            && let Some(claim) = desk.claim(&self.name, self.batch, self.lease)?
        {
            self.take(desk, claim, sum)?;
        }
        Ok(())
    }

    /// Publishes what was claimed; one by one where not all of it can be.
    fn take(&mut self, desk: &mut Desk<'_>, mut claim: Claim, sum: &mut Sum) -> Result<(), DeskError> {
        let start = Instant::now();
        match self.round(desk, &mut claim) {
            Ok(round) => {
                // Nothing is put into a store in the last third of a lease.
                if round.lost > 0 && start.elapsed() >= self.lease * 2 / 3 {
                    self.take_longer();
                }
                sum.add(round, self.context);
            }
            Err(DeskError::Refused(_)) if claim.families.len() > 1 => {
                claim.each().try_for_each(|one| self.take(desk, one, sum))?;
            }
            Err(DeskError::Refused(findings)) => self.refused(claim, findings, sum),
            Err(error) => {
                let _ = desk.give_back(&claim);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Where all workers need longer than their leases, each takes from the other what it has half done, and nobody comes to an end.
    fn take_longer(&mut self) {
        let (took, lease) = (self.lease.as_secs(), (self.lease * 2).min(LONGEST));
        self.lease = lease;
        self.context.ui.note(format_args!(
            "what this worker had was not published, since it needed more than the {took} s of its lease; the next lease is {} s (`--lease`)",
            lease.as_secs()
        ));
    }

    /// The lease stays, so that nobody is kept busy with what cannot be published.
    fn refused(&self, claim: Claim, findings: Findings, sum: &mut Sum) {
        self.context.ui.findings(&findings);
        let families: Vec<&str> = claim.families.keys().map(String::as_str).collect();
        self.context.ui.note(format_args!("nothing of `{}` was published; it is tried again", families.join("`, `")));
        sum.findings.extend(findings);
        sum.refused.push(claim);
    }

    /// Gives back what could not be published: the next run tries it at once.
    pub fn let_go(&self, desk: &mut Desk<'_>, sum: &mut Sum) -> Result<(), DeskError> {
        sum.refused.iter().try_for_each(|claim| desk.give_back(claim))
    }

    fn round(&mut self, desk: &mut Desk<'_>, claim: &mut Claim) -> Result<Round, DeskError> {
        let now = db::now(self.context, desk)?;
        if self.shop.is_none() {
            self.shop = Some(shop(self.config)?);
        }
        let shop = self.shop.as_ref().and_then(Option::as_ref);
        desk.round(claim, &mut self.stock, shop, now)
    }

    fn wake(&self, desk: &mut Desk<'_>, now: DateTime<Utc>, sum: &mut Sum) -> Result<(), DeskError> {
        desk.wake_families(now)?;
        loop {
            let (taken, findings) = desk.wake(now)?;
            self.context.ui.findings(&findings);
            if taken.families.is_empty() && findings.is_empty() {
                return Ok(());
            }
            sum.findings.extend(findings);
        }
    }

    /// Tells caches and then hubs what changed.
    pub fn tell(&self, desk: &mut Desk<'_>) -> Result<Told, DeskError> {
        crash::point("purge");
        let purge = desk.purge(super::purge::token().as_deref())?;
        crash::point("ping");
        let hubs = (!self.config.publication.hubs.is_empty()).then(|| websub::ping::tell(self.config, &Store::of(self.config)));
        let told = Told { purge, hubs };
        told.findings().for_each(|finding| self.context.ui.findings(&finding.clone().into()));
        Ok(told)
    }
}

/// The object store that documents go to.
#[cfg(feature = "object-store")]
fn shop(config: &Config) -> Result<Option<Shop>, DeskError> {
    Shop::of(config)
}

/// The config names none that this program could not reach.
#[cfg(not(feature = "object-store"))]
fn shop(_: &Config) -> Result<Option<Shop>, DeskError> {
    Ok(None)
}

impl Sum {
    fn add(&mut self, round: Round, context: &Context) {
        match (round.findings.warnings(), context.ui.verbose) {
            (0, _) => {}
            (count, 0) => context.ui.note(format_args!("the feeds are valid, with {}; `-v` shows them", ui::many(count, "warning"))),
            _ => context.ui.findings(&round.findings),
        }
        let documents = round.documents;
        documents.put.iter().for_each(|path| context.ui.detail(format_args!("put       {path}")));
        documents.deleted.iter().for_each(|path| context.ui.detail(format_args!("deleted   {path}")));
        self.families += round.families;
        self.unchanged += documents.unchanged;
        self.bytes += documents.bytes;
        self.lost += round.lost;
        self.findings.extend(round.findings);
        self.deleted.extend(documents.deleted);
        let (new, changed): (Vec<String>, Vec<String>) = documents.put.into_iter().partition(|path| documents.new.contains(path));
        self.new.extend(new);
        self.changed.extend(changed.into_iter().filter(|path| !self.new.contains(path)));
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (families, put) = (self.families, self.new.len() + self.changed.len());
        let families = if families == 1 { "1 family".to_owned() } else { format!("{families} families") };
        write!(f, "{families} of channels: {put} put, {} unchanged, {} deleted", self.unchanged, self.deleted.len())
    }
}
