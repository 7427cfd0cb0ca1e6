//! Pages for people: what a browser makes of them, and what becomes of the user's own templates.

use std::collections::BTreeSet;

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use crate::support::{CONFIG, Publication};

/// A page as a browser's parser sees it.
struct Page {
    path: String,
    html: String,
    dom: RcDom,
}

/// An element: its name, its attributes, and its text with that of all that is in it.
#[derive(Clone, Debug)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Element {
    fn get(&self, name: &str) -> &str {
        self.attributes.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }
}

impl Page {
    fn read(publication: &Publication, path: &str) -> Self {
        let html = publication.read(&format!("public/{path}"));
        let dom = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html.as_str());
        Page { path: path.to_owned(), html, dom }
    }

    fn elements(&self, name: &str) -> Vec<Element> {
        let mut found = Vec::new();
        gather(&self.dom.document, &mut found);
        found.into_iter().filter(|element| element.name == name).collect()
    }

    /// The only element of a name.
    fn only(&self, name: &str) -> Element {
        let found = self.elements(name);
        assert_eq!(found.len(), 1, "{}: {name}: {found:?}", self.path);
        found[0].clone()
    }

    /// What every page must be.
    fn insist(&self) {
        let path = &self.path;
        assert!(self.dom.errors.borrow().is_empty(), "{path}: {:?}", self.dom.errors.borrow());
        assert!(self.html.starts_with("<!DOCTYPE html>\n") && self.html.ends_with("</html>\n"), "{path}");
        let root = self.only("html");
        assert!(!root.get("lang").is_empty() && ["ltr", "rtl"].contains(&root.get("dir")), "{path}: {root:?}");
        for name in ["main", "h1", "title"] {
            assert!(!self.only(name).text.trim().is_empty(), "{path}: {name}");
        }
        let links = self.elements("link");
        let of = |rel: &str| links.iter().filter(|link| link.get("rel") == rel).cloned().collect::<Vec<_>>();
        assert_eq!(of("canonical").len(), 1, "{path}");
        assert!(of("alternate").iter().any(|link| link.get("type") == "application/atom+xml"), "{path}");
        let policy = self.elements("meta").into_iter().find(|meta| meta.get("http-equiv") == "Content-Security-Policy").expect("a policy");
        assert!(policy.get("content").starts_with("default-src 'none'; style-src 'sha256-"), "{path}: {policy:?}");
        assert!(!policy.get("content").contains("unsafe"), "{path}");
        let mut all = Vec::new();
        gather(&self.dom.document, &mut all);
        for element in &all {
            let handler = element.attributes.iter().find(|(name, _)| name.starts_with("on") || name == "style");
            assert!(handler.is_none(), "{path}: {element:?}");
            assert!(!element.get("href").trim_start().to_lowercase().starts_with("javascript:"), "{path}: {element:?}");
        }
        let ids: Vec<&str> = all.iter().map(|element| element.get("id")).filter(|id| !id.is_empty()).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{path}: {ids:?}");
        let scripts = self.elements("script").len();
        assert_eq!(scripts, usize::from(path.ends_with("index.html")), "{path}: the filter of the list is the one script");
    }
}

fn gather(node: &Handle, found: &mut Vec<Element>) {
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes = attrs.borrow().iter().map(|attr| (attr.name.local.to_string(), attr.value.to_string())).collect();
        found.push(Element { name: name.local.to_string(), attributes, text: text(node) });
    }
    node.children.borrow().iter().for_each(|child| gather(child, found));
}

fn text(node: &Handle) -> String {
    match &node.data {
        NodeData::Text { contents } => contents.borrow().to_string(),
        _ => node.children.borrow().iter().map(text).collect(),
    }
}

fn pages(publication: &Publication) -> Vec<Page> {
    let paths = publication.files("public").into_iter().filter(|path| path.ends_with(".html"));
    paths.map(|path| Page::read(publication, &path)).collect()
}

#[test]
fn every_page_of_the_example_is_without_a_fault_and_leads_to_pages_that_exist() {
    let example = Publication::copy_of("");
    example.build();
    let pages = pages(&example);
    let channels = example.feeds().iter().filter(|path| path.ends_with(".atom")).count();
    assert_eq!(pages.len(), channels + 3 + 1, "channels, one list for each language and the mixed one, one item");
    for page in &pages {
        page.insist();
        let folder = page.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let base = url::Url::parse("http://x/").expect("a base").join(&folder).expect("a folder");
        for link in page.elements("a") {
            let target = base.join(link.get("href")).expect("an address");
            let path = target.path().trim_start_matches('/');
            let is_here = target.host_str() == Some("x") && !link.get("href").starts_with('#');
            assert!(!is_here || example.exists(&format!("public/{path}")), "{}: {link:?}", page.path);
        }
    }
}

