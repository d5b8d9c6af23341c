//! One row as one contact: checked, and written as the JSON that goes over the wire.

use std::io::Write;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use segue_model::{Blanks, DataMatching, FieldMatch, FieldType, MAX_CONTACT_BYTES, Reason, email};

use crate::text::Values;

/// Why a row cannot be sent, and the words for it.
pub(crate) struct Unfit {
    pub(crate) reason: Reason,
    pub(crate) detail: String,
}

/// The values of the matched columns of one batch.
pub(crate) struct Columns<'v> {
    email: &'v Values,
    /// First name, last name, phone, account name.
    attributes: [Option<&'v Values>; 4],
    tags: Vec<&'v Values>,
    fields: Vec<&'v Values>,
}

impl<'v> Columns<'v> {
    pub(crate) fn pick(matching: &DataMatching, column: impl Fn(&str) -> &'v Values) -> Self {
        let attributes = [&matching.first_name, &matching.last_name, &matching.phone, &matching.account_name];
        Self {
            email: column(&matching.email),
            attributes: attributes.map(|name| name.as_deref().map(&column)),
            tags: matching.tag_columns.iter().map(|name| column(name)).collect(),
            fields: matching.fields.iter().map(|field| column(&field.column)).collect(),
        }
    }

    /// The address as it stands in the source.
    pub(crate) fn given_email(&self, row: usize) -> &str {
        self.email.text(row).unwrap_or_default()
    }
}

const ATTRIBUTES: [&[u8]; 4] =
    [br#","first_name":"#, br#","last_name":"#, br#","phone":"#, br#","customer_acct_name":"#];

/// Writes contacts, one after another, into the same buffer.
pub(crate) struct Composer<'a> {
    matching: &'a DataMatching,
    blanks: Blanks,
    /// What stands before the value of each field.
    fields: Vec<Vec<u8>>,
    subscribe: Vec<u8>,
    /// The contact composed last; `{"email":"…"}` and nothing else if it cannot be sent.
    pub(crate) json: Vec<u8>,
    /// Its address, folded.
    pub(crate) email: String,
    scratch: String,
}

