//! In which order segments are refreshed, and which of them together.

use segue_model::segment::Definition;

/// Names of segments, those that others ask about first.
pub(super) fn in_order(definitions: &[(String, Definition)]) -> Vec<String> {
    fn visit(
        name: &str,
        definitions: &[(String, Definition)],
        order: &mut Vec<String>,
        open: &mut Vec<String>,
    ) {
        if order.iter().any(|known| known == name) || open.iter().any(|known| known == name) {
            return;
        }
        open.push(name.to_owned());
        let Some((_, definition)) = definitions.iter().find(|(known, _)| known == name) else { return };
        for asked in definition.segments() {
            visit(asked, definitions, order, open);
        }
        order.push(name.to_owned());
    }
    let (mut order, mut open) = (Vec::new(), Vec::new());
    for (name, _) in definitions {
        visit(name, definitions, &mut order, &mut open);
    }
    order
}

/// Segments that are refreshed in one pass: memory holds their sets of keys at the same time.
const MOST_TOGETHER: usize = 32;

/// Names in their order, in portions that one pass over a table can refresh: segments over the same table in the same time
/// zone, none of which asks about another of them.
pub(super) fn portions<'n>(names: &'n [String], definitions: &[(String, Definition)]) -> Vec<Vec<&'n str>> {
    let definition = |name: &str| definitions.iter().find(|(known, _)| known == name).map(|(_, found)| found);
    let mut portions: Vec<Vec<&str>> = Vec::new();
    // Where each can stand at the earliest: behind all that it asks about.
    for name in names {
        let Some(own) = definition(name) else { continue };
        let asked = own.segments();
        let earliest = portions
            .iter()
            .rposition(|portion| portion.iter().any(|known| asked.contains(known)))
            .map_or(0, |last| last + 1);
        let fits = |portion: &&mut Vec<&str>| {
            let other = portion.first().and_then(|other| definition(other));
            portion.len() < MOST_TOGETHER
                && other.is_some_and(|other| other.table == own.table && other.time_zone == own.time_zone)
        };
        match portions.iter_mut().skip(earliest).find(fits) {
            Some(portion) => portion.push(name),
            None => portions.push(vec![name]),
        }
    }
    portions
}

#[cfg(test)]
mod tests {
    use segue_model::segment::read;

    use super::*;

    fn definition(table: &str, asks: &str) -> Definition {
        let condition = match asks {
            "" => r#"{"column": "country", "is": "Brazil"}"#.to_owned(),
            segment => format!(r#"{{"member_of": "{segment}"}}"#),
        };
        let text = format!(
            r#"{{"version": 1, "table": "{table}", "time_zone": "UTC", "rules": [{{"all": [{condition}]}}]}}"#
        );
        read::definition(&text).expect("a definition")
    }

    #[test]
    fn portions_are_of_one_table_and_stand_behind_what_they_ask_about() {
        let known = [
            ("a", "people", ""),
            ("b", "firms", ""),
            ("c", "people", ""),
            ("d", "people", "a"),
            ("e", "people", "d"),
        ];
        let definitions = known.map(|(name, table, asks)| (name.to_owned(), definition(table, asks)));
        let names = in_order(&definitions);
        assert_eq!(portions(&names, &definitions), [vec!["a", "c"], vec!["b"], vec!["d"], vec!["e"]]);
    }

    #[test]
    fn a_portion_has_an_end() {
        let definitions: Vec<_> =
            (0..70).map(|index| (format!("s{index}"), definition("people", ""))).collect();
        let sizes: Vec<usize> =
            portions(&in_order(&definitions), &definitions).iter().map(Vec::len).collect();
        assert_eq!(sizes, [32, 32, 6]);
    }
}