#[test]
fn hostile_texts_are_shown_and_do_nothing() {
    let publication = Publication::copy_of("tests/hostile");
    publication.build();
    let pages = pages(&publication);
    assert!(pages.len() > 30, "{}", pages.len());
    for page in &pages {
        page.insist();
    }
    let all = Page::read(&publication, "all.html");
    assert_eq!(all.only("h1").text, "News & views ]]> \"quoted\" <![CDATA[x]]>");
    let right_to_left = pages.iter().filter(|page| page.only("html").get("dir") == "rtl").count();
    assert!(right_to_left > 5, "{right_to_left}");
}

#[test]
fn the_own_feeds_of_a_page_come_first() {
    let publication = Publication::with_items(1);
    publication.build();
    let alternates = |path: &str| -> Vec<String> {
        let links = Page::read(&publication, path).elements("link").into_iter();
        let feeds = links.filter(|link| link.get("rel") == "alternate" && !link.get("type").is_empty());
        feeds.map(|link| link.get("href").trim_start_matches("https://feeds.example.org/").to_owned()).collect()
    };
    assert_eq!(
        alternates("country/belize.html"),
        ["country/belize.rss", "country/belize.atom", "country/belize.json", "all.rss", "all.atom", "all.json"]
    );
    assert_eq!(alternates("index.html"), ["all.rss", "all.atom", "all.json"]);
    assert_eq!(alternates("items/item-1.html")[..4], ["all.rss", "all.atom", "all.json", "country/belize.rss"]);
}

#[test]
fn feeds_lead_to_their_pages_and_items_without_a_page_to_theirs() {
    let publication = Publication::new();
    publication.item(1, "The port of Belize reopens");
    publication.write("items/elsewhere.toml", "title = 'Ships'\ndate = 2018-01-02\nlink = 'https://example.org/ships'");
    publication.build();
    let read = |path: &str| publication.read(&format!("public/{path}"));
    for (path, pieces) in [
        ("all.rss", ["<link>https://feeds.example.org/all.html</link>", "<link>https://feeds.example.org/items/item-1.html</link>"]),
        ("all.atom", ["href=\"https://feeds.example.org/all.html\"", "href=\"https://feeds.example.org/items/item-1.html\""]),
        (
            "all.json",
            ["\"home_page_url\": \"https://feeds.example.org/all.html\"", "\"url\":\"https://feeds.example.org/items/item-1.html\""],
        ),
    ] {
        pieces.iter().for_each(|piece| assert!(read(path).contains(piece), "{path}: {piece}: {}", read(path)));
    }
    assert!(!publication.exists("public/items/elsewhere.html"));
    let page = Page::read(&publication, "all.html");
    let links: Vec<String> = page.elements("a").iter().map(|link| link.get("href").to_owned()).collect();
    assert!(
        links.iter().any(|link| link == "items/item-1.html") && links.iter().any(|link| link == "https://example.org/ships"),
        "{links:?}"
    );
    assert!(Page::read(&publication, "items/item-1.html").html.contains("<p>Text number 1.</p>"));
}

/// Pages that come or go change what documents say of their addresses, and no item.
#[test]
fn turning_pages_on_and_off_changes_no_item() {
    let publication = Publication::with_config(&format!("{CONFIG}\n[output]\npages = false\n"));
    (1..=3).for_each(|n| publication.item(n, &format!("The port of Belize, part {n}")));
    publication.build();
    assert!(publication.files("public").iter().all(|path| !path.ends_with(".html")));
    assert!(publication.read("public/all.rss").contains("<link>https://feeds.example.org/</link>"));
    let said = |publication: &Publication| -> Vec<String> {
        let atom = publication.read("public/all.atom");
        let entries = atom.split("<entry").skip(1).flat_map(str::lines);
        entries.map(str::trim).filter(|line| line.starts_with("<id>") || line.starts_with("<updated>")).map(str::to_owned).collect()
    };
    let before = said(&publication);
    let config = publication.read("feeds.toml");
    publication.write("feeds.toml", config.replace("pages = false", "pages = true"));
    publication.build().expect(0, &["changed"]);
    assert_eq!(said(&publication), before);
    publication.build().expect(0, &["unchanged"]);
    publication.write("feeds.toml", config);
    publication.build().expect(0, &["deleted"]);
    assert_eq!(said(&publication), before);
}

