//! What people write by a slip of the hand, or as they are used to.

use super::{load, one, told};

/// What YAML takes for a comment, a tag or an anchor would be missing without a word.
#[test]
fn no_part_of_a_text_of_yaml_is_lost() {
    for (fields, want) in [
        ("title: Plant #3 opens", "2:14 `#3 opens`"),
        ("title: Plant\n  and others #3", "3:14 `#3`"),
        ("title: !important news", "2:8 `!important`"),
        ("summary: &amp; news\ntitle: T", "2:10 `&amp;`"),
        ("title: ! Breaking news", "2:8 `!`"),
        ("title: T\nauthors: Ana # not Luis", "3:14 `# not Luis`"),
        ("title: T\nauthors:\n  - Luis\n  - Ana #1", "5:9 `#1`"),
        ("title: T\nauthor:\n  name: Ana #1", "4:13 `#1`"),
        ("\"title\": Ñandú #3", "2:16 `#3`"),
        ("title:\n  Plant #3", "3:9 `#3`"),
    ] {
        let loaded = load("", &[("a.md", format!("---\n{fields}\ndate: 2018-02-09\n---\n").as_bytes())]);
        let (place, excerpt) = want.split_once(' ').expect("two");
        assert_eq!(told(&loaded), [format!("a.md:{place} record-syntax {excerpt}")], "{fields}");
    }
    for (fields, title) in [
        ("title: 'Plant #3' # a remark", "Plant #3"),
        ("title: \"!important\"", "!important"),
        ("# one # remark\ntitle: C#, a&b, x!#y\n# another # remark\ndraft: false # for now", "C#, a&b, x!#y"),
        ("title: |-\n  Plant #3", "Plant #3"),
        ("title: T\ncountries: [BZ] # all\nauthors:\n  - \"Ana #1\" # not Luis", "T"),
        ("title: T\nwithdrawn: false # legal\nrights: ~ # none", "T"),
        ("title: T\nsummary: Research\n  & development\n  ! and more", "T"),
        ("title: &t \"Anchored\"\nsummary: *t", "Anchored"),
        ("title: !!str Plant", "Plant"),
        ("title: ! \"Plant\"", "Plant"),
        ("summary: |\n  text\n# a remark\ntitle: Plant", "Plant"),
        ("summary: |\n    text\n  # a remark\ntitle: Plant", "Plant"),
        ("summary: >-\n  text\n\n# a remark\ntitle: Plant", "Plant"),
        ("title: T\nlink: https://a.org/#b", "T"),
    ] {
        assert_eq!(one("a.md", &format!("---\n{fields}\ndate: 2018-02-09\n---\n")).title(), title);
    }
}

#[test]
fn a_day_is_at_the_time_at_which_the_item_appears() {
    for (publish_at, want) in [
        ("2018-02-09T09:00:00Z", "2018-02-09T09:00:00+00:00"),
        ("2018-02-09", "2018-02-09T12:00:00-06:00"),
        ("2018-02-10T09:00:00Z", "2018-02-09T12:00:00-06:00"),
    ] {
        let item = one("a.toml", &format!("title = 'T'\ndate = 2018-02-09\npublish-at = {publish_at}"));
        assert_eq!(item.published.to_rfc3339(), want, "{publish_at}");
        let begins = publish_at.parse().unwrap_or_else(|_| item.begun().to_utc());
        assert!(item.hidden(begins).is_none() && item.hidden(begins - chrono::Duration::seconds(1)).is_some(), "{publish_at}");
    }
}

#[test]
fn authors_in_one_text_are_told_apart() {
    for (authors, want) in [
        ("Ana; Luis <l@a.org>", &["Ana ", "Luis l@a.org"][..]),
        ("ana@a.org, luis@a.org", &["ana ana@a.org", "luis luis@a.org"]),
        ("Ana Pérez <a@b.org>, Luis <l@a.org>", &["Ana Pérez a@b.org", "Luis l@a.org"]),
        ("Pérez, Ana", &["Pérez, Ana "]),
        ("Pérez, Ana <a@b.org>", &["Pérez, Ana a@b.org"]),
        ("Pérez García, Ana María", &["Pérez García, Ana María "]),
        ("Lee, Ann B <a@b.org>, C D <c@d.org>", &["Lee, Ann B a@b.org", "C D c@d.org"]),
    ] {
        let item = one("a.toml", &format!("title = 'T'\ndate = 2018-02-09\nauthors = '{authors}'"));
        let got: Vec<String> =
            item.authors().iter().map(|person| format!("{} {}", person.name, person.email.as_deref().unwrap_or_default())).collect();
        assert_eq!(got, want);
    }
}

#[test]
fn rows_in_which_nothing_stands_are_no_records() {
    let loaded = load("", &[("a.csv", b"id,title,date\n1,T,2018-02-09\n,,\n , ,\n\n")]);
    assert_eq!((loaded.items.len(), told(&loaded)), (1, vec![]));
    let loaded = load("", &[("a.csv", b"id,title,date,Title\n1,T,2018-02-09,U\n")]);
    assert_eq!((loaded.items[0].title(), told(&loaded)), ("T", vec!["a.csv:1:0 unknown-column".to_owned()]));
    let loaded = load("", &[("a.csv", b"id,title,date,countries\n1,T,2018-02-09,\"Belize, Mexico\"\n")]);
    let help = loaded.findings.iter().next().and_then(|finding| finding.help.clone());
    assert_eq!(help.as_deref(), Some("`;` stands between the entries of a list: `Belize;Mexico`"));
}
