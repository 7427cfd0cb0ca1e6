//! The stages within the process, on 2,000 made-up records: `cargo bench`. The whole program is measured by `benches/run`.

mod corpus;

use std::collections::BTreeSet;
use std::hint::black_box;

use chrono::{DateTime, Utc};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use tidings::cache::records::Records;
use tidings::channel::{self, Sorted};
use tidings::config::{self, Config};
use tidings::item::{self, Files, Loaded};
use tidings::pipeline::{self, Sifted, Texts};
use tidings::progress::Progress;

const RECORDS: usize = 2_000;

fn load(folder: &std::path::Path) -> Config {
    config::load(&folder.join("feeds.toml")).expect("the config of the corpus is right").0
}

fn stages(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let now: DateTime<Utc> = DateTime::UNIX_EPOCH + chrono::Duration::days(60 * 365);
    for form in corpus::Form::ALL {
        let root = folder.path().join(form.name());
        corpus::write(&root, form, corpus::Kind::Plain, RECORDS).expect("records");
        let config = load(&root);
        criterion
            .bench_function(&format!("read {}", form.name()), |bench| bench.iter(|| black_box(item::read(&config, &Progress::default()))));
    }

    let config = load(&folder.path().join(corpus::Form::Ndjson.name()));
    let progress = Progress::default();
    let loaded = item::read(&config, &progress);
    let memory = tidings::ledger::Memory::default();
    let sifted = pipeline::read(&config, Files::list(&config), Texts::Stay, &progress);
    let placements = pipeline::classify(&config, &loaded.items, &progress);
    let known = BTreeSet::new();
    let (accepted, settled) = (BTreeSet::new(), pipeline::Settled::new());
    let past = pipeline::Past { memory: &memory, known: &known, accepted: &accepted, clean: None, settled: &settled, goes_on: false };
    criterion.bench_function("classify", |bench| bench.iter(|| black_box(pipeline::classify(&config, &loaded.items, &progress))));
    criterion.bench_function("sort into channels", |bench| {
        bench.iter(|| black_box(channel::catalogue(&config, Sorted { items: &loaded.items, placements: &placements, now }, &known)));
    });
    let none = item::Text::default();
    criterion.bench_function("prepare texts", |bench| {
        bench.iter(|| loaded.items.iter().for_each(|item| drop(black_box(pipeline::prepare(&config, item, item.text().unwrap_or(&none))))));
    });
    criterion.bench_function("items to documents", |bench| {
        let fresh = || (sifted.clone(), Progress::default());
        let build = |(sifted, progress): (Loaded<Sifted>, Progress)| black_box(pipeline::build(&config, sifted, past, now, &progress));
        bench.iter_batched(fresh, build, BatchSize::LargeInput);
    });
}

/// What the gate adds to reading and building 10,000 records on one core, with no disk to wait for: the median of eleven builds.
fn gate_share(_: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let now: DateTime<Utc> = DateTime::UNIX_EPOCH + chrono::Duration::days(60 * 365);
    let (known, memory, accepted) = (BTreeSet::new(), tidings::ledger::Memory::default(), BTreeSet::new());
    let settled = pipeline::Settled::new();
    let past = pipeline::Past { memory: &memory, known: &known, accepted: &accepted, clean: None, settled: &settled, goes_on: false };
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    for form in corpus::Form::ALL {
        let root = folder.path().join(form.name());
        corpus::write(&root, form, corpus::Kind::Plain, 10_000).expect("records");
        let config = load(&root);
        let share = || {
            let (start, progress) = (std::time::Instant::now(), Progress::default());
            let records = Records::none(&root, pipeline::depends(&config));
            let read = pipeline::read(&config, Files::list(&config), Texts::Left(&records, None), &progress);
            let built = pipeline::build(&config, read, past, now, &progress).expect("nobody changes the records");
            let (all, gate) = (start.elapsed().as_secs_f64(), built.timings.check.as_secs_f64());
            gate / (all - gate)
        };
        let mut shares: Vec<f64> = one_core.install(|| (0..11).map(|_| share()).collect());
        shares.sort_by(f64::total_cmp);
        println!("the gate adds {:.0} % to 10,000 records ({}), aim 25 %", shares[5] * 100.0, form.name());
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = stages, gate_share
}
criterion_main!(benches);
