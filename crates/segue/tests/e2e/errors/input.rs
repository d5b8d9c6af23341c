//! Files, rows, values and conditions.

use serde_json::json;

use super::{PEOPLE, complaint, complaint_about, setting};
use crate::setting::{assert_adds_up, number};

#[test]
fn a_missing_file() {
    let setting = setting();
    assert_eq!(complaint(&setting, &mut setting.push_from("out.csv", &[]), 2), "there is no file out.csv");
}

#[test]
fn an_empty_file() {
    assert_eq!(complaint_about("out.csv", ""), "out.csv is empty: export it again");
}

#[test]
fn a_header_and_nothing_else() {
    let setting = setting();
    setting.write("in.csv", "email,name\n");
    assert_eq!(
        complaint(&setting, &mut setting.push_command(&[]), 4),
        "no profile is left to export: the input is empty or the condition matches nobody. Nothing was sent. If this is meant, run again with --allow-empty"
    );
}

#[test]
fn a_truncated_parquet_file() {
    let setting = setting();
    setting.push(&[]);
    let ledger = std::fs::read_dir(setting.folder.path().join("state/ledgers")).unwrap().next().unwrap();
    let whole = std::fs::read(ledger.unwrap().path()).unwrap();
    for (name, content) in [("cut.parquet", &whole[..whole.len() - 9]), ("short.parquet", b"PAR1")] {
        let other = self::setting();
        other.write(name, content);
        let message = complaint(&other, &mut other.push_from(name, &[]), 2);
        assert_eq!(
            message,
            format!("{name} cannot be read as Parquet, it is truncated or damaged: write it again")
        );
    }
}

#[test]
fn a_file_without_header() {
    let with_addresses = complaint_about("out.csv", "ann@example.com,Ann\nbob@example.com,Bob\n");
    assert_eq!(with_addresses, "out.csv has no header: its first row holds data, but must name the columns");
    let without = complaint_about("out.csv", "Ann,Lee,Berlin\nBob,Ray,Bonn\n");
    assert_eq!(without, "out.csv has no column \"email\"; its header names: Ann, Lee, Berlin");
}

#[test]
fn columns_that_are_missing_or_twice_there() {
    let twice = complaint_about("out.csv", "email,name,email\n");
    assert_eq!(twice, "out.csv has two columns of one name: rename or remove one. They are named: email");
    let case = complaint_about("out.csv", "E-mail,Name,Email \n");
    assert_eq!(case, "out.csv has no column \"email\": did you mean \"Email \"?");
    let missing = complaint_about("out.ndjson", "{\"mail\":\"ann@example.com\",\"name\":\"Ann\"}\n");
    assert_eq!(missing, "out.ndjson has no column \"email\"; its columns are: mail, name");
}

