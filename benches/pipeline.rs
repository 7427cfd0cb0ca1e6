//! The stages within the process, on 2,000 made-up records: `cargo bench`. The whole program is measured by `benches/run`.

mod corpus;

use std::collections::BTreeSet;
use std::hint::black_box;

use chrono::{DateTime, Utc};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use tidings::channel::{self, Sorted};
use tidings::config::{self, Config};
use tidings::progress::Progress;
use tidings::{item, pipeline};

const RECORDS: usize = 2_000;

fn load(folder: &std::path::Path) -> Config {
    config::load(&folder.join("feeds.toml")).expect("the config of the corpus is right").0
}

fn stages(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let now: DateTime<Utc> = DateTime::UNIX_EPOCH + chrono::Duration::days(60 * 365);
    for form in corpus::Form::ALL {
        let root = folder.path().join(form.name());
        corpus::write(&root, form, RECORDS).expect("records");
        let config = load(&root);
        criterion
            .bench_function(&format!("read {}", form.name()), |bench| bench.iter(|| black_box(item::read(&config, &Progress::default()))));
    }

    let config = load(&folder.path().join(corpus::Form::Ndjson.name()));
    let progress = Progress::default();
    let loaded = item::read(&config, &progress);
    let placements = pipeline::classify(&config, &loaded.items, &progress);
    let known = BTreeSet::new();
    let (memory, accepted) = (tidings::ledger::Memory::default(), BTreeSet::new());
    let past = pipeline::Past { memory: &memory, known: &known, accepted: &accepted };
    criterion.bench_function("classify", |bench| bench.iter(|| black_box(pipeline::classify(&config, &loaded.items, &progress))));
    criterion.bench_function("sort into channels", |bench| {
        bench.iter(|| black_box(channel::catalogue(&config, Sorted { items: &loaded.items, placements: &placements, now }, &known)));
    });
    criterion.bench_function("prepare texts", |bench| {
        bench.iter(|| loaded.items.iter().for_each(|item| drop(black_box(pipeline::prepare(&config, item)))));
    });
    criterion.bench_function("items to documents", |bench| {
        let fresh = || (loaded.clone(), Progress::default());
        let build = |(loaded, progress): (item::Loaded, Progress)| black_box(pipeline::build(&config, loaded, past, now, &progress));
        bench.iter_batched(fresh, build, BatchSize::LargeInput);
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = stages
}
criterion_main!(benches);
