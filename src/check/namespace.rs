//! Namespaces: the ones that the rules know, by the prefix that everybody uses for them, and the ones that a document brings.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";
pub(super) const ATOM: &str = "http://www.w3.org/2005/Atom";
pub(super) const OLD_ATOM: &str = "http://purl.org/atom/ns#";
pub(super) const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
pub(super) const RSS10: &str = "http://purl.org/rss/1.0/";
pub(super) const RSS090: &str = "http://my.netscape.com/rdf/simple/0.9/";
pub(super) const RSS11: &str = "http://purl.org/net/rss1.1#";
pub(super) const XHTML: &str = "http://www.w3.org/1999/xhtml";
pub(super) const SVG: &str = "http://www.w3.org/2000/svg";
pub(super) const MATHML: &str = "http://www.w3.org/1998/Math/MathML";
pub(super) const DC: &str = "http://purl.org/dc/elements/1.1/";
pub(super) const LINK_MODULE: &str = "http://purl.org/rss/1.0/modules/link/";
pub(super) const THREAD: &str = "http://purl.org/syndication/thread/1.0";
pub(super) const OPENSEARCH: &str = "http://a9.com/-/spec/opensearch/1.1/";
pub(super) const XRDS: &str = "xri://$xrds";
/// By version: 2.0, 2.1, 2.2.
pub(super) const KML: [&str; 3] = ["http://earth.google.com/kml/2.0", "http://earth.google.com/kml/2.1", "http://www.opengis.net/kml/2.2"];
pub(super) const INDEXING: &str = "urn:atom-extension:indexing";
pub(super) const MRSS_WITHOUT_SLASH: &str = "http://search.yahoo.com/mrss";
pub(super) const SOAP_WRAPPER: &str = "http://feeds.archive.org/validator/";

/// A namespace within one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NsId(u32);

impl NsId {
    pub const NONE: NsId = NsId(0);
    pub const XML: NsId = NsId(1);
}

/// What is known of one namespace of a document.
#[derive(Debug)]
pub(super) struct Namespace<'a> {
    pub uri: Cow<'a, str>,
    /// The usual prefix, where the name is a known one but for case and closing punctuation: what the element rules go by.
    pub near: Option<&'static str>,
}

/// The namespaces of one document.
pub(super) struct Namespaces<'a> {
    list: Vec<Namespace<'a>>,
    ids: HashMap<String, NsId>,
}

impl<'a> Namespaces<'a> {
    pub fn new() -> Self {
        let mut made = Namespaces { list: Vec::new(), ids: HashMap::new() };
        made.list.push(Namespace { uri: Cow::Borrowed(""), near: None });
        made.intern(Cow::Borrowed(XML));
        made
    }

    pub fn intern(&mut self, uri: Cow<'a, str>) -> NsId {
        if uri.is_empty() {
            return NsId::NONE;
        }
        if let Some(id) = self.ids.get(uri.as_ref()) {
            return *id;
        }
        let id = NsId(self.list.len() as u32);
        self.ids.insert(uri.to_string(), id);
        let near = near(&uri);
        self.list.push(Namespace { uri, near });
        id
    }

    pub fn get(&self, id: NsId) -> &Namespace<'a> {
        &self.list[id.0 as usize]
    }

    pub fn uri(&self, id: NsId) -> &str {
        &self.get(id).uri
    }

    /// Whether this is the namespace of that name; the empty name is none's. Nothing is asked of empty texts: they may point nowhere, and where
    /// the processor compares under a mask it then takes the long way of a fault that is held back, some hundred cycles.
    pub fn is(&self, id: NsId, uri: &str) -> bool {
        if uri.is_empty() { id == NsId::NONE } else { self.uri(id) == uri }
    }
}

/// The usual prefix of a namespace.
pub(super) fn prefix(uri: &str) -> Option<&'static str> {
    MAPS.exact.get(uri).copied()
}

/// The usual prefix of a namespace or of one that is written almost like it.
pub(super) fn near(uri: &str) -> Option<&'static str> {
    MAPS.near.get(near_form(uri).as_str()).copied()
}

/// The namespace that a usual prefix stands for.
pub(super) fn of_prefix(prefix: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(_, p)| *p == prefix).map(|(uri, _)| *uri)
}

/// The vocabularies that are known by name, and that no rule here looks into.
pub(super) fn unchecked(uri: &str) -> Option<&'static str> {
    UNCHECKED.iter().find(|(known, _)| *known == uri).map(|(_, name)| *name)
}

fn near_form(uri: &str) -> String {
    let line = uri.lines().next().unwrap_or_default();
    let end = line.char_indices().rev().find(|(_, c)| c.is_alphanumeric() || *c == '_').map(|(at, c)| at + c.len_utf8());
    end.map_or_else(|| uri.to_owned(), |end| line[..end].to_lowercase())
}

struct Maps {
    exact: HashMap<&'static str, &'static str>,
    near: HashMap<String, &'static str>,
}

