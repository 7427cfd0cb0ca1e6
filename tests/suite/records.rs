//! Records as people write them, good and bad.

use std::fs;

use crate::support::{CONFIG, Publication};

fn all(publication: &Publication) -> String {
    publication.build();
    publication.read("public/all.atom")
}

#[test]
fn every_form_of_record_is_read() {
    let publication = Publication::with_config(&format!(
        "{CONFIG}\n[[source]]\npath = 'items'\n[[source]]\npath = 'bulk.ndjson'\n[[source]]\npath = 'table.csv'\ncolumns = {{ title = 'Headline', date = 'Day', id = 'No' }}\ndelimiter = '|'\n"
    ));
    publication.write("items/a.toml", "title = 'From TOML'\ndate = 2018-01-01\nbody = '*one*'");
    publication.write("items/b.md", "+++\ntitle = 'From TOML front matter'\ndate = 2018-01-02\n+++\n\nSome *text*.\n");
    publication.write("items/c.md", "---\ntitle: From YAML front matter\ndate: 2018-01-03\ncountries: [BZ, MX]\n---\n\nText\n");
    publication.write("items/d.json", r#"{"title": "From JSON", "date": "2018-01-04T10:00:00-06:00", "body": "<p>html</p>"}"#);
    publication.write("bulk.ndjson", "{\"id\":\"n1\",\"title\":\"From NDJSON\",\"date\":\"5 January, 2018\"}\n\n{\"id\":\"n2\",\"title\":\"Zwei\",\"date\":\"6 de enero de 2018\"}\n");
    publication.write("table.csv", "No|Day|Headline\r\nr1|2018-01-07|\"From CSV; quoted\"\r\n");
    let atom = all(&publication);
    for title in ["From TOML", "From TOML front matter", "From YAML front matter", "From JSON", "From NDJSON", "Zwei", "From CSV; quoted"] {
        assert!(atom.contains(&format!("<title>{title}</title>")) || atom.contains(&format!(">{title}</title>")), "{title}\n{atom}");
    }
    assert!(atom.contains("<id>tag:example.org,2018:item/n1</id>"));
    assert!(atom.contains("<id>tag:example.org,2018:item/r1</id>"));
    assert!(publication.read("public/country/mexico.rss").contains("From YAML front matter"));
}

#[test]
fn a_plain_date_is_noon_in_the_publications_zone() {
    let publication = Publication::new();
    publication.write("items/a.toml", "title = 'a'\ndate = 2018-01-01");
    let atom = all(&publication);
    assert!(atom.contains("<published>2018-01-01T18:00:00Z</published>"), "{atom}");
    assert!(publication.read("public/all.rss").contains("<pubDate>Mon, 01 Jan 2018 18:00:00 +0000</pubDate>"));
}

#[test]
fn bad_records_are_all_named_and_nothing_is_published() {
    let publication = Publication::with_items(1);
    publication.build();
    let before = publication.read("public/all.rss");
    publication.item(2, "Good");
    publication.write("items/no-title.toml", "date = 2018-01-01");
    publication.write("items/bad-date.md", "+++\ntitle = 'x'\ndate = '31 February, 2018'\n+++\n");
    publication.write("items/typo.toml", "titel = 'x'\ntitle = 'y'\ndate = 2018-01-01");
    publication.write("items/country.json", "{\n  \"title\": \"x\",\n  \"date\": \"2018-01-01\",\n  \"countries\": [\"Belise\"]\n}");
    publication.write("items/latin1.md", b"+++\ntitle = 'caf\xe9'\ndate = 2018-01-01\n+++\n");
    publication.write("items/empty.toml", "");
    publication.run(&["build"]).expect(
        1,
        &[
            "items/no-title.toml",
            "items/bad-date.md:3:8: error[",
            "items/typo.toml:1:1: error[",
            "did you mean `title`?",
            "items/country.json:4:",
            "did you mean `Belize`?",
            "items/latin1.md:2:",
            "UTF-8",
            "items/empty.toml",
            "nothing was published",
        ],
    );
    assert_eq!(publication.read("public/all.rss"), before);

    publication.run(&["build", "--keep-going"]).expect(1, &["items/typo.toml"]);
    assert!(publication.read("public/all.rss").contains("Good"));
}

#[test]
fn odd_files_get_clear_errors() {
    let publication = Publication::with_items(1);
    fs::create_dir(publication.path("items/folder.toml")).expect("a folder");
    std::os::unix::fs::symlink("nowhere", publication.path("items/dangling.md")).expect("a link");
    fs::File::create(publication.path("items/huge.md")).and_then(|file| file.set_len(200 << 20)).expect("a sparse file");
    publication.write("items/nul.toml", b"title = 'a\0b'\ndate = 2018-01-01");
    let ran = publication.run(&["build"]);
    for file in ["items/folder.toml", "items/dangling.md", "items/huge.md", "items/nul.toml"] {
        assert!(ran.err.contains(file), "{file} is not named:\n{}", ran.err);
    }
    assert_eq!(ran.code, 1);
}

#[test]
fn duplicate_ids_name_both_places() {
    let publication = Publication::new();
    publication.write("items/a.toml", "id = 'same'\ntitle = 'a'\ndate = 2018-01-01");
    publication.write("items/b.toml", "id = 'same'\ntitle = 'b'\ndate = 2018-01-01");
    let ran = publication.run(&["build"]);
    assert!(ran.code == 1 && ran.err.contains("items/a.toml") && ran.err.contains("items/b.toml"), "{ran:?}");
    publication.write("items/c.toml", "title = 'c'\ndate = 2018-01-01");
    publication.run(&["build", "--keep-going"]).expect(1, &["1 item in"]);
    assert!(!publication.read("public/all.rss").contains("item/same"), "neither of the two is taken for the published one");
}

#[test]
fn enclosures_beside_the_record_are_measured() {
    let publication = Publication::new();
    publication.write("items/talk.mp3", [0u8; 1234]);
    publication.write("items/a.toml", "title = 'Talk'\ndate = 2018-01-01\nlink = 'https://example.org/talk'\n[[enclosures]]\nurl = 'https://media.example.org/talk.mp3'\nfile = 'talk.mp3'\n");
    publication.write("items/b.toml", "title = 'Far'\ndate = 2018-01-01\n[[enclosures]]\nurl = 'https://media.example.org/far.ogg'\n");
    let ran = publication.build();
    let rss = publication.read("public/all.rss");
    assert!(rss.contains(r#"url="https://media.example.org/talk.mp3" length="1234" type="audio/mpeg""#), "{rss}");
    assert!(rss.contains(r#"length="0" type="audio/ogg""#), "{rss}");
    assert!(ran.err.contains("items/b.toml") && ran.err.contains("warning["), "an unknown length is a warning: {}", ran.err);
}

#[test]
fn a_javascript_link_is_refused_with_its_place() {
    let publication = Publication::new();
    publication.write("items/a.toml", "title = 'x'\ndate = 2018-01-01\nlink = 'javascript:alert(1)'");
    publication.run(&["build"]).expect(1, &["items/a.toml:3:"]);
}

#[test]
fn an_export_that_was_cut_off_is_known_by_its_end() {
    let config = CONFIG.replace("[countries]", "[[source]]\npath = 'news.csv'\n[[source]]\npath = 'news.ndjson'\n[countries]");
    let publication = Publication::with_config(&config);
    let (csv, json) = ("id,title,date\n1,One,2018-02-09\n", "{\"id\": \"2\", \"title\": \"Two\", \"date\": \"2018-02-09\"}\n");
    let refused = |csv: String, json: String, said: &[&str]| {
        publication.write("news.csv", csv);
        publication.write("news.ndjson", json);
        let ran = publication.run(&["build"]);
        ran.expect(1, said);
        ran
    };
    let cut = "error[record-syntax]: the file ends in the midst of a record";
    refused(format!("{csv}3,Thr"), json.to_owned(), &["news.csv:3", cut]);
    refused(format!("{csv}3,\"Thr"), json.to_owned(), &["news.csv:3", cut]);
    refused(csv.to_owned(), format!("{json}{}", &json[..20]), &["news.ndjson:2", cut]);
    let ran = refused(format!("{csv}3,Three\n"), format!("{json}{{\"id\":\n"), &["news.csv:3", "2 cells", "news.ndjson:2"]);
    assert!(!ran.err.contains("in the midst"), "{}", ran.err);
    publication.write("news.csv", format!("{csv}3,Three,2018-02-09"));
    publication.write("news.ndjson", json.trim_end());
    publication.build().expect(0, &["3 items"]);
}

#[test]
fn a_table_whose_header_cannot_be_read_is_told_what_it_is() {
    let publication = Publication::with_config(&CONFIG.replace("[countries]", "[[source]]\npath = 'news.csv'\n[countries]"));
    let utf16: Vec<u8> = "\u{feff}id,title,date\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (table, said) in [
        (utf16, &["error[bad-utf8]", "UTF-16"][..]),
        (b"id,title,date,Pa\xEDses\n1,T,2018-02-09,BZ\n".to_vec(), &["error[bad-utf8]", "in `Pa\u{fffd}ses`", "`CSV UTF-8`"]),
        (b"sep=;\nid;title;date\n".to_vec(), &["`sep=`", "delimiter = \";\""]),
        (b"id;title;date\n1;T;2018-02-09\n".to_vec(), &["delimiter = \";\""]),
        (b"id\ttitle\tdate\n1\tT\t2018-02-09\n".to_vec(), &["delimiter = \"\\t\""]),
        (b"id,title,published\n1,T,2018-02-09\n".to_vec(), &["no column `date`", "`columns = { date = \"published\" }`"]),
        (
            b"id,a,date\n1,T,2018-02-09\n".to_vec(),
            &["no column `title`", "`columns = { title = \"NAME\" }`; the columns are `id`, `a`, `date`"],
        ),
    ] {
        publication.write("news.csv", table);
        let ran = publication.run(&["build"]);
        ran.expect(1, said);
        assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    }
}

#[test]
fn a_source_says_in_which_order_its_dates_stand() {
    let config = |dates: &str| {
        let source = format!("[[source]]\npath = 'news.csv'\ndelimiter = ';'\nlist-separator = '|'\n{dates}\n[countries]");
        CONFIG.replace("[countries]", &source)
    };
    let publication = Publication::with_config(&config(""));
    publication.write("news.csv", "\u{feff}id;title;date\r\n1;Uno;05/10/2017\r\n2;Dos;15/08/2017 9:30\r\n");
    let both = "write `2017-10-05` or `2017-05-10`; or say in its `[[source]]` how all are written, `dates = \"day-first\"` or `dates = \"month-first\"`";
    let one = "write `2017-08-15`; or say in its `[[source]]` how all are written, `dates = \"day-first\"`\n";
    publication.run(&["build"]).expect(1, &[both, one]);

    publication.write("feeds.toml", config("dates = 'day-first'"));
    publication.build().expect(0, &["2 items"]);
    let feed = publication.read("public/all.atom");
    for date in ["<published>2017-10-05T18:00:00Z", "<published>2017-08-15T15:30:00Z"] {
        assert!(feed.contains(date), "{feed}");
    }

    publication.write("feeds.toml", config("dates = 'month-first'"));
    publication.run(&["build"]).expect(1, &["news.csv:3", "there is no month 15"]);
    publication.write("feeds.toml", config("dates = 'first'"));
    publication.run(&["build"]).expect(1, &["bad-value", "`day-first`"]);
}