impl<'a> Composer<'a> {
    pub(crate) fn new(matching: &'a DataMatching, blanks: Blanks, list: u64) -> Self {
        let subscribe = format!(r#","subscribe":[{{"listid":{list}}}]}}"#).into_bytes();
        let fields = matching.fields.iter().map(|field| format!(r#"{{"id":{},"value":"#, field.field).into());
        Self {
            matching,
            blanks,
            fields: fields.collect(),
            subscribe,
            json: Vec::new(),
            email: String::new(),
            scratch: String::new(),
        }
    }

    /// Composes the contact of a row.
    ///
    /// On [`Reason::NoEmail`] and [`Reason::InvalidEmail`] there is no address to go by.
    pub(crate) fn compose(&mut self, columns: &Columns, row: usize) -> Result<(), Unfit> {
        self.email.clear();
        self.email.push_str(&email::fold(columns.given_email(row)));
        if self.email.is_empty() {
            return Err(Unfit { reason: Reason::NoEmail, detail: String::new() });
        }
        if let Err(fault) = email::check(&self.email) {
            return Err(Unfit { reason: Reason::InvalidEmail, detail: fault.to_string() });
        }
        self.begin();
        let composed = self.attributes(columns, row);
        if composed.is_err() {
            self.begin();
            self.json.extend_from_slice(b"}");
        }
        composed
    }

    fn begin(&mut self) {
        self.json.clear();
        self.json.extend_from_slice(br#"{"email":"#);
        write_text(&mut self.json, &self.email);
    }

    fn attributes(&mut self, columns: &Columns, row: usize) -> Result<(), Unfit> {
        for (name, column) in ATTRIBUTES.into_iter().zip(columns.attributes) {
            let Some(column) = column else { continue };
            if let Some(value) = self.given(column.text(row)) {
                self.json.extend_from_slice(name);
                write_text(&mut self.json, value);
            }
        }
        self.tags(columns, row);
        self.fields(columns, row)?;
        self.json.extend_from_slice(&self.subscribe);
        if self.json.len() > MAX_CONTACT_BYTES {
            let detail = format!("{} bytes, and at most {MAX_CONTACT_BYTES} can be sent", self.json.len());
            return Err(Unfit { reason: Reason::TooLarge, detail });
        }
        Ok(())
    }

    /// The value to send, if one is to be sent.
    fn given<'v>(&self, value: Option<&'v str>) -> Option<&'v str> {
        let value = value.filter(|value| !value.chars().all(char::is_whitespace));
        match self.blanks {
            Blanks::Keep => value,
            Blanks::Clear => Some(value.unwrap_or_default()),
        }
    }

    fn tags(&mut self, columns: &Columns, row: usize) {
        let matching = self.matching;
        if matching.tags.is_empty() && columns.tags.is_empty() {
            return;
        }
        let mut tags: Vec<&str> = matching.tags.iter().map(String::as_str).collect();
        for column in &columns.tags {
            column.each(row, |tag| tags.push(tag.trim()));
        }
        let mut first = true;
        for (index, tag) in tags.iter().enumerate() {
            if tag.is_empty() || tags[..index].contains(tag) {
                continue;
            }
            self.json.extend_from_slice(if first { br#","tags":["# } else { b"," });
            write_text(&mut self.json, tag);
            first = false;
        }
        if !first {
            self.json.push(b']');
        }
    }

    fn fields(&mut self, columns: &Columns, row: usize) -> Result<(), Unfit> {
        let mut first = true;
        for ((field, values), head) in self.matching.fields.iter().zip(&columns.fields).zip(&self.fields) {
            self.scratch.clear();
            write_field(&mut self.scratch, field, values, row).map_err(|detail| Unfit {
                reason: Reason::InvalidValue,
                detail: format!("{}: {detail}", field.title),
            })?;
            if self.scratch.is_empty() && self.blanks == Blanks::Keep {
                continue;
            }
            self.json.extend_from_slice(if first { br#","fields":["# } else { b"," });
            self.json.extend_from_slice(head);
            write_text(&mut self.json, &self.scratch);
            self.json.push(b'}');
            first = false;
        }
        if !first {
            self.json.push(b']');
        }
        Ok(())
    }
}

/// Writes a field's value as the provider takes it; nothing if it is blank.
fn write_field(out: &mut String, field: &FieldMatch, values: &Values, row: usize) -> Result<(), String> {
    if let FieldType::Many(options) = &field.kind {
        return write_options(out, options, values, row);
    }
    let given = values.text(row).unwrap_or_default();
    let value = given.trim();
    if value.is_empty() {
        return Ok(());
    }
    match &field.kind {
        FieldType::Text | FieldType::Many(_) => out.push_str(given),
        FieldType::Number if is_number(value) => out.push_str(value),
        FieldType::Number => return Err(format!("\"{}\" is no plain number", shortened(value))),
        FieldType::Date => {
            let day =
                value.get(..10).filter(|_| matches!(value.as_bytes().get(10), None | Some(b'T' | b' ')));
            let day = day.filter(|day| is_day(day.as_bytes()));
            out.push_str(day.ok_or_else(|| format!("\"{}\" is no date like 2026-01-31", shortened(value)))?);
        }
        FieldType::DateTime => {
            let moment = moment(value);
            let moment = moment.ok_or_else(|| {
                format!("\"{}\" is no time like 2026-01-31T18:30:00+01:00", shortened(value))
            })?;
            out.push_str(&moment);
        }
        FieldType::One(options) if options.iter().any(|option| option == value) => out.push_str(value),
        FieldType::One(options) => return Err(no_option(value, options)),
    }
    Ok(())
}

fn write_options(out: &mut String, options: &[String], values: &Values, row: usize) -> Result<(), String> {
    let mut chosen: Vec<String> = Vec::new();
    values.each(row, |value| {
        let is_one = options.iter().any(|option| option == value.trim());
        let separators: &[&str] = if is_one {
            &[]
        } else if value.contains("||") {
            &["||"]
        } else {
            &[",", ";"]
        };
        let mut parts = vec![value];
        for separator in separators {
            parts = parts.into_iter().flat_map(|part| part.split(separator)).collect();
        }
        chosen.extend(parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned));
    });
    for option in &chosen {
        if !options.contains(option) {
            return Err(no_option(option, options));
        }
        if out.is_empty() {
            out.push_str("||");
        }
        out.push_str(option);
        out.push_str("||");
    }
    Ok(())
}

fn no_option(value: &str, options: &[String]) -> String {
    let mut known = options.iter().take(20).map(String::as_str).collect::<Vec<_>>().join(", ");
    if options.len() > 20 {
        known.push_str(" …");
    }
    format!("\"{}\" is not among its options ({known})", shortened(value))
}

/// Reports stay readable whatever a value holds.
fn shortened(value: &str) -> String {
    if value.chars().count() <= 60 {
        return value.to_owned();
    }
    value.chars().take(60).chain(std::iter::once('…')).collect()
}

fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole) && are_digits(fraction)
}

/// A day of the calendar, as `2026-01-31`.
fn is_day(text: &[u8]) -> bool {
    let &[_, _, _, _, b'-', _, _, b'-', _, _] = text else { return false };
    let number = |digits: &[u8]| {
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    };
    let day = number(&text[..4]).zip(number(&text[5..7])).zip(number(&text[8..]));
    day.and_then(|((year, month), day)| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day))
        .is_some()
}

/// With an explicit offset: the provider shifts what has none by the account's zone, differently by endpoint.
fn moment(value: &str) -> Option<String> {
    const WRITTEN: &str = "%Y-%m-%dT%H:%M:%S%:z";
    if let Ok(moment) = DateTime::parse_from_rfc3339(value) {
        return Some(moment.format(WRITTEN).to_string());
    }
    let naive = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let naive = naive.iter().find_map(|format| NaiveDateTime::parse_from_str(value, format).ok());
    let midnight = || NaiveDate::parse_from_str(value, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    Some(naive.or_else(midnight)?.and_utc().format(WRITTEN).to_string())
}

/// Writes a JSON string: raw UTF-8, with the escapes that JSON demands and no others.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    let is_escaped = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    out.push(b'"');
    // Hardly any text needs an escape, and without an early end the compiler looks at many bytes at once.
    if !text.bytes().fold(false, |any, byte| any | is_escaped(byte)) {
        out.extend_from_slice(text.as_bytes());
        return out.push(b'"');
    }
    let mut written = 0;
    for (index, byte) in text.bytes().enumerate().filter(|(_, byte)| is_escaped(*byte)) {
        out.extend_from_slice(&text.as_bytes()[written..index]);
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(br"\n"),
            b'\r' => out.extend_from_slice(br"\r"),
            b'\t' => out.extend_from_slice(br"\t"),
            _ => {
                // Writing to a vector does not fail.
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
        written = index + 1;
    }
    out.extend_from_slice(&text.as_bytes()[written..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::StringArray;
    use proptest::prelude::*;

    use super::*;

    fn written(kind: FieldType, value: &str) -> Result<String, String> {
        let field = FieldMatch { field: 1, title: "Field".to_owned(), column: "c".to_owned(), kind };
        let mut out = String::new();
        write_field(&mut out, &field, &Values::Text(StringArray::from(vec![value])), 0).map(|()| out)
    }

    #[test]
    fn values_are_written_as_their_field_takes_them() {
        let options = || vec!["gold".to_owned(), "light, blue".to_owned(), "red".to_owned()];
        let good = [
            (FieldType::Text, " 0049 ", " 0049 "),
            (FieldType::Number, " -12.50 ", "-12.50"),
            (FieldType::Date, "2026-01-31", "2026-01-31"),
            (FieldType::Date, "2026-01-31T10:00:00Z", "2026-01-31"),
            (FieldType::DateTime, "2026-01-31T10:00:00+02:00", "2026-01-31T10:00:00+02:00"),
            (FieldType::DateTime, "2026-01-31 10:00:00.5", "2026-01-31T10:00:00+00:00"),
            (FieldType::DateTime, "2026-01-31", "2026-01-31T00:00:00+00:00"),
            (FieldType::One(options()), "gold", "gold"),
            (FieldType::Many(options()), "gold; red", "||gold||red||"),
            (FieldType::Many(options()), "light, blue", "||light, blue||"),
            (FieldType::Many(options()), "||light, blue||red||", "||light, blue||red||"),
            (FieldType::Many(options()), "  ", ""),
        ];
        for (kind, value, expected) in good {
            assert_eq!(written(kind.clone(), value).as_deref(), Ok(expected), "{kind:?} {value}");
        }
        let bad = [
            (FieldType::Number, "1,5"),
            (FieldType::Number, "1e5"),
            (FieldType::Number, "-"),
            (FieldType::Date, "31.01.2026"),
            (FieldType::Date, "2026-02-30"),
            (FieldType::DateTime, "soon"),
            (FieldType::One(options()), "Gold"),
            (FieldType::Many(options()), "gold, green"),
        ];
        for (kind, value) in bad {
            assert!(written(kind.clone(), value).is_err(), "{kind:?} {value}");
        }
    }

    proptest! {
        #[test]
        fn written_text_reads_back(text in any::<String>()) {
            let mut json = Vec::new();
            write_text(&mut json, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&json).expect("it is JSON"), text);
        }
    }
}
