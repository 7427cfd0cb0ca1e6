//! Publishes to a cluster of object stores whose nodes are killed and stopped meanwhile, and reads what stands there: `benches/soak` starts it.
//!
//! Four hands work at a time: [`built`] publishes with `tidings build`, [`worked`] with `tidings db` and two workers, [`cluster`] does harm to one node after the
//! other, and a reader of each publication ([`reader`]) fetches what stands there through any node. What a reader may find is said by [`witness`].

mod built;
mod cluster;
#[path = "../../benches/corpus/mod.rs"]
mod corpus;
mod reader;
mod records;
mod tally;
mod witness;
mod worked;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;

use cluster::Cluster;
use corpus::Dice;
use reader::Reader;
use tally::Tally;
use witness::Witness;

/// Publishes to a cluster while its nodes are killed, and reads what stands there.
#[derive(Parser)]
struct Args {
    /// The folder of the cluster, with a folder for each node, and room for publications
    #[arg(long, value_name = "DIR")]
    room: PathBuf,
    /// The program of a node
    #[arg(long, value_name = "FILE")]
    garage: PathBuf,
    /// The program that publishes
    #[arg(long, value_name = "FILE")]
    tidings: PathBuf,
    /// The first port: three that take requests to the store, then three that readers ask
    #[arg(long)]
    port: u16,
    /// For so long harm is done
    #[arg(long)]
    seconds: u64,
    /// Where the edits and the harm begin
    #[arg(long)]
    seed: u64,
    /// How many records each publication begins with
    #[arg(long, default_value_t = 1_000)]
    records: usize,
    /// A database for workers; without it there are none
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// What all hands need.
struct Scene {
    args: Args,
    cluster: Cluster,
    tally: Tally,
    start: Instant,
    is_over: AtomicBool,
}

impl Scene {
    /// Whether harm is still done.
    fn goes_on(&self) -> bool {
        self.start.elapsed() < Duration::from_secs(self.args.seconds)
    }

    fn say(&self, what: impl std::fmt::Display) {
        println!("{:7.1} s  {what}", self.start.elapsed().as_secs_f64());
    }

    /// What is worth a look while it runs, and nothing to keep.
    fn aside(&self, what: impl std::fmt::Display) {
        eprintln!("{:7.1} s  {what}", self.start.elapsed().as_secs_f64());
    }

    /// Numbers of one of the hands.
    fn dice(&self, hand: u64) -> Dice {
        Dice::new(self.args.seed.wrapping_add(hand))
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let cluster = Cluster::new(&args.room, &args.garage, args.port);
    let scene = Scene { args, cluster, tally: Tally::default(), start: Instant::now(), is_over: AtomicBool::new(false) };
    println!("{} records, {} seconds, seed {}", scene.args.records, scene.args.seconds, scene.args.seed);
    let (built, worked) = (Witness::default(), Witness::default());
    std::thread::scope(|scope| {
        let reading = [("built", &built), ("worked", &worked)].map(|(prefix, witness)| {
            let scene = &scene;
            scope.spawn(move || Reader::new(scene, prefix, witness).read())
        });
        let harm = scope.spawn(|| scene.cluster.harm(&scene));
        let workers = scene.args.database.as_ref().map(|database| scope.spawn(|| worked::publish(&scene, &worked, database)));
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| built::publish(&scene, &built)));
        let ended = [ended, harm.join(), workers.map_or(Ok(()), |workers| workers.join())];
        scene.is_over.store(true, Ordering::Release);
        let readers = reading.map(|reader| reader.join());
        for failed in ended.into_iter().chain(readers).filter_map(Result::err) {
            scene.tally.violation(&scene, format!("a hand gave up: {}", failed.downcast_ref::<String>().map_or("", |text| text)));
        }
    });
    print!("{}", scene.tally);
    if scene.tally.violations() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
