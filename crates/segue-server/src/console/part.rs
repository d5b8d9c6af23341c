//! Parts of what is too much for one page: columns of wide tables, and many segments.

/// Columns of rows that a page shows at a time.
pub(crate) const COLUMNS: usize = 12;

/// The part of a list that is shown: from one place until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) from: usize,
    pub(crate) until: usize,
    pub(crate) all: usize,
    most: usize,
}

impl Part {
    /// So many at the most, from where an address or a form asks for; the first ones if it asks for nothing that is there.
    pub(crate) fn of(all: usize, asked: Option<&str>, most: usize) -> Self {
        let from = asked.and_then(|from| from.parse().ok()).filter(|from| *from < all).unwrap_or_default();
        Self { from, until: from.saturating_add(most).min(all), all, most }
    }

    /// Whether it holds this place.
    pub(crate) fn holds(&self, place: usize) -> bool {
        (self.from..self.until).contains(&place)
    }

    /// Whether there is nothing else.
    pub(crate) fn is_all(&self) -> bool {
        self.until - self.from == self.all
    }

    /// Where the part before it begins.
    pub(crate) fn before(&self) -> Option<usize> {
        (self.from > 0).then(|| self.from.saturating_sub(self.most))
    }

    /// Where the part after it begins.
    pub(crate) fn after(&self) -> Option<usize> {
        (self.until < self.all).then_some(self.until)
    }

    /// What it holds of a list.
    pub(crate) fn shown<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        items.get(self.from..self.until).unwrap_or_default()
    }

    /// Its places, and before them that of the key, which tells whose row it is.
    pub(crate) fn with_key(&self, key: Option<usize>) -> Vec<usize> {
        key.filter(|key| !self.holds(*key)).into_iter().chain(self.from..self.until).collect()
    }
}

/// What stands at these places.
pub(crate) fn picked<'a, T>(items: &'a [T], places: &[usize]) -> Vec<&'a T> {
    places.iter().filter_map(|place| items.get(*place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(part: Part) -> (usize, usize, Option<usize>, Option<usize>) {
        (part.from, part.until, part.before(), part.after())
    }

    #[test]
    fn parts_follow_each_other_and_hold_everything() {
        assert_eq!(ends(Part::of(30, None, 12)), (0, 12, None, Some(12)));
        assert_eq!(ends(Part::of(30, Some("12"), 12)), (12, 24, Some(0), Some(24)));
        assert_eq!(ends(Part::of(30, Some("24"), 12)), (24, 30, Some(12), None));
        assert_eq!(ends(Part::of(30, Some("3"), 12)), (3, 15, Some(0), Some(15)));
        for odd in ["30", "-1", "x", "", "99999999999999999999"] {
            assert_eq!(ends(Part::of(30, Some(odd), 12)), (0, 12, None, Some(12)), "{odd}");
        }
        assert_eq!((ends(Part::of(0, None, 12)), Part::of(0, None, 12).is_all()), ((0, 0, None, None), true));
        assert_eq!((Part::of(12, None, 12).is_all(), Part::of(13, None, 12).is_all()), (true, false));
    }

    #[test]
    fn the_key_is_always_shown_and_never_twice() {
        assert_eq!(Part::of(5, Some("2"), 2).with_key(Some(0)), [0, 2, 3]);
        assert_eq!(Part::of(5, None, 2).with_key(Some(1)), [0, 1]);
        assert_eq!(Part::of(5, None, 2).with_key(None), [0, 1]);
        assert_eq!(picked(&["a", "b", "c"], &Part::of(3, Some("1"), 1).with_key(Some(0))), [&"a", &"b"]);
        assert_eq!(Part::of(3, Some("1"), 5).shown(&["a", "b", "c"]), ["b", "c"]);
        assert_eq!(Part::of(3, None, 5).shown(&["a"]), [""; 0], "a list that has become shorter");
    }
}
