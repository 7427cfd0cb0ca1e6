//! Items as we write them, and as the writer crates do.

use super::*;

/// Characters that mean something to XML, to readers of it, or to one of the writers.
fn text() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("([ -~éв\u{2028}\u{a0}]{0,6}|&[a-z]{2,4};|]]>|</b>|[\n\t\r<>&\"']{1,3}|[a-z &<]{60,70}){0,4}")
}

fn address() -> impl Strategy<Value = Option<Url>> {
    proptest::option::of("[a-z?&='|]{0,8}".prop_map(|tail| url(&format!("https://example.org/{tail}"))))
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let email = proptest::option::of("[a-z]{1,3}@example.org|nobody");
    let one =
        (text(), email, address()).prop_map(|(name, email, uri)| Person { name: name.unwrap_or_default(), email, uri: uri.map(Box::new) });
    proptest::collection::vec(one, 0..3)
}

fn image() -> impl Strategy<Value = Option<Box<Image>>> {
    let sizes = proptest::option::of(0u32..3);
    let one = |(url, alt, width): (Option<Url>, _, _)| Some(Box::new(Image { url: url?, alt, width, height: width }));
    (address(), text(), sizes).prop_map(one)
}

fn enclosures() -> impl Strategy<Value = Vec<Enclosure>> {
    let one = |(url, title, length): (Option<Url>, _, _)| {
        Some(Enclosure { url: url?, media_type: MediaType::of_name("a.mp3").expect("known"), length, title, beside: None })
    };
    let one = (address(), text(), proptest::option::of(0u64..3)).prop_map(one);
    proptest::collection::vec(one, 0..3).prop_map(|all| all.into_iter().flatten().collect())
}

fn any_item() -> impl Strategy<Value = Parts> {
    let first = (text(), address(), people(), image(), enclosures());
    let then = (address(), text(), text(), proptest::option::of(0i64..4_000_000_000), 0i64..4_000_000_000);
    (first, then).prop_map(|((title, link, authors, image, enclosures), (origin, rights, guid, updated, published))| {
        let when = |seconds: i64| chrono::DateTime::from_timestamp(seconds, 7).expect("a time").fixed_offset();
        Parts {
            title: title.unwrap_or_default(),
            id: ItemId { guid: guid.clone().map(Into::into), ..item().id },
            published: when(published),
            updated: updated.map(when),
            source: origin.map(|url| Box::new(Origin { title: guid.unwrap_or_default(), url })),
            link,
            authors,
            image,
            enclosures,
            rights,
            ..item()
        }
    })
}

proptest! {
    #[test]
    fn items_are_what_the_crates_write(
        parts in any_item(), html in text(), summary in text(), terms in proptest::collection::vec((text(), text()), 0..3),
        page in address(), translations in proptest::collection::vec(address(), 0..3), is_full in proptest::bool::ANY,
    ) {
        let (publication, item, text) = (full_publication(), Item::from(parts), Prepared::new(html, summary));
        let categories = terms.into_iter().map(|(term, label)| category(&term.unwrap_or_default(), &label.unwrap_or_default())).collect();
        let tags = ["es", "fr", "pt-BR"].map(language).into_iter();
        let translations = tags.zip(translations.into_iter().flatten()).collect();
        let entry = Entry { item: &item, text: &text, categories, link: item.link().or(page), translations };
        let content = if is_full { Content::Full } else { Content::Summary };
        prop_assert_eq!(rss::item(&entry, &publication, content), rss::by_the_crate(&entry, &publication, content));
        let own = atom::entry(&entry, &publication, content).replacen(" xml:lang=\"en\"", "", 1);
        prop_assert_eq!(own, atom::by_the_crate(&entry, &publication, content));
    }
}
