//! stdin: one JSON string a line; stdout: the html verdict
use std::io::BufRead;
fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let v: String = serde_json::from_str(&line).expect("json");
        if mode == "html" {
            let esc = v.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let doc = format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><item><description>{esc}</description></item></channel></rss>"
            );
            let r = tidings::check::check(doc.as_bytes(), &Default::default());
            let fs: Vec<_> = r
                .findings
                .iter()
                .filter(|f| ["not-html", "security-risk", "security-risk-attr", "dangerous-style-attr"].contains(&f.rule.code.name))
                .map(|f| (f.rule.code.name, f.message.clone()))
                .collect();
            println!("{}", serde_json::json!(fs));
        } else {
            let r = tidings::check::check(v.as_bytes(), &Default::default());
            let f = r.findings.iter().find(|f| f.rule.code.name == "sax-error").map(|f| (f.line, f.column, f.message.clone()));
            println!("{}", serde_json::json!(f));
        }
    }
}
