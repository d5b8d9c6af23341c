//! What is read, and what is said about input that cannot be.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::arrow::array::{
    ArrayRef, Date32Array, Float64Array, Int64Array, ListArray, RecordBatch, StringArray,
};
use datafusion::arrow::datatypes::Int32Type;
use datafusion::parquet::arrow::ArrowWriter;
use segue_model::{
    Blanks, Engine, EngineError, FieldMatch, FieldType, Format, PlanFiles, PlanSummary, Source,
};
use serde_json::json;
use tempfile::TempDir;

use crate::{TableEngine, plan, request, sends};

struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn plan(
        &self,
        source: &Path,
        change: impl FnOnce(&mut segue_model::PlanRequest),
    ) -> Result<PlanSummary, EngineError> {
        let out = self.folder.path().join("plan");
        let _ = fs::remove_dir_all(&out);
        fs::create_dir(&out).unwrap();
        let mut request = request(source, &out);
        change(&mut request);
        plan(&request)
    }

    fn sent(&self) -> Vec<serde_json::Value> {
        let mut sent = sends(&self.folder.path().join("plan"));
        sent.sort_by_key(|contact| contact["email"].to_string());
        sent
    }

    /// What is said about a source, with the folder's name left out.
    fn complaint(&self, source: &Path) -> String {
        self.complaint_with(source, |_| ())
    }

    fn complaint_with(&self, source: &Path, change: impl FnOnce(&mut segue_model::PlanRequest)) -> String {
        match self.plan(source, change) {
            Err(error @ (EngineError::Input(_) | EngineError::Header { .. })) => {
                error.shown().replace(&format!("{}/", self.folder.path().display()), "")
            }
            other => panic!("not refused as input: {other:?}"),
        }
    }
}

#[test]
fn text_stays_as_it_stands_in_csv() {
    let bench = Bench::new();
    let text = "\u{feff}email;name;zip\r\nAnn@Example.com;\"Ann \"\"A\"\";\nLee\";00123\r\nbob@example.com;Łukasz;+49 030\r\n";
    let source = bench.file("a.csv", text);
    bench.plan(&source, |request| request.matching.phone = Some("zip".to_owned())).unwrap();
    let subscribe = json!([{ "listid": 3 }]);
    let expected = [
        json!({"email": "ann@example.com", "first_name": "Ann \"A\";\nLee", "phone": "00123", "subscribe": subscribe}),
        json!({"email": "bob@example.com", "first_name": "Łukasz", "phone": "+49 030", "subscribe": subscribe}),
    ];
    assert_eq!(bench.sent(), expected);
}

#[test]
fn the_line_in_which_excel_names_the_delimiter_is_no_header() {
    let bench = Bench::new();
    for end in ["\n", "\r\n"] {
        let text = "\u{feff}sep=;\nemail;name\nann@example.com;\"Ann, Lee\"\n;Bob\n".replace('\n', end);
        let summary = bench.plan(&bench.file("a.csv", text), |_| ()).unwrap();
        assert_eq!((summary.counts.create, summary.counts.invalid), (1, 1));
        assert_eq!(bench.sent()[0]["first_name"], "Ann, Lee");
        let empty = summary.examples.iter().find(|example| example.kind == "no_email").unwrap();
        assert_eq!(empty.profile, "a.csv:4");
    }
}

