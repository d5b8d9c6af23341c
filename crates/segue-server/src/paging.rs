//! Lists, page by page. A cursor names the last item of the page before it by ids and times, never by personal data: it
//! stands in addresses.

use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Code, Problem};

const USUAL: u32 = 50;
const MOST: u32 = 200;

/// Which page is asked for. The type of a list's query repeats these two fields, since what is unknown is turned down.
pub(crate) struct Paging {
    /// Items a page: 1 to 200, 50 unless told.
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

impl Paging {
    /// Items on this page.
    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        match self.limit.unwrap_or(USUAL) {
            limit @ 1..=MOST => Ok(limit),
            _ => Err(Problem::with(Code::Malformed, wrong_limit())),
        }
    }
}

/// What a limit must be.
pub(crate) fn wrong_limit() -> String {
    format!("limit must be a number from 1 to {MOST}")
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// The cursor of the page after; none on the last.
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// A page of rows, of which one more than the limit was read to know whether there are more.
    pub(crate) fn of<R>(
        mut rows: Vec<R>,
        limit: u32,
        cursor: impl Fn(&R) -> String,
        item: impl Fn(R) -> T,
    ) -> Self {
        let has_more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| has_more).map(cursor);
        Self { items: rows.into_iter().map(item).collect(), next }
    }
}

/// Those behind the one that a cursor names, of a list that was read whole.
pub(crate) fn behind<T>(
    mut items: Vec<T>,
    cursor: Option<&str>,
    id: impl Fn(&T) -> &str,
) -> Result<Vec<T>, Problem> {
    if let Some(cursor) = cursor {
        // The last of the page before may have been removed in the meantime.
        let last = items.iter().position(|one| id(one) == cursor);
        items.drain(..=last.ok_or_else(|| Problem::new(Code::UnknownCursor))?);
    }
    Ok(items)
}

/// The cursor of a list that is sorted by time, then by id.
pub(crate) fn time_cursor(ms: i64, id: &str) -> String {
    format!("{ms}.{id}")
}

/// The time and the id that a cursor names.
pub(crate) fn read_time_cursor(cursor: &str) -> Result<(i64, String), Problem> {
    let parts = cursor.split_once('.').and_then(|(ms, id)| Some((ms.parse().ok()?, id.to_owned())));
    parts.ok_or_else(|| Problem::new(Code::UnknownCursor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_whether_there_are_more() {
        let page = |rows: Vec<u32>| Page::of(rows, 2, |row| row.to_string(), |row| row);
        assert_eq!(page(vec![1, 2]).next, None);
        let first = page(vec![1, 2, 3]);
        assert_eq!((first.items, first.next), (vec![1, 2], Some("2".to_owned())));
    }

    #[test]
    fn cursors_are_read_back() {
        assert_eq!(read_time_cursor(&time_cursor(17, "abc")), Ok((17, "abc".to_owned())));
        assert!(read_time_cursor("abc").is_err() && read_time_cursor("x.abc").is_err());
    }
}
