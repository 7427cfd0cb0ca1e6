use super::*;

#[test]
fn types_are_each_listed_once() {
    let all = Type::all();
    let extensions: Vec<&str> = all.iter().flat_map(|own| own.extensions.clone()).collect();
    let mut once = extensions.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), extensions.len());
    let of = |extension: &str| all.iter().find(|own| own.extensions.contains(&extension)).map(|own| own.media_type);
    assert_eq!(of("rss"), Some("application/rss+xml; charset=utf-8"));
    assert_eq!((of("json"), of("mp3")), (Some("application/feed+json"), Some("audio/mpeg")));
    assert!(Type::texts().contains(&"application/feed+json") && !Type::texts().contains(&"audio/mpeg"));
}

#[test]
fn an_ended_channel_is_gone_in_every_format() {
    let pattern = regex::Regex::new(&format!("^/{}", Facts::ended_pattern("desk/end-1"))).expect("a pattern");
    for (path, gone) in [
        ("/desk/end-1.rss", true),
        ("/es/desk/end-1.html", false),
        ("/a/b/desk/end-1.rss", false),
        ("/desk/end-1.exe", false),
        ("/desk/end-12.rss", false),
    ] {
        assert_eq!(pattern.is_match(path), gone, "{path}");
    }
}
