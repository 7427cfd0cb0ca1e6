use std::path::Path;
fn walk(dir: &Path, out: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let p = entry.path();
        if p.is_dir() { walk(&p, out) } else { out.push(p) }
    }
}
fn main() {
    let root = std::env::args().nth(1).expect("folder");
    let mut files = Vec::new();
    walk(Path::new(&root), &mut files);
    files.sort();
    for f in files {
        let rel = f.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
        let bytes = std::fs::read(&f).expect("read");
        let options = tidings::check::Options {
            url: url::Url::parse(&format!("http://www.feedvalidator.org/testcases/{rel}")).ok(),
            now: Some(chrono::Utc::now()),
            ..Default::default()
        };
        let r = tidings::check::check(&bytes, &options);
        let fs: Vec<_> = r.findings.iter().map(|x| serde_json::json!({"code": x.rule.code.name, "severity": x.severity, "line": x.line, "column": x.column, "element": x.element, "parent": x.parent, "message": x.message})).collect();
        println!("{}", serde_json::json!({"file": rel, "kind": r.kind, "valid": r.valid(), "findings": fs}));
    }
}
