//! nginx, 1.19 or later, with the modules that every build has.
//!
//! What it compresses on the way gets a weak tag (`W/"…"`), the same one as the plain document but for the `W/`, and a 304 for it: right, since weak
//! tags may stand for several codings. Precompressed files have strong tags of their own.

use std::fmt::Write;

use super::{Facts, Type};
use crate::coding::Coding;

pub(super) fn render(facts: &Facts) -> String {
    let mut out = facts.heading("nginx", "Include it in the `http` block, or put it into /etc/nginx/conf.d/.");
    if facts.is_https && facts.listen.is_none() {
        let _ = writeln!(out, "# TLS: `certbot --nginx -d {}` adds the certificate to this server.", facts.server_name);
    }
    let names = Names::new(facts);
    maps(&mut out, facts, &names);
    out.push_str("server {\n");
    head(&mut out, facts);
    types(&mut out);
    compression(&mut out, facts);
    headers(&mut out, facts, &names);
    moves(&mut out, facts);
    documents(&mut out, facts);
    out.push_str("}\n");
    out
}

/// Variables are the whole nginx's: two publications must not share them, nor one publication at two addresses. The name of a part of a pattern has 32
/// characters at the most, and hosts are longer: a short hash stands for them.
struct Names {
    link: String,
    hubs: String,
    self_path: String,
    cache: String,
    allow: String,
    methods: String,
    fields: String,
    age: String,
    vary: String,
}

impl Names {
    fn new(facts: &Facts) -> Self {
        let listen = facts.listen.map(|address| address.to_string()).unwrap_or_default();
        let own = [&*facts.server_name, &listen, &facts.origin, &facts.base].join(" ");
        let hash = blake3::hash(own.as_bytes()).to_hex();
        let name = |what: &str| format!("tidings_{}_{what}", &hash[..8]);
        Names {
            link: name("link"),
            hubs: name("hubs"),
            self_path: name("self"),
            cache: name("cache"),
            allow: name("allow"),
            methods: name("methods"),
            fields: name("fields"),
            age: name("age"),
            vary: name("vary"),
        }
    }
}

fn maps(out: &mut String, facts: &Facts, names: &Names) {
    let Names { link, hubs, self_path, cache, allow, methods, fields, age, vary } = names;
    let (origin, own) = (&facts.origin, Facts::own("\\\""));
    // Only characters that need no escape: `$uri` is unescaped, and a line end in a header would begin another.
    let _ = writeln!(out, "map $uri ${link} {{");
    for (from, to) in &facts.copies {
        let _ = writeln!(out, "    \"~^{}$\" \"<{to}>{own}\";", regex::escape(from));
    }
    let base = regex::escape(&facts.base);
    let _ =
        writeln!(out, "    \"~^(?<{self_path}>{base}[A-Za-z0-9_./~-]*?)(?:(?<=/)index\\.html)?$\" \"<{origin}${self_path}>{own}\";\n}}");
    let _ = writeln!(out, "map $uri ${hubs} {{\n    \"~^{base}archive/\" \"\";");
    let _ = writeln!(out, "    \"~{}\" \"{}\";\n}}", Facts::topic_pattern(), facts.hubs("\\\""));
    // `expires` below says `max-age` where a document is sent, or a 304.
    let _ = writeln!(out, "map $status ${cache} {{\n    200 public;\n    206 public;\n    301 public;\n    304 public;");
    let _ = writeln!(out, "    410 \"{}\";\n    default no-store;\n}}", facts.cache_control());
    let _ = writeln!(out, "map $status ${allow} {{\n    204 \"GET, HEAD, OPTIONS\";\n    405 \"GET, HEAD, OPTIONS\";\n}}");
    if needs_vary(facts) {
        let _ = writeln!(out, "map $status ${vary} {{\n    304 Accept-Encoding;\n}}");
    }
    let preflight = [(methods, "GET, HEAD, OPTIONS"), (fields, "A-IM, If-None-Match, If-Modified-Since"), (age, "86400")];
    for (name, value) in preflight {
        let _ = writeln!(out, "map $request_method ${name} {{\n    OPTIONS \"{value}\";\n}}");
    }
}

/// A 304 for what is compressed on the way has no `Vary` of its own; for what stands compressed it has.
fn needs_vary(facts: &Facts) -> bool {
    !facts.precompressed.contains(&Coding::Gzip)
}

fn head(out: &mut String, facts: &Facts) {
    match (facts.listen, facts.port) {
        (Some(address), _) => _ = writeln!(out, "    listen {address};"),
        (None, port) => {
            let port = port.unwrap_or(80);
            let _ = writeln!(out, "    listen {port};\n    listen [::]:{port};");
        }
    }
    let _ = writeln!(out, "    server_name {};", facts.server_name);
    if facts.base == "/" {
        let _ = writeln!(out, "    root \"{}\";", facts.root);
    }
    // A folder without a page of its own is no more there than nothing.
    out.push_str("    error_page 403 404 =404 @missing;\n");
    let _ = writeln!(out, "    disable_symlinks on \"from={}\";\n", facts.root);
}

fn types(out: &mut String) {
    out.push_str("    types_hash_max_size 2048;\n    default_type application/octet-stream;\n    types {\n");
    for own in Type::all() {
        let _ = writeln!(out, "        {} {};", own.essence(), own.extensions.join(" "));
    }
    out.push_str("    }\n");
    let types: Vec<&str> =
        Type::all().iter().filter(|own| own.has_charset()).map(Type::essence).filter(|own| *own != "text/html").collect();
    let _ = writeln!(out, "    charset utf-8;\n    charset_types {};\n", types.join(" "));
}