#[test]
fn folders_and_patterns_are_read_in_order_of_their_names() {
    let bench = Bench::new();
    let folder = bench.folder.path().join("in");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("b.csv"), "email,name\nann@example.com,second\n").unwrap();
    fs::write(folder.join("a.csv"), "name,email\nfirst,ANN@example.com\nBob,bob@example.com\n").unwrap();
    fs::write(folder.join("_SUCCESS"), "").unwrap();
    for source in [folder.clone(), folder.join("*.csv")] {
        let summary = bench.plan(&source, |_| ()).unwrap();
        assert_eq!((summary.counts.members, summary.counts.create, summary.counts.invalid), (3, 2, 1));
        assert_eq!(bench.sent()[0]["first_name"], "first");
        let duplicate = summary.examples.iter().find(|example| example.kind == "duplicate_email").unwrap();
        assert_eq!(
            (duplicate.profile.as_str(), duplicate.detail.as_str()),
            ("b.csv:2", "same address as a.csv:2")
        );
    }
    let inspection = TableEngine.inspect(&Source::anywhere(folder.display().to_string())).unwrap();
    assert_eq!((inspection.format, inspection.files.len(), inspection.columns.len()), (Format::Csv, 2, 2));
}

#[test]
fn a_folder_passes_nothing_over_in_silence() {
    let bench = Bench::new();
    let folder = bench.folder.path().join("in");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("notes.txt"), "email,name\nann@example.com,Ann\n").unwrap();
    let inspection = TableEngine.inspect(&Source::anywhere(folder.display().to_string())).unwrap();
    assert_eq!(inspection.files.len(), 1, "texts alone can be tables");
    fs::write(folder.join("a.csv"), "email,name\nann@example.com,Ann\n").unwrap();
    let words = bench.complaint(&folder);
    assert!(words.contains("holds in/notes.txt beside in/a.csv: move it if it is no data"), "{words}");
    fs::remove_file(folder.join("notes.txt")).unwrap();
    fs::create_dir(folder.join("2025")).unwrap();
    fs::write(folder.join("2025/b.csv"), "email,name\nbob@example.com,Bob\n").unwrap();
    let words = bench.complaint(&folder);
    assert!(words.starts_with("in/2025 is a folder in the folder "), "{words}");
    assert!(words.contains("by a pattern like in/**/*.csv"), "{words}");
    bench.plan(&folder.join("**/*.csv"), |_| ()).unwrap();
    assert_eq!(bench.sent().len(), 2);
}

#[test]
fn numbers_and_lists_of_ndjson_are_sent_as_text() {
    let bench = Bench::new();
    let source = bench.file(
        "a.ndjson",
        "{\"email\":\"ann@example.com\",\"name\":7,\"amount\":20.10,\"tags\":[\"a\",\"b\",\"a\"]}\n{\"email\":\"bob@example.com\"}\n",
    );
    let change = |request: &mut segue_model::PlanRequest| {
        request.matching.tag_columns = vec!["tags".to_owned()];
        request.matching.fields = vec![FieldMatch {
            field: 9,
            title: "Amount".to_owned(),
            column: "amount".to_owned(),
            kind: FieldType::Number,
        }];
    };
    bench.plan(&source, change).unwrap();
    let sent = bench.sent();
    assert_eq!(sent[0]["first_name"], "7");
    assert_eq!(sent[0]["tags"], json!(["a", "b"]));
    assert_eq!(sent[0]["fields"][0]["id"], 9);
    assert!(sent[1].get("fields").is_none() && sent[1].get("tags").is_none());
}

fn parquet(bench: &Bench) -> PathBuf {
    let batch = RecordBatch::try_from_iter(columns()).unwrap();
    write_parquet(bench, &batch)
}

fn write_parquet(bench: &Bench, batch: &RecordBatch) -> PathBuf {
    let path = bench.folder.path().join("a.parquet");
    let mut writer = ArrowWriter::try_new(fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    path
}

fn columns() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("email", Arc::new(StringArray::from(vec!["ann@example.com", "bob@example.com", "cy@example.com"]))),
        ("name", Arc::new(StringArray::from(vec![Some("Ann"), None, Some("")]))),
        ("total", Arc::new(Float64Array::from(vec![Some(20.0), Some(20.5), None]))),
        // As pandas writes what is missing.
        ("ratio", Arc::new(Float64Array::from(vec![f64::NAN, f64::NEG_INFINITY, 0.5]))),
        ("orders", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ("born", Arc::new(Date32Array::from(vec![0, 365, 730]))),
        (
            "scores",
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(vec![
                Some(vec![Some(1)]),
                None,
                None,
            ])),
        ),
    ]
}

