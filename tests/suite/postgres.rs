//! A PostgreSQL of the tests' own: a data folder that goes with it, no port but a socket.
//!
//! Its programs are those in the folder that `TIDINGS_TEST_POSTGRES_BIN` names, else the newest of Debian's or on the path. `TIDINGS_TEST_POSTGRES=1` insists that
//! there are some; else a test without them says that it skips. What `TIDINGS_TEST_POSTGRES_SET` says is set in every server, such as
//! `default_transaction_isolation=serializable`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A server; it ends with the value.
pub struct Server {
    dir: TempDir,
    programs: PathBuf,
    child: Option<Child>,
}

/// A database of one test in a server that all tests share.
pub struct Database {
    pub url: String,
}

impl Server {
    /// A new one, or `None` where the program is not here.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(std::env::var_os("TIDINGS_TEST_POSTGRES").is_none(), "PostgreSQL is not here");
            eprintln!("skipped: PostgreSQL is not here");
            return None;
        };
        let dir = tempfile::tempdir().expect("a folder");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).expect("open to the server's user");
        let mut server = Server { dir, programs, child: None };
        let data = server.dir.path().join("data");
        let mut initdb = server.program("initdb");
        initdb.args(["--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D"]).arg(&data);
        let made = initdb.output().expect("initdb starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        server.run();
        Some(server)
    }

    /// Starts the program on the folder as it is.
    pub fn run(&mut self) {
        let (data, sockets) = (self.dir.path().join("data"), self.dir.path().to_owned());
        let mut command = self.program("postgres");
        command.arg("-D").arg(data).arg("-k").arg(sockets).args([
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
            "-c",
            "max_connections=200",
        ]);
        if let Some(setting) = std::env::var_os("TIDINGS_TEST_POSTGRES_SET") {
            command.arg("-c").arg(setting);
        }
        let log = fs::OpenOptions::new().create(true).append(true).open(self.dir.path().join("log")).expect("a log");
        command.stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().expect("postgres starts"));
        let deadline = Instant::now() + Duration::from_secs(30);
        while postgres::Client::connect(&self.url("postgres"), postgres::NoTls).is_err() {
            assert!(Instant::now() < deadline, "{}", fs::read_to_string(self.dir.path().join("log")).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // The processes of connections end when the one that watches over them is gone; SIGQUIT makes it take them along.
            let _ = Command::new("kill").args(["-QUIT", &child.id().to_string()]).status();
            let _ = child.wait();
        }
    }

    /// What it wrote down.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.dir.path().join("log")).expect("a log")).into_owned()
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@{}/{database}", self.dir.path().display().to_string().replace('/', "%2F"))
    }

    /// An empty database.
    pub fn database(&self, name: &str) -> Database {
        let mut client = postgres::Client::connect(&self.url("postgres"), postgres::NoTls).expect("connected");
        client.batch_execute(&format!("create database \"{name}\"")).expect("made");
        Database { url: self.url(name) }
    }

    /// One of its programs, as a user that it allows.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let is_root = fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
        // Whatever becomes of the tests, the server ends with them.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "QUIT"]);
        if is_root {
            let user = user();
            command.args(["--reuid", &user, "--regid", &user, "--clear-groups"]);
        }
        command.arg("--").arg(program).current_dir(self.dir.path());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Database {
    /// A database for one test, or `None` where there is no PostgreSQL.
    pub fn new() -> Option<Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        // The server ends with the thread that started it, so that thread stays as long as the tests.
        let server = SHARED.get_or_init(|| {
            let (sender, receiver) = std::sync::mpsc::channel();
            std::thread::spawn(move || {
                let _ = sender.send(Server::start());
                loop {
                    std::thread::park();
                }
            });
            receiver.recv().expect("a server, or none")
        });
        server.as_ref().map(|server| server.database(&format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed))))
    }

    pub fn client(&self) -> postgres::Client {
        postgres::Client::connect(&self.url, postgres::NoTls).expect("connected")
    }

    pub fn run(&self, sql: &str) {
        self.client().batch_execute(sql).unwrap_or_else(|error| panic!("{error:?}: {sql}"));
    }
}

/// The number of the user that the server runs as where the tests are root's, which it refuses to be: Debian's own, or nobody in particular.
fn user() -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let number = users.lines().find_map(|line| line.strip_prefix("postgres:")?.split(':').nth(1));
    number.unwrap_or("65534").to_owned()
}

/// Where `initdb` and `postgres` are: Debian keeps them off the path.
fn programs() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("TIDINGS_TEST_POSTGRES_BIN") {
        let folder = fs::canonicalize(&named).unwrap_or_else(|error| panic!("{}: {error}", named.display()));
        return Some(folder);
    }
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH")?;
    let on_path = std::env::split_paths(&path).map(|folder| fs::canonicalize(folder.join("initdb")).unwrap_or_default());
    let mut all: Vec<PathBuf> = versions.chain(on_path.filter_map(|program| program.parent().map(Path::to_owned))).collect();
    all.retain(|folder| folder.join("initdb").exists() && folder.join("postgres").exists());
    all.sort();
    all.pop()
}

#[test]
fn a_database_of_the_tests_answers() {
    let Some(database) = Database::new() else { return };
    let row =
        database.client().query_one("select count(*) from pg_stat_activity where datname = current_database()", &[]).expect("an answer");
    assert_eq!(row.get::<_, i64>(0), 1);
}
