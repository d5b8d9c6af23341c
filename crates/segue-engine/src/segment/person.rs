//! One profile: its row, and the rows of related tables that belong to it.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{cast, lit};
use segue_model::segment::check::Hop;
use segue_model::segment::{Kind, Table, TableColumn};
use segue_model::{EngineError, Evaluation, RelatedRow, RelatedRows, Resources, StoredTable};

use super::evaluator::{Evaluator, texts};
use super::failure::Failed;
use super::related::{joins, named};
use super::scan;
use super::scope::Scope;

/// Columns of a related row that are shown.
const VALUES: usize = 6;

/// The row of a profile as text.
pub(super) async fn profile(
    table: &StoredTable,
    key: &str,
    resources: &Resources,
    sort_merge: bool,
) -> Result<Option<Vec<String>>, EngineError> {
    let session = scan::session(resources, sort_merge)?;
    let (frame, own) = scan::whole(&session, table).await?;
    let is_it = cast(named(&own), DataType::Utf8).eq(lit(key));
    let frame = frame.filter(is_it).and_then(|frame| frame.limit(0, Some(1))).failed("planning")?;
    let mut row = texts(frame, 1).await?.pop();
    if let Some(values) = &mut row {
        values.truncate(table.table.columns.len());
    }
    Ok(row)
}

/// The newest rows of related tables that belong to a profile.
pub(super) async fn related_rows(
    evaluation: &Evaluation,
    key: &str,
    most: usize,
    sort_merge: bool,
) -> Result<RelatedRows, EngineError> {
    let evaluator = Evaluator::new(evaluation, sort_merge)?;
    let profiles = evaluator.profiles()?;
    let mut found = RelatedRows::default();
    let Some(profile) = profile(profiles, key, &evaluation.resources, sort_merge).await? else {
        return Ok(found);
    };
    for path in paths(&evaluator, &profiles.table) {
        let Some(column) = path.first().map(|hop| hop.relationship.to_column.as_str()) else { continue };
        let place = profiles.table.columns.iter().position(|known| known.name == column);
        let value = place.and_then(|place| profile.get(place)).map_or("", String::as_str);
        // A row without a key belongs to nobody.
        let rows = if value.is_empty() { Ok(Vec::new()) } else { evaluator.newest(&path, value, most).await };
        match rows {
            Ok(rows) => found.rows.extend(rows),
            // One table that cannot be read hides nothing of the others.
            Err(
                EngineError::Input(_)
                | EngineError::Header { .. }
                | EngineError::Drift { .. }
                | EngineError::File { .. },
            ) => {
                found.unread.extend(path.last().map(|hop| hop.table.name.clone()));
            }
            Err(error) => return Err(error),
        }
    }
    found.rows.sort_by(|one, other| other.at.cmp(&one.at));
    found.has_more = found.rows.len() > most;
    found.rows.truncate(most);
    Ok(found)
}

/// The ways to related tables: every relationship to the profiles themselves, and the one way to each table farther off.
fn paths<'e>(evaluator: &'e Evaluator<'_>, profiles: &Table) -> Vec<Vec<Hop<'e>>> {
    let catalog = evaluator.catalog();
    let mut paths = Vec::new();
    for table in catalog.tables.iter().filter(|table| table.name != profiles.name) {
        let direct = table.relationships.iter().filter(|way| way.to_table == profiles.name);
        let before = paths.len();
        paths.extend(direct.map(|relationship| vec![Hop { table, relationship }]));
        if paths.len() == before {
            paths.extend(catalog.path(profiles, &table.name, &[]).ok());
        }
    }
    paths
}

impl Evaluator<'_> {
    /// The newest rows at the end of a path that begins at a value of the profile; one more than asked for, if there are more.
    async fn newest(
        &self,
        path: &[Hop<'_>],
        value: &str,
        most: usize,
    ) -> Result<Vec<RelatedRow>, EngineError> {
        let mut scopes: Vec<Scope> = path.iter().map(|hop| Scope::new(hop.table)).collect();
        let joins = joins(path, &mut scopes);
        let (Some(last), Some(hop)) = (scopes.last_mut(), path.last()) else { return Ok(Vec::new()) };
        let time = hop.table.columns.iter().find(|column| is_time(column));
        let time_place = time.map(|column| last.want(&column.name));
        let shown = hop.table.columns.iter().filter(|column| {
            Some(&column.name) != time.map(|time| &time.name) && column.name != hop.relationship.column
        });
        let shown: Vec<&TableColumn> = shown.take(VALUES).collect();
        let places: Vec<usize> = shown
            .iter()
            .map(|column| match column.kind {
                Kind::TextList => last.want(&column.name),
                _ => last.want_key(&column.name),
            })
            .collect();
        let frame = self.scan_hops(path, &mut scopes, &joins, false).await?;
        let is_hers = cast(scopes[0].expr(joins[0].0), DataType::Utf8).eq(lit(value));
        let mut frame = frame.filter(is_hers).failed("planning")?;
        let Some(last) = scopes.last() else { return Ok(Vec::new()) };
        if let Some(place) = time_place {
            frame = frame.sort(vec![last.expr(place).sort(false, false)]).failed("planning")?;
        }
        let columns = time_place.into_iter().chain(places).map(|place| last.expr(place));
        let frame = frame.limit(0, Some(most + 1)).and_then(|frame| {
            let columns = columns.enumerate().map(|(index, column)| column.alias(format!("r{index}")));
            frame.select(columns.collect::<Vec<_>>())
        });
        let rows = texts(frame.failed("planning")?, most + 1).await?;
        Ok(rows
            .into_iter()
            .map(|mut row| RelatedRow {
                table: hop.table.name.clone(),
                at: if time.is_some() { row.remove(0) } else { String::new() },
                values: shown.iter().map(|column| column.name.clone()).zip(row).collect(),
            })
            .collect())
    }
}

fn is_time(column: &TableColumn) -> bool {
    matches!(column.kind, Kind::Date | Kind::LocalTime | Kind::Instant)
}
