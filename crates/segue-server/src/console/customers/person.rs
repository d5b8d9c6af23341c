//! One person: what is known, which segments hold her, what was sent of her, and what belongs to her.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use segue_model::segment::{Meaning, Table};

use super::super::words::Words;
use super::Page;
use crate::app::App;
use crate::caller::Caller;
use crate::input::Body;
use crate::problem::{Code, Problem};
use crate::routes::profiles::{OneProfile, RelatedRowView, RelatedRowsView, SentView, rows, sent_of};

/// One person whom a search has found.
pub(super) struct Person {
    pub(super) key: String,
    /// What people call her: her name, or what else is known.
    pub(super) title: String,
    /// What is known, by column; nothing of whoever has left the table.
    pub(super) attributes: Vec<(String, String)>,
    /// Or why it cannot be told.
    pub(super) sent: Result<SentView, Problem>,
    pub(super) rows: Result<RelatedRowsView, Problem>,
}

impl Person {
    pub(super) async fn of(
        app: &App,
        caller: &Caller,
        table: &Table,
        page: &Page,
        columns: &[String],
        row: &[String],
    ) -> Result<Self, Problem> {
        let key = row.get(page.key).cloned().unwrap_or_default();
        let asked = || Body(OneProfile { table: table.name.clone(), key: key.clone() });
        let sent = sent_of(State(app.clone()), caller.clone(), asked()).await;
        let rows = rows(State(app.clone()), caller.clone(), asked()).await;
        let value = |meaning| {
            let column = table.meaning(meaning)?;
            let place = columns.iter().position(|known| *known == column.name)?;
            row.get(place).map(String::as_str).filter(|value| !value.is_empty())
        };
        let names: Vec<&str> =
            [Meaning::FirstName, Meaning::LastName].into_iter().filter_map(value).collect();
        let title = if names.is_empty() {
            value(Meaning::Email).map_or_else(|| key.clone(), str::to_owned)
        } else {
            names.join(" ")
        };
        Ok(Self {
            title,
            attributes: columns.iter().cloned().zip(row.iter().cloned()).collect(),
            sent: told(sent)?,
            rows: told(rows)?,
            key,
        })
    }

    /// Whoever has left the table, if something of her is known: who is in segments, or what runs have kept.
    pub(super) async fn gone(
        app: &App,
        caller: &Caller,
        table: &Table,
        key: &str,
    ) -> Result<Option<Self>, Problem> {
        let asked = || Body(OneProfile { table: table.name.clone(), key: key.to_owned() });
        let sent = told(sent_of(State(app.clone()), caller.clone(), asked()).await)?;
        let is_known = sent.as_ref().is_ok_and(|sent| {
            let was_sent = sent.exports.iter().any(|to| to.standing != "never_sent");
            was_sent || sent.segments.iter().any(|one| one.is_member == Some(true))
        });
        if !is_known {
            return Ok(None);
        }
        let rows = told(rows(State(app.clone()), caller.clone(), asked()).await)?;
        Ok(Some(Self { title: key.to_owned(), attributes: Vec::new(), sent, rows, key: key.to_owned() }))
    }

    /// The related rows by day, as they are told, in their order.
    pub(super) fn days(&self, w: &Words) -> Vec<(String, Vec<&RelatedRowView>)> {
        let mut days: Vec<(&str, Vec<&RelatedRowView>)> = Vec::new();
        for row in self.rows.iter().flat_map(|found| &found.rows) {
            let day = row.at.get(..10).unwrap_or_default();
            match days.last_mut().filter(|(known, _)| *known == day) {
                Some((_, rows)) => rows.push(row),
                None => days.push((day, vec![row])),
            }
        }
        days.into_iter().map(|(day, rows)| (day_of(*w, day), rows)).collect()
    }
}

/// What cannot be answered at the moment hides nothing else.
fn told<T>(answer: Result<Json<T>, Problem>) -> Result<Result<T, Problem>, Problem> {
    match answer {
        Ok(Json(answer)) => Ok(Ok(answer)),
        Err(problem) if matches!(problem.code(), Code::Unusable | Code::Busy | Code::OutOfMemory) => {
            Ok(Err(problem))
        }
        Err(problem) => Err(problem),
    }
}

fn day_of(w: Words, written: &str) -> String {
    let day = written.parse::<NaiveDate>().ok();
    // As it stands in the table, in whatever zone that is.
    let midnight = day.map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc());
    midnight.map_or_else(|| w.say("customers-no-day").to_string(), |midnight| w.day(&midnight))
}

/// The time of a row, to the minute; nothing where only the day is known.
pub(crate) fn time_of(at: &str) -> &str {
    at.get(11..16).unwrap_or_default()
}

/// How a standing looks.
pub(crate) fn tone(standing: &str) -> &'static str {
    match standing {
        "listed" => "good",
        "refused" => "bad",
        "left" => "info",
        _ => "plain",
    }
}

#[cfg(test)]
mod tests {
    use segue_model::person::Language;

    use super::*;

    #[test]
    fn days_and_times_are_told_as_they_stand_in_the_table() {
        let w = Words::new(Language::En, chrono_tz::Asia::Tokyo);
        assert_eq!(day_of(w, "2026-11-27"), "27 Nov 2026");
        assert_eq!(day_of(w, ""), w.say("customers-no-day").to_string());
        assert_eq!(["2026-11-27T23:05:59Z", "2026-11-27", ""].map(time_of), ["23:05", "", ""]);
    }
}
