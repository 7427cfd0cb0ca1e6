//! Values of the command line that several commands take.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use url::Url;

/// Where to listen: an address with a port, or the port alone, which only this machine reaches.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").unwrap_or(text).parse();
    let here = port.map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    here.or_else(|_| text.parse()).map_err(|_| {
        "neither a port nor an address with a port; write `8080` or `127.0.0.1:8080` for this machine alone, `0.0.0.0:8080` for everybody".to_owned()
    })
}

/// An address of the web.
pub(super) fn web_address(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        _ if Path::new(text).exists() => Err(format!("this is a file, and an address is wanted; `tidings check {text}` looks at the file")),
        _ => Err("no address of the web; write it in full, as in `https://example.org/all.rss`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_for_this_machine() {
        for (text, want) in
            [("8222", "127.0.0.1:8222"), ("localhost:0", "127.0.0.1:0"), ("0.0.0.0:80", "0.0.0.0:80"), ("[::1]:8080", "[::1]:8080")]
        {
            assert_eq!(listen(text).map(|address| address.to_string()).as_deref(), Ok(want));
        }
        for text in ["", "70000", "example.org:80", ":8080", "127.0.0.1"] {
            assert!(listen(text).is_err_and(|why| why.contains("`127.0.0.1:8080`")), "{text}");
        }
    }

    #[test]
    fn an_address_is_whole() {
        assert!(web_address("https://example.org/all.rss").is_ok());
        assert!(web_address("Cargo.toml").is_err_and(|why| why.contains("`tidings check Cargo.toml`")));
        for text in ["all.rss", "example.org/all.rss", "ftp://example.org/", "file:///all.rss"] {
            assert!(web_address(text).is_err_and(|why| why.contains("https://")), "{text}");
        }
    }
}
