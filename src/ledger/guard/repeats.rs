//! Stories that readers would see a second time, since they know them by other ids.

use std::sync::Arc;

use super::super::{Known, trace};
use super::{Accept, Refusal, TOLD, in_short, of_config};
use crate::config::Config;
use crate::diag::{Finding, codes};
use crate::item::Item;

/// An item, and what readers have of it: itself under another guid, or another one that is gone and said the same.
#[derive(Clone, Debug)]
pub struct Repeat {
    pub item: Arc<Item>,
    pub old: Known,
}

/// What is said of them, of so many items that were published. One cause of many is told once.
pub fn repeats(config: &Config, all: &[Repeat], published: usize) -> Vec<Refusal> {
    let (of_authority, own): (Vec<&Repeat>, Vec<&Repeat>) = all.iter().partition(|repeat| repeat.former_authority(config).is_some());
    let mut told: Vec<Refusal> = other_authority(config, &of_authority).into_iter().map(Refusal::from).collect();
    match own.len() > TOLD && own.len() * 10 >= published * 9 {
        true => told.push(nearly_all(config, &own, published).into()),
        false => {
            told.extend(in_short(config, own.iter().map(|repeat| repeat.told(config)), "items that subscribers would see a second time"))
        }
    }
    told
}

impl Repeat {
    fn is_of_guid(&self) -> bool {
        self.item.iri() == self.old.iri()
    }

    /// The authority that the id was minted under, where that alone is another now.
    fn former_authority(&self, config: &Config) -> Option<&str> {
        if self.is_of_guid() {
            return None;
        }
        let name = self.item.iri().strip_prefix(&config.publication.authority.mint(""))?;
        self.old.iri().strip_suffix(name)?.strip_prefix("tag:")?.strip_suffix(':')
    }

    fn told(&self, config: &Config) -> Refusal {
        let (message, help) = if self.is_of_guid() { self.other_guid() } else { self.other_id() };
        // What the record says of its id is of no account then.
        if let Some(key) = self.alias(config).filter(|_| !self.is_of_guid()) {
            let help = format!("take `{key}` out of `aliases` in `[ids]`, or write the id there that the item had: `{}`", self.old.iri());
            return of_config(config, Finding::new(&codes::WOULD_REPEAT, message)).help(Accept::Repeats.way_out(&help)).into();
        }
        let finding = Finding::new(&codes::WOULD_REPEAT, message).at(self.item.place()).help(help);
        Refusal { finding, field: Some(if self.is_of_guid() { "guid" } else { "id" }) }
    }

    /// What the alias is called by which the item has its id.
    fn alias<'c>(&self, config: &'c Config) -> Option<&'c str> {
        let iri = self.item.iri();
        let is_own = |id: &str| iri == id || iri == config.publication.authority.mint(&format!("item/{id}"));
        config.ids.aliases.iter().find(|(_, id)| is_own(id)).map(|(key, _)| key.as_str())
    }

    fn other_id(&self) -> (String, String) {
        let Repeat { item, old } = self;
        let (key, title) = (item.key(), old.title());
        let message = match key == old.key() {
            true => format!(
                "the id of `{key}` (\u{201c}{title}\u{201d}) was `{}` and is `{}` now: subscribers would see it a second time",
                old.iri(),
                item.iri()
            ),
            false if !self.is_the_same() => return self.may_be_another(),
            false => format!(
                "`{key}` is new, and says what `{}` said (\u{201c}{title}\u{201d}), which is gone: subscribers would see it a second time",
                old.key()
            ),
        };
        (message, Accept::Repeats.way_out(&format!("give the record the `id` that the item had: `{}`", old.iri())))
    }

    /// Whether the one says what the other said, in other words at most of its title.
    fn is_the_same(&self) -> bool {
        let (own, old) = (self.item.traces(), self.old.traces());
        own.content == old.content || self.alike().starts_with(&["text", "date"])
    }

    /// What the two have in common; a text that nothing is known of, or that there is not, is none of it.
    fn alike(&self) -> Vec<&'static str> {
        let (own, old) = (self.item.traces(), self.old.traces());
        let all = [
            ("text", own.text == old.text && trace::has_text(own)),
            ("date", self.item.published.timestamp() == self.old.published.seconds()),
            ("title", self.item.title() == self.old.title()),
            ("link", own.link == old.link && own.link != 0),
        ];
        all.into_iter().filter(|(_, is_alike)| *is_alike).map(|(name, _)| name).collect()
    }

    /// Of a new item that is another story perhaps: then it is lost under the id of the old one, which readers have read.
    fn may_be_another(&self) -> (String, String) {
        let Repeat { item, old } = self;
        let message = format!(
            "`{}` is new, and has the {} of `{}` (\u{201c}{}\u{201d}), which is gone: if it is the same story, subscribers would see it a second time",
            item.key(),
            self.alike().join(" and the "),
            old.key(),
            old.title()
        );
        (
            message,
            format!(
                "if it is another story: `--accept repeats`; if it is the same, give the record the `id` that the item had: `{}`",
                old.iri()
            ),
        )
    }

    fn other_guid(&self) -> (String, String) {
        let Repeat { item, old } = self;
        let what = format!("the guid of `{}` (\u{201c}{}\u{201d})", item.key(), old.title());
        let [was, is] = [old.guid(), item.guid()].map(|guid| guid.unwrap_or(item.iri()));
        let message = format!("{what} was `{was}` and is `{is}` now: who reads it by RSS would see it a second time");
        let help = match old.guid() {
            Some(guid) => format!("give the record the `guid` that the item had: `{guid}`"),
            None => "take the `guid` out of the record again".to_owned(),
        };
        (message, Accept::Repeats.way_out(&help))
    }
}

/// All ids that the config alone made others.
fn other_authority(config: &Config, all: &[&Repeat]) -> Option<Finding> {
    let former = all.first()?.former_authority(config)?;
    let message = format!(
        "`id-authority` was `{former}` and is `{}` now, and so the ids of {} items are others: subscribers would see them a second time",
        config.publication.authority,
        all.len()
    );
    let help = format!("put `id-authority = \"{former}\"` back: it says who minted the ids, and stays when the address changes");
    Some(of_config(config, Finding::new(&codes::WOULD_REPEAT, message)).help(Accept::Repeats.way_out(&help)))
}

/// Records that have another key each, in one finding.
fn nearly_all(config: &Config, all: &[&Repeat], published: usize) -> Finding {
    let are_guids = all.iter().all(|repeat| repeat.is_of_guid());
    let (what, help) = match are_guids {
        true => ("guids", "put back what the field or column `guid` said"),
        false => (
            "ids",
            "put back what the ids are made of, the names of the files or the column that is the key; or name a table of the ids that the items had, \
             `file` in `[ids]`",
        ),
    };
    let pair = |Repeat { item, old }: &&Repeat| {
        let [was, is] = [(old.iri(), old.guid()), (item.iri(), item.guid())].map(|(iri, guid)| guid.filter(|_| are_guids).unwrap_or(iri));
        format!("`{was}` is `{is}` now")
    };
    let pairs: Vec<String> = all.iter().take(TOLD).map(pair).collect();
    let (count, pairs) = (all.len(), pairs.join(", "));
    let message = format!(
        "{count} items have other {what} than those that were published ({published}), and say the same: subscribers would see them a second time; \
         {pairs} and so on"
    );
    of_config(config, Finding::new(&codes::WOULD_REPEAT, message)).help(Accept::Repeats.way_out(help))
}
