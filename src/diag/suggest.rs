//! The word that the user probably meant.

/// The candidate nearest to `word`, if any is near enough to be a slip of the hand.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= tolerance(candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// ``did you mean `nearest`?``, where there is a nearest.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

fn tolerance(candidate: &str) -> usize {
    (candidate.chars().count() / 3).clamp(1, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_leaves_strangers_alone() {
        let keys = ["title", "base-url", "language"];
        assert_eq!(nearest("tilte", keys), Some("title"));
        assert_eq!(nearest("base_url", keys), Some("base-url"));
        assert_eq!(nearest("Language", keys), Some("language"));
        assert_eq!(nearest("colour", keys), None);
    }
}
