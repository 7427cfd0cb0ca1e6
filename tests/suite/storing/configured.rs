//! What the config says of a store, and what needs a folder.

use super::*;

#[test]
fn the_config_says_where_and_holds_no_key() {
    for (output, said) in [
        ("url = 's3://AKIA:secret@news/feeds'", "keys do not belong in the config"),
        ("url = 'ftp://AKIA:secret@news'", "no address of an object store"),
        ("url = 's3://news'\nfolder = 'public'", "take one of the two out"),
        ("url = 's3://news'\npurge = 'https://user:secret@purge.example.org/'", "a password does not belong in the config"),
        ("url = 's3://news'\npurge = []", "`purge` is empty"),
        ("url = 's3://news'\npurge = 'https://'", "no address of the web"),
    ] {
        let publication = Publication::with_config(&format!("{CONFIG}\n[output]\n{output}\n"));
        let ran = publication.run(&["build"]);
        ran.expect(1, &["feeds.toml:", said]);
        assert!(!ran.err.contains("secret"), "{ran:?}");
    }
    let own = CONFIG.replace("author =", "hub = 'self'\nauthor =");
    let publication = Publication::with_config(&format!("{own}\n[output]\nurl = 's3://news'\n"));
    publication.run(&["build"]).expect(1, &["the embedded hub has no place for its subscriptions", "add `[database]`"]);
    publication.write("feeds.toml", format!("{own}\n[output]\nurl = 's3://news'\nindex = false\n"));
    publication.run(&["build"]).expect(1, &["the embedded hub reads in the index"]);
}

/// A way to a store that is none, or that others can listen on, is told before anybody is asked.
#[test]
fn the_way_to_a_store_is_checked() {
    let keys = |of: &str| {
        format!("{{\"private_key\": \"{SECRET}\", \"private_key_id\": \"\", \"client_email\": \"\", \"disable_oauth\": true, {of}}}")
    };
    let (plain, none) = (keys("\"gcs_base_url\": \"http://10.0.0.1\""), keys("\"gcs_base_url\": \"nonsense\""));
    let (s3, google, azure) = ("AWS_ENDPOINT", "GOOGLE_SERVICE_ACCOUNT_KEY", "AZURE_STORAGE_ENDPOINT");
    for (kind, name, value, said, way) in [
        (Kind::S3, s3, "nonsense", "`nonsense` is no address of a server", "`AWS_ENDPOINT` is as in"),
        (Kind::S3, s3, "http://10.0.0.1", "the way to `10.0.0.1` is not encrypted", "AWS_ALLOW_HTTP=true"),
        (Kind::Google, "GOOGLE_BASE_URL", "mailto:news", "`mailto:news` is no address of a server", "`GOOGLE_BASE_URL`, or"),
        (Kind::Google, "GOOGLE_BASE_URL", "http://10.0.0.1", "the way to `10.0.0.1` is not encrypted", "GOOGLE_ALLOW_HTTP=true"),
        (Kind::Google, google, &plain, "the way to `10.0.0.1` is not encrypted", "GOOGLE_ALLOW_HTTP=true"),
        (Kind::Google, google, &none, "`nonsense` is no address of a server", "`gcs_base_url` in the keys"),
        (Kind::Google, google, &format!("\"{SECRET}\""), "the JSON of its keys is not as it must be, at line 1", "mend what"),
        (
            Kind::Google,
            "GOOGLE_SERVICE_ACCOUNT",
            "/nowhere/keys.json",
            "could not read the file that `GOOGLE_SERVICE_ACCOUNT` names: No such",
            "is the file",
        ),
        (
            Kind::Google,
            "GOOGLE_SERVICE_ACCOUNT",
            &format!("{{\"private_key\": \"{SECRET}\"}}"),
            "could not read the file that",
            "is the file",
        ),
        (Kind::Azure, azure, "mailto:news", "`mailto:news` is no address of a server", "`AZURE_STORAGE_ENDPOINT` is as in"),
        (Kind::Azure, azure, "http://10.0.0.1/x", "the way to `10.0.0.1` is not encrypted", "AZURE_ALLOW_HTTP=true"),
        (Kind::Azure, "AZURE_STORAGE_ACCOUNT_KEY", "not base64", "the key of the account is not in base64", "one of the two"),
    ] {
        let is_built = match kind {
            Kind::S3 => true,
            Kind::Google => cfg!(feature = "gcs"),
            Kind::Azure => cfg!(feature = "azure"),
        };
        if !is_built {
            continue;
        }
        let publication = Publication::with_config(&format!("{CONFIG}\n[output]\nurl = '{}'\nstore-timeout = 1\n", kind.url()));
        let mut command = kind.reaching(publication.command(&["build"]), "https://127.0.0.1:9");
        ["AWS_ALLOW_HTTP", "GOOGLE_ALLOW_HTTP", "AZURE_ALLOW_HTTP", "GOOGLE_BEARER_TOKEN"]
            .iter()
            .for_each(|name| _ = command.env_remove(name));
        if kind == Kind::Google {
            command.env_remove("GOOGLE_BASE_URL");
        }
        let ran = Ran::of(command.env(name, value).output().expect("runs"));
        ran.expect(2, &[said, way]);
        assert!(![SECRET, ACCOUNT_KEY].iter().any(|key| ran.err.contains(key)), "{ran:?}");
    }
}

/// Whoever asks for Azure's emulator means a server without TLS.
#[cfg(feature = "azure")]
#[test]
fn an_emulator_is_consent_but_no_address() {
    let publication = Publication::with_config(&format!("{CONFIG}\n[output]\nurl = 'az://news'\nstore-timeout = 1\n"));
    let command = |url: &str| {
        let mut command = Kind::Azure.reaching(publication.command(&["build"]), "https://127.0.0.1:9");
        command.env_remove("AZURE_ALLOW_HTTP").env("AZURE_STORAGE_USE_EMULATOR", "yes").env("AZURITE_BLOB_STORAGE_URL", url);
        Ran::of(command.output().expect("runs"))
    };
    command("http://127.0.0.1:9").expect(2, &["could not list what is in `az://news`", "efused"]);
    command("mailto:news").expect(2, &["`mailto:news` is no address of a server", "`AZURITE_BLOB_STORAGE_URL` is as in"]);
}

#[test]
fn what_needs_a_folder_says_so() {
    let (bucket, publication) = (Bucket::new(), with_items(1, ""));
    build(&publication, &bucket);
    run(&publication, &bucket, &["serve", "--watch"]).expect(2, &["go with a folder"]);
    run(&publication, &bucket, &["server-config", "nginx"]).expect(2, &["`tidings serve --from` serves them"]);
}