#[test]
fn a_second_run_writes_no_page_and_a_change_only_those_that_show_it() {
    let publication = Publication::with_items(2);
    publication.item(3, "Ships wait off San José, Costa Rica");
    publication.build();
    let mut later = publication.command(&["build"]);
    let ran = later.env("TIDINGS_NOW", "2018-05-01T00:00:00Z").output().expect("runs");
    assert!(!String::from_utf8_lossy(&ran.stdout).contains("changed,"), "{ran:?}");
    let before = publication.read("public/country/belize.html");
    publication.item(3, "Many ships wait off San José, Costa Rica");
    publication.build();
    assert_eq!(publication.read("public/country/belize.html"), before);
    assert!(publication.read("public/country/costa-rica.html").contains("Many ships"));
    assert!(publication.read("public/items/item-3.html").contains("Many ships"));
}

#[test]
fn an_items_page_keeps_its_address_and_goes_with_the_item() {
    let publication = Publication::new();
    publication.write("items/one.toml", "title = 'One'\ndate = 2018-01-01\nid = 'Übersee #1'");
    publication.write("items/two.toml", "title = 'Two'\ndate = 2018-01-01\nid = 'https://old.example.org/?p=17'");
    publication.write("items/three.toml", "title = 'Three'\ndate = 2018-01-01");
    publication.build();
    let names = publication.files("public/items");
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names.contains(&"three.html".to_owned()) && names.iter().filter(|name| name.contains("--")).count() == 2, "{names:?}");
    publication.write("items/three.toml", "title = 'Another title'\ndate = 2018-01-01");
    publication.build();
    assert_eq!(publication.files("public/items"), names);
    publication.write("items/three.toml", "title = 'Another title'\ndate = 2018-01-01\nwithdrawn = true");
    publication.build().expect(0, &["deleted"]);
    assert!(!publication.exists("public/items/three.html"));
}

#[test]
fn right_to_left_and_the_words_of_the_language() {
    let config = CONFIG.replace("languages = [\"en\", \"es\"]", "languages = [\"ar\", \"en\"]");
    let config = config.replace("title = \"Harbour news\"", "title = { ar = \"أخبار الموانئ\", en = \"Harbour news\" }");
    let publication = Publication::with_config(
        &config.replace("per-language = false", "per-language = true").replace("Puertos\"", "Puertos\", ar = \"الموانئ\""),
    );
    publication
        .write("items/a.md", "+++\ntitle = \"ميناء جديد\"\ndate = 2018-02-09\nlanguage = \"ar\"\ntopics = [\"ports\"]\n+++\n\nنص.\n");
    publication.write("items/b.md", "+++\ntitle = \"A new port\"\ndate = 2018-02-08\nlanguage = \"en\"\n+++\n\nText.\n");
    publication.build();
    for (path, lang, dir, word) in [
        ("index.html", "ar", "rtl", "المواضيع"),
        ("ar/all.html", "ar", "rtl", "9 فبراير 2018"),
        ("en/index.html", "en", "ltr", "Topics"),
        ("items/a.html", "ar", "rtl", "نُشر"),
        ("items/b.html", "en", "ltr", "8 February 2018"),
    ] {
        let page = Page::read(&publication, path);
        page.insist();
        let root = page.only("html");
        assert_eq!((root.get("lang"), root.get("dir")), (lang, dir), "{path}");
        assert!(page.html.contains(word), "{path}: {word}");
    }
    let mixed = Page::read(&publication, "all.html").elements("a");
    let titles = mixed.iter().filter(|link| link.get("href").starts_with("items/"));
    let sides: Vec<(&str, &str)> = titles.map(|link| (link.get("lang"), link.get("dir"))).collect();
    assert_eq!(sides, [("ar", "rtl"), ("en", "ltr")]);
}

#[test]
fn without_a_script_everything_is_listed() {
    let publication = Publication::with_items(1);
    publication.build();
    let page = Page::read(&publication, "index.html");
    let headings: Vec<String> = page.elements("h2").into_iter().chain(page.elements("h3")).map(|heading| heading.text).collect();
    assert_eq!(headings, ["Countries", "Topics", "Belize", "Ports"]);
    let hidden: Vec<Element> =
        page.elements("div").into_iter().filter(|div| div.attributes.iter().any(|(name, _)| name == "hidden")).collect();
    assert_eq!(hidden.len(), 1, "the filter alone waits for its script");
    assert_eq!(hidden[0].get("id"), "filter");
    assert!(page.html.contains("Items: 1") && page.html.contains("<time datetime=\"2018-01-01\">1 January 2018</time>"), "{}", page.html);
}

