//! Words of a closed list, and the nearest one to a word that is not in it.

/// The candidate that `word` was probably meant to be; upper and lower case are the same.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Below 0.75 Jaro-Winkler pairs words that merely share a few letters.
    const ALIKE: f64 = 0.75;
    let word = word.to_lowercase();
    let likeness = |candidate: &str| strsim::jaro_winkler(&word, &candidate.to_lowercase());
    candidates
        .into_iter()
        .map(|candidate| (likeness(candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// "; did you mean `x`?", or nothing.
pub(crate) fn did_you_mean(word: &str, candidates: &[&str]) -> String {
    nearest(word, candidates.iter().copied())
        .map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// "unknown channel; did you mean `x`? Known: a, b".
pub(super) fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    format!(
        "unknown {what}{}\n  known: {}",
        did_you_mean(word, known),
        known.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let known = ["gaussian", "deterministic", "flip"];
        assert_eq!(nearest("gausian", known), Some("gaussian"));
        assert_eq!(nearest("fliip", known), Some("flip"));
        assert_eq!(nearest("xyz", known), None);
        assert_eq!(nearest("GAUSSIAN", known), Some("gaussian"));
    }
}
