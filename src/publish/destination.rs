//! Where a publication is published to: a place of documents, and the publication's state beside it.
//!
//! The manifest is saved before the first document is put and after the last, so that a run that was killed in between is healed by the next. How documents
//! are put is the affair of the place: a folder, or an object store.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::folder::Folder;
use super::manifest::{Hash, Manifest};
use super::place::{Place, Putting, Stamps};
use super::plan::{self, Plan, Scene, Standing};
use super::sets::{Former, Set, Sets};
use super::staging::Staging;
use super::state::{forget, sync_folder, write_whole};
use super::unpurged::Unpurged;
use super::{Change, Lock, PublishError, TakenBack, lock, taken_back};
use crate::coding::Coding;
use crate::config::{Config, Format};
use crate::crash;
use crate::document::{self, Bytes, Document};
use crate::ledger::LedgerError;

/// A place of documents with the publication's state beside it.
#[derive(Debug)]
pub struct Destination {
    place: Box<dyn Place>,
    /// As the config names it: another one has nothing of ours yet.
    name: PathBuf,
    state: PathBuf,
    manifest: Manifest,
    /// Whether another run published between the opening and the lock.
    was_published_to: bool,
    /// Whether caches are told of what changes.
    is_cached: bool,
    /// Whether what was replaced may come back by itself: as a store does that carries out a request late, or loses a node.
    may_go_back: bool,
}

/// What a publish did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub deleted: usize,
    /// Bytes of the documents that were written.
    pub bytes: u64,
}

/// What is written down about a publish before it begins.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memo<'a> {
    /// When the publish is: what stands beside the feeds changes then.
    pub at: DateTime<Utc>,
    /// What is going to be remembered, as text: where the run dies between the files and the memory, the next finds it by [`Destination::unfinished`].
    pub intent: &'a str,
    /// What is replaced; `None` where it need not be kept.
    pub former: Option<&'a Former>,
    /// Where it is kept what the files hold that are put, so that the next run need not read them.
    pub stamps: Option<Stamps<'a>>,
    /// Where documents wait that are in no memory.
    pub staging: Option<&'a Staging>,
    /// A digest of the config and the templates by which the documents were made, where that is known.
    pub settings: Option<&'a str>,
}

/// What stood at the published paths before a run.
#[derive(Clone, Debug, Default)]
pub struct Looked(BTreeMap<String, Standing>);

impl Destination {
    /// Where the config says that documents go; the state is kept in `.tidings` beside the config.
    ///
    /// # Errors
    /// Where the state cannot be read, or the program has nothing to reach such a place with.
    pub fn open(config: &Config) -> Result<Self, PublishError> {
        let (root, output) = (&config.root, &config.output);
        let state = root.join(".tidings");
        let manifest = Manifest::load(&state.join("published.json"), &output.folder)?;
        let place: Box<dyn Place> = match &output.store {
            None => Box::new(Folder { root: root.join(&output.folder) }),
            #[cfg(feature = "object-store")]
            Some(address) => Box::new(super::bucket::Bucket::new(config, address, &state)),
            #[cfg(not(feature = "object-store"))]
            Some(address) => return Err(PublishError::OutOfReach(address.to_string())),
        };
        Ok(Destination {
            place,
            name: output.folder.clone(),
            state,
            manifest,
            was_published_to: false,
            is_cached: output.purge.is_some(),
            may_go_back: output.store.is_some(),
        })
    }

    /// Keeps other runs out until the lock is dropped, and reads again what the one before may have published meanwhile.
    pub fn lock(&mut self, holder: &str, wait: bool) -> Result<Lock, PublishError> {
        fs::create_dir_all(&self.state).map_err(PublishError::io("create", &self.state))?;
        let lock = Lock::take(&self.state.join("lock"), holder, wait)?;
        let manifest = Manifest::load(&self.manifest_file(), &self.name)?;
        self.was_published_to = manifest != self.manifest;
        self.manifest = manifest;
        self.place.renew();
        self.staging().clear();
        Ok(lock)
    }

    /// Whether another run publishes here now, or did since this was opened.
    ///
    /// # Errors
    /// A manifest that cannot be read.
    pub fn is_overtaken(&self) -> Result<bool, PublishError> {
        Ok(lock::is_held(&self.state.join("lock")) || Manifest::load(&self.manifest_file(), &self.name)? != self.manifest)
    }

    /// Whether another run published here after this was opened and before it was locked.
    pub fn was_published_to(&self) -> bool {
        self.was_published_to
    }

    /// Where documents wait until all are made. Whoever has the lock has it.
    pub fn staging(&self) -> Staging {
        Staging::below(&self.state)
    }

