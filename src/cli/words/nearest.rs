//! Suggestions for a mistyped word.

/// The similarity, from 0 to 1, below which a word is not suggested.
const SIMILAR: f64 = 0.8;

/// The candidate that is most similar to `typed`, if one is similar at all.
pub(crate) fn nearest<'c>(
    typed: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    let typed = typed.to_lowercase();
    candidates
        .map(|candidate| (strsim::jaro_winkler(&typed, &candidate.to_lowercase()), candidate))
        .filter(|(similarity, _)| *similarity > SIMILAR)
        .max_by(|(a, first), (b, second)| a.total_cmp(b).then(second.cmp(first)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn nearest_is_the_most_similar_word_if_one_is_similar() {
        let codes = ["out-of-order", "out-of-order-reapply", "over-limit", "copy"];
        assert_eq!(nearest("out-of-oder-reaply", codes.into_iter()), Some("out-of-order-reapply"));
        assert_eq!(nearest("Copy", codes.into_iter()), Some("copy"));
        assert_eq!(nearest("xyzzy", codes.into_iter()), None);
    }
}
