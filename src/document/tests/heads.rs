//! What is hashed of heads, against what documents say.

use std::sync::LazyLock;

use xxhash_rust::xxh3::Xxh3Default;

use super::*;
use crate::item::Digest;

/// The last has another home, which its channels do not name.
static PUBLICATIONS: LazyLock<[Publication; 4]> = LazyLock::new(|| {
    let elsewhere = Publication { home: url("https://example.net/"), ..full_publication() };
    [publication(), full_publication(), Publication { hubs: Vec::new(), ..full_publication() }, elsewhere]
});

/// Of few values, so that two are often the same.
fn any_head() -> impl Strategy<Value = Head<'static>> {
    let maybe = |text: &'static str| proptest::option::of(Just(text));
    let texts = (maybe("t"), maybe("d"), maybe("fr"), maybe("https://example.org/home"));
    let rest = (maybe("es"), 0..4usize, proptest::option::of(0..2i64), proptest::option::of(Just(5u32)));
    (0..4usize, texts, rest).prop_map(|(nth, (title, description, tag, home), (other, chain, gone, ttl))| {
        let publication = &PUBLICATIONS[nth];
        let page = |is: bool| is.then(|| url("https://example.org/feeds/page"));
        let alternate = |tag| Alternate { language: Some(language(tag)), ..full_head(publication).alternates.remove(0) };
        let tombstone = |seconds| {
            let when = chrono::DateTime::from_timestamp(seconds, 0).expect("a time").fixed_offset();
            ("tag:example.org,2018:gone".into(), when)
        };
        Head {
            title: title.unwrap_or_default().to_owned(),
            description: description.unwrap_or_default().to_owned(),
            language: tag.map(language),
            home: url(home.unwrap_or("https://example.org/news")),
            alternates: other.map(alternate).into_iter().collect(),
            chain: Chain { older: page(chain % 2 == 1), newer: None, current: page(chain > 1) },
            deleted: gone.map(tombstone).into_iter().collect(),
            ttl: ttl.filter(|_| chain < 2),
            ..head(publication)
        }
    })
}

/// What the date of a channel hangs on.
fn hashed(head: &Head<'_>) -> Digest {
    let mut hash = Xxh3Default::new();
    hash.update(&in_common(head.publication, head.ttl, &FORMATS, head.chain.current.is_some()).to_le_bytes());
    head.add_to(&mut hash);
    Digest::of(hash.digest128()).beside(head.graves())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn documents_are_the_same_where_what_is_hashed_of_them_is(one in any_head(), other in any_head(), is_one in proptest::bool::weighted(0.2)) {
        let other = if is_one { one.clone() } else { other };
        let said = |head: &Head<'static>| FORMATS.map(|format| String::from_utf8(render(head, &[], format)).expect("UTF-8"));
        prop_assert_eq!(hashed(&one) == hashed(&other), said(&one) == said(&other));
        // Two that differ in their tombstones alone are alike.
        let mut later = one.clone();
        later.deleted.iter_mut().for_each(|(_, when)| *when += chrono::Duration::seconds(1));
        for another in [later, Head { deleted: Vec::new(), ..one.clone() }] {
            prop_assert!(hashed(&one).is_alike(hashed(&another)));
            prop_assert_eq!(hashed(&one) == hashed(&another), one.deleted.is_empty());
        }
    }
}
