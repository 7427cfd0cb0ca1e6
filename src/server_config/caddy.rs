//! Caddy 2.6 or later.
//!
//! Its file server has strong tags, and its compressing on the way keeps them as they are (before 2.8) or puts a name behind them; one strong tag for two
//! codings is wrong (RFC 9110 section 8.8.3.3). So they are made weak where something is compressed on the way, and left strong where files stand
//! compressed already, each of which has its own.

use std::fmt::Write;
use std::net::SocketAddr;

use super::{Facts, Type};
use crate::coding::Coding;

/// A folder's address before its page, or any other document.
const SELF: &str = r"^(?:(/(?:[A-Za-z0-9_.~-]+/)*)index\.html|(/[A-Za-z0-9_./~-]*))$";

pub(super) fn render(facts: &Facts) -> String {
    let mut out = facts.heading("caddy", "The Caddyfile itself, or a file that it imports.");
    let _ = writeln!(out, "{} {{", site(facts));
    if let Some(address) = facts.listen {
        let _ = writeln!(out, "\tbind {}", address.ip());
    }
    let _ = writeln!(out, "\troot * \"{}\"", facts.root);
    if let Some((path, address)) = &facts.hub {
        let _ = writeln!(out, "\thandle {path} {{\n\t\treverse_proxy {address}\n\t}}");
    }
    match facts.base.as_str() {
        "/" => out.push_str("\troute {\n"),
        base => {
            let _ = writeln!(out, "\tredir {} {base} 301\n\thandle_path {base}* {{\n\troute {{", facts.prefix());
        }
    }
    headers(&mut out, facts);
    moves(&mut out, facts);
    hidden(&mut out);
    types(&mut out, facts);
    tags(&mut out, facts);
    files(&mut out, facts);
    if facts.base != "/" {
        out.push_str("\t}\n\t}\n\thandle {\n\t\terror \"there is nothing here\" 404\n");
    }
    out.push_str("\t}\n");
    errors(&mut out, facts);
    out.push_str("}\n");
    out
}

/// With the scheme `https`, Caddy gets the certificate itself.
fn site(facts: &Facts) -> String {
    match facts.listen {
        Some(SocketAddr::V4(address)) => format!("http://:{}", address.port()),
        Some(SocketAddr::V6(address)) => format!("http://:{}", address.port()),
        None => {
            let scheme = if facts.is_https { "https" } else { "http" };
            let port = facts.port.map(|port| format!(":{port}")).unwrap_or_default();
            format!("{scheme}://{}{port}", facts.server_name)
        }
    }
}

fn headers(out: &mut String, facts: &Facts) {
    let _ = writeln!(
        out,
        "\t\theader {{\n\
         \t\t\tAccess-Control-Allow-Origin *\n\
         \t\t\tAccess-Control-Expose-Headers \"ETag, Link, Content-Encoding\"\n\
         \t\t\tX-Content-Type-Options nosniff\n\
         \t\t\tCache-Control \"{}\"\n\
         \t\t}}\n\
         \t\t@preflight method OPTIONS\n\
         \t\theader @preflight {{\n\
         \t\t\tAllow \"GET, HEAD, OPTIONS\"\n\
         \t\t\tAccess-Control-Allow-Methods \"GET, HEAD, OPTIONS\"\n\
         \t\t\tAccess-Control-Allow-Headers \"A-IM, If-None-Match, If-Modified-Since\"\n\
         \t\t\tAccess-Control-Max-Age 86400\n\
         \t\t\t-Cache-Control\n\
         \t\t}}\n\
         \t\trespond @preflight 204\n\
         \t\t@others not method GET HEAD\n\
         \t\theader @others Allow \"GET, HEAD, OPTIONS\"\n\
         \t\terror @others \"documents are read here, with GET or HEAD\" 405",
        facts.cache_control()
    );
}

/// Paths here stand behind the base address.
fn moves(out: &mut String, facts: &Facts) {
    let below = |path: &str| format!("/{}", path.strip_prefix(&facts.base).unwrap_or(path));
    for (from, to) in &facts.redirects {
        let _ = writeln!(out, "\t\tredir {} {to} 301", below(from));
    }
    for path in &facts.gone {
        let _ = writeln!(out, "\t\terror {} \"the channel has ended\" 410", below(path));
    }
    for (at, channel) in facts.ended.iter().enumerate() {
        let _ = writeln!(out, "\t\t@ended{at} path_regexp \"^/{}\"", Facts::ended_pattern(channel));
        let _ = writeln!(out, "\t\terror @ended{at} \"the channel has ended\" 410");
    }
}

/// `hide` would look at the folders above the root too.
fn hidden(out: &mut String) {
    out.push_str("\t\t@strange path_regexp [[:cntrl:]]\n\t\terror @strange \"a control character stands in the path\" 400\n");
    out.push_str("\t\t@hidden path_regexp (?:/\\.|^/_redirects$)\n\t\terror @hidden \"there is nothing here\" 404\n");
}

