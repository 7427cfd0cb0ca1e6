//! Builds of more items than are held at a time: their documents wait beside the state until all are made.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::support::{CONFIG, Publication, Ran};

/// With archives, pages, compressed copies, and a copy at a path that a channel had.
fn publication() -> Publication {
    let moved = "[[moved]]\nfrom = \"topic/boats\"\nto = \"topic/ships\"\nas = \"copy\"\n";
    let output = "[limits]\nitems = 3\n[output]\narchives = true\narchive-size = 5\nprecompress = [\"gzip\"]\n";
    let publication = Publication::with_config(&format!("{CONFIG}{output}{moved}"));
    (1..=30).for_each(|n| publication.item(n, &format!("Ships reach Belize, part {n}")));
    publication
}

/// A build that holds two items at a time, and dies at a point where one is named.
fn in_waves(publication: &Publication, args: &[&str], dies_at: Option<usize>) -> Ran {
    let mut command = publication.command(&[&["build", "-v"], args].concat());
    command.env("TIDINGS_WAVE", "2");
    dies_at.iter().for_each(|at| _ = command.env("TIDINGS_CRASH", at.to_string()));
    Ran::of(command.output().expect("it runs"))
}

/// What each published file holds, and when it says that it changed, if it is a feed.
fn published(publication: &Publication) -> BTreeMap<String, (Vec<u8>, Option<SystemTime>)> {
    let file = |path: String| {
        let place = publication.path(&format!("public/{path}"));
        let is_feed = ["rss", "atom", "json"].iter().any(|extension| path.ends_with(extension));
        let changed = is_feed.then(|| fs::metadata(&place).and_then(|meta| meta.modified()).expect("a time"));
        (path, (fs::read(place).expect("a file"), changed))
    };
    publication.files("public").into_iter().map(file).collect()
}

#[test]
fn waves_make_what_a_build_at_once_makes() {
    let (at_once, waves) = (publication(), publication());
    at_once.build().expect(0, &["new"]);
    in_waves(&waves, &[], None).expect(0, &["new"]);
    let first = published(&waves);
    assert!(first == published(&at_once) && first.contains_key("archive/all/4.atom.gz") && first.contains_key("topic/boats.rss"));
    assert!(!waves.exists(".tidings/staged"));
    waves.run(&["ledger", "check"]).expect(0, &["0 errors"]);

    for publication in [&at_once, &waves] {
        publication.item(4, "Ships reach Belize, part 4, and stay");
    }
    at_once.build().expect(0, &["changed"]);
    in_waves(&waves, &[], None).expect(0, &["changed"]);
    assert!(published(&waves) == published(&at_once) && published(&waves) != first);
}

#[test]
fn what_is_made_anew_as_it_stands_is_not_written() {
    use std::os::unix::fs::MetadataExt;
    let publication = publication();
    publication.build();
    let inodes = || -> Vec<u64> {
        let inode = |path: &String| fs::metadata(publication.path(&format!("public/{path}"))).expect("a file").ino();
        publication.files("public").iter().map(inode).collect()
    };
    let (files, before) = (published(&publication), inodes());
    in_waves(&publication, &["--full"], None).expect(0, &["unchanged"]);
    assert!(published(&publication) == files && inodes() == before);
}

#[cfg(all(target_os = "linux", debug_assertions))]
#[test]
fn what_waits_is_made_anew_where_a_record_changes_meanwhile() {
    use crate::support::{goes_on, stopped};

    let change = |publication: &Publication| {
        [1, 30].iter().for_each(|n| publication.item(*n, &format!("Ships reach Belize at last, part {n}")));
    };
    let (at_once, waves) = (publication(), publication());
    change(&at_once);
    at_once.build().expect(0, &["new"]);
    let mut build = waves.command(&["build"]);
    build.env("TIDINGS_WAVE", "2");
    // The newest item waits in its documents by then; the text of the oldest is still in its record.
    let build = stopped(build, "waits");
    change(&waves);
    goes_on(build).expect(0, &["new"]);
    assert!(published(&waves) == published(&at_once) && !waves.exists(".tidings/staged"));
    waves.run(&["ledger", "check"]).expect(0, &["0 errors"]);
}

#[test]
fn a_refused_build_leaves_nothing_behind() {
    let publication = publication();
    publication.build();
    let before = published(&publication);
    (1..=20).for_each(|n| publication.remove(&format!("items/item-{n}.md")));
    in_waves(&publication, &[], None).expect(1, &["channel-shrinks"]);
    assert!(published(&publication) == before && !publication.exists(".tidings/staged"));
}

#[test]
fn a_build_that_dies_in_any_wave_is_mended_by_the_next() {
    let publication = publication();
    publication.build();
    let (old, config) = (published(&publication), publication.read("feeds.toml"));
    let titled = |n: usize| config.replacen("title = \"", &format!("title = \"No. {n}, "), 1);
    let mut waited = 0;
    for at in (1..).step_by(47) {
        publication.write("feeds.toml", titled(at));
        let ran = in_waves(&publication, &[], Some(at));
        if ran.code != -1 {
            break;
        }
        let waits = ran.err.contains("crash at `waits`");
        waited += usize::from(waits);
        assert!(publication.exists(".tidings/staged") || !waits, "{ran:?}");
        in_waves(&publication, &[], None).expect(0, &[]);
        let files = published(&publication);
        assert!(files.keys().eq(old.keys()) && files != old && !publication.exists(".tidings/staged"), "at {at}: {:?}", files.keys());
        publication.run(&["ledger", "check"]).expect(0, &["0 errors"]);
    }
    assert!(waited > 1, "it dies while documents wait");
}