    /// What there is to know of the place itself, as far as it was found out.
    pub fn nature(&self) -> Option<&'static str> {
        self.place.nature()
    }

    /// The path of every published document, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.manifest.paths()
    }

    /// Every file that tells what the last run left, documents included, whether it is there or not.
    pub fn traces(&self) -> Vec<PathBuf> {
        let own = [self.manifest_file(), self.taken_back_file(), self.intent_file()];
        own.into_iter().chain(self.paths().filter_map(|path| self.place.trace(path))).collect()
    }

    /// The channel paths (without extension) that were published.
    pub fn known(&self) -> BTreeSet<String> {
        self.manifest.paths().map(|path| plan::channel(path).to_owned()).collect()
    }

    /// What stands at the paths that were published; `stamps` tell what need not be read.
    pub fn look(&self, stamps: Option<Stamps<'_>>) -> Result<Looked, PublishError> {
        self.place.look(&self.manifest.paths().collect::<Vec<_>>(), stamps).map(Looked)
    }

    /// The documents that stand as the last run put them there, with all that goes beside them, by the BLAKE3 hashes of their bytes.
    pub fn settled(&self, looked: &Looked) -> BTreeMap<String, [u8; 32]> {
        if self.manifest.is_under_way() {
            return BTreeMap::new();
        }
        let hash = |path: &str| match looked.0.get(path) {
            Some(Standing::File(hash)) if self.manifest.published(path, hash) => hash.to_bytes(),
            _ => None,
        };
        let mut settled: BTreeMap<String, [u8; 32]> =
            self.manifest.paths().filter_map(|path| Some((path.to_owned(), hash(path)?))).collect();
        let copies = self.manifest.paths().filter_map(|path| Some((path, Coding::plain(path)?)));
        let lost: Vec<&str> = copies.filter(|(copy, _)| !settled.contains_key(*copy)).map(|(_, plain)| plain).collect();
        lost.into_iter().for_each(|plain| _ = settled.remove(plain));
        settled
    }

    /// What publishing these documents would do, where this stood.
    pub fn plan(&self, documents: &[Document], kept: &BTreeSet<String>, force: bool, looked: Looked) -> Result<Plan, PublishError> {
        let hashes = hashes(documents)?;
        let Looked(mut standing) = looked;
        let paths = documents.iter().map(|document| document.path.as_str()).chain(self.manifest.paths());
        let others: BTreeSet<&str> = paths.filter(|path| !standing.contains_key(*path)).collect();
        standing.append(&mut self.place.look(&others.into_iter().collect::<Vec<_>>(), None)?);
        Ok(plan::plan(&Scene { documents, hashes: &hashes, kept, manifest: &self.manifest, standing: &standing, force }))
    }

    /// What putting these documents back would do, with nothing at the paths of `absent`.
    pub fn plan_back(&self, documents: &[Document], absent: &BTreeSet<String>, force: bool) -> Result<Plan, PublishError> {
        let hashes = hashes(documents)?;
        let paths: BTreeSet<&str> =
            documents.iter().map(|document| document.path.as_str()).chain(absent.iter().map(String::as_str)).collect();
        let standing = self.place.look(&paths.into_iter().collect::<Vec<_>>(), None)?;
        let kept = BTreeSet::new();
        let scene = Scene { documents, hashes: &hashes, kept: &kept, manifest: &self.manifest, standing: &standing, force };
        Ok(plan::plan_back(&scene, absent))
    }

    /// The sets that can be put back, the newest first.
    pub fn sets(&self) -> Vec<Set> {
        let sets = Sets(self.state.join("sets"));
        if self.is_begun() { sets.list() } else { sets.ended() }
    }

    /// What was taken back since the last publish.
    pub fn taken_back(&self) -> Vec<TakenBack> {
        taken_back::read(&self.taken_back_file())
    }

    /// Writes down what is taken back, beside what was since the last publish.
    pub fn take_back(&self, what: TakenBack) -> Result<(), PublishError> {
        taken_back::add(&self.taken_back_file(), what)
    }

    /// A digest of the config and the templates by which what stands was made, where that is known.
    pub fn settings(&self) -> Option<&str> {
        self.manifest.settings.as_deref()
    }

    /// By what is known what was published at a path.
    pub fn hash(&self, path: &str) -> Option<&Hash> {
        self.manifest.hash(path)
    }

    fn taken_back_file(&self) -> PathBuf {
        self.state.join("taken-back.json")
    }

    /// Carries the plan out, and then `remember`s. On an error every published file is whole, old or new.
    pub fn carry_out(
        &mut self,
        plan: &Plan,
        documents: &[Document],
        memo: Memo<'_>,
        remember: impl FnOnce() -> Result<(), LedgerError>,
    ) -> Result<Outcome, PublishError> {
        let outcome = Outcome {
            new: plan.puts.iter().filter(|put| put.change == Change::New).count(),
            changed: plan.puts.iter().filter(|put| put.change == Change::Changed).count(),
            unchanged: plan.keeps.len(),
            deleted: plan.deletes.len(),
            bytes: plan.puts.iter().map(|put| documents[put.document].bytes.len() as u64).sum(),
        };
        let sets = Sets(self.state.join("sets"));
        let from_end = !self.is_begun();
        if from_end {
            sets.drop_under_way()?;
        }
        if self.manifest.is_under_way() {
            self.heal(from_end);
        }
        let former = memo.former.filter(|former| former.keep > 0 && self.manifest.paths().next().is_some());
        if plan.is_idle() {
            former.map_or(Ok(()), |former| sets.add(former))?;
            crash::point("former");
        } else {
            if let Some(former) = former {
                let settings = self.manifest.settings.as_deref().zip(memo.settings).filter(|(before, now)| before != now);
                sets.begin(&*self.place, plan, former, settings.map(|(before, now)| [before, now].map(str::to_owned)))?;
                crash::point("former");
            }
            self.unpurged().iter().try_for_each(|unpurged| unpurged.add(plan))?;
            self.declare(plan, memo.intent, from_end)?;
            self.place.put_all(&Putting {
                plan,
                documents,
                staging: memo.staging,
                stamps: memo.stamps,
                manifest: &self.manifest,
                at: memo.at,
            })?;
        }
        // Whoever serves documents hears of the new ones when they are there, and of those that go before they are gone.
        self.place.announce(&self.remaining(plan))?;
        self.place.delete_all(&plan.deletes)?;
        crash::point("files");
        remember()?;
        crash::point("remembered");
        forget(&self.intent_file())?;
        if let Some(former) = memo.former {
            sets.end(former.keep)?;
            if !plan.is_idle() {
                forget(&self.taken_back_file())?;
            }
        }
        let written = self.manifest.clone();
        self.settle(plan, documents);
        self.manifest.settings = memo.settings.map(str::to_owned);
        if self.manifest != written {
            self.manifest.save(&self.manifest_file())?;
        }
        Ok(outcome)
    }

    /// The bytes that subscribers fetch now, if there are any; none where that cannot be told.
    pub fn standing_bytes(&self, path: &str) -> Option<Vec<u8>> {
        self.place.read(path).ok().flatten()
    }

    /// The documents that caches are not told of yet.
    pub fn unpurged(&self) -> Option<Unpurged> {
        self.is_cached.then(|| Unpurged::of(&self.state))
    }

    /// Whether the run before was cut off while it put files in place.
    pub fn is_cut_off(&self) -> bool {
        self.manifest.is_under_way()
    }

    /// Every path that was published.
    pub fn published(&self) -> impl Iterator<Item = &str> {
        self.manifest.paths()
    }

    /// The bytes that stand at a path, where they are those that the last run put there and it came to its end.
    pub fn settled_bytes(&self, path: &str) -> Option<Vec<u8>> {
        let is_settled = !self.manifest.is_under_way() && self.manifest.knows(path);
        let bytes = is_settled.then(|| self.standing_bytes(path)).flatten()?;
        self.manifest.published(path, &Hash::of(&bytes)).then_some(bytes)
    }

    /// What a run that was cut off was going to remember when it had begun to put files in place.
    pub fn unfinished(&self) -> Option<String> {
        if self.is_begun() { fs::read_to_string(self.intent_file()).ok() } else { None }
    }

    /// Whether the run before was cut off, and something of it may be in place.
    pub fn is_begun(&self) -> bool {
        self.manifest.is_under_way() && !self.is_void()
    }

    /// Whether of the run that was cut off nothing is in place, as on a full disk: it is as if it had not been. A store may still do what it was asked to.
    fn is_void(&self) -> bool {
        let open: Vec<(&str, &[Hash])> = self.manifest.open().collect();
        if self.may_go_back || !self.manifest.is_from_end() || open.is_empty() {
            return false;
        }
        let paths: Vec<&str> = open.iter().map(|(path, _)| *path).collect();
        let Ok(standing) = self.place.look(&paths, None) else { return false };
        let is_there =
            |(path, hashes): &(&str, &[Hash])| matches!(standing.get(*path), Some(Standing::File(hash)) if hashes.contains(hash));
        !open.iter().any(is_there)
    }

    fn intent_file(&self) -> PathBuf {
        self.state.join("intent.ndjson")
    }

    /// Every published document as it stands, by path.
    ///
    /// # Errors
    /// Where that cannot be told of one.
    pub fn standing(&self) -> Result<BTreeMap<String, Vec<u8>>, PublishError> {
        let read = |path: &str| Ok(self.place.read(path)?.map(|bytes| (path.to_owned(), bytes)));
        self.manifest.paths().filter_map(|path| read(path).transpose()).collect()
    }

    /// The paths at which something stands that is called as feeds of a format are, where nobody knows any more what was published.
    pub fn strays(&self, format: Format) -> Vec<String> {
        let is_lost = self.manifest.paths().next().is_none();
        if is_lost { self.place.called(format.extension()) } else { Vec::new() }
    }

    /// The published documents that are not what was published, each told apart from its copies in other codings, and what stands at their paths.
    ///
    /// # Errors
    /// Where that cannot be told of one.
    pub fn altered(&self) -> Result<Vec<(&str, Standing)>, PublishError> {
        let Looked(mut standing) = self.look(None)?;
        let stands = self.manifest.paths().map(|path| (path, standing.remove(path).unwrap_or(Standing::Nothing)));
        let is_published = |path: &str, stands: &Standing| matches!(stands, Standing::File(hash) if self.manifest.published(path, hash));
        Ok(stands.filter(|(path, stands)| !is_published(path, stands)).collect())
    }

    fn manifest_file(&self) -> PathBuf {
        self.state.join("published.json")
    }

    /// Clears away what a run that was cut off had written beside the places, and where nothing of it came to them, forgets that it was to.
    fn heal(&mut self, is_void: bool) {
        self.place.clear(&self.manifest.paths().collect::<Vec<_>>());
        if is_void {
            self.manifest.forget_intents();
        }
    }

    fn declare(&mut self, plan: &Plan, intent: &str, from_end: bool) -> Result<(), PublishError> {
        write_whole(&self.intent_file(), intent.as_bytes())?;
        crash::point("intent");
        self.manifest.begin(from_end);
        for put in &plan.puts {
            self.manifest.intend(&put.path, &plan.hashes[put.document]);
        }
        self.manifest.save(&self.manifest_file())?;
        // A file system may have the documents on the disk before what was renamed sooner.
        sync_folder(&self.state);
        Ok(())
    }

    fn settle(&mut self, plan: &Plan, documents: &[Document]) {
        let hashes: HashMap<&str, &Hash> = documents.iter().map(|document| document.path.as_str()).zip(&plan.hashes).collect();
        for path in plan.puts.iter().map(|put| &put.path).chain(&plan.keeps) {
            if let Some(hash) = hashes.get(path.as_str()) {
                match self.may_go_back {
                    true => self.manifest.settle_over(path, hash),
                    false => self.manifest.settle(path, hash),
                }
            }
        }
        for path in plan.deletes.iter().chain(&plan.abandoned) {
            self.manifest.forget(path);
        }
        // What was put or looked at is there.
        let there: HashSet<&str> = hashes.keys().copied().chain(plan.keeps.iter().map(String::as_str)).collect();
        let is_gone = |path: &&str| !there.contains(path) && !self.place.stands(path);
        let gone: Vec<String> = self.manifest.paths().filter(is_gone).map(str::to_owned).collect();
        gone.iter().for_each(|path| self.manifest.forget(path));
        self.settle_open();
        self.manifest.end();
    }

    /// Of what stays without a document of this run, such as a channel that is kept empty: what a run that was cut off put there, or what it did not replace.
    fn settle_open(&mut self) {
        let open: Vec<&str> = self.manifest.open().map(|(path, _)| path).collect();
        if open.is_empty() {
            return;
        }
        for (path, standing) in self.place.look(&open, None).unwrap_or_default() {
            match standing {
                Standing::File(hash) if self.manifest.published(&path, &hash) => self.manifest.settle(&path, &hash),
                _ => {}
            }
        }
    }

    /// The paths at which documents stand when the plan is carried out.
    fn remaining<'a>(&'a self, plan: &'a Plan) -> BTreeSet<&'a str> {
        let gone: BTreeSet<&str> = plan.deletes.iter().chain(&plan.abandoned).map(String::as_str).collect();
        self.manifest.paths().chain(plan.keeps.iter().map(String::as_str)).filter(|path| !gone.contains(path)).collect()
    }
}

fn hashes(documents: &[Document]) -> Result<Vec<Hash>, PublishError> {
    documents.par_iter().map_init(Vec::new, |room, document| Ok(document.bytes.hash(room)?.into())).collect()
}

/// Where documents wait for a destination: those that stand there already, in their places.
pub struct Depot<'a> {
    pub destination: &'a Destination,
    pub staging: &'a Staging,
    /// What stands there.
    pub stood: &'a Looked,
}

impl document::Depot for Depot<'_> {
    fn lay_down(&self, document: &Document, whole: &[u8]) -> Option<Bytes> {
        let hash = Hash::from(document.bytes.hash_of(whole));
        let stands = matches!(self.stood.0.get(&document.path), Some(Standing::File(own)) if *own == hash);
        match self.destination.place.trace(&document.path).filter(|_| stands) {
            Some(file) => Some(document.bytes.in_file(&file)),
            None => self.staging.take(document, whole),
        }
    }
}
