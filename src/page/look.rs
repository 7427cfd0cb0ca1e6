//! The style and the one script of the pages, and the policy that lets nothing else run.

/// The stylesheet, which every page carries.
pub(super) const STYLE: &str = include_str!("../../templates/style.css");
/// The filter of the list of channels; without it everything is listed.
pub(super) const SCRIPT: &str = include_str!("../../templates/filter.js");

/// For pages without a script.
pub(super) const POLICY: &str = concat!(
    "default-src 'none'; style-src 'sha256-RGDsmvMDY5Q/yBMFkTztMdMvgJXX+fnnSufXjKudN1Q='; ",
    "img-src http: https: data:; base-uri 'none'; form-action 'none'"
);
/// For the list of channels.
pub(super) const POLICY_WITH_SCRIPT: &str = concat!(
    "default-src 'none'; style-src 'sha256-RGDsmvMDY5Q/yBMFkTztMdMvgJXX+fnnSufXjKudN1Q='; ",
    "script-src 'sha256-/pFpDLl60TJuWTChpYGw1l8twwtAuACFEJ41fGI5dro='; ",
    "img-src http: https: data:; base-uri 'none'; form-action 'none'"
);

#[cfg(test)]
mod tests {
    use base64::Engine;
    use sha2::{Digest, Sha256};

    use super::*;

    /// What a browser compares; the texts are written between their tags without a byte more.
    fn hash(text: &str) -> String {
        format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text)))
    }

    #[test]
    fn the_policy_lets_the_style_and_the_script_of_today_through() {
        for policy in [POLICY, POLICY_WITH_SCRIPT] {
            assert!(policy.contains(&hash(STYLE)), "the hash of style.css is now {}", hash(STYLE));
        }
        assert!(POLICY_WITH_SCRIPT.contains(&hash(SCRIPT)), "the hash of filter.js is now {}", hash(SCRIPT));
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--"), "it would end its element early");
        }
    }
}
