//! `tidings server-config`: the configuration of another web server for this publication.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::arguments;
use super::context::Context;
use super::ui;
use super::{Exit, Failure};
use crate::serve::How;
use crate::serve::site::Site;
use crate::server_config::{Facts, Kind, Options, absolute};

/// `tidings server-config`
#[derive(Debug, Args)]
#[command(after_help = "\
It is made from the config and from what stands in the output folder: build before it, and make it anew when channels move or end.

Examples:
  tidings server-config nginx --output /etc/nginx/conf.d/feeds.conf
  tidings server-config caddy >> /etc/caddy/Caddyfile
  tidings server-config apache --root /var/www/feeds --listen 127.0.0.1:8090")]
pub(super) struct ServerConfigArgs {
    /// The server
    #[arg(value_enum)]
    server: Kind,
    /// The folder that the server reads the documents from; the output folder where it is not given
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    root: Option<PathBuf>,
    /// Listen here, without TLS: a port, or an address with a port; by `base-url` where it is not given
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    listen: Option<SocketAddr>,
    /// The host's name; that of `base-url` where it is not given
    #[arg(long, value_name = "NAME")]
    server_name: Option<String>,
    /// Where `tidings hub` listens, for `hub = "self"`: what is asked of the hub is passed on to it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081", value_parser = arguments::listen)]
    hub: SocketAddr,
    /// Write it here instead of to standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.parse().map(|port: u16| SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)));
    port.or_else(|_| text.parse()).map_err(|_| "neither a port nor an address with a port, such as `127.0.0.1:8081`".to_owned())
}

pub(super) fn run(args: &ServerConfigArgs, context: &Context) -> Result<Exit, Failure> {
    let Some(config) = context.load(false)? else { return Ok(Exit::Findings) };
    if let Some(address) = &config.output.store {
        let message = format!("the documents are in `{address}`, and not in a folder that such a server could serve");
        return Err(Failure::new(message).help("`tidings serve --from` serves them; docs/object-storage.md tells of it"));
    }
    let folder = config.root.join(&config.output.folder);
    let site = Site::load(&config, How::default(), None);
    let site =
        site.map_err(|error| Failure::new(format!("could not read `{}`: {error}", folder.display())).help("run `tidings build` first"))?;
    // A link that is named is to be followed anew with each request, since it may be switched to another folder.
    let root = match &args.root {
        Some(root) => std::path::absolute(root).unwrap_or_else(|_| root.clone()),
        None => absolute(&folder),
    };
    let options = Options { root, listen: args.listen, server_name: args.server_name.clone(), hub: Some(args.hub) };
    let facts = Facts::new(&config, &site, options).map_err(|why| Failure::new(why).help("rename it; see docs/servers.md"))?;
    let text = facts.render(args.server);
    match &args.output {
        Some(path) if path.as_os_str() != "-" => std::fs::write(path, text).map_err(Failure::io("write", path))?,
        _ => ui::print(text.trim_end()),
    }
    Ok(Exit::Fine)
}