#[test]
fn moved_channels_take_their_pages_with_them() {
    let publication = Publication::with_items(1);
    publication.build();
    let slug = "slug = \"harbours\"\nwords = { en = [\"port\"";
    let config = publication.read("feeds.toml").replace("words = { en = [\"port\"", slug);
    publication.write("feeds.toml", config.clone() + "\n[[moved]]\nfrom = \"topic/ports\"\nto = \"topic/harbours\"\n");
    publication.build();
    assert_eq!(publication.read("public/topic/ports.html"), publication.read("public/topic/harbours.html"));
    publication.write("feeds.toml", config + "\n[[moved]]\nfrom = \"topic/ports\"\nto = \"topic/harbours\"\nas = \"redirect\"\n");
    publication.build();
    assert!(!publication.exists("public/topic/ports.html"));
    assert!(publication.read("public/_redirects").contains("/topic/ports.html https://feeds.example.org/topic/harbours.html 301\n"));
}

fn with_templates(files: &[(&str, &str)]) -> Publication {
    let publication = Publication::with_config(&format!("{CONFIG}\n[output]\ntemplates = \"look\"\n"));
    publication.item(1, "The <port> of Belize & more");
    files.iter().for_each(|(name, text)| publication.write(&format!("look/{name}"), text));
    publication
}

#[test]
fn a_template_of_ones_own_replaces_the_built_in_one_and_escapes_as_it_does() {
    let own = "<!DOCTYPE html>\n<title>{{ page.title }}</title>\n{% for item in items %}<h2>{{ item.title }}</h2>{% endfor %}\n";
    let publication = with_templates(&[("channel.html", own)]);
    publication.build();
    let page = publication.read("public/country/belize.html");
    assert!(page.contains("<h2>The &#60;port&#62; of Belize &#38; more</h2>"), "{page}");
    Page::read(&publication, "index.html").insist();

    let head = "{% extends \"base.html\" %}{% block main %}<h1>{{ item.title }}</h1>{{ item.body|safe }}{% endblock %}";
    let publication = with_templates(&[("item.html", head)]);
    publication.build();
    let page = Page::read(&publication, "items/item-1.html");
    page.insist();
    assert_eq!(page.only("h1").text, "The <port> of Belize & more");
}

#[test]
fn copies_of_the_built_in_templates_give_the_same_bytes() {
    let built_in = Publication::copy_of("tests/hostile");
    built_in.build();
    let copied = Publication::copy_of("tests/hostile");
    copied.write("feeds.toml", copied.read("feeds.toml").replace("[output]", "[output]\ntemplates = \"look\""));
    for name in ["base.html", "index.html", "channel.html", "item.html", "entry.html"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(name);
        copied.write(&format!("look/{name}"), std::fs::read(path).expect("a template"));
    }
    copied.build();
    for path in built_in.files("public") {
        assert_eq!(built_in.read(&format!("public/{path}")), copied.read(&format!("public/{path}")), "{path}");
    }
}

#[test]
fn a_broken_template_is_told_with_its_line_and_nothing_is_published() {
    for (text, said) in [
        ("<p>\n{% for item in items %}\n", "look/channel.html:"),
        ("<p>\n{{ chanel.name }}\n", "look/channel.html:2:4: error[bad-template]: undefined value: `chanel` is undefined"),
        ("<p>\n\n{{ items|nonsense }}\n", "look/channel.html:3:10: error[bad-template]: unknown filter"),
        ("{% extends \"none.html\" %}\n", "look/channel.html:1:"),
    ] {
        let publication = with_templates(&[("channel.html", text)]);
        publication.run(&["build"]).expect(1, &[said, "docs/pages.md", "nothing was published"]);
        assert!(!publication.exists("public"), "{text}");
        publication.run(&["check"]).expect(1, &["bad-template"]);
    }
    let publication = with_templates(&[("notes.txt", "")]);
    publication.run(&["build"]).expect(1, &["feeds.toml:", "holds no template", "`base.html`"]);
    let publication = Publication::with_config(&format!("{CONFIG}\n[output]\ntemplates = \"nowhere\"\n"));
    publication.run(&["build"]).expect(1, &["error[bad-value]", "`nowhere` cannot be read"]);
}

#[test]
fn channels_keep_off_the_paths_of_pages() {
    for path in ["items/news", "index", "desk/index"] {
        let publication =
            Publication::with_config(&format!("{CONFIG}\n[[channel]]\npath = \"{path}\"\ntitle = \"X\"\ntopics = [\"ports\"]\n"));
        publication.run(&["build"]).expect(1, &["error[bad-value]", "choose another path"]);
    }
}
