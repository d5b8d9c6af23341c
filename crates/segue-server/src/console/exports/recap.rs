//! What an export will do, in sentences.

use super::draft::{Draft, Row, numbered};
use crate::console::page::Frame;
use crate::console::seen::Held;
use crate::console::times::{Times, export_schedule};
use crate::console::words::Words;
use segue_model::schedule::ExportSchedule;

/// A segment, and how many are in it if that is known.
pub(super) type Size<'a> = (&'a str, Option<u64>);

/// What this draft comes to, for somebody with this frame; `connection` is what its connection is called, and `sizes` are those
/// of segments.
pub(super) fn recap<'a>(
    frame: &Frame,
    draft: &Draft,
    connection: Option<&str>,
    sizes: impl Iterator<Item = Size<'a>>,
) -> Vec<String> {
    let w = frame.words;
    let mut said = vec![who(w, draft, sizes), destination(w, draft, connection)];
    let mode = if draft.mode == "mirror" { "mirror" } else { "add-update" };
    said.push(w.word("exports-recap-mode", mode).to_string());
    if draft.mode == "mirror" {
        let percent = draft.max_leaving_percent.as_str();
        said.push(w.say("exports-recap-brake").with("percent", percent).to_string());
    }
    said.push(filled(w, draft));
    if draft.blanks == "clear" {
        said.push(w.say("exports-recap-clear").to_string());
    }
    if draft.automations {
        said.push(w.say("exports-recap-automations").to_string());
    }
    if !draft.required.is_empty() {
        let conditions = draft.required.join(", ");
        said.push(w.say("exports-recap-required").with("conditions", conditions).to_string());
    }
    said.push(when(frame, &draft.schedule, &draft.times));
    said
}

fn who<'a>(w: Words, draft: &Draft, sizes: impl Iterator<Item = Size<'a>>) -> String {
    if draft.segments.is_empty() {
        return w.say("exports-recap-nobody").to_string();
    }
    let chosen = sizes.filter(|(name, _)| draft.has_segment(name));
    let members: Option<u64> = chosen.map(|(_, members)| members).sum();
    let names = draft.segments.join(", ");
    match members {
        None => w.say("exports-recap-who-unknown").with("segments", names).to_string(),
        Some(members) if draft.segments.len() > 1 => {
            w.say("exports-recap-who-several").with("segments", names).with("members", members).to_string()
        }
        Some(members) => {
            w.say("exports-recap-who").with("segments", names).with("members", members).to_string()
        }
    }
}

fn destination(w: Words, draft: &Draft, connection: Option<&str>) -> String {
    match (connection, numbered(&draft.list)) {
        (Some(connection), Some((id, name))) => {
            let list = if name.is_empty() { id.to_string() } else { name.to_owned() };
            w.say("exports-recap-where").with("list", list).with("connection", connection).to_string()
        }
        _ => w.say("exports-recap-nowhere").to_string(),
    }
}

fn filled(w: Words, draft: &Draft) -> String {
    if draft.email.is_empty() {
        return w.say("exports-recap-no-email").to_string();
    }
    let one = |attribute: String, column: &str| format!("{attribute} ← {column}");
    let rows = draft.rows.iter().filter(|row| !row.attribute.is_empty() && !row.column.is_empty());
    let rows = rows.map(|row| one(attribute(w, row), &row.column));
    let email = one(w.say("exports-attribute-email").to_string(), &draft.email);
    let tags = Some(&draft.tags).filter(|tags| !tags.is_empty());
    let tags = tags.map(|tags| w.say("exports-recap-tags").with("tags", tags).to_string());
    let all: Vec<String> = std::iter::once(email).chain(rows).chain(tags).collect();
    w.say("exports-recap-fields").with("fields", all.join("; ")).to_string()
}

/// What a row fills, as people call it.
pub(super) fn attribute(w: Words, row: &Row) -> String {
    match row.field() {
        Some((id, "")) => w.say("exports-attribute-field").with("id", id.to_string()).to_string(),
        Some((_, title)) => title.to_owned(),
        None => w.word("exports-attribute", &row.attribute).to_string(),
    }
}

/// Whether a schedule of an export, as forms call it, begins runs only when the system is refreshed.
pub(super) fn waits_for_refresh(schedule: &str) -> bool {
    matches!(schedule, "follows_refresh" | "when_segments_change")
}

fn when(frame: &Frame, schedule: &str, times: &Times) -> String {
    let w = frame.words;
    if !frame.refreshes && waits_for_refresh(schedule) {
        return w.say("exports-recap-no-refresh").to_string();
    }
    if schedule == "off" {
        return w.say("exports-recap-by-hand").to_string();
    }
    w.say("exports-recap-when").with("when", scheduled(w, schedule, times)).to_string()
}

fn scheduled(w: Words, schedule: &str, times: &Times) -> String {
    match schedule {
        "own" => times.told(w),
        "off" => export_schedule(w, &ExportSchedule::Off),
        "when_segments_change" => export_schedule(w, &ExportSchedule::WhenSegmentsChange),
        _ => export_schedule(w, &ExportSchedule::FollowsRefresh),
    }
}

/// Field by field; `connection` is what its connection is called.
pub(super) fn held(w: Words, draft: &Draft, connection: Option<&str>) -> Held {
    let rows = draft.rows.iter().map(|row| format!("{} ← {}", attribute(w, row), row.column));
    let mut rows: Vec<String> = rows.collect();
    // Their order means nothing.
    rows.sort();
    let mut segments = draft.segments.clone();
    segments.sort();
    let list =
        numbered(&draft.list).map_or_else(|| draft.list.clone(), |(id, name)| format!("{name} ({id})"));
    Held::default()
        .with(w.say("exports-name"), &draft.name)
        .with(w.say("exports-segments"), segments.join(", "))
        .with(w.say("exports-connection"), connection.unwrap_or(&draft.connection))
        .with(w.say("exports-list"), list)
        .with(w.say("exports-mode"), w.word("exports-mode", &draft.mode))
        .with(w.say("exports-blanks"), w.word("exports-blanks", &draft.blanks))
        .with_box(w, w.say("exports-automations"), draft.automations)
        .with(w.say("exports-required"), draft.required.join(", "))
        .with(w.say("exports-max-profiles"), &draft.max_profiles)
        .with(w.say("exports-max-leaving"), &draft.max_leaving_percent)
        .with_box(w, w.say("exports-allow-empty"), draft.allow_empty)
        .with(w.say("exports-attribute-email"), &draft.email)
        .with(w.say("exports-fields"), rows.join("\n"))
        .with(w.say("exports-tags"), &draft.tags)
        .with(w.say("exports-when"), scheduled(w, &draft.schedule, &draft.times))
}
