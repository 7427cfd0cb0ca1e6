//! Every key of `feeds.toml`, section by section: what it takes, what holds without it, what it means, an example.
//!
//! The one list: unknown keys, wrong types and missing keys are found by it, and `docs/config.md` is made from it.

use super::Default::{Is, Like, None, Required};
use super::Kind::{Character, Choice, Choices, Flag, List, Localised, Person, Size, Switch, Table, Tables, Text, Texts, Whole, Words};
use super::{Key, Section};

macro_rules! keys {
    ($($path:literal $kind:expr, $default:expr, $meaning:literal, $example:literal;)*) => {
        &[$(Key { path: $path, kind: $kind, default: $default, meaning: $meaning, example: $example }),*]
    };
}

const RECORD_FORMATS: &[&str] = &["toml", "markdown", "md", "json", "ndjson", "csv"];
const SYNTAXES: &[&str] = &["markdown", "html", "plain"];

pub(super) const ROOT: &[Key] = keys! {
    "publication" Table, Required, "Who publishes, and what holds for every channel.", "";
    "source" Tables, Is("[{ path = \"items\" }]"), "Where records come from.", "";
    "countries" Table, None, "The axis of countries.", "";
    "topics" Table, None, "The axis of topics: one table a topic.", "";
    "classify" Table, None, "Which evidence puts an item into a channel.", "";
    "channels" Table, None, "Which channels there are by themselves.", "";
    "channel" Tables, None, "Channels that you name yourself.", "";
    "limits" Table, None, "How much a channel's documents hold.", "";
    "output" Table, None, "What is written, and where to.", "";
    "moved" Tables, None, "Channel paths that were published and are no longer used.", "";
    "guards" Table, None, "What a build refuses to publish unless it is told to.", "";
    "ids" Table, None, "Ids under which items were published before.", "";
    "ledger" Table, None, "What is remembered between runs.", "";
    "database" Table, None, "A PostgreSQL database for the ledger, and for items that workers publish.", "";
    "websub" Table, None, "How hubs are told of changes, and what the embedded hub takes.", "";
};