#[test]
fn text_that_is_not_utf_8() {
    let latin = complaint_about("out.csv", b"email,name\nann@example.com,Ann\njoerg@example.com,J\xf6rg\n");
    assert_eq!(latin, "out.csv, row 3: not UTF-8 (Latin-1 or Windows-1252?): save the file as UTF-8");
    let header = complaint_about("out.csv", b"email,name,stra\xdfe\n");
    assert_eq!(header, "out.csv, row 1: not UTF-8 (Latin-1 or Windows-1252?): save the file as UTF-8");
    let lines = complaint_about("out.ndjson", b"{\"email\":\"ann@example.com\",\"name\":\"J\xf6rg\"}\n");
    assert_eq!(lines, "out.ndjson, line 1: not UTF-8: save the file as UTF-8");
    let utf_16 = |mark: &[u16]| -> Vec<u8> {
        mark.iter().copied().chain(PEOPLE.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let marked = complaint_about("out.csv", utf_16(&[0xfeff]));
    assert_eq!(marked, "out.csv is written in UTF-16: save it as UTF-8");
    let unmarked = complaint_about("out.csv", utf_16(&[]));
    assert_eq!(unmarked, "out.csv is not text: save it as CSV or NDJSON in UTF-8, or as Parquet");
}

#[test]
fn a_compressed_file() {
    let expected = "out.csv is compressed or a spreadsheet: unpack it, or save it as CSV, Parquet or NDJSON";
    assert_eq!(complaint_about("out.csv", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"), expected);
}

#[test]
fn rows_that_do_not_fit_the_header() {
    let advice = "put quotes around values that hold the delimiter, or check whether the file is cut off";
    let short = complaint_about("out.csv", "email,name\nann@example.com,Ann\nbob@example.com\n");
    assert_eq!(short, format!("out.csv, row 3: 1 value where the header names 2 columns: {advice}"));
    let long = complaint_about("out.csv", "email,name\nann@example.com,Ann\nbob@example.com,Ray, Bob\n");
    assert_eq!(long, format!("out.csv, row 3: 3 values where the header names 2 columns: {advice}"));
}

#[test]
fn a_line_that_is_no_json() {
    let good = "{\"email\":\"ann@example.com\",\"name\":\"Ann\"}\n";
    for bad in ["{\"email\":\n", "[1]\n", "bob@example.com\n", "{} {}\n"] {
        let message = complaint_about("out.ndjson", format!("{good}{good}{bad}"));
        assert_eq!(message, "out.ndjson, line 3: not one JSON object", "{bad}");
    }
    assert_eq!(
        complaint_about("out.ndjson", format!("{good}{{\"email\":{{\"home\":\"bob@example.com\"}}}}\n")),
        "out.ndjson is not valid NDJSON: every line must be one JSON object, with the same kind of value under the same name"
    );
}

#[test]
fn a_source_without_files() {
    let setting = setting();
    std::fs::create_dir(setting.folder.path().join("void")).unwrap();
    setting.write("void/_SUCCESS", "");
    let message = |source| complaint(&setting, &mut setting.push_from(source, &[]), 2);
    assert_eq!(message("void"), "the folder void holds no file");
    assert_eq!(message("void/*.csv"), "no file matches void/*.csv");
}

#[test]
fn contacts_that_are_too_large() {
    let setting = setting();
    // The largest that passes has 389,900 bytes, with its keys.
    let largest = "x"
        .repeat(389_900 - r#"{"email":"cy@example.com","first_name":"","subscribe":[{"listid":3}]}"#.len());
    let rows = format!(
        "ann@example.com,Ann\nbig@example.com,{}\ncy@example.com,{largest}\nover@example.com,{largest}x\n",
        "x".repeat(10 << 20)
    );
    setting.write("in.csv", format!("email,name\n{rows}"));
    let (report, code) = setting.push_json(&["--rejections", "rejections.csv"]);
    assert_eq!((number(&report, "created"), code), (2, 3), "{report}");
    assert_eq!(report["rejections"], json!({"too_large": 2}));
    assert_adds_up(&report);
    assert_eq!(setting.active()["cy@example.com"].len(), largest.len());
    let rejections = std::fs::read_to_string(setting.folder.path().join("rejections.csv")).unwrap();
    assert!(rejections.contains("in.csv:3,big@example.com,our data,too_large,"), "{rejections}");
    assert!(rejections.contains("\"389903 bytes, and at most 389900 can be sent\""), "{rejections}");
}

#[test]
fn nobody_with_an_address() {
    let setting = setting();
    setting.write("in.csv", "email,name\n,Ann\n  ,Bob\nn/a,Cy\n");
    let (report, code) = setting.push_json(&[]);
    assert_eq!((number(&report, "members"), number(&report, "invalid"), code), (3, 3, 3));
    assert_eq!(report["rejections"], json!({"no_email": 2, "invalid_email": 1}));
    assert_eq!(setting.imports(), 0);
}

#[test]
fn values_that_their_field_does_not_take() {
    let setting = setting();
    let rows = ["ann,A,gold,12.50,2026-01-31", "bob,B,platinum,1,", "cy,C,,12 EUR,", "dee,D,,,31.01.2026"];
    let rows: String = rows.map(|row| format!("{row}\n").replacen(',', "@example.com,", 1)).concat();
    setting.write("in.csv", format!("email,name,tier,value,born\n{rows}"));
    let fields = ["--field", "Tier=tier", "--field", "Lifetime value=value", "--field", "Birthday=born"];
    let output = setting.push(&[&fields[..], &["--rejections", "rejections.csv"]].concat());
    assert_eq!(output.status.code(), Some(3));
    let rejections = std::fs::read_to_string(setting.folder.path().join("rejections.csv")).unwrap();
    for (row, email, detail) in [
        (3, "bob", r#""Tier: ""platinum"" is not among its options (gold, silver, bronze)""#),
        (4, "cy", r#""Lifetime value: ""12 EUR"" is no plain number""#),
        (5, "dee", r#""Birthday: ""31.01.2026"" is no date like 2026-01-31""#),
    ] {
        let expected = format!(
            "in.csv:{row},{email}@example.com,our data,invalid_value,a value does not fit its custom field,{detail},"
        );
        assert!(rejections.contains(&expected), "{rejections}");
    }
    assert_eq!(setting.active().len(), 1);
    assert_eq!(
        setting.held()["ann@example.com"].fields,
        json!({"1": "12.50", "2": "2026-01-31", "4": "gold"})
    );
}

#[test]
fn a_condition_that_cannot_be_used() {
    let setting = setting();
    setting.write("in.csv", "email,name,total\nann@example.com,Ann,9\nbob@example.com,Bob,n/a\n");
    let message = |condition| complaint(&setting, &mut setting.push_command(&["--where", condition]), 2);
    for (condition, reason) in [
        ("total >", "expected an expression, found the end"),
        ("name = 'Ann", "Unterminated string literal at character 8"),
        ("1 = 1; DROP TABLE x", "expected end of expression, found ; at character 6"),
        ("totl > 20", "there is no column totl. Did you mean 'total'?"),
        (
            "name = \"Ann\"",
            "there is no column \"Ann\": if it is text, write it in single quotes, as in 'Ann'",
        ),
        (
            "total * 2 > 30",
            "text cannot be calculated with: write CAST(column AS DOUBLE) in place of its column",
        ),
        ("total", "it must be true or false for a row"),
        ("count(total) > 1", "it aggregates, but must be decided row by row"),
        ("row_number() OVER () > 1", "it looks at other rows, but must be decided row by row"),
        ("total > (SELECT 1)", "it holds a query"),
        ("EXISTS (SELECT 1)", "it holds a query"),
        ("total < now()", "it asks what time it is: write a date, as in '2026-01-31'"),
        ("random() > 0.5", "it leaves it to chance"),
    ] {
        assert_eq!(message(condition), format!("the condition `{condition}` cannot be used: {reason}"));
    }
    assert_eq!(
        message("total > 20"),
        "in.csv, row 3: \"total\" is compared with a number but is none: correct it, or write TRY_CAST(\"total\" AS DOUBLE) to leave such rows out"
    );
    assert_eq!(
        message("CAST(total AS INT) > 20"),
        "in.csv, rows 2 to 3: the condition meets a value that it cannot use: correct the value, or use TRY_CAST instead of CAST"
    );
}

#[test]
fn a_quote_that_is_never_closed() {
    for (row, text) in [
        (3, "email,name\nann@example.com,Ann\nbob@example.com,\"Bob\ncy@example.com,Cy\n"),
        (2, "email,name\n\"ann@example.com,Ann\nbob@example.com,Bob\n"),
        (1, "email,\"name\nann@example.com,Ann\n"),
    ] {
        assert_eq!(
            complaint_about("out.csv", text),
            format!(
                "out.csv, row {row}: a quote is opened and never closed: close it, or check whether the file is cut off"
            )
        );
    }
}