static MAPS: LazyLock<Maps> = LazyLock::new(|| Maps {
    exact: KNOWN.iter().copied().collect(),
    near: KNOWN.iter().map(|(uri, prefix)| (near_form(uri), *prefix)).collect(),
});

static UNCHECKED: &[(&str, &str)] = &[
    ("http://schemas.google.com/g/2005", "Google Data"),
    ("http://www.rawvoice.com/rawvoiceRssModule/", "RawVoice"),
    ("https://schema.org/", "Schema.org"),
    ("http://schema.org/", "Schema.org"),
    ("https://podcastindex.org/namespace/1.0", "Podcasting 2.0"),
    ("https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md", "Podcasting 2.0"),
];

static KNOWN: &[(&str, &str)] = &[
    ("http://www.bloglines.com/about/specs/fac-1.0", "access"),
    ("http://webns.net/mvcb/", "admin"),
    ("http://purl.org/rss/1.0/modules/aggregation/", "ag"),
    ("http://purl.org/rss/1.0/modules/annotate/", "annotate"),
    ("http://www.w3.org/2007/app", "app"),
    ("http://media.tangent.org/rss/1.0/", "audio"),
    ("http://backend.userland.com/blogChannelModule", "blogChannel"),
    ("http://web.resource.org/cc/", "cc"),
    ("http://www.microsoft.com/schemas/rss/core/2005", "cf"),
    ("http://backend.userland.com/creativeCommonsRssModule", "creativeCommons"),
    ("http://purl.org/rss/1.0/modules/company", "company"),
    ("http://purl.org/rss/1.0/modules/content/", "content"),
    ("http://conversationsnetwork.org/rssNamespace-1.0/", "conversationsNetwork"),
    ("http://my.theinfo.org/changed/1.0/rss/", "cp"),
    (DC, "dc"),
    ("http://purl.org/dc/terms/", "dcterms"),
    ("http://purl.org/rss/1.0/modules/email/", "email"),
    ("http://purl.org/rss/1.0/modules/event/", "ev"),
    ("http://purl.org/syndication/history/1.0", "fh"),
    ("http://www.w3.org/2003/01/geo/wgs84_pos#", "geo"),
    ("http://geourl.org/rss/module/", "geourl"),
    ("http://www.georss.org/georss", "georss"),
    ("http://www.opengis.net/gml", "gml"),
    ("http://postneo.com/icbm", "icbm"),
    ("http://purl.org/rss/1.0/modules/image/", "image"),
    (INDEXING, "indexing"),
    ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
    ("http://rssnamespace.org/feedburner/ext/1.0", "feedburner"),
    ("http://xmlns.com/foaf/0.1/", "foaf"),
    (LINK_MODULE, "l"),
    ("http://search.yahoo.com/mrss/", "media"),
    (MATHML, "mathml"),
    ("http://a9.com/-/spec/opensearchrss/1.0/", "opensearch10"),
    (OPENSEARCH, "opensearch"),
    ("http://www.opml.org/spec2", "opml"),
    (RDF, "rdf"),
    ("http://www.w3.org/2000/01/rdf-schema#", "rdfs"),
    ("http://purl.org/rss/1.0/modules/reference/", "ref"),
    ("http://purl.org/rss/1.0/modules/richequiv/", "reqv"),
    ("http://purl.org/rss/1.0/modules/rss091#", "rss091"),
    ("http://purl.org/rss/1.0/modules/search/", "search"),
    ("http://purl.org/rss/1.0/modules/slash/", "slash"),
    ("http://purl.org/rss/1.0/modules/servicestatus/", "ss"),
    ("http://hacks.benhammersley.com/rss/streaming/", "str"),
    ("http://purl.org/rss/1.0/modules/subscription/", "sub"),
    ("http://feedsync.org/2007/feedsync", "sx"),
    (SVG, "svg"),
    ("http://purl.org/rss/1.0/modules/syndication/", "sy"),
    ("http://purl.org/rss/1.0/modules/taxonomy/", "taxo"),
    ("http://purl.org/rss/1.0/modules/threading/", "thr"),
    (THREAD, "thr"),
    ("http://madskills.com/public/xml/rss/module/trackback/", "trackback"),
    ("http://wellformedweb.org/CommentAPI/", "wfw"),
    ("http://purl.org/rss/1.0/modules/wiki/", "wiki"),
    ("http://www.usemod.com/cgi-bin/mb.pl?ModWiki", "wiki"),
    ("http://schemas.xmlsoap.org/soap/envelope/", "soap"),
    (ATOM, "atom"),
    (XHTML, "xhtml"),
    (RSS090, "rss090"),
    (RSS10, "rss1"),
    (RSS11, "rss11"),
    ("http://base.google.com/ns/1.0", "g"),
    (XML, "xml"),
    ("http://openid.net/xmlns/1.0", "openid"),
    (KML[0], "kml20"),
    (KML[1], "kml21"),
    (KML[2], "kml22"),
    ("http://www.w3.org/1999/xlink", "xlink"),
    ("xri://$xrd*($v*2.0)", "xrd"),
    (XRDS, "xrds"),
];
