//! A build that finds by a look that nothing changed, or that few records did: it must never find so where a build that reads everything publishes
//! something else.

use std::fs::{self, FileTimes};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use crate::support::{CONFIG, Dice, NOW, Publication, Ran, series};

const CACHE: &str = ".tidings/looked-at.json";
const RECORDS: &str = ".tidings/records.cache";

/// A publication with limits in days, records that come and go, and a file of many records.
fn publication() -> Publication {
    publication_with("")
}

fn publication_with(output: &str) -> Publication {
    let named = "[[channel]]\npath = 'lately'\ntitle = 'Lately'\nquery = 'within:3d'\n";
    let publication = Publication::with_config(&format!("{CONFIG}\n[output]\ntombstone-days = 2\n{output}\n{named}"));
    (20..28).for_each(|day| item(&publication, day, "", "Text."));
    let old = |n: u64| {
        format!("{{\"id\":\"tag:example.org,2018:o{n}\",\"date\":\"2017-02-{n}\",\"title\":\"Boats of Belize {n}\",\"body\":\"Text.\"}}\n")
    };
    if !output.is_empty() {
        publication.write("items/old.ndjson", (10..24).map(old).collect::<String>());
    }
    publication
}

/// The same with a file that only grows, beside the records.
fn growing(output: &str) -> Publication {
    let publication = publication_with(output);
    let sources = "\n[[source]]\npath = 'items'\n[[source]]\npath = 'log.ndjson'\nappend-only = true\n";
    publication.write("feeds.toml", publication.read("feeds.toml") + sources);
    publication.write("log.ndjson", line(0));
    publication
}

fn item(publication: &Publication, day: u64, fields: &str, body: &str) {
    let text = format!("+++\ndate = 2018-02-{day:02}T08:00:00Z\ntitle = 'The port of Belize, day {day}'\n{fields}\n+++\n\n{body}\n");
    publication.write(&format!("items/day-{day}.md"), text);
}

fn at_hours(hours: i64) -> String {
    let now: DateTime<Utc> = NOW.parse().expect("a time");
    (now + chrono::Duration::hours(hours)).to_rfc3339()
}

fn build(publication: &Publication, hours: i64, more: &[&str]) -> Ran {
    let now = at_hours(hours);
    let mut args = vec!["build", "--now", &now];
    args.extend(more);
    Ran::of(publication.command(&args).output().expect("runs"))
}

/// Every record as if it had been written long ago, so that its stamp says all.
fn age(publication: &Publication) {
    // The time of change of the inode cannot be set back: what is young by it is known by its content.
    publication.files("items").iter().for_each(|path| backdate(publication, &format!("items/{path}")));
}

fn backdate(publication: &Publication, path: &str) {
    let file = fs::File::options().append(true).open(publication.path(path)).expect("a file");
    file.set_times(FileTimes::new().set_modified(long_ago())).expect("set");
}

fn long_ago() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000)
}

fn documents(publication: &Publication) -> Vec<(String, Vec<u8>)> {
    // Where a build is at work one may be away by now.
    let read = |path: &String| fs::read(publication.path(&format!("public/{path}"))).unwrap_or_default();
    publication.files("public").into_iter().map(|path| (path.clone(), read(&path))).collect()
}

/// A build, and whether it was a look and no more: every other one that ends well keeps anew what it looked at.
fn build_or_look(publication: &Publication, hours: i64, more: &[&str]) -> (Ran, bool) {
    if publication.exists(CACHE) {
        backdate(publication, CACHE);
    }
    let ran = build(publication, hours, more);
    let kept = fs::metadata(publication.path(CACHE)).and_then(|meta| meta.modified());
    let is_look = ran.code == 0 && kept.is_ok_and(|kept| kept == long_ago());
    (ran, is_look)
}

/// What a build keeps of what it looked at, but for which files were young then: that hangs on how fast it came.
fn looked_at(publication: &Publication) -> serde_json::Value {
    let mut kept: serde_json::Value = serde_json::from_str(&publication.read(CACHE)).expect("JSON");
    kept.as_object_mut().and_then(|kept| kept.remove("young")).expect("young files");
    kept
}