#[test]
fn two_columns_of_one_name_are_refused_in_parquet_too() {
    let bench = Bench::new();
    let twice = columns().into_iter().chain(columns().into_iter().filter(|(name, _)| *name == "name"));
    let source = write_parquet(&bench, &RecordBatch::try_from_iter(twice).unwrap());
    assert_eq!(
        bench.complaint(&source),
        "a.parquet has two columns of one name: rename or remove one. They are named: name"
    );
}

#[test]
fn rows_are_named_as_people_count_them() {
    let bench = Bench::new();
    let short = bench.file("a.csv", "email,name\n\na@example.com,\"A\n\nB\"\n\n\nb@example.com\n");
    assert!(bench.complaint(&short).starts_with("a.csv, row 6: 1 value where"));
    let latin = bench.file("a.csv", b"email,name\r\n\r\n\r\na@example.com,J\xf6rg\r\n");
    assert!(bench.complaint(&latin).starts_with("a.csv, row 4: not UTF-8"));

    let odd = "email,name\n\na@example.com,1\n\nb@example.com,n/a\n,3\n\nA@example.com,4\n";
    let csv = bench.file("a.csv", odd);
    let told = bench.complaint_with(&csv, |request| request.filter = Some("name > 0".to_owned()));
    assert!(told.starts_with("a.csv, row 5: \"name\" is compared"), "{told}");
    let ndjson = bench.file(
        "a.ndjson",
        "\n{\"email\":\"a@example.com\"}\n  \n{\"email\":\"b@example.com\"}\n{\"email\":\"\"}\n\n{\"email\":\"A@example.com\"}\n",
    );
    for (source, name, [kept, empty, twice]) in [(csv, "a.csv", [3, 6, 8]), (ndjson, "a.ndjson", [2, 5, 7])] {
        let examples = bench.plan(&source, |request| request.matching.first_name = None).unwrap().examples;
        let example = |kind: &str| examples.iter().find(|example| example.kind == kind).unwrap();
        assert_eq!(example("no_email").profile, format!("{name}:{empty}"));
        let duplicate = example("duplicate_email");
        assert_eq!(duplicate.profile, format!("{name}:{twice}"));
        assert_eq!(duplicate.detail, format!("same address as {name}:{kept}"));
    }
}

#[test]
fn parquet_types_are_sent_as_people_write_them() {
    let bench = Bench::new();
    let source = parquet(&bench);
    let field = |id, column: &str, kind| FieldMatch {
        field: id,
        title: column.to_owned(),
        column: column.to_owned(),
        kind,
    };
    let change = |request: &mut segue_model::PlanRequest| {
        request.blanks = Blanks::Clear;
        request.matching.fields = vec![
            field(1, "total", FieldType::Number),
            field(2, "born", FieldType::Date),
            field(3, "ratio", FieldType::Number),
        ];
    };
    bench.plan(&source, change).unwrap();
    let sent = bench.sent();
    let first = json!([{"id": 1, "value": "20"}, {"id": 2, "value": "1970-01-01"}, {"id": 3, "value": ""}]);
    assert_eq!(sent[0]["fields"], first);
    assert_eq!((&sent[1]["fields"][2]["value"], &sent[2]["fields"][2]["value"]), (&json!(""), &json!("0.5")));
    assert_eq!(sent[1]["fields"][0]["value"], "20.5");
    assert_eq!((&sent[1]["first_name"], &sent[2]["first_name"]), (&json!(""), &json!("")));
    assert_eq!(sent[2]["fields"][0]["value"], "");
    let complaint =
        bench.complaint_with(&source, |request| request.matching.phone = Some("scores".to_owned()));
    assert_eq!(
        complaint,
        "a.parquet, column \"scores\" holds lists: only tags and fields with several options take them"
    );
}