pub(super) const SECTIONS: &[Section] = &[
    Section {
        heading: "[publication]",
        about: "Who publishes, and what holds for every channel. The only section that must be there.",
        keys: keys! {
            "publication.title" Localised, Required,
                "What the publication is called.", r#"{ en = "Highlands Programme", es = "Programa Tierras Altas" }"#;
            "publication.description" Localised, Like("the title"),
                "A sentence on what is published; RSS and JSON Feed `description`, Atom `subtitle`.", r#""News of the programme""#;
            "publication.base-url" Text, Required,
                "The address at which the output folder is served. `http` or `https`, without query and fragment.", r#""https://feeds.example.org/""#;
            "publication.home" Text, Like("`base-url`"),
                "The publication's own web page, which pages lead to. Without pages also that which the channels stand for: RSS `link`, Atom `link rel=\"alternate\"`, JSON Feed `home_page_url`. May be relative to `base-url`.",
                r#""https://example.org/news/""#;
            "publication.language" Text, Like("the first of `languages`"),
                "The publication's language (BCP 47), where it has only one. This key or `languages` must be there.", r#""en""#;
            "publication.languages" List, Like("`language`"),
                "The publication's languages. The order is that of preference where a channel of mixed languages can carry one version of an item only; the first is the publication's own.",
                r#"["en", "es"]"#;
            "publication.time-zone" Text, Is(r#""UTC""#),
                "The zone (of the IANA database) that dates without a zone are in.", r#""America/Costa_Rica""#;
            "publication.id-authority" Text, Required,
                "A domain or e-mail address and a date on which it was yours (RFC 4151). All ids are made from it, so never change it, even if the site moves.",
                r#""example.org,2018""#;
            "publication.author" Person, Like("the title"),
                "The author of items that name none, and of the feeds themselves; in short `Name <name@example.org>`, `name@example.org (Name)`, or either alone.",
                r#"{ name = "Press office", email = "press@example.org", uri = "https://example.org/press" }"#;
            "publication.author.name" Text, Required, "A person's or body's name.", r#""Press office""#;
            "publication.author.email" Text, None, "An e-mail address; without one RSS has no `author`, only `dc:creator`.", r#""press@example.org""#;
            "publication.author.uri" Text, None, "A page about the author.", r#""https://example.org/press""#;
            "publication.rights" Text, None, "Who holds the rights, in a sentence; RSS `copyright`, Atom `rights`.", r#""© Highlands Programme, CC BY 4.0""#;
            "publication.icon" Text, None, "A small square picture; Atom `icon`, JSON Feed `favicon`. May be relative to `base-url`.", r#""icon.png""#;
            "publication.logo" Text, None, "A larger picture, twice as wide as high; Atom `logo`, RSS `image`. May be relative to `base-url`.", r#""logo.png""#;
            "publication.hub" Texts, None,
                "A WebSub hub that passes changes on to subscribers, or several; `link rel=\"hub\"`, JSON Feed `hubs`. `self` is the embedded one, at `hub` below `base-url`; `docs/websub.md` tells of it.",
                r#""https://hub.example.org/""#;
        },
    },
    Section {
        heading: "[[source]]",
        about: "Where records come from. Write the section once for each folder, file or table; without it there is one source, the folder `items`. \
                Each has exactly one of `path`, `sqlite` and `postgres`; `docs/databases.md` tells of the latter two.",
        keys: keys! {
            "source.path" Text, Like("`sqlite` or `postgres` must be there"), "A folder (read with all that is below it) or a file, relative to the config's folder.", r#""items""#;
            "source.sqlite" Text, None, "A database of SQLite: its file, relative to the config's folder. It is only read.", r#""news.db""#;
            "source.postgres" Text, None,
                "A database of PostgreSQL: its address, without a password, or `env:NAME` for a variable of the environment that holds it. The password is in `PGPASSWORD`. Needs a program built with the feature `postgres`.",
                r#""postgresql://news@db.example.org/news""#;
            "source.query" Text, Like("must be there for a database"), "Of a database: a SELECT whose every row is a record.", r#""SELECT id, title, published AS date, body FROM news""#;
            "source.key" Text, Like("the column of the field `id`"), "Of a database: the column that tells the rows apart. It is the record's `id` too where no column is.", r#""news_id""#;
            "source.watermark" Text, None, "Of a database: a column that grows whenever the row changes, so that only such rows are read again.", r#""updated_at""#;
            "source.deleted" Text, None, "Of a database: a column that says of a row that it is gone. Rows in which it is NULL, false, 0 or blank are not. With `watermark`, rows that are really deleted are not noticed.", r#""deleted_at""#;
            "source.listen" Text, None, "Of PostgreSQL: a channel; a notification on it (`NOTIFY`) lets `tidings build --watch` build.", r#""news_changed""#;
            "source.name" Text, Like("the name of the SQLite file, or `source-` and the number of the section"), "Of a database: what messages call it, and the file that it is read into, `.tidings/sources/NAME.ndjson`.", r#""press""#;
            "source.format" Choice(RECORD_FORMATS), Like("each file's extension"), "What the files are, where their extension does not say it.", r#""ndjson""#;
            "source.append-only" Flag, Is("false"), "Of NDJSON: lines are only ever added, so that a run reads what came since the last one and nothing before it. A file that is not the one that was read (by its inode, or by what stands before its old end) is read whole; an edit in its midst may not be noticed.", "true";
            "source.language" Text, Like("the publication's"), "The language of records that name none.", r#""es""#;
            "source.syntax" Choice(SYNTAXES), Like("`markdown` in `.md` and `.toml`, `html` elsewhere"), "The syntax of summaries and bodies that do not say theirs.", r#""plain""#;
            "source.dates" Choice(&["day-first", "month-first"]), Like("such dates are refused"), "How dates are written that are numbers alone with the year at the end, such as `09/02/2018`: the day stands first, or the month.", r#""day-first""#;
            "source.columns" Table, None, "Of CSV and databases: the column that holds each field of a record, where it is not called as the field is.", r#"{ title = "Headline", date = "Published on" }"#;
            "source.columns.FIELD" Text, None, "The column that holds the field, such as `title`.", r#""Headline""#;
            "source.delimiter" Character, Is(r#"",""#), "Of CSV: what separates the columns; one ASCII character.", r#""\t""#;
            "source.list-separator" Character, Is(r#"";""#), "Of CSV and databases: what separates several values in one cell; one character. Where `delimiter` is `;` it is `|`.", r#""|""#;
        },
    },
    Section {
        heading: "[countries]",
        about: "The axis of countries. A country is given by its ISO 3166-1 code (`BZ`, `BLZ`) or by its name.",
        keys: keys! {
            "countries.allow" List, Like("every country of ISO 3166-1"), "The publication's countries; others get no channel.", r#"["BZ", "Costa Rica", "MX"]"#;
            "countries.aliases" Table, None, "Other words for a country: places, provinces, nicknames.", r#"{ MX = ["Tijuana", "Tapachula"] }"#;
            "countries.aliases.COUNTRY" List, None, "The words that stand for this country.", r#"["Tijuana", "Tapachula"]"#;
            "countries.ignore" List, None, "Phrases that say nothing of a country though its name is in them.", r#"["New Mexico", "Belize Avenue"]"#;
            "countries.ambiguous" List, None, "Countries whose name means something else too, and that count all the same.", r#"["GE"]"#;
        },
    },
    Section {
        heading: "[topics.KEY]",
        about: "A topic. Records and queries name it by its KEY.",
        keys: keys! {
            "topics.KEY" Table, None, "One topic; the key is its name in records, queries and lists.", r#"{ title = "Border management" }"#;
            "topics.KEY.title" Localised, Like("the key, its hyphens made blanks"), "What people call the topic.", r#"{ en = "Trafficking in persons", es = "Trata de personas" }"#;
            "topics.KEY.slug" Text, Like("made from the key"), "Its piece of the channel's path. Keep it once published.", r#""human-trafficking""#;
            "topics.KEY.description" Localised, Like("as `[channels]` says"), "What the topic's channel says of itself.", r#""Prevention and protection""#;
            "topics.KEY.words" Words, None, "Words and phrases that put an item into the topic, without regard to case and accents.", r#"{ en = ["trafficking in persons"], es = ["trata de personas"] }"#;
            "topics.KEY.patterns" Words, None, "Regular expressions that do, without regard to case.", r#"['traffick(er|ing)s?']"#;
            "topics.KEY.exclude" Words, None, "Words and phrases that do not count though a word of the topic is in them.", r#"["drug trafficking"]"#;
        },
    },
    Section {
        heading: "[classify]",
        about: "Which evidence puts an item into the channels of an axis. Each list is a row of steps, and the first step that finds anything decides; \
                a step is one rank, or several that count together, joined by `+`. The ranks: `field` (what the record says), `dateline`, `title`, \
                `sole-body` (the body's first paragraph when it names exactly one), `body` (the first paragraph), `text` (the whole text).",
        keys: keys! {
            "classify.countries" List, Is(r#"["field", "dateline+title", "sole-body"]"#), "The steps for countries.", r#"["field", "title"]"#;
            "classify.topics" List, Is(r#"["field", "title+body"]"#), "The steps for topics.", r#"["field", "text"]"#;
        },
    },
    Section {
        heading: "[channels]",
        about: "Which channels there are by themselves: `all`, `country/SLUG`, `topic/SLUG` and `country/SLUG/SLUG` for crossings.",
        keys: keys! {
            "channels.all" Flag, Is("true"), "The whole publication in one channel, at `all`.", "false";
            "channels.countries" Switch, Is("true"), "One channel for each country that has items.", r#"{ exclude = ["MX"] }"#;
            "channels.countries.include" List, Like("all"), "Only these countries.", r#"["BZ", "CR"]"#;
            "channels.countries.exclude" List, None, "All but these countries.", r#"["MX"]"#;
            "channels.countries.title" Localised, Is(r#""{publication}: {name}""#), "The channels' titles; `{name}` is the country, `{publication}` the publication's title.", r#""{name} | {publication}""#;
            "channels.countries.description" Localised, Like("`{name}. {description}`"), "The channels' descriptions; as `title`, and `{description}` is the publication's.", r#""News of {name}""#;
            "channels.topics" Switch, Is("true"), "One channel for each topic that has items.", "false";
            "channels.topics.include" List, Like("all"), "Only these topics, by key.", r#"["trafficking"]"#;
            "channels.topics.exclude" List, None, "All but these topics.", r#"["trafficking"]"#;
            "channels.topics.title" Localised, Is(r#""{publication}: {name}""#), "The channels' titles; `{name}` is the topic, `{publication}` the publication's title.", r#""{name} | {publication}""#;
            "channels.topics.description" Localised, Like("`{name}. {description}`"), "The channels' descriptions, of topics that have none of their own; as `title`, and `{description}` is the publication's.", r#""News on {name}""#;
            "channels.matrix" Switch, Is("false"), "A channel for each country crossed with each topic.", "true";
            "channels.matrix.min-items" Whole(1, 1_000_000), Is("3"), "A crossing with fewer items is not published.", "5";
            "channels.matrix.max-channels" Whole(1, 10_000), Is("100"), "At most so many crossings, those with the most items first.", "20";
            "channels.matrix.title" Localised, Is(r#""{publication}: {country}, {topic}""#), "Their titles; `{country}`, `{topic}` and `{publication}` stand for the names.", r#""{topic} in {country}""#;
            "channels.per-language" Flag, Is("false"), "Beside each channel one for each of the publication's languages, at `LANGUAGE/PATH`.", "true";
            "channels.empty" Choice(&["publish-known", "publish", "skip", "keep"]), Is(r#""publish-known""#),
                "What becomes of a channel without items: published if its path was published before; published always; taken away; left as it stands.", r#""skip""#;
        },
    },
    Section {
        heading: "[[channel]]",
        about: "A channel that you name yourself: a crossing or a query. All the keys that select (`query`, `countries`, `topics`, `languages`, `authors`) \
                hold together; of the values in one list any will do. At least one of them must be there.\n\n\
                A query joins terms by `and`, `or`, `not` and parentheses: `country:belize`, `country:\"costa rica\"`, `topic:trafficking`, `language:es`, \
                `author:\"Press office\"`, `within:90d` (also `age<90d`; `d` days, `w` weeks, `y` years). `not` binds closest, then `and`, then `or`.",
        keys: keys! {
            "channel.path" Text, Required, "Where it stands below `base-url`, without extension: lower-case letters, digits and hyphens, in pieces parted by `/`. Keep it once published.", r#""desk/belize""#;
            "channel.title" Localised, Required, "The channel's title.", r#""Belize: trafficking in persons""#;
            "channel.description" Localised, Like("the title"), "The channel's description.", r#""Trafficking in persons, as it concerns Belize""#;
            "channel.query" Text, None, "Which items it holds.", r#""country:belize and topic:trafficking and not language:es""#;
            "channel.countries" List, None, "Items of any of these countries.", r#"["BZ", "MX"]"#;
            "channel.topics" List, None, "Items of any of these topics.", r#"["trafficking"]"#;
            "channel.languages" List, None, "Items in any of these languages; `es` takes `es-CR` too.", r#"["es"]"#;
            "channel.authors" List, None, "Items by any of these authors: name or e-mail address, without regard to case.", r#"["Press office"]"#;
            "channel.limits" Table, None, "As in `[limits]`; a key that is not here is taken from there.", r#"{ items = 20 }"#;
            "channel.limits.items" Whole(1, 100_000), Like("that of `[limits]`"), "At most so many items.", "20";
            "channel.limits.days" Whole(1, 36_500), Like("that of `[limits]`"), "None older than so many days.", "365";
            "channel.limits.bytes" Size, Like("that of `[limits]`"), "A document no larger than this.", r#""256 KB""#;
            "channel.limits.floor-days" Whole(1, 36_500), Like("that of `[limits]`"), "Items younger than so many days stay in although `items` is reached.", "7";
        },
    },
    Section {
        heading: "[limits]",
        about: "How much of its items a channel's documents hold, newest first.",
        keys: keys! {
            "limits.items" Whole(1, 100_000), Is("50"), "At most so many items.", "30";
            "limits.days" Whole(1, 36_500), None, "None older than so many days.", "730";
            "limits.bytes" Size, None, "A document no larger than this: a number of bytes, or with `KB`, `MB`, `KiB`, `MiB`. The newest item always stays.", r#""512 KB""#;
            "limits.floor-days" Whole(1, 36_500), None, "Items younger than so many days stay in although `items` is reached, so that a busy day is lost to nobody.", "3";
        },
    },
    Section {
        heading: "[output]",
        about: "What is written, and where to.",
        keys: keys! {
            "output.folder" Text, Is(r#""public""#), "The folder that is served at `base-url`, relative to the config's folder or absolute.", r#""/srv/www/feeds""#;
            "output.url" Text, None,
                "An object store that documents go to, in the folder's place: `s3://BUCKET/PREFIX`, `gs://` or `az://`. Its keys come from the environment; `docs/object-storage.md` tells of it.",
                r#""s3://news-feeds/feeds""#;
            "output.store-timeout" Whole(1, 3600), Is("60"), "How long a request to the object store is repeated before the run gives up, in seconds.", "300";
            "output.index" Flag, Is("true"),
                "Whether the store has a list of what stands in it, `.tidings/index.json`, which `tidings serve --from` reads. It is put whole at each publish, some 150 bytes a document; only with `url`.", "false";
            "output.purge" Texts, None,
                "How caches such as a CDN are told of what changed, before hubs are: a command for the shell, a program with its arguments as a list, or an address that is posted to. It gets the addresses of the documents.",
                r#"["cdn-purge", "--stdin"]"#;
            "output.formats" Choices(&["rss", "atom", "json"]), Is(r#"["rss", "atom", "json"]"#), "The formats of each channel.", r#"["atom"]"#;
            "output.content" Choice(&["full", "summary"]), Is(r#""full""#), "Whether documents carry whole bodies, or summaries only.", r#""summary""#;
            "output.ttl" Whole(1, 44_640), Is("60"), "How long readers may wait before they ask again, in minutes; RSS `ttl`.", "120";
            "output.tombstone-days" Whole(0, 36_500), Is("30"),
                "How long Atom says of a deleted item that it is gone (`at:deleted-entry`, RFC 6721), in days; 0 for never.", "90";
            "output.keep" Whole(0, 100), Is("3"),
                "How many former states of the output folder are kept for `tidings rollback`, in `.tidings/sets`; each holds the files that its publish replaced.", "10";
            "output.archives" Flag, Is("false"),
                "Whether items beyond a channel's limits stay in archive documents below `archive/` (RFC 5005, section 4), so that a channel's whole history can be read.", "true";
            "output.archive-size" Whole(5, 10_000), Is("100"),
                "How many items a page of an archive holds when it is closed. Pages that are closed stay as they are when this is changed.", "500";
            "output.pages" Flag, Is("true"),
                "HTML pages for people: one for each channel (`country/belize.html`), an `index.html` that lists them, and one for each item without a `link`.", "false";
            "output.templates" Text, None, "A folder of your own templates for the pages, relative to the config's folder; `docs/pages.md` tells what they can say.", r#""templates""#;
            "output.opml" Flag, Is("true"),
                "A list of all feeds in OPML at `feeds.opml`, which readers import, or subscribe to.", "false";
            "output.precompress" Choices(&["gzip", "br", "zstd"]), Is("[]"),
                "Codings in which each document stands beside itself (`all.rss.gz`, `.br`, `.zst`), where that makes it smaller, for web servers that send such files; `tidings serve` needs none.",
                r#"["gzip", "br"]"#;
            "output.summary-length" Whole(40, 10_000), Is("300"), "The length of summaries that are cut from bodies, in characters.", "500";
        },
    },
    Section {
        heading: "[[moved]]",
        about: "A channel path that was published and is no longer used. Subscribers follow, or are told that it has ended; the channel keeps the id that it was \
                published with. Variants by language move with their channel; \
                what has a longer path that ends alike does not, nor what was published in a language that the publication has no more.",
        keys: keys! {
            "moved.from" Text, Required, "The path that is no longer used, without extension.", r#""topic/border""#;
            "moved.to" Text, None, "The channel that stands in its place, without extension. Without this key the channel has ended, and servers answer 410.", r#""topic/border-management""#;
            "moved.as" Choice(&["copy", "redirect"]), Is(r#""copy""#),
                "`copy` keeps a whole copy at the old path, whose self link is the new address; `redirect` takes it away and lists the move in `_redirects`, which `tidings serve` and many static hosts read.", r#""redirect""#;
        },
    },
    Section {
        heading: "[guards]",
        about: "What a build refuses to publish unless it is told to with `--accept`.",
        keys: keys! {
            "guards.shrink" Whole(1, 100), Like("a third"), "A channel that loses more than so many per cent of its items is not published.", "50";
            "guards.future" Choice(&["refuse", "hold"]), Is(r#""refuse""#),
                "A record whose date lies in the future and that has no `publish-at`: the build is refused, or the item is held back until then; one that is published stays so with the date that it had.", r#""hold""#;
        },
    },
    Section {
        heading: "[ids]",
        about: "Ids under which items were published before, by this program or another, for records that would get another id now.",
        keys: keys! {
            "ids.aliases" Table, None, "The old id of each record, by the record's key or `id`.", r#"{ "2018/ports-reopen" = "https://old.example.org/?p=17" }"#;
            "ids.aliases.KEY" Text, None, "The old id: an absolute URI is taken as it is, any other is the last part of a tag URI.", r#""https://old.example.org/?p=17""#;
            "ids.file" Text, None, "A file of CSV with the columns `key`, `id` and, if need be, `guid`: the same for many.", r#""aliases.csv""#;
        },
    },
    Section {
        heading: "[ledger]",
        about: "What is remembered between runs: `docs/ledger.md` tells what and why.",
        keys: keys! {
            "ledger.path" Text, Is(r#"".tidings/ledger.db""#), "The ledger's file, relative to the config's folder or absolute.", r#""/var/lib/tidings/news.db""#;
            "ledger.ignore" List, None,
                "Regular expressions, matched without regard to case: what they match in a text or title is no change of the item when it changes.", r#"['updated \d+ minutes ago']"#;
        },
    },
    Section {
        heading: "[database]",
        about: "A PostgreSQL database that holds the ledger in place of its file, the subscriptions of the embedded hub, and the items that workers publish: `docs/scale.md`. Needs the feature `postgres`.",
        keys: keys! {
            "database.url" Text, Required, "Where it is, without a password (the environment's `PGPASSWORD` has that), or `env:NAME` for an address that the environment has.", r#""postgresql://tidings@db.example.org/news""#;
            "database.schema" Text, Is(r#""tidings""#), "The schema that the tables stand in; each publication of a database has its own.", r#""harbour_news""#;
        },
    },
    Section {
        heading: "[websub]",
        about: "How the hubs of `[publication]` are told of changes, and what `tidings hub`, the embedded one, takes: `docs/websub.md`.",
        keys: keys! {
            "websub.timeout" Whole(1, 600), Is("10"), "How long a build tries to tell the hubs, in seconds; what is left then is told by the next.", "30";
            "websub.lease" Whole(60, 31_536_000), Is("864000"), "How long a subscription lasts that asks for no time of its own, in seconds.", "1209600";
            "websub.shortest-lease" Whole(60, 31_536_000), Is("3600"), "A subscription that asks for less lasts so long, in seconds.", "86400";
            "websub.longest-lease" Whole(60, 31_536_000), Is("2592000"), "A subscription that asks for more lasts so long, in seconds.", "7776000";
            "websub.per-topic" Whole(1, 1_000_000), Is("1000"), "At most so many subscriptions of one document.", "5000";
            "websub.per-host" Whole(1, 1_000_000), Is("1000"), "At most so many subscriptions of callbacks on one host.", "200";
            "websub.at-a-time" Whole(1, 256), Is("8"), "At most so many subscribers are talked to at a time, two of them on one host; by each hub, where there are several.", "32";
            "websub.private-callbacks" Flag, Is("false"),
                "Whether subscribers may be at addresses that are not public: this machine, the local network. Whoever reaches the hub can then make it ask there.", "true";
        },
    },
];
