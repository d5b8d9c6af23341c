use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

#[test]
fn what_is_known_is_said_with_what_is_put_in() {
    for (english, romanian) in [
        ("must not be empty", Some("nu poate fi gol")),
        ("Ana Pop has cancelled it", Some("anulată de Ana Pop")),
        ("must not be empty at all", None),
        (" has cancelled it", None),
        (
            "the latest refresh of segment \"cluj\" failed: segment \"a\" was removed",
            Some("ultima reîmprospătare a segmentului „cluj” a eșuat: segmentul „a” a fost eliminat"),
        ),
        (
            "12 of 40 contacts would leave the list (30.0%), more than the 10% allowed",
            Some("12 din 40 contacte ar ieși de pe listă (30.0%), mai mult decât cele 10% permise"),
        ),
        // A hint behind it, which stands behind many things; and what stands in quotes is nobody's to translate.
        (
            "table \"orders\" has no column \"text\"; did you mean \"next\"?",
            Some("tabelul „orders” nu are coloana \"text\"; ai vrut să scrii „next”?"),
        ),
        ("segment \"text\" was removed", Some("segmentul „text” a fost eliminat")),
        (
            "line 3, column 5: column \"spent\" is a number, which takes: is, less_than",
            Some("rândul 3, coloana 5: coloana „spent” este un număr, care se compară cu: is, less_than"),
        ),
        ("something new; did you mean \"old\"?", None),
        ("the character '(' is not allowed", Some("caracterul '(' nu este permis")),
        (
            "Tier: \"steel\" is not among its options (gold, silver)",
            Some("Tier: „steel” nu este printre opțiunile sale (gold, silver)"),
        ),
        ("something new", None),
    ] {
        assert_eq!(super::romanian(english).as_deref(), romanian, "{english}");
    }
}

#[test]
fn phrases_have_the_same_places_in_both_languages_and_are_there_once() {
    let mut known = BTreeSet::new();
    for (english, other) in phrases(BOOK) {
        assert!(!other.contains('\n'), "{english}");
        assert!(known.insert(english), "{english} is there twice");
        let places = |text| {
            let places = parts(text).into_iter().filter(|part| matches!(part, Part::Place(_)));
            places.map(|part| format!("{part:?}")).collect::<BTreeSet<_>>()
        };
        assert_eq!(places(english), places(other), "{english}");
    }
    assert!(known.len() > 100);
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "tests" && name != "locales") {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// Crates whose folder of sources is looked through for words.
fn code_of(crates: &[&str]) -> String {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut code = String::new();
    for name in crates {
        let mut found = Vec::new();
        files(&all.join(name).join("src"), &mut found);
        for path in found {
            code.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    code
}

/// Words that are said differently in the code would go untranslated without anybody seeing it.
#[test]
fn every_phrase_stands_in_the_code() {
    let code = code_of(&[
        "activecampaign",
        "segue-model",
        "segue-engine",
        "segue-runs",
        "segue-server",
        "segue-store",
    ]);
    // As the compiler reads them: text goes on behind a backslash at the end of a line.
    let mut lines = String::new();
    let mut goes_on = false;
    for line in code.lines() {
        lines.push_str(if goes_on { line.trim_start() } else { line });
        goes_on = line.ends_with('\\');
        if goes_on {
            lines.pop();
        } else {
            lines.push('\n');
        }
    }
    let code = lines.replace("\\\"", "\"");
    for (english, _) in phrases(BOOK) {
        for part in parts(english) {
            let Part::Words(words) = part else { continue };
            let is_word = words.chars().filter(|c| c.is_alphabetic()).count() > 2;
            assert!(!is_word || code.contains(words.trim_end_matches([' ', '['])), "{english}: {words}");
        }
    }
}

/// The texts in a source, as the compiler reads them, without those of its tests, of comments, and of logs.
fn texts(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut texts = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (before, here) = rest.split_at(at);
        if here.starts_with("//") {
            rest = here.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(after) = here.strip_prefix('"').filter(|_| before.ends_with("r#")) {
            rest = after.split_once("\"#").map_or("", |(_, after)| after);
        } else if let Some(after) = here.strip_prefix('"') {
            let (text, after) = text(after);
            let is_logged = before.rsplit("tracing::").next().is_some_and(|between| {
                between.len() < before.len() && between.trim_end().ends_with("!(") && !between.contains(';')
            });
            if !is_logged && !before.ends_with("reason = ") {
                texts.push(text);
            }
            rest = after;
        } else if here.starts_with("'\\") {
            rest = here.get(4..).unwrap_or_default();
        } else if here.starts_with('\'') && here.chars().nth(2) == Some('\'') {
            rest = here.splitn(3, '\'').nth(2).unwrap_or_default();
        } else {
            rest = &here[1..];
        }
    }
    texts
}

/// A text up to its closing quotation mark, and what comes after it.
fn text(source: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = source.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, &source[at + 1..]),
            '\\' => match chars.next() {
                // It goes on behind the space at the beginning of the next line.
                Some((end, '\n')) => {
                    let after = &source[end + 1..];
                    let skipped = after.len() - after.trim_start().len();
                    for _ in 0..skipped {
                        chars.next();
                    }
                }
                Some((_, escaped)) => text.push(if escaped == 'n' { '\n' } else { escaped }),
                None => break,
            },
            c => text.push(c),
        }
    }
    (text, "")
}