#[test]
fn conditions_choose_members() {
    let bench = Bench::new();
    let csv = bench.file(
        "a.csv",
        "email,name,Country,Total\nann@example.com,Ann,Brazil,9\nbob@example.com,Bob,Brazil,100\ncy@example.com,Cy,Chile,\ndee@example.com,Dee,O'Higgins,30.5\n",
    );
    let members = |source: &Path, condition: &str| {
        bench.plan(source, |request| request.filter = Some(condition.to_owned())).unwrap().counts.members
    };
    for (condition, expected) in [
        ("Country = 'Brazil' AND Total > 20", 1),
        ("Total > 20", 2),
        ("Total <= 9.0", 1),
        ("Total IN (9, 30.5)", 2),
        ("Total BETWEEN 9 AND 30.5", 2),
        ("NOT Total > 20", 1),
        ("Total IS NULL", 1),
        ("Country = 'O''Higgins'", 1),
        ("\"Country\" LIKE 'B%'", 2),
        ("lower(Country) = 'chile'", 1),
        ("Total = '9'", 1),
        ("NULL", 0),
        ("true", 4),
        ("CAST(Total AS DOUBLE) > 20", 2),
    ] {
        assert_eq!(members(&csv, condition), expected, "{condition}");
    }
    let parquet = parquet(&bench);
    assert_eq!(members(&parquet, "total > 20 AND born < '1975-01-01'"), 1);
    assert_eq!(members(&parquet, "orders >= 2"), 2);
}

