//! The ledger in PostgreSQL, through the program.

use crate::postgres::{Database, Server};
use crate::support::{CONFIG, Publication};

/// A config with its ledger in the database.
pub fn config(database: &Database) -> String {
    format!("{CONFIG}\n[database]\nurl = '{}'\n", database.url)
}

fn with_items(count: usize, database: &Database) -> Publication {
    let publication = Publication::with_items(count);
    publication.write("feeds.toml", config(database));
    publication
}

#[test]
fn a_database_without_tables_is_told_with_the_way_out() {
    let Some(database) = Database::new() else { return };
    let publication = with_items(2, &database);
    for args in [&["build"][..], &["db", "status"], &["db", "migrate"]] {
        let ran = publication.run(args);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains("the schema `tidings` has no tables") && ran.err.contains("`tidings db init`"), "{ran:?}");
    }
    assert!(!publication.exists("public/all.rss"));
    assert_eq!(publication.run(&["db", "init"]).code, 0);
    assert!(publication.run(&["db", "init"]).out.contains("is up to date"));
    assert!(publication.run(&["db", "migrate"]).out.contains("is up to date"));
    publication.build();
    let status = publication.run(&["db", "status", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&status.out).expect("JSON");
    assert_eq!((status["items"].as_i64(), status["version"].as_i64()), (Some(2), Some(1)), "{status}");
    database.run("update tidings.meta set value = 7 where key = 'version'");
    let ran = publication.run(&["db", "status"]);
    assert!(ran.code == 2 && ran.err.contains("version 7"), "{ran:?}");
}

#[test]
fn a_server_that_is_not_there_or_wants_a_password_is_told_and_no_secret_is() {
    let publication = Publication::with_items(1);
    publication.write("feeds.toml", format!("{CONFIG}\n[database]\nurl = 'postgresql://news@127.0.0.1:1/news'\n"));
    let ran = publication.run(&["build"]);
    assert!(ran.code == 2 && ran.err.contains("refused") && ran.err.contains("PGPASSWORD"), "{ran:?}");
    publication.write("feeds.toml", format!("{CONFIG}\n[database]\nurl = 'postgresql://news:secret@127.0.0.1:1/news'\n"));
    let ran = publication.run(&["build"]);
    assert!(ran.code == 1 && ran.err.contains("a password does not belong in the config") && !ran.err.contains("secret"), "{ran:?}");
    publication.write("feeds.toml", format!("{CONFIG}\n[database]\nurl = 'env:NEWS_DATABASE'\n"));
    let mut command = publication.command(&["build", "-v"]);
    let output = command.env("NEWS_DATABASE", "postgresql://news:secret@127.0.0.1:1/news").output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("env:NEWS_DATABASE") && !said.contains("secret"), "{said}");
    let ran = publication.run(&["build"]);
    assert!(ran.code == 2 && ran.err.contains("the environment has no `NEWS_DATABASE`"), "{ran:?}");
}

#[test]
fn a_ledger_moves_from_the_file_to_the_database_and_back_with_every_id() {
    let Some(database) = Database::new() else { return };
    let publication = Publication::with_items(6);
    publication.build();
    publication.remove("items/item-2.md");
    publication.item(3, "The port of Mexico reopens");
    publication.build();
    let before = publication.run(&["ledger", "export"]).out;
    publication.write("ledger.ndjson", &before);
    publication.write("feeds.toml", config(&database));
    assert_eq!(publication.run(&["db", "init", "--partitions", "4"]).code, 0);
    assert_eq!(publication.run(&["ledger", "import", "ledger.ndjson"]).code, 0);
    assert_eq!(publication.run(&["ledger", "export"]).out, before);
    let ran = publication.run(&["build", "--full"]);
    assert!(ran.code == 0 && !ran.out.contains(" changed") && !ran.out.contains(" new"), "{ran:?}");
    assert_eq!(publication.run(&["ledger", "check"]).code, 0);
    publication.item(7, "A seventh port of Belize");
    publication.build();
    let after = publication.run(&["ledger", "export"]).out;
    publication.write("ledger.ndjson", &after);
    publication.write("feeds.toml", CONFIG);
    publication.remove(".tidings/ledger.db");
    assert_eq!(publication.run(&["ledger", "import", "ledger.ndjson"]).code, 0);
    assert_eq!(publication.run(&["ledger", "export"]).out, after);
    let ran = publication.run(&["build", "--full"]);
    assert!(ran.code == 0 && !ran.out.contains(" changed") && !ran.out.contains(" new"), "{ran:?}");
}

