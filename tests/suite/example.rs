//! The repository's own publication: where its items go, and what strangers read in its feeds.

use serde_json::Value;

use crate::support::{Publication, tidings};

/// By the start of the file's name: countries and topics, in the order of the channels' paths.
const PLACES: &[(&str, &[&str])] = &[
    ("2018-02-09-belize-joins", &["country/belize", "topic/governance"]),
    ("2018-02-09-belice-se-suma", &["country/belize", "topic/governance"]),
    ("2018-02-09-interviewing", &["country/guatemala", "country/mexico", "topic/capacity-building", "topic/trafficking"]),
    ("2018-02-07-a-work-plan", &["country/costa-rica", "topic/education", "topic/governance"]),
    ("2018-02-07-un-plan", &["country/costa-rica", "topic/education", "topic/governance"]),
    ("2018-01-05-international", &["topic/international-days"]),
    ("2018-01-05-eight", &["topic/governance"]),
    ("2018-01-05-two-borders", &["country/mexico", "topic/borders"]),
    ("2018-01-05-dos-fronteras", &["country/mexico", "topic/borders"]),
    ("2018-01-05-e-course", &["country/el-salvador", "topic/capacity-building", "topic/consular-services", "topic/women"]),
    ("2018-01-05-salvadoran", &["country/el-salvador", "topic/borders", "topic/governance"]),
    ("2017-12-17-safe-routes", &["topic/governance"]),
    ("2017-12-07-consular", &["topic/capacity-building", "topic/consular-services", "topic/crises"]),
    ("2018-01-19-consulado", &["country/dominican-republic", "topic/consular-services", "topic/labour-migration"]),
];

#[test]
fn every_item_is_where_its_text_says() {
    let example = Publication::copy_of("");
    example.build();
    for (start, want) in PLACES {
        let name = example.files("items").into_iter().find(|name| name.starts_with(start)).unwrap_or_else(|| panic!("no {start}"));
        let ran = example.run(&["explain", &format!("items/{name}"), "--json"]);
        let explained: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{name}: {error}: {ran:?}"));
        let channels = explained["channels"].as_array().expect("channels").iter().filter_map(|row| row["channel"].as_str());
        let language = if name.contains("-un-") || name.contains("-dos-") || name.contains("-se-") || name.contains("consulado") {
            "es/"
        } else {
            "en/"
        };
        // Those of the item's own language: the mixed ones carry one version of a story only.
        let own = channels.filter_map(|channel| channel.strip_prefix(language));
        let axes: Vec<&str> = own
            .filter(|channel| (channel.starts_with("country/") || channel.starts_with("topic/")) && channel.matches('/').count() == 1)
            .collect();
        assert_eq!(&axes, want, "{name}");
    }
}

#[test]
fn drafts_and_expired_items_stay_out_and_the_rest_is_published() {
    let example = Publication::copy_of("");
    let ran = tidings().args(["-C"]).arg(example.path("")).args(["--now", "2018-03-02", "build", "--json"]).output().expect("a run");
    let report: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    assert_eq!((report["items"].as_u64(), report["hidden"].as_u64()), (Some(14), Some(2)), "{report}");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(0), "{report}");
    let all = example.read("public/all.atom");
    assert!(!all.contains("Call for applications") && !all.contains("coffee pickers"));
    assert!(example.read("public/all.rss").contains("length=\"284311\""));
}

#[test]
fn a_mixed_channel_has_one_version_of_a_story_and_each_language_its_own() {
    let example = Publication::copy_of("");
    example.build();
    let has = |path: &str, title: &str| example.read(&format!("public/{path}")).contains(&format!("<title>{title}</title>"));
    let (english, spanish) = ("Belize joins the Isthmus Migration Programme", "Belice se suma al Programa de Migración del Istmo");
    for (path, en, es) in
        [("country/belize.atom", true, false), ("en/country/belize.atom", true, false), ("es/country/belize.rss", false, true)]
    {
        assert_eq!((has(path, english), has(path, spanish)), (en, es), "{path}");
    }
    assert!(has("all.rss", "Un consulado móvil abre sus puertas en Dajabón"), "what is in Spanish only is in the mixed channel too");
    assert!(!has("en/all.rss", "Un consulado móvil abre sus puertas en Dajabón"));
}

#[test]
fn the_readme_shows_what_the_example_gives() {
    let example = Publication::copy_of("");
    let run = |args: &[&str]| {
        let ran = example.run(&[&["--now", "2026-11-30"], args].concat());
        ran.out + &ran.err
    };
    let commands = [&["build"][..], &["channels"], &["explain", "interviewing", "--why-not", "country/belize"], &["check"]];
    let mut given: String = commands.into_iter().map(run).collect();
    given += &example.read("public/country/guatemala.rss");
    given += &example.read("public/es/country/mexico.atom");
    let record = "items/2018-02-09-belize-joins-the-programme.md";
    example.write(record, example.read(record).replacen("\ntitle", "\ntitel", 1));
    given += &run(&["build"]);

    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the README");
    let shown = readme.split("```").skip(1).step_by(2);
    let shown = shown.filter(|block| block.starts_with("xml\n") || block.starts_with("\n$ tidings build\n14 items"));
    let lines: Vec<&str> = shown.flat_map(|block| block.lines().skip(1)).filter(|line| !line.starts_with('$')).collect();
    assert!(lines.len() > 40, "{lines:?}");
    for line in lines {
        // How long a build took, and what is left out, is another matter.
        let line = line.rsplit_once("; ").filter(|(_, time)| time.ends_with(" ms")).map_or(line, |(line, _)| line);
        assert!(line.split('…').all(|part| given.contains(part)), "README.md shows `{line}`, which is not in\n{given}");
    }
}