#[test]
fn conditions_that_cannot_be_used_say_why() {
    let bench = Bench::new();
    let source = bench.file("a.csv", "email,name,Total\nann@example.com,Ann,9\nbob@example.com,Bob,n/a\n");
    let complaint = |condition: &str| {
        bench.complaint_with(&source, |request| request.filter = Some(condition.to_owned()))
    };
    assert_eq!(
        complaint("Total > 20"),
        "a.csv, row 3: \"Total\" is compared with a number but is none: correct it, or write TRY_CAST(\"Total\" AS DOUBLE) to leave such rows out"
    );
    let expectations = [
        ("Totl > 20", "Totl"),
        ("Total", "true or false"),
        ("count(Total) > 1", "row by row"),
        ("Total > (SELECT 1)", "cannot be used"),
        ("Total >", "cannot be used"),
        ("1 = 1; DROP TABLE x", "cannot be used"),
        ("CAST(Total AS INT) > 20", "rows 2 to 3"),
    ];
    for (condition, expected) in expectations {
        let complaint = complaint(condition);
        assert!(complaint.contains(expected), "{condition}: {complaint}");
        assert!(!complaint.contains("n/a"), "quotes data: {complaint}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn input_that_cannot_be_read_says_where_and_what_to_do() {
    let bench = Bench::new();
    let whole = fs::read(parquet(&bench)).unwrap();
    let table: &[(&str, &[u8], &str)] = &[
        ("empty.csv", b"", "empty.csv is empty: export it again"),
        (
            "headless.csv",
            b"ann@example.com,Ann\nbob@example.com,Bob\n",
            "headless.csv has no header: its first row holds data, but must name the columns",
        ),
        (
            "twice.csv",
            b"email,name,email\n",
            "twice.csv has two columns of one name: rename or remove one. They are named: email",
        ),
        (
            "case.csv",
            b"Email,name\na@example.com,A\n",
            "case.csv has no column \"email\": did you mean \"Email\"?",
        ),
        (
            "other.csv",
            b"mail,name\na@example.com,A\n",
            "other.csv has no column \"email\"; its header names: mail, name",
        ),
        (
            "latin.csv",
            b"email,name\nann@example.com,Ann\nbob@example.com,J\xf6rg\n",
            "latin.csv, row 3: not UTF-8 (Latin-1 or Windows-1252?): save the file as UTF-8",
        ),
        (
            "latin-header.csv",
            b"email,name,stra\xdfe\n",
            "latin-header.csv, row 1: not UTF-8 (Latin-1 or Windows-1252?): save the file as UTF-8",
        ),
        (
            "short.csv",
            b"email,name\nann@example.com,Ann\nbob@example.com\n",
            "short.csv, row 3: 1 value where the header names 2 columns: put quotes around values that hold the delimiter, or check whether the file is cut off",
        ),
        (
            "cut.parquet",
            &whole[..whole.len() - 20],
            "cut.parquet cannot be read as Parquet, it is truncated or damaged: write it again",
        ),
        ("not.parquet", b"email,name\n", "not.parquet is not a Parquet file, whatever its name says"),
        (
            "broken.ndjson",
            b"{\"email\":\"a@example.com\"}\n{\"email\":\n",
            "broken.ndjson, line 2: not one JSON object",
        ),
        (
            "zipped.csv",
            &[0x1f, 0x8b, 8, 0],
            "zipped.csv is compressed or a spreadsheet: unpack it, or save it as CSV, Parquet or NDJSON",
        ),
        ("wide.csv", &[0xff, 0xfe, b'e', 0], "wide.csv is written in UTF-16: save it as UTF-8"),
    ];
    for (name, content, expected) in table {
        assert_eq!(bench.complaint(&bench.file(name, content)), *expected, "{name}");
    }
    assert_eq!(bench.complaint(&bench.folder.path().join("none.csv")), "there is no file none.csv");
    fs::create_dir(bench.folder.path().join("void")).unwrap();
    assert!(bench.complaint(&bench.folder.path().join("void")).ends_with("holds no file"));
    assert!(bench.complaint(&bench.folder.path().join("*.nothing")).starts_with("no file matches"));
}

#[test]
fn large_and_blank_values_are_rejections_not_failures() {
    let bench = Bench::new();
    let mut text = String::from("email,name\nann@example.com,");
    text.push_str(&"x".repeat(10 << 20));
    text.push_str("\n,Bob\n  ,Cy\nnot an address,Dee\no'neil@example.com,Eve\n");
    let source = bench.file("a.csv", &text);
    let summary = bench.plan(&source, |_| ()).unwrap();
    assert_eq!((summary.counts.members, summary.counts.create, summary.counts.invalid), (5, 1, 4));
    let csv = bench.folder.path().join("rejections.csv");
    let written =
        TableEngine.rejections_csv(&PlanFiles::new(&bench.folder.path().join("plan")), &csv).unwrap();
    let lines = fs::read_to_string(&csv).unwrap();
    assert_eq!((written, lines.lines().count()), (4, 5));
    assert!(lines.starts_with("profile,email,whose,reason,meaning,detail,what_to_do\n"));
    assert!(lines.contains("a.csv:2,ann@example.com,our data,too_large,"));
    assert!(lines.contains("a.csv:3,,our data,no_email,"));
    assert!(lines.contains("a.csv:5,not an address,our data,invalid_email,"));
}

#[test]
fn a_plan_that_nobody_wants_any_more_is_not_made() {
    let bench = Bench::new();
    let rows: String = (0..20_000).map(|n| format!("p{n}@example.com,Ann\n")).collect();
    let source = bench.file("a.csv", format!("email,name\n{rows}"));
    let out = bench.folder.path().join("plan");
    fs::create_dir(&out).unwrap();
    let asked = AtomicU64::new(0);
    let progress = |_| {
        asked.fetch_add(1, Ordering::Relaxed);
        false
    };
    let stopped = TableEngine.plan(&request(&source, &out), &progress);
    assert!(matches!(stopped, Err(EngineError::Stopped)), "{stopped:?}");
    assert_eq!(asked.into_inner(), 1);
}
