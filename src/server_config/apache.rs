//! Apache 2.4.
//!
//! What it compresses on the way gets a strong tag of its own, `"…-gzip"`, which it does not know again when a client sends it back. So the plain tag
//! is put beside it when such a request comes in from a client that takes gzip, and the 304 carries the tag that was asked for.

use std::fmt::Write;

use super::{Facts, Type};
use crate::coding::Coding;

pub(super) fn render(facts: &Facts) -> String {
    let proxy = if facts.hub.is_some() { " proxy proxy_http" } else { "" };
    let place = format!("A file of /etc/apache2/sites-available/. Needs `a2enmod deflate expires headers rewrite{proxy}`.");
    let mut out = facts.heading("apache", &place);
    if facts.is_https && facts.listen.is_none() {
        let _ = writeln!(out, "# TLS: `certbot --apache -d {}` adds a host with the certificate.", facts.server_name);
    }
    match (facts.listen, facts.port) {
        (Some(address), _) => _ = writeln!(out, "Listen {address}\n<VirtualHost {address}>"),
        (None, port) => _ = writeln!(out, "<VirtualHost *:{}>", port.unwrap_or(80)),
    }
    let _ = writeln!(out, "    ServerName {}", facts.server_name);
    match facts.base.as_str() {
        "/" => _ = writeln!(out, "    DocumentRoot \"{}\"", facts.root),
        base => _ = writeln!(out, "    Alias \"{base}\" \"{}/\"", facts.root),
    }
    if let Some(page) = facts.missing_page() {
        let _ = writeln!(out, "    ErrorDocument 404 \"{page}\"");
    }
    out.push_str("    TraceEnable off\n\n");
    headers(&mut out, facts);
    rules(&mut out, facts);
    folder(&mut out, facts);
    files(&mut out, facts);
    out.push_str("</VirtualHost>\n");
    out
}

fn headers(out: &mut String, facts: &Facts) {
    variables(out, facts);
    out.push_str("    Header always set X-Content-Type-Options nosniff\n");
    // What the hub answers is its own: none of the headers of documents.
    let apart = facts.hub.as_ref().map(|(path, _)| format!("    <LocationMatch \"^(?!{}$)\">\n", regex::escape(path)));
    out.push_str(apart.as_deref().unwrap_or_default());
    let cache = facts.cache_control();
    let _ = writeln!(
        out,
        "    Header always set Access-Control-Allow-Origin \"*\"\n\
         \x20   Header always set Access-Control-Expose-Headers \"ETag, Link, Content-Encoding\"\n\
         \x20   Header always set Cache-Control \"{cache}\" \"expr=%{{REQUEST_STATUS}} in {{'301','410'}}\"\n\
         \x20   Header always set Cache-Control no-store \"expr=%{{REQUEST_STATUS}} in {{'403','404','405'}}\"\n\
         \x20   Header always set Allow \"GET, HEAD, OPTIONS\" \"expr=%{{REQUEST_STATUS}} in {{'204','405'}}\"\n\
         \x20   Header always set Access-Control-Allow-Methods \"GET, HEAD, OPTIONS\" \"expr=%{{REQUEST_METHOD}} == 'OPTIONS'\"\n\
         \x20   Header always set Access-Control-Allow-Headers \"A-IM, If-None-Match, If-Modified-Since\" \"expr=%{{REQUEST_METHOD}} == 'OPTIONS'\"\n\
         \x20   Header always set Access-Control-Max-Age 86400 \"expr=%{{REQUEST_METHOD}} == 'OPTIONS'\""
    );
    let (own, hubs) = (Facts::own("\\\""), facts.hubs("\\\"").replace('%', "%%"));
    for (variable, relations) in [("tidings_self", own.clone()), ("tidings_topic", own + &hubs)] {
        // The way to a compressed file goes through a second look, where variables have other names.
        for name in [variable.to_owned(), format!("REDIRECT_{variable}")] {
            let _ = writeln!(out, "    Header set Link \"<%{{{name}}}e>{relations}\" env={name}");
        }
    }
    out.push_str("    Header unset Link \"expr=%{REQUEST_STATUS} == 404\"\n");
    out.push_str(if apart.is_some() { "    </LocationMatch>\n\n" } else { "\n" });
}