/// How many records were known from a build before.
fn known_records(ran: &Ran) -> usize {
    counted(ran, "read ", " were known")
}

/// How many documents were not made again.
fn left_alone(ran: &Ran) -> usize {
    counted(ran, "made ", " stood as they were")
}

fn counted(ran: &Ran, stage: &str, what: &str) -> usize {
    let line = ran.out.lines().find_map(|line| line.strip_prefix(stage)?.rsplit_once("; ")?.1.strip_suffix(what));
    line.and_then(|count| count.parse().ok()).unwrap_or_default()
}

#[test]
fn only_records_that_changed_are_read() {
    let publication = publication();
    publication.write("items/more.ndjson", many(0));
    publication.write("items/more.csv", table(0));
    let read = |hours, more: &[&str]| {
        let ran = build(&publication, hours, &[&["-v"], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        known_records(&ran)
    };
    assert_eq!(read(0, &[]), 0);
    item(&publication, 24, "", "Other.");
    assert_eq!(read(0, &[]), 13);
    assert!(publication.read("public/all.atom").contains("Other."));
    // A row more is one record; the rows before it are what they were.
    publication.write("items/more.ndjson", many(0) + &many(0).lines().next().expect("a row").replace("n0", "n7"));
    assert_eq!(read(0, &[]), 14);
    // Other columns are other records.
    publication.write("items/more.csv", table(0).replace("title,body", "title,summary"));
    assert_eq!(read(0, &[]), 12);
    age(&publication);
    assert_eq!(read(0, &["--json"]), 0, "only with -v is it said");
    item(&publication, 25, "", "Other.");
    let json: serde_json::Value = serde_json::from_str(&build(&publication, 0, &["--json"]).out).expect("JSON");
    assert_eq!((json["records"].as_u64(), json["known"].as_u64()), (Some(15), Some(14)));
    assert_eq!(read(0, &["--full"]), 0);
    // What a record says does not hang on the name of the publication, but where it belongs does on the topics.
    publication.write("feeds.toml", publication.read("feeds.toml").replace("Harbour news", "Port news"));
    assert_eq!(read(0, &[]), 15);
    publication.write("feeds.toml", publication.read("feeds.toml").replace("\"barco\"", "\"barco\", \"other\""));
    assert_eq!(read(0, &[]), 0);
    assert!(publication.read("public/topic/ships.atom").contains("Other."));
}

/// What each channel is remembered to show and to hold.
#[cfg(debug_assertions)]
fn members(publication: &Publication) -> Vec<[serde_json::Value; 3]> {
    let export = publication.run(&["ledger", "export"]).out;
    let lines = export.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    lines.filter(|line| line["type"] == "channel").map(|line| ["path", "window", "members"].map(|key| line[key].clone())).collect()
}

/// What is remembered says what changed: taken in again when all was done, it must say the same.
#[cfg(debug_assertions)]
#[test]
fn a_run_that_dies_at_any_step_is_taken_up() {
    let changes: [fn(&Publication); 3] = [
        |publication| item(publication, 27, "withdrawn = true", "Text."),
        |publication| item(publication, 28, "", "The newest."),
        |publication| (21..=27).for_each(|day| publication.remove(&format!("items/day-{day}.md"))),
    ];
    for change in changes {
        let whole = publication();
        build(&whole, 0, &[]);
        change(&whole);
        build(&whole, 1, &["--accept", "shrink"]).expect(0, &[]);
        build(&whole, 2, &["--full"]).expect(0, &[]);
        let mut deaths = 0;
        for at in 1.. {
            let publication = publication();
            build(&publication, 0, &[]);
            change(&publication);
            let now = at_hours(1);
            let mut command = publication.command(&["build", "--accept", "shrink", "--now", &now]);
            if command.env("TIDINGS_CRASH", at.to_string()).output().expect("runs").status.success() {
                break;
            }
            deaths += 1;
            for hours in [1, 2] {
                build(&publication, hours, &["--accept", "shrink", "--full"]).expect(0, &[]);
            }
            // But for the second at which a document is dated by the run that took it up.
            assert_eq!(members(&publication), members(&whole), "after the {at}. step");
            assert_eq!(publication.files("public"), whole.files("public"), "after the {at}. step");
        }
        assert!(deaths > 8, "{deaths} deaths");
    }
}

#[test]
fn what_is_wrong_is_told_by_every_build() {
    let publication = publication();
    item(&publication, 24, "tilte = 'x'", "Text.");
    let first = build(&publication, 0, &[]).err;
    assert!(first.contains("did you mean `title`?"), "{first}");
    item(&publication, 23, "", "Other.");
    assert_eq!(build(&publication, 0, &[]).err, first);
}

#[test]
fn kept_records_that_are_foreign_are_told() {
    let publication = publication();
    build(&publication, 0, &[]);
    let whole = fs::read(publication.path(RECORDS)).expect("kept");
    for (bad, said) in [(&b"foreign"[..], "is not what a build leaves there"), (&whole[..whole.len() - 1], "is cut off")] {
        publication.write(RECORDS, bad);
        item(&publication, 24, "", &format!("Text {}.", bad.len()));
        let ran = build(&publication, 0, &["-v"]);
        assert!(ran.code == 0 && ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn a_look_is_enough_where_nothing_changed_and_only_there() {
    let publication = publication();
    build(&publication, 0, &[]).expect(0, &["new"]);
    let kept = publication.read(CACHE);
    build(&publication, 1, &[]).expect(0, &["8 items", "unchanged"]);
    assert_eq!(publication.read(CACHE), kept, "nothing was made anew");

    build(&publication, 2, &["--full"]).expect(0, &["unchanged"]);
    assert_ne!(publication.read(CACHE), kept, "`--full` looks at everything");

    // The same size and the same time of change, as a clock that was set back leaves it.
    let kept = publication.read(CACHE);
    age(&publication);
    build(&publication, 3, &[]);
    item(&publication, 27, "", "Next.");
    age(&publication);
    build(&publication, 4, &[]).expect(0, &["changed"]);
    assert_ne!(publication.read(CACHE), kept);
    assert!(publication.read("public/all.atom").contains("Next."));
}

#[test]
fn a_cache_that_is_cut_off_or_foreign_is_none() {
    let publication = publication();
    build(&publication, 0, &[]).expect(0, &["new"]);
    let (whole, kept) = (publication.read(CACHE), looked_at(&publication));
    let other_form = whole.replacen("\"form\":", "\"form\":1", 1);
    assert_ne!(other_form, whole);
    for bad in ["", "{", &whole[..whole.len() / 2], "[1, 2]", &other_form, "no JSON"] {
        publication.write(CACHE, bad);
        let (ran, is_look) = build_or_look(&publication, 0, &[]);
        assert!(!is_look, "after {bad:?}");
        ran.expect(0, &["unchanged"]);
        assert_eq!(looked_at(&publication), kept, "made anew after {bad:?}");
    }
    publication.remove(CACHE);
    build(&publication, 0, &[]).expect(0, &["unchanged"]);
    assert!(publication.exists(CACHE));
}

#[test]
fn warnings_are_counted_where_they_are_not_said_again() {
    let publication = publication();
    publication.write("items/notes.txt", "no record");
    let first = build(&publication, 0, &[]);
    assert!(first.err.contains("warning"), "{}", first.err);
    let again = build(&publication, 0, &[]);
    assert!(!again.err.contains("warning[") && again.err.contains("`tidings build --full -v` shows them"), "{}", again.err);
    assert_eq!(build(&publication, 0, &["--full"]).err, first.err);
}

#[test]
fn what_stands_outside_the_records_is_looked_at_too() {
    let publication = publication();
    publication.write("feeds.toml", publication.read("feeds.toml") + "\n[ids]\nfile = 'aliases.csv'\n");
    publication.write("aliases.csv", "key,id\nday-20,https://old.example.org/?p=17\n");
    publication.write("media/talk.mp3", "12345");
    item(&publication, 27, "enclosures = [{ url = 'https://example.org/talk.mp3', file = '../media/talk.mp3' }]", "Text.");
    build(&publication, 0, &[]).expect(0, &["new"]);
    let kept = publication.read(CACHE);
    build(&publication, 0, &[]).expect(0, &["unchanged"]);
    assert_eq!(publication.read(CACHE), kept);

    publication.write("media/talk.mp3", "123456789");
    build(&publication, 0, &[]).expect(0, &["changed"]);
    assert!(publication.read("public/all.rss").contains("length=\"9\""));

    publication.write("aliases.csv", "key,id\nday-20,https://old.example.org/?p=18\n");
    // A new id for what is published: a build that looks at the table refuses.
    build(&publication, 0, &[]).expect(1, &["would-repeat"]);

    publication.write("aliases.csv", "key,id\nday-20,https://old.example.org/?p=17\n");
    build(&publication, 0, &[]).expect(0, &["unchanged"]);
    publication.remove("media/talk.mp3");
    build(&publication, 0, &[]).expect(1, &["missing-file"]);
}

/// What may happen between two builds; the number says what exactly.
fn happen(publication: &Publication, what: u64, number: u64) {
    let day = 20 + number % 8;
    let path = format!("items/day-{day}.md");
    match what {
        0 => item(publication, day, "", "Text."),
        1 => item(publication, day, "", &format!("Text {}.", number % 10)),
        2 => item(publication, day, &format!("expires = 2018-03-{:02}T10:00:00Z", 1 + number % 9), "Text."),
        3 => item(publication, day, &format!("publish-at = 2018-03-{:02}T10:00:00Z", 1 + number % 9), "Text."),
        4 => publication.write(&format!("public/country/{}.atom", ["belize", "mexico"][(number % 2) as usize]), "mine"),
        5 => _ = fs::remove_file(publication.path("public/all.rss")),
        6 => _ = fs::remove_file(publication.path(".tidings/ledger.db")),
        7 => _ = fs::remove_file(publication.path([CACHE, RECORDS][(number % 2) as usize])),
        8 => publication.write("items/more.ndjson", many(number)),
        9 => _ = fs::remove_file(publication.path(&path)),
        10 => {
            publication.write("feeds.toml", publication.read("feeds.toml").replace("Harbour", ["Harbour", "Port"][(number % 2) as usize]))
        }
        11 => cut(publication, number),
        12 => publication.write("items/more.csv", table(number)),
        13 => age(publication),
        14 => item(publication, day, "", "Text.<script>1</script>"),
        17 | 18 => add_line(publication, number),
        // An editor puts another file there; a program writes into the same.
        19 => {
            publication.write("log.new", (0..number % 4 + 1).map(line).collect::<String>());
            fs::rename(publication.path("log.new"), publication.path("log.ndjson")).expect("renamed");
        }
        20 => publication.write("log.ndjson", (number % 3..number % 7 + 3).map(line).collect::<String>()),
        // Translations of one another link to each other.
        16 => item(publication, day, &format!("story = 'one'\nlanguage = '{}'", ["en", "es"][(number % 2) as usize]), "Text."),
        15 => {
            let first = publication.files("public").into_iter().find(|path| path.starts_with("archive/"));
            first.into_iter().for_each(|path| publication.write(&format!("public/{path}"), "mine"));
        }
        _ => {}
    }
}

/// What makes a build go through that was refused: else all that come after it are refused as well, and show nothing.
fn mend(publication: &Publication, hours: i64) {
    publication.write("log.ndjson", line(0));
    build(publication, hours, &["--force", "--accept", "repeats,shrink,future,paths"]).expect(0, &[]);
}

/// The kept records end where nobody expects it, or are something else.
fn cut(publication: &Publication, number: u64) {
    let whole = fs::read(publication.path(RECORDS)).unwrap_or_default();
    let kept = &whole[..whole.len() * (number % 11) as usize / 11];
    publication.write(RECORDS, if number.is_multiple_of(7) { b"something else" } else { kept });
}

fn table(number: u64) -> String {
    let row = |n: u64| format!("c{n},2018-02-2{n},\"Buses of Belize, {n}\",Text {}.\n", number % 5);
    let head = ["id,date,title,body\n", "id,date,title,summary\n"][(number % 2) as usize];
    head.to_owned() + &(0..3).map(row).collect::<String>()
}

fn many(number: u64) -> String {
    let one = |n: u64| {
        format!(
            "{{\"id\":\"tag:example.org,2018:n{n}\",\"date\":\"2018-02-2{n}\",\"title\":\"Ships of Mexico {n}\",\"body\":\"Text {}.\"}}\n",
            number % 5
        )
    };
    (0..3).map(one).collect()
}

/// A row of the file that grows.
fn line(number: u64) -> String {
    format!("{{\"id\":\"l{number}\",\"date\":\"2018-02-{:02}\",\"title\":\"Ships of Belize, line {number}\"}}\n", 1 + number % 28)
}

/// Now and then the one who writes is met in the midst of a line.
fn add_line(publication: &Publication, number: u64) {
    let mut log = fs::read_to_string(publication.path("log.ndjson")).expect("the file");
    let count = log.lines().count() as u64;
    log += if log.ends_with('\n') { "" } else { "\n" };
    log += &line(count);
    if number.is_multiple_of(3) {
        log.pop();
    }
    // What stood there is not touched.
    let from = fs::metadata(publication.path("log.ndjson")).expect("the file").len() as usize;
    let mut file = fs::File::options().append(true).open(publication.path("log.ndjson")).expect("the file");
    std::io::Write::write_all(&mut file, &log.as_bytes()[from..]).expect("written");
}

#[test]
fn of_a_file_that_only_grows_what_came_is_read() {
    let publication = growing("[limits]\nitems = 10");
    publication.write("log.ndjson", (0..100).map(line).collect::<String>());
    let run = |more: &[&str]| {
        let ran = build(&publication, 0, &[&["-v"], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        known_records(&ran)
    };
    let mexico = || publication.exists("public/country/mexico.rss");
    run(&[]);
    // An edit far before its end, of what no document shows, breaks what the config promises, and tells that nothing is read there.
    let whole = publication.read("log.ndjson").replacen("Belize, line 28", "Mexico, line 28", 1);
    let mut file = fs::File::options().write(true).open(publication.path("log.ndjson")).expect("the file");
    std::io::Write::write_all(&mut file, whole.as_bytes()).expect("written");
    add_line(&publication, 1);
    assert_eq!((run(&[]), mexico()), (122, false));
    assert_eq!((run(&["--full"]), mexico()), (0, true));
    add_line(&publication, 1);
    assert_eq!((run(&[]), mexico()), (123, true));
    // One just before it is seen, and so are another file in its place and one that is shorter.
    publication.write("log.ndjson", publication.read("log.ndjson").replacen("line 99", "line 98 and a half", 1));
    assert_eq!(run(&[]), 123);
    assert!(publication.run(&["ledger", "export"]).out.contains("line 98 and a half"));
    publication.write("log.new", (0..101).map(line).collect::<String>());
    fs::rename(publication.path("log.new"), publication.path("log.ndjson")).expect("renamed");
    run(&["--accept", "shrink,paths"]);
    assert!(!publication.read("public/country/mexico.rss").contains("line 28"));
    publication.write("log.ndjson", (0..80).map(line).collect::<String>());
    run(&["--accept", "shrink"]);
    // A bulk file that is what it was is not read either, once it is no longer young; what is wrong in one is told every time.
    std::thread::sleep(Duration::from_millis(2100));
    assert_eq!((run(&[]), run(&[])), (102, 102));
    publication.write("log.ndjson", line(0) + "{\"title\":\"No date\"}\n");
    build(&publication, 0, &[]).expect(1, &["log.ndjson:2"]);
    std::thread::sleep(Duration::from_millis(2100));
    (0..2).for_each(|_| _ = build(&publication, 0, &[]).expect(1, &["log.ndjson:2"]));
}

/// Archives of small pages, limits in bytes, copies for web servers: each has a way of its own to documents.
const OUTPUTS: [&str; 4] = [
    "",
    "archives = true\narchive-size = 5\n[limits]\nitems = 1",
    "archives = true\narchive-size = 5\nprecompress = ['gzip']\n[limits]\nitems = 1",
    "archives = true\narchive-size = 5\npages = false\n[limits]\nbytes = '4 KB'",
];

fn warnings(ran: &Ran) -> Vec<&str> {
    ran.err.lines().filter(|line| line.contains("warning[") || line.contains("info[")).collect()
}

#[test]
fn what_a_look_leaves_is_what_a_full_build_makes() {
    let series = series(6) as u64;
    let (mut looks, mut known, mut stayed) = (0, 0, 0);
    for seed in 0..series {
        let mut dice = Dice(seed * 7919 + 1);
        let mut roll = |sides| dice.below(sides) as u64;
        let output = OUTPUTS[(seed % 4) as usize];
        let (cached, full) = (growing(output), growing(output));
        let mut hours = 0;
        for step in 0..14 {
            let (what, number) = (roll(32), roll(1000));
            happen(&cached, what, number);
            happen(&full, what, number);
            hours += [0, 0, 1, 7, 30][roll(5) as usize];
            // Whatever is refused is refused by both. A build that is to tell more is never a look.
            let tells: &[&str] = if roll(2) == 0 { &["-v"] } else { &[] };
            let (one, is_look) = build_or_look(&cached, hours, tells);
            let other = build(&full, hours, &[&["--full"], tells].concat());
            let place = format!("series {seed}, step {step}: {what} {number}, after {hours} hours");
            assert_eq!(one.code, other.code, "{place}\n{}\n{}", one.err, other.err);
            assert!(documents(&cached) == documents(&full), "{place}");
            assert!(is_look || warnings(&one) == warnings(&other), "{place}\n{}\n{}", one.err, other.err);
            looks += usize::from(is_look);
            stayed += left_alone(&one);
            assert_eq!(left_alone(&other), 0, "{place}");
            known += usize::from(known_records(&one) > 0);
            assert_eq!(known_records(&other), 0, "{place}");
            if one.code != 0 {
                [&cached, &full].iter().for_each(|publication| mend(publication, hours));
                assert!(documents(&cached) == documents(&full), "{place}, mended");
            }
        }
    }
    println!("{series} series of 14 builds: {looks} were a look, {known} knew records, {stayed} documents were left alone");
    assert!(stayed > 50 * series as usize, "{stayed} left alone: this test shows nothing");
    assert!(looks >= series as usize && known > series as usize, "{looks} looks, {known} that knew records: this test shows nothing");
}

/// What a process that goes on is told of: what happens to records and the config.
const TOLD: [u64; 24] = [0, 1, 1, 2, 3, 8, 9, 10, 12, 14, 16, 17, 19, 20, 30, 30, 31, 32, 33, 34, 35, 36, 37, 38];

/// What an editor changes of a record that stays where it is, beside its text.
fn edit(publication: &Publication, what: u64, number: u64) {
    let (day, one) = (20 + number % 8, number / 8 % 2);
    let link = format!("link = 'https://example.org/{}'", number % 3);
    let language = format!("language = '{}'", ["en", "es"][(number % 2) as usize]);
    match what {
        30 => item(publication, day, "", &format!("**Text** of Belize, {}.", number % 10)),
        31 => item(publication, day, &format!("updated = 2018-02-28T{:02}:00:00Z", number % 24), "Text."),
        32 => item(publication, day, &link, "Text."),
        33 => item(publication, day, &format!("story = 'one'\n{language}\n{}", [&*link, ""][one as usize]), "Text."),
        34 => item(publication, day, &format!("authors = ['{}']", ["A", "B"][one as usize]), "Text."),
        35 => item(publication, day, &format!("countries = ['{}']", ["mexico", "belize"][one as usize]), "Text."),
        36 => retouch(publication, day, |text| text.replace(&format!(", day {day}"), &format!(", day {day}, take {}", number % 5))),
        37 => retouch(publication, day, |text| text.replacen("T08:00", &format!("T{:02}:00", number % 24), 1)),
        38 => retouch(publication, day, |text| text + "\n\n<script>1</script>More.\n"),
        _ => happen(publication, what, number),
    }
}

fn retouch(publication: &Publication, day: u64, change: impl FnOnce(String) -> String) {
    let path = format!("items/day-{day}.md");
    if publication.exists(&path) {
        publication.write(&path, change(publication.read(&path)));
    }
}

/// Puts what the one publication has in the other, as an editor does: whole files, each in its place at once.
fn hand_over(from: &Publication, to: &Publication) {
    let sources = |publication: &Publication| {
        let records = publication.files("items").into_iter().map(|path| format!("items/{path}"));
        records.chain(["log.ndjson".to_owned(), "feeds.toml".to_owned()]).collect::<Vec<_>>()
    };
    let own = sources(from);
    for path in &own {
        let text = fs::read(from.path(path)).expect("a file");
        if fs::read(to.path(path)).ok().as_ref() != Some(&text) {
            to.write("new", text);
            fs::rename(to.path("new"), to.path(path)).expect("renamed");
        }
    }
    sources(to).iter().filter(|path| !own.contains(path)).for_each(|path| to.remove(path));
}

#[test]
fn what_a_process_that_goes_on_leaves_is_what_full_builds_make() {
    let series = series(4) as u64;
    let (mut kept, mut steady) = (0, 0);
    for seed in 0..series {
        let mut dice = Dice(seed * 6151 + 3);
        let output = OUTPUTS[(seed % 4) as usize];
        let (watched, full) = (growing(output), growing(output));
        let said = || fs::File::create(watched.path("said")).expect("a file");
        let mut command = watched.command(&["build", "--watch", "-v", "--now", NOW]);
        let mut watching = command.stdout(said()).stderr(std::process::Stdio::null()).spawn().expect("it runs");
        build(&full, 0, &["--full"]);
        for step in 0..14 {
            let begun = std::time::Instant::now();
            while documents(&watched) != documents(&full) {
                assert!(begun.elapsed() < Duration::from_secs(30), "series {seed}, before step {step}");
                std::thread::sleep(Duration::from_millis(20));
            }
            edit(&full, TOLD[dice.below(TOLD.len())], dice.below(1000) as u64);
            build(&full, 0, &["--full"]);
            if step % 5 == 4 {
                age(&watched);
            }
            hand_over(&full, &watched);
            // Another one publishes beside it, now and then.
            if dice.below(5) == 0 {
                build(&watched, 0, &["--wait"]);
            }
        }
        watching.kill().and_then(|()| watching.wait()).expect("it ends");
        let said = watched.read("said");
        kept += said.lines().filter(|line| line.starts_with("touched ")).count() as u64;
        steady += said.lines().filter(|line| line.starts_with("sorted ")).count() as u64;
    }
    println!("{series} series of 14 changes: {kept} builds looked at what was told to have changed, {steady} sorted nothing");
    assert!(kept > 5 * series, "{kept} builds with what was kept: this test shows nothing");
    assert!(steady > 2 * series, "{steady} builds that sorted nothing: this test shows nothing");
}

#[test]
fn a_translation_that_gets_a_link_is_another_even_where_its_id_was_that() {
    let publication = Publication::with_config(&format!("{CONFIG}\n[output]\npages = false\n"));
    let version = |day, language: &str, more: &str| {
        item(&publication, day, &format!("story = 'one'\nlanguage = '{language}'\n{more}"), "Text.");
    };
    version(20, "en", "");
    version(21, "es", "id = 'https://old.example.org/1'");
    build(&publication, 0, &[]).expect(0, &["new"]);
    version(21, "es", "id = 'https://old.example.org/1'\nlink = 'https://old.example.org/1'");
    build(&publication, 0, &[]).expect(0, &["changed"]);
    let made = documents(&publication);
    build(&publication, 0, &["--full"]).expect(0, &["unchanged"]);
    assert!(made == documents(&publication));
}
