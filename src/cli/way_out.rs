//! The way out where the system does not let a file be read or written.

use std::io::{Error, ErrorKind};
use std::path::Path;

/// What to do where the system does not let a file be read or written, as far as the cause says it.
pub(super) fn way_out(error: &Error, path: &Path) -> Option<String> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).display();
    match error.kind() {
        ErrorKind::PermissionDenied => Some(format!(
            "it belongs to another user or its mode forbids it (`ls -la {folder}` tells): run as its owner, or take it over with `sudo chown -R \"$USER\" {folder}`"
        )),
        ErrorKind::ReadOnlyFilesystem => {
            Some(format!("the folder `{folder}` is on a file system that can only be read: mount it for writing, or name another folder"))
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some(format!("there is no room left for `{folder}`: make some and run again")),
        _ => None,
    }
}

/// What to do where a path that somebody named leads to nothing.
pub(super) fn missing(error: &Error, path: &Path) -> Option<String> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let what = match (error.kind(), folder.is_dir()) {
        (ErrorKind::NotFound, true) => format!("nothing in the folder `{}` has that name", folder.display()),
        (ErrorKind::NotFound, false) => format!("there is no folder `{}`", folder.display()),
        _ => return None,
    };
    Some(format!("{what}: check the path"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_and_what_to_do_are_named() {
        let help = |kind: ErrorKind, path: &str| way_out(&kind.into(), Path::new(path)).unwrap_or_default();
        assert!(help(ErrorKind::PermissionDenied, "./.tidings/lock").contains("`sudo chown -R \"$USER\" ./.tidings`"));
        assert!(help(ErrorKind::ReadOnlyFilesystem, "public/.all.atom.tidings-new").starts_with("the folder `public` is on a file system"));
        assert!(help(ErrorKind::StorageFull, "public").contains("no room left for `.`"));
        assert_eq!(way_out(&ErrorKind::NotFound.into(), Path::new("a")), None);
        let missing = |path: &str| missing(&ErrorKind::NotFound.into(), Path::new(path)).unwrap_or_default();
        assert_eq!(missing("nosuch.xml"), "nothing in the folder `.` has that name: check the path");
        assert_eq!(missing("nosuch/feed.xml"), "there is no folder `nosuch`: check the path");
    }
}