/// A text with one sign for each place, whatever the place is called; places beside each other are one.
fn shape(text: &str) -> String {
    let (mut shape, mut depth) = (String::new(), 0_u32);
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && !shape.ends_with('•') {
                    shape.push('•');
                }
            }
            c if depth == 0 => shape.push(c),
            _ => {}
        }
    }
    shape.replace("• •", "•")
}

/// Texts of the same crates that no page shows.
const NOT_SHOWN: &[&str] = &[
    // Words of definitions and of kinds, and marks that are looked for in the words of libraries.
    "is_empty: true",
    "is_empty: false",
    "list of text",
    " at line ",
    "recursion limit",
    // Several lines, for terminals: pages show each fault by itself.
    "the export cannot be saved\n  {}",
    "the definition cannot be used\n  {}",
    // Names, with what they are names of, and parts of phrases that are in the book as a whole.
    "{kind} {name} (condition {})",
    "{kind}s: {names}",
    "day of the month",
    "day of the week",
    // Shown in the words of what they cause.
    "the host has no public address",
    "the host name does not resolve",
];

/// Whoever reads Romanian reads of every mistake in a definition, and of every reason of a run, in Romanian.
#[test]
fn everything_that_definitions_and_runs_can_say_is_in_the_book() {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut sources_of = Vec::new();
    for folder in ["segue-model/src/segment", "segue-runs/src"] {
        files(&all.join(folder), &mut sources_of);
    }
    for file in ["email.rs", "engine.rs", "person.rs", "role.rs", "schedule/read.rs"] {
        sources_of.push(all.join("segue-model/src").join(file));
    }
    sources_of.push(all.join("activecampaign/src/host.rs"));
    let known: BTreeSet<String> = phrases(BOOK).map(|(english, _)| shape(english)).collect();
    let mut unused: BTreeSet<&str> = NOT_SHOWN.iter().copied().collect();
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    for path in sources_of {
        for text in texts(&fs::read_to_string(&path).unwrap()) {
            let words =
                text.split(' ').filter(|word| word.chars().filter(char::is_ascii_lowercase).count() > 1);
            if words.count() < 2 || unused.remove(text.as_str()) || NOT_SHOWN.contains(&text.as_str()) {
                continue;
            }
            seen += 1;
            let shape = shape(&text);
            // A hint may stand behind anything, and a text that begins with a mark belongs to another one.
            let is_known = shape == "•"
                || known.contains(&shape)
                || shape
                    .split_once("; ")
                    .is_some_and(|(text, hint)| known.contains(text) && known.contains(&format!("; {hint}")))
                || shape.strip_suffix('•').is_some_and(|text| known.contains(text))
                || (!shape.starts_with(|c: char| c.is_alphabetic() || "\"•".contains(c))
                    && known.iter().any(|one| one.contains(shape.trim())));
            if !is_known {
                missing.insert(format!("{}: {text}", path.strip_prefix(all).unwrap().display()));
            }
        }
    }
    assert!(seen > 200, "only {seen} texts were looked at");
    assert_eq!(missing, BTreeSet::new());
    assert_eq!(unused, BTreeSet::new(), "these stand nowhere");
}

#[test]
fn texts_are_found_as_the_compiler_reads_them() {
    let source = "/// A \"comment\".\nlet c = '\"'; tracing::warn!(\"not shown\"); f(\"one \\\n    text\", \"\\\"two\\\"\");\n#[cfg(test)] \"tests\"";
    assert_eq!(texts(source), ["one text", "\"two\""]);
    assert_eq!(shape("a {b}{c}, {{d: {e}}}"), "a •, •");
}