#[test]
fn a_first_build_that_dies_while_documents_take_their_places_is_mended_by_the_next() {
    let whole = publication();
    whole.build();
    let (files, mut renamed) = (published(&whole), 0);
    for at in (1..).step_by(9) {
        let publication = publication();
        let ran = in_waves(&publication, &[], Some(at));
        if ran.code != -1 {
            break;
        }
        let dies_in_between = ran.err.contains("crash at `rename`");
        renamed += usize::from(dies_in_between);
        assert!(!dies_in_between || publication.exists("public/archive/all/1.rss"), "a folder comes before single files");
        in_waves(&publication, &[], None).expect(0, &[]);
        let mended = published(&publication);
        assert!(mended.keys().eq(files.keys()) && !publication.exists(".tidings/staged"), "at {at}");
        mended.iter().for_each(|(path, file)| assert!(files[path] == *file, "{path} at {at}"));
        publication.run(&["ledger", "check"]).expect(0, &["0 errors"]);
    }
    assert!(renamed > 1, "it dies while documents take their places");
}

#[test]
fn documents_get_to_another_file_system() {
    use std::os::unix::fs::MetadataExt;
    let (here, there) = (publication(), publication());
    let device = |path: &Path| fs::metadata(path).map(|meta| meta.dev()).ok();
    let memory = Path::new("/dev/shm");
    if device(memory).is_none_or(|device_of_memory| device(&there.path(".")) == Some(device_of_memory)) {
        eprintln!("skipped: there is no second file system at /dev/shm");
        return;
    }
    let elsewhere = tempfile::tempdir_in(memory).expect("a folder");
    std::os::unix::fs::symlink(elsewhere.path(), there.path("public")).expect("linked");
    here.build();
    in_waves(&there, &[], None).expect(0, &["new"]);
    assert!(published(&there) == published(&here) && device(&there.path("public/all.rss")) == device(memory));
    assert!(!there.exists(".tidings/staged"));
}

/// A build that holds two items at a time, with something mounted in the publication's folder; `None` where nothing can be mounted.
fn mounted(publication: &Publication, mount: &str) -> Option<Ran> {
    let build = publication.command(&["build", "-v"]);
    let shell = |program: &OsStr| {
        let mut shell = Command::new("unshare");
        shell.args(["-rm", "sh", "-c", &format!("mount {mount} && exec \"$0\" \"$@\"")]).arg(program);
        shell.current_dir(publication.path("."));
        shell
    };
    if !shell("true".as_ref()).status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: nothing can be mounted here");
        return None;
    }
    let set = build.get_envs().filter_map(|(name, value)| Some((name, value?)));
    Some(Ran::of(shell(build.get_program()).args(build.get_args()).envs(set).env("TIDINGS_WAVE", "2").output().expect("it runs")))
}

#[test]
fn documents_get_to_another_mount_of_the_same_file_system() {
    let (here, there) = (publication(), publication());
    ["public", "elsewhere"].into_iter().for_each(|folder| fs::create_dir(there.path(folder)).expect("a folder"));
    let Some(ran) = mounted(&there, "--bind elsewhere public") else { return };
    ran.expect(0, &["new"]);
    here.build();
    fs::remove_dir(there.path("public")).expect("nothing went below the mount");
    fs::rename(there.path("elsewhere"), there.path("public")).expect("renamed");
    assert!(published(&there) == published(&here) && !there.exists(".tidings/staged"));
}

#[test]
fn documents_leave_the_state_its_room() {
    let publication = publication();
    let text = "Ships reach Belize. ".repeat(500);
    (1..=30).for_each(|n| publication.item(n, &format!("Ships reach Belize, part {n}'''\nsummary = '''{text}")));
    fs::create_dir(publication.path(".tidings")).expect("a folder");
    let Some(ran) = mounted(&publication, "-t tmpfs -o size=512k none .tidings") else { return };
    ran.expect(0, &["new"]);
}

#[test]
#[cfg(target_os = "linux")]
fn documents_have_the_rights_that_their_folder_gives() {
    use std::os::unix::fs::PermissionsExt;
    let publication = publication();
    fs::create_dir(publication.path("public")).expect("a folder");
    // A default ACL (version 2 of its form): read and write for the owner, read for the group, nothing for all others.
    let entry = |(tag, rights): (u16, u16)| [&tag.to_le_bytes()[..], &rights.to_le_bytes(), &u32::MAX.to_le_bytes()].concat();
    let acl = [&2_u32.to_le_bytes()[..], &[(1, 7), (4, 5), (0x20, 0)].map(entry).concat()].concat();
    let set = rustix::fs::setxattr(publication.path("public"), "system.posix_acl_default", &acl, rustix::fs::XattrFlags::empty());
    if set.is_err() {
        eprintln!("skipped: the file system has no access lists");
        return;
    }
    in_waves(&publication, &[], None).expect(0, &["new"]);
    for file in ["all.rss", "all.atom.gz", "country/belize.json", "archive/all/2.atom", "index.html"] {
        let mode = fs::metadata(publication.path(&format!("public/{file}"))).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode, 0o640, "{file}");
    }
    assert!(!publication.files("public").iter().any(|file| file.ends_with(".tidings-new")));
}