#[test]
fn a_ledger_that_is_lost_is_gathered_from_what_is_published_and_repaired() {
    let Some(database) = Database::new() else { return };
    let publication = with_items(4, &database);
    assert_eq!(publication.run(&["db", "init"]).code, 0);
    publication.build();
    let feeds: Vec<String> = publication.feeds().iter().map(|path| publication.read(&format!("public/{path}"))).collect();
    database.run("delete from tidings.members; delete from tidings.channels; delete from tidings.ledger");
    publication.item(5, "A fifth port of Belize");
    publication.remove("items/item-5.md");
    let ran = publication.run(&["build", "--full"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(feeds, publication.feeds().iter().map(|path| publication.read(&format!("public/{path}"))).collect::<Vec<_>>());
    database.run("delete from tidings.ledger where key = 'item-1'");
    let ran = publication.run(&["ledger", "check"]);
    assert!(ran.code == 1 && ran.err.contains("which the ledger does not know"), "{ran:?}");
    assert_eq!(publication.run(&["ledger", "repair"]).code, 0);
    assert_eq!(publication.run(&["ledger", "check"]).code, 0);
}

#[test]
fn a_run_that_another_overtook_saves_nothing() {
    let Some(database) = Database::new() else { return };
    let publication = with_items(3, &database);
    assert_eq!(publication.run(&["db", "init"]).code, 0);
    publication.build();
    // A purge hook, a slow disk: here a lock that holds the run up where it saves.
    let mut client = database.client();
    let mut other = client.transaction().expect("a transaction");
    other.execute("update tidings.meta set value = value + 1 where key = 'generation'", &[]).expect("another run's save");
    publication.item(4, "A fourth port of Belize");
    let child = publication.command(&["build"]).stderr(std::process::Stdio::piped()).spawn().expect("it runs");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    other.commit().expect("committed");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("another run saved to the ledger"), "{said}");
    let known: i64 = client.query_one("select count(*) from tidings.ledger", &[]).expect("a count").get(0);
    assert_eq!(known, 3);
    publication.build();
    let known: i64 = client.query_one("select count(*) from tidings.ledger", &[]).expect("a count").get(0);
    assert_eq!(known, 4);
}

#[test]
fn a_server_that_dies_and_comes_back_loses_nothing() {
    let Some(mut server) = Server::start() else { return };
    let database = server.database("news");
    let publication = with_items(3, &database);
    assert_eq!(publication.run(&["db", "init"]).code, 0);
    publication.build();
    let before = publication.read("public/all.atom");
    server.kill();
    publication.item(4, "A fourth port of Belize");
    let ran = publication.run(&["build"]);
    assert!(ran.code == 2 && publication.read("public/all.atom") == before, "{ran:?}");
    server.run();
    publication.build();
    assert!(publication.read("public/all.atom").contains("A fourth port"));
    assert_eq!(publication.run(&["ledger", "check"]).code, 0);
}

#[test]
fn a_watch_builds_with_a_ledger_in_the_database() {
    let Some(database) = Database::new() else { return };
    let publication = with_items(2, &database);
    assert_eq!(publication.run(&["db", "init"]).code, 0);
    let mut child = publication.command(&["build", "--watch"]).stderr(std::process::Stdio::piped()).spawn().expect("it runs");
    let wait_for = |text: &str| {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !std::fs::read_to_string(publication.path("public/all.rss")).is_ok_and(|feed| feed.contains(text)) {
            assert!(std::time::Instant::now() < deadline, "`{text}` is not published");
            std::thread::sleep(std::time::Duration::from_millis(30));
        }
    };
    wait_for("part 2");
    publication.item(3, "A third port of Belize");
    wait_for("A third port");
    child.kill().expect("killed");
    let _ = child.wait();
    // The feed stands before the ledger is written: a run that was killed in between is taken up.
    assert_eq!(publication.run(&["build", "--wait"]).code, 0);
    assert_eq!(publication.run(&["ledger", "check"]).code, 0);
}