/// What a document is called by its `Link`: itself, and as what hubs are told of.
fn variables(out: &mut String, facts: &Facts) {
    let (origin, base) = (facts.origin.replace('%', "%%"), regex::escape(&facts.base));
    let _ = writeln!(out, "    SetEnvIf Request_URI \"^({base}[A-Za-z0-9_./~-]*?)(?:(?<=/)index\\.html)?$\" tidings_self={origin}$1");
    let topic = Facts::topic_pattern();
    let _ = writeln!(out, "    SetEnvIf Request_URI \"^({base}[A-Za-z0-9_./~-]*{topic})\" tidings_topic={origin}$1");
    let _ = writeln!(out, "    SetEnvIf Request_URI \"^{base}archive/\" !tidings_topic");
    for (from, to) in &facts.copies {
        let _ = writeln!(out, "    SetEnvIf Request_URI \"^{}$\" tidings_self={to} tidings_topic={to}", regex::escape(from));
    }
    // Of a compressed file the address of the document stays.
    let copies = copies(&Coding::COMPRESSED);
    let _ = writeln!(out, "    SetEnvIf Request_URI \"\\.(?:{copies})$\" !tidings_self !tidings_topic");
}

/// Methods, moves, hidden files, and the files that stand compressed.
fn rules(out: &mut String, facts: &Facts) {
    let base = regex::escape(&facts.base);
    out.push_str("    RewriteEngine On\n");
    if let Some((path, address)) = &facts.hub {
        let _ = writeln!(out, "    RewriteRule \"^{}$\" \"http://{address}{path}\" [P,L]", regex::escape(path));
    }
    out.push_str("    RewriteCond %{REQUEST_METHOD} =OPTIONS\n    RewriteRule ^ - [R=204,L]\n");
    out.push_str("    RewriteCond %{REQUEST_METHOD} !^(?:GET|HEAD)$\n    RewriteRule ^ - [R=405,L]\n");
    for (from, to) in &facts.redirects {
        let _ = writeln!(out, "    RewriteRule \"^{}$\" \"{}\" [R=301,NE,L]", regex::escape(from), to.replace('%', "\\%"));
    }
    for path in &facts.gone {
        let _ = writeln!(out, "    RewriteRule \"^{}$\" - [R=410,L]", regex::escape(path));
    }
    for channel in &facts.ended {
        let _ = writeln!(out, "    RewriteRule \"^{base}{}\" - [R=410,L]", Facts::ended_pattern(channel));
    }
    let _ = writeln!(out, "    RewriteRule \"/\\.\" - [R=404,L]\n    RewriteRule \"^{base}_redirects$\" - [R=404,L]");
    let root = facts.root.replace('%', "\\%");
    // A folder without a page of its own is no more there than nothing.
    let _ = writeln!(
        out,
        "    RewriteCond \"{root}/$1\" -d\n    RewriteCond \"{root}/$1/index.html\" !-f\n    RewriteRule \"^{base}(.*)$\" - [R=404,L]"
    );
    if facts.base != "/" {
        let _ = writeln!(out, "    RewriteRule \"^{}$\" \"{}{}\" [R=301,L]", regex::escape(facts.prefix()), facts.origin, facts.base);
    }
    for coding in Coding::COMPRESSED.iter().filter(|coding| facts.precompressed.contains(coding)) {
        let (name, extension) = (coding.as_str(), coding.extension());
        let (index, texts) = (if facts.has_index { "|/" } else { "" }, Type::text_extensions());
        // A weight of 0 rules a coding out (RFC 9110 section 12.4.2).
        let accepts = format!("(?:^|[\\s,]){name}\\s*(?:,|$|;(?!\\s*q=0(?:\\.0*)?\\s*(?:,|$)))");
        if !index.is_empty() {
            let _ = writeln!(
                out,
                "    RewriteCond %{{HTTP:Accept-Encoding}} \"{accepts}\" [NC]\n    RewriteCond \"{root}/$1index.html.{extension}\" -f"
            );
            let _ = writeln!(out, "    RewriteRule \"^{base}(.*/|)$\" \"{}$1index.html.{extension}\" [PT,L]", facts.base);
        }
        let _ = writeln!(out, "    RewriteCond %{{HTTP:Accept-Encoding}} \"{accepts}\" [NC]\n    RewriteCond \"{root}/$1.{extension}\" -f");
        let _ = writeln!(out, "    RewriteRule \"^{base}(.*\\.(?:{texts}))$\" \"{}$1.{extension}\" [PT,L]", facts.base);
    }
    out.push('\n');
}