fn types(out: &mut String, facts: &Facts) {
    out.push_str("\t\tmap {path} {tidings_type} {\n");
    for path in &facts.plain_json {
        let _ = writeln!(out, "\t\t\t\"/{path}\" application/json");
    }
    for own in Type::all() {
        let _ = writeln!(out, "\t\t\t~(?i)\\.(?:{})$ \"{}\"", own.extensions.join("|"), own.media_type);
    }
    out.push_str(
        "\t\t\t~/$ \"text/html; charset=utf-8\"\n\t\t\tdefault application/octet-stream\n\t\t}\n\t\theader Content-Type {tidings_type}\n",
    );
}

/// `Link`, `Vary`, and what becomes of `ETag`.
fn tags(out: &mut String, facts: &Facts) {
    let (own, hubs) = (Facts::own("\""), facts.hubs("\""));
    let prefix = format!("{}{}", facts.origin, facts.prefix());
    // Either of the two is empty: Go's expressions cannot look back at whether a slash stands before `index.html`.
    let _ = writeln!(out, "\t\t@self path_regexp self \"{SELF}\"");
    let _ = writeln!(out, "\t\theader @self Link `<{prefix}{{re.self.1}}{{re.self.2}}>{own}`");
    let topic = Facts::topic_pattern();
    let _ = writeln!(out, "\t\t@topic {{\n\t\t\tpath_regexp topic \"^(/[A-Za-z0-9_./~-]*{topic})\"\n\t\t\tnot path /archive/*\n\t\t}}");
    let _ = writeln!(out, "\t\theader @topic Link `<{prefix}{{re.topic.1}}>{own}{hubs}`");
    for (at, (from, to)) in facts.copies.iter().enumerate() {
        let path = from.strip_prefix(&facts.base).unwrap_or(from);
        let _ = writeln!(out, "\t\t@copy{at} path /{path}\n\t\theader @copy{at} Link `<{to}>{own}{hubs}`");
    }
    out.push_str("\t\theader {\n\t\t\tdefer\n\t\t\tVary Accept-Encoding\n");
    match facts.precompressed.is_empty() {
        true => {
            out.push_str("\t\t\tEtag \"^\\\"\" \"W/\\\"\"\n\t\t}\n\t\trequest_header If-None-Match \"-(?:gzip|zstd|br)\\\"\" \"\\\"\"\n")
        }
        false => out.push_str("\t\t}\n"),
    }
}

fn files(out: &mut String, facts: &Facts) {
    if facts.precompressed.is_empty() {
        out.push_str("\t\tencode {\n\t\t\tgzip\n\t\t\tminimum_length 512\n\t\t\tmatch {\n");
        Type::texts().iter().for_each(|own| _ = writeln!(out, "\t\t\t\theader Content-Type {own}*"));
        out.push_str("\t\t\t}\n\t\t}\n");
    }
    out.push_str("\t\tfile_server {\n");
    if !facts.precompressed.is_empty() {
        let order = Coding::COMPRESSED.iter().filter(|coding| facts.precompressed.contains(coding)).map(|coding| coding.as_str());
        let _ = writeln!(out, "\t\t\tprecompressed {}", order.collect::<Vec<_>>().join(" "));
    }
    out.push_str("\t\t}\n");
}

fn errors(out: &mut String, facts: &Facts) {
    let _ = writeln!(out, "\thandle_errors {{\n\t\troute {{\n\t\t\theader -Link\n\t\t\theader -Etag\n\t\t\theader Vary Accept-Encoding");
    let _ = writeln!(out, "\t\t\theader Cache-Control no-store\n\t\t\t@gone expression `{{err.status_code}} == 410`");
    let _ = writeln!(out, "\t\t\theader @gone Cache-Control \"{}\"", facts.cache_control());
    if let Some(page) = facts.missing_page() {
        out.push_str("\t\t\t@missing expression `{err.status_code} == 404`\n\t\t\thandle @missing {\n");
        let _ = writeln!(out, "\t\t\t\theader Content-Type \"text/html; charset=utf-8\"\n\t\t\t\trespond \"{page}\" 404\n\t\t\t}}");
    }
    out.push_str(
        "\t\t\theader Content-Type \"text/plain; charset=utf-8\"\n\t\t\trespond \"{err.status_code} {err.message}\"\n\t\t}\n\t}\n",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_at_its_own_address_and_a_folder_at_that_of_its_page() {
        // The same language of expressions as Go's.
        let pattern = regex::Regex::new(SELF).expect("a pattern");
        for (path, own) in [
            ("/", "/"),
            ("/index.html", "/"),
            ("/es/index.html", "/es/"),
            ("/all.rss", "/all.rss"),
            ("/topic/price-index.html", "/topic/price-index.html"),
            ("/a b.rss", ""),
        ] {
            let found = pattern.captures(path);
            let part = |at| found.as_ref().and_then(|found| found.get(at)).map_or("", |part| part.as_str());
            assert_eq!([part(1), part(2)].concat(), own, "{path}");
        }
    }
}
