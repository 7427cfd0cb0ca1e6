//! Servers that keep objects and check who asks: `s3s-fs` for S3, Azurite for Azure. Both are programs that `.ci/run` installs.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::{ObjectMeta, ObjectStore};

use super::*;
use crate::bucket::ACCOUNT;

/// The server of the kind that the test is about; it ends with the value.
pub(super) struct Server {
    kind: Kind,
    dir: TempDir,
    port: u16,
    child: Option<Child>,
    runtime: tokio::runtime::Runtime,
}

impl Server {
    /// `None` where the program is not here.
    pub fn start() -> Option<Self> {
        let kind = Kind::now();
        let (name, insisting) = match kind {
            Kind::Azure => ("azurite-blob", "TIDINGS_TEST_CLOUDS"),
            _ => ("s3s-fs", "TIDINGS_TEST_S3"),
        };
        if program(name).is_none() {
            assert!(std::env::var_os(insisting).is_none(), "{name} is not here");
            eprintln!("skipped: {name} is not here");
            return None;
        }
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let mut server = Server { kind, dir: tempfile::tempdir().expect("a folder"), port: free, child: None, runtime };
        if kind == Kind::S3 {
            fs::create_dir(server.dir.path().join("news")).expect("a bucket");
        }
        server.run();
        if kind == Kind::Azure {
            server.make_container();
        }
        Some(server)
    }

    /// Starts the program on the folder as it is.
    pub fn run(&mut self) {
        let port = self.port.to_string();
        let mut command = match self.kind {
            Kind::Azure => {
                let mut command = Command::new(program("azurite-blob").expect("it is here"));
                command.args(["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--blobPort", &port, "--location"]);
                command
            }
            _ => {
                let mut command = Command::new(program("s3s-fs").expect("it is here"));
                command.args(["--host", "127.0.0.1", "--port", &port, "--access-key", KEY, "--secret-key", SECRET]);
                command
            }
        };
        self.child = Some(command.arg(self.dir.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"));
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "it does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// At once; Azurite, which writes down what it has only at times, is asked to end.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            match self.kind {
                Kind::Azure => drop(Command::new("kill").arg(child.id().to_string()).status()),
                _ => drop(child.kill()),
            }
            let _ = child.wait();
        }
    }

    /// What the environment has for it.
    pub fn endpoint(&self) -> String {
        let account = if self.kind == Kind::Azure { format!("/{ACCOUNT}") } else { String::new() };
        format!("http://127.0.0.1:{}{account}", self.port)
    }

    /// What somebody else puts there, and looks with.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        match self.kind {
            #[cfg(feature = "azure")]
            Kind::Azure => {
                let store = object_store::azure::MicrosoftAzureBuilder::new().with_container_name("news").with_allow_http(true);
                let store = store.with_account(ACCOUNT).with_access_key(ACCOUNT_KEY).with_endpoint(self.endpoint());
                Arc::new(store.build().expect("a store"))
            }
            _ => {
                let store = object_store::aws::AmazonS3Builder::new().with_bucket_name("news").with_allow_http(true);
                let store = store.with_access_key_id(KEY).with_secret_access_key(SECRET).with_region("us-east-1");
                Arc::new(store.with_endpoint(self.endpoint()).build().expect("a store"))
            }
        }
    }

    pub fn wait<T>(&self, asking: impl Future<Output = object_store::Result<T>>) -> T {
        self.runtime.block_on(asking).expect("the store does it")
    }

    pub fn put(&self, name: &str, bytes: &str) {
        let put = async { self.store().put_opts(&format!("feeds/{name}").into(), bytes.to_owned().into(), Default::default()).await };
        self.wait(put);
    }

    /// Every document by name, without what is the program's own.
    pub fn documents(&self) -> BTreeMap<String, Vec<u8>> {
        use futures_util::TryStreamExt;
        let all = async {
            let store = self.store();
            let mut found = BTreeMap::new();
            for ObjectMeta { location, .. } in store.list(Some(&"feeds".into())).try_collect::<Vec<_>>().await? {
                let name = location.as_ref().strip_prefix("feeds/").expect("below the prefix").to_owned();
                if !name.starts_with('.') {
                    found.insert(name, store.get_opts(&location, Default::default()).await?.bytes().await?.to_vec());
                }
            }
            Ok(found)
        };
        self.wait(all)
    }

    /// With a request that is signed by hand (Azure, "Authorize with Shared Key"): the crate makes objects and no containers.
    fn make_container(&self) {
        use base64::{Engine, prelude::BASE64_STANDARD};
        use hmac::{KeyInit, Mac};
        let key = BASE64_STANDARD.decode(ACCOUNT_KEY).expect("base64");
        let date = httpdate::fmt_http_date(std::time::SystemTime::now());
        let fields = format!("x-ms-date:{date}\nx-ms-version:2021-12-02");
        let signed = format!("PUT{}{fields}\n/{ACCOUNT}/{ACCOUNT}/news\nrestype:container", "\n".repeat(12));
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(&key).expect("a key");
        mac.update(signed.as_bytes());
        let authorization = format!("SharedKey {ACCOUNT}:{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
        let fields = [("x-ms-date", &*date), ("x-ms-version", "2021-12-02"), ("authorization", &*authorization), ("content-length", "0")];
        let address = ([127, 0, 0, 1], self.port).into();
        let answer = request(address, "PUT", &format!("/{ACCOUNT}/news?restype=container"), &fields);
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// On the path, or where `.ci/run` puts it.
fn program(name: &str) -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools");
    let own = [tools.join("bin"), tools.join("azurite/node_modules/.bin")];
    let folders = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    own.into_iter().chain(folders).map(|folder| folder.join(name)).find(|file| file.exists())
}