fn folder(out: &mut String, facts: &Facts) {
    let _ = writeln!(
        out,
        "    <Directory \"{}\">\n\
         \x20       Require all granted\n\
         \x20       Options None\n\
         \x20       AllowOverride None\n\
         \x20       DirectoryIndex index.html\n\
         \x20       FileETag MTime Size\n\
         \x20       AddDefaultCharset off\n\
         \x20       ForceType application/octet-stream\n\
         \x20       ExpiresActive On\n\
         \x20       ExpiresDefault \"access plus {} seconds\"\n\
         \x20       Header merge Cache-Control public \"expr=%{{REQUEST_STATUS}} in {{'200','206','304'}}\"\n\
         \x20       Header always merge Vary Accept-Encoding\n\
         \x20       AddOutputFilterByType DEFLATE {}\n\
         \x20       RequestHeader edit If-None-Match '\"([^\",]+)-gzip\"' '\"$1-gzip\", \"$1\"' \"expr=%{{req_novary:Accept-Encoding}} =~ /gzip/\"\n\
         \x20       Header edit ETag '^\"([^\"]+?)(?:-gzip)?\"$' '\"$1-gzip\"' \"expr=%{{REQUEST_STATUS}} == 304 && %{{req_novary:If-None-Match}} =~ /-gzip\\\"/\"\n\
         \x20   </Directory>",
        facts.root,
        facts.seconds,
        Type::texts().join(" ")
    );
}

/// Types by name, whatever the server's own table says, and the coding of files that stand compressed.
fn files(out: &mut String, facts: &Facts) {
    let alternatives = copies(&facts.precompressed);
    // The later section wins, and `.rss.gz` is no archive.
    let (texts, others): (Vec<Type>, Vec<Type>) = Type::all().into_iter().partition(Type::is_text);
    for own in others.into_iter().chain(texts) {
        let coded = if own.is_text() && !alternatives.is_empty() { format!("(?:\\.(?:{alternatives}))?") } else { String::new() };
        let _ = writeln!(out, "    <FilesMatch \"(?i)\\.(?:{}){coded}$\">", own.extensions.join("|"));
        let _ = writeln!(out, "        ForceType \"{}\"\n    </FilesMatch>", own.media_type);
    }
    for path in &facts.plain_json {
        let coded = if alternatives.is_empty() { String::new() } else { format!("(?:\\.(?:{alternatives}))?") };
        let _ = writeln!(out, "    <LocationMatch \"^{}{}{coded}$\">", regex::escape(&facts.base), regex::escape(path));
        out.push_str("        ForceType application/json\n    </LocationMatch>\n");
    }
    for coding in &facts.precompressed {
        let (name, extension) = (coding.as_str(), coding.extension());
        let _ = writeln!(out, "    <FilesMatch \"\\.(?:{})\\.{extension}$\">", Type::text_extensions());
        let _ = writeln!(out, "        Header set Content-Encoding {name} \"expr=%{{REQUEST_STATUS}} != 304\"");
        out.push_str("        SetEnvIf Request_URI . no-gzip no-brotli\n    </FilesMatch>\n");
    }
}

fn copies(codings: &[Coding]) -> String {
    codings.iter().map(|coding| coding.extension()).collect::<Vec<_>>().join("|")
}