fn compression(out: &mut String, facts: &Facts) {
    if facts.precompressed.contains(&Coding::Gzip) {
        out.push_str("    gzip_static on;\n");
    }
    if facts.precompressed.contains(&Coding::Brotli) {
        out.push_str("    # With the module ngx_brotli (Debian: libnginx-mod-http-brotli-static):\n    # brotli_static on;\n");
    }
    let types: Vec<&str> = Type::texts().into_iter().filter(|own| *own != "text/html").collect();
    let _ = writeln!(
        out,
        "    gzip on;\n    gzip_vary on;\n    gzip_proxied any;\n    gzip_http_version 1.0;\n    gzip_min_length 512;\n    gzip_types {};\n",
        types.join(" ")
    );
}

fn headers(out: &mut String, facts: &Facts, names: &Names) {
    let Names { link, hubs, cache, allow, methods, fields, age, vary, .. } = names;
    let _ = writeln!(out, "    if_modified_since before;\n    expires {}s;", facts.seconds);
    let header = |out: &mut String, name: &str, value: &str| _ = writeln!(out, "    add_header {name} {value} always;");
    header(out, "Cache-Control", &format!("${cache}"));
    header(out, "Access-Control-Allow-Origin", "\"*\"");
    header(out, "Access-Control-Expose-Headers", "\"ETag, Link, Content-Encoding\"");
    if needs_vary(facts) {
        header(out, "Vary", &format!("${vary}"));
    }
    header(out, "X-Content-Type-Options", "nosniff");
    header(out, "Allow", &format!("${allow}"));
    header(out, "Access-Control-Allow-Methods", &format!("${methods}"));
    header(out, "Access-Control-Allow-Headers", &format!("${fields}"));
    header(out, "Access-Control-Max-Age", &format!("${age}"));
    let _ = writeln!(out, "    add_header Link ${link}${hubs};\n    if ($request_method = OPTIONS) {{\n        return 204;\n    }}\n");
}

fn moves(out: &mut String, facts: &Facts) {
    for (from, to) in &facts.redirects {
        let _ = writeln!(out, "    location = \"{from}\" {{ return 301 \"{to}\"; }}");
    }
    for path in &facts.gone {
        let _ = writeln!(out, "    location = \"{path}\" {{ return 410; }}");
    }
    for channel in &facts.ended {
        let _ = writeln!(out, "    location ~ \"^{}{}\" {{ return 410; }}", regex::escape(&facts.base), Facts::ended_pattern(channel));
    }
    for path in &facts.plain_json {
        let (base, root) = (&facts.base, &facts.root);
        let _ = writeln!(
            out,
            "    location = \"{base}{path}\" {{\n        types {{ }}\n        default_type application/json;\n        alias \"{root}/{path}\";\n    }}"
        );
    }
}

fn documents(out: &mut String, facts: &Facts) {
    let base = &facts.base;
    let _ = writeln!(out, "    # Hidden files, and the list of moves that other hosts read.");
    let _ = writeln!(out, "    location ~ /\\. {{ return 404; }}\n    location = {base}_redirects {{ return 404; }}");
    missing(out, facts);
    hub(out, facts);
    // nginx would lead from the name of a folder to the folder. It takes the first pattern that fits, so this is the last.
    let no_folder = "        if (-d $request_filename) {\n            return 404;\n        }\n    }\n";
    if base == "/" {
        let _ = writeln!(out, "    location ~ [^/]$ {{\n{no_folder}    location / {{\n        index index.html;\n    }}");
    } else {
        let _ = writeln!(out, "    location = {} {{ return 301 {}{base}; }}", facts.prefix(), facts.origin);
        let pattern = regex::escape(base);
        let _ = write!(out, "    location ~ \"^{pattern}(.*[^/])$\" {{\n        alias \"{}/$1\";\n{no_folder}", facts.root);
        let _ = writeln!(out, "    location {base} {{\n        alias \"{}/\";\n        index index.html;\n    }}", facts.root);
        out.push_str("    # Below it is none of our business: nothing is served there.\n    location / { return 404; }\n");
    }
}

fn missing(out: &mut String, facts: &Facts) {
    let page = facts.missing_page().map(|page| format!(" \"{page}\"")).unwrap_or_default();
    let _ = writeln!(out, "    location @missing {{\n        default_type text/html;\n        return 404{page};\n    }}");
}

/// What the hub answers is its own: none of the headers of documents.
fn hub(out: &mut String, facts: &Facts) {
    let Some((path, address)) = &facts.hub else { return };
    let _ = writeln!(
        out,
        "    location = {path} {{\n        proxy_pass http://{address};\n        proxy_set_header Host $host;\n        \
         proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n        expires off;\n        add_header X-Content-Type-Options nosniff always;\n    }}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_of_one_publication_at_one_address() {
        let facts = |host: &str, port: u16, path: &str| Facts {
            server_name: host.to_owned(),
            listen: Some(([127, 0, 0, 1], port).into()),
            base: format!("/{path}"),
            ..Facts::default()
        };
        let name = |facts: &Facts| Names::new(facts).self_path;
        let own = name(&facts("feeds.example.org", 80, ""));
        // What PCRE takes: 32 characters at the most.
        let taken = regex::Regex::new("^[a-z][a-z0-9_]{1,31}$").expect("a pattern");
        assert_eq!(own, name(&facts("feeds.example.org", 80, "")));
        for other in [
            facts("feeds-example.org", 80, ""),
            facts("feeds.example.org", 81, ""),
            facts("feeds.example.org", 80, "news/"),
            facts(&"a.".repeat(100), 80, ""),
        ] {
            assert_ne!(name(&other), own, "{other:?}");
            assert!(taken.is_match(&name(&other)), "{}", name(&other));
        }
    }
}
