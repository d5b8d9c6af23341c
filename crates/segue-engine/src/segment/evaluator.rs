//! Evaluating a definition: sets of keys first, then one pass over the profiles.

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::JoinType;
use datafusion::logical_expr::{Expr, cast, lit};
use datafusion::prelude::{DataFrame, SessionContext};
use futures::TryStreamExt;
use segue_model::segment::time::Context;
use segue_model::segment::{Catalog, Group, Table};
use segue_model::{EngineError, Evaluation, Resources, StoredTable};

use super::compare;
use super::failure::Failed;
use super::key;
use super::parquet;
use super::related::{KEY, KeySet, named};
use super::rows::Aside;
use super::scan::{self, Wanted};
use super::scope::{Scope, unchecked};
use super::tree::{Outside, Planter, Tree, named_conditions};
use crate::text::Values;

/// The name of the profile key's column.
pub(super) const PROFILE: &str = "profile_key";
const PREFIX: &str = "p";

/// One evaluation under way.
pub(super) struct Evaluator<'a> {
    pub(super) request: &'a Evaluation,
    pub(super) session: SessionContext,
    pub(super) context: Context,
    pub(super) aside: Aside,
    pub(super) named: Vec<(String, Group)>,
    /// What definitions see of the tables.
    tables: Vec<Table>,
    /// Whether sets stay plans, so that the whole can be given to another engine; otherwise they are computed first.
    pub(super) sets_stay_plans: bool,
}

/// The profiles, with every set that the trees ask about at hand.
pub(super) struct Ground<'a> {
    pub(super) frame: DataFrame,
    pub(super) scope: Scope<'a>,
    sets: Vec<KeySet>,
    /// Where each set's column of the profile table stands.
    places: Vec<usize>,
    /// Which sets are joined already.
    marked: Vec<bool>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(request: &'a Evaluation, sort_merge: bool) -> Result<Self, EngineError> {
        let session = scan::session(&request.resources, sort_merge)?;
        let context = Context { now: request.now, zone: request.definition.time_zone };
        let profiles = stored(&request.tables, &request.definition.table)?;
        let named = named_conditions(&profiles.table)?;
        let tables = request.tables.iter().map(|stored| stored.table.clone()).collect();
        let aside = Aside::default();
        Ok(Self { request, session, context, aside, sets_stay_plans: false, named, tables })
    }

    pub(super) fn stored(&self, name: &str) -> Result<&'a StoredTable, EngineError> {
        stored(&self.request.tables, name)
    }

    pub(super) fn profiles(&self) -> Result<&'a StoredTable, EngineError> {
        self.stored(&self.request.definition.table)
    }

    /// The tables, and the ways between them.
    pub(super) fn catalog(&self) -> Catalog<'_> {
        Catalog { tables: &self.tables, segments: &[] }
    }

    pub(super) fn planter(&self) -> Planter<'_> {
        Planter { named: &self.named, outside: Vec::new() }
    }

    /// Who is in: one column with the keys.
    pub(super) async fn members(&self) -> Result<DataFrame, EngineError> {
        let mut planter = self.planter();
        let whole = planter.rules(&self.request.definition)?.pop().ok_or_else(|| unchecked("rules"))?;
        let whole = planter.require(whole, &self.request.required)?;
        let mut ground = self.ground(&planter.outside, &[&whole]).await?;
        let (mut columns, mut simple, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for part in whole.conjuncts() {
            match part {
                Tree::Column(_) => columns.push(part),
                Tree::Outside(set) => simple.push((*set, true)),
                Tree::Not(inner) => match **inner {
                    Tree::Outside(set) => simple.push((set, false)),
                    _ => rest.push(part),
                },
                _ => rest.push(part),
            }
        }
        let columns = columns.into_iter().map(|part| ground.expr(part, &self.context));
        if let Some(all) = columns.collect::<Result<Vec<_>, _>>()?.into_iter().reduce(Expr::and) {
            ground.frame = ground.frame.filter(all).failed("planning")?;
        }
        for (set, is_wanted) in simple {
            ground.keep(set, is_wanted)?;
        }
        for part in rest {
            ground.mark_all(part)?;
            ground.frame = ground.filter(part, &self.context)?;
        }
        ground.frame.select(vec![named(PROFILE)]).failed("planning")
    }

    /// Computes the sets and scans the profiles with every column that the trees ask about.
    pub(super) async fn ground(
        &self,
        outside: &[Outside<'_>],
        trees: &[&Tree<'_>],
    ) -> Result<Ground<'a>, EngineError> {
        let stored = self.profiles()?;
        let key = stored.table.key.as_deref().ok_or_else(|| unchecked("key"))?;
        let mut sets = Vec::new();
        for test in outside {
            sets.push(self.set(&stored.table, key, test).await?);
        }
        let mut scope = Scope::new(&stored.table);
        let key_place = scope.want_key(key);
        let places = sets.iter().map(|set| scope.want_key(&set.column)).collect();
        for tree in trees {
            tree.each(&mut |leaf| {
                if let Tree::Column(test) = leaf {
                    scope.want(&test.column);
                }
            });
        }
        let frame = scan::scan(&self.session, stored, &scope.wanted, PREFIX, &self.aside).await?;
        scope.settle(PREFIX, &frame);
        // A row without a key is no profile. Looking for such rows costs reading the keys.
        let frame = if scan::is_keyed(stored, key)? {
            frame
        } else {
            frame.filter(key::is_there(scope.key(key_place))).failed("planning")?
        };
        let frame = frame.with_column(PROFILE, scope.expr(key_place)).failed("planning")?;
        let frame = self.without_forgotten(frame, stored, key).await?;
        let marked = vec![false; sets.len()];
        Ok(Ground { frame, scope, sets, places, marked })
    }

    /// The profiles without those that were forgotten. Which these are is only known by their hashes, so the keys are looked
    /// through once: few are found, and the plan names them.
    async fn without_forgotten(
        &self,
        frame: DataFrame,
        stored: &StoredTable,
        key: &str,
    ) -> Result<DataFrame, EngineError> {
        let forgotten = &self.request.forgotten;
        if forgotten.is_empty() {
            return Ok(frame);
        }
        let wanted = [Wanted { column: key.to_owned(), as_key: true }];
        let keys = scan::scan(&self.session, stored, &wanted, "k", &Aside::default()).await?;
        let mut keys = keys.execute_stream().await.failed("reading profiles")?;
        let mut found = Vec::new();
        while let Some(batch) = keys.try_next().await.failed("reading profiles")? {
            let values = Values::of(batch.column(0), "the key")?;
            let texts = (0..batch.num_rows()).filter_map(|row| values.text(row));
            let is_forgotten = |key: &&str| forgotten.has_profile(&stored.table.name, key);
            found.extend(texts.filter(is_forgotten).map(|key| lit(key.to_owned())));
        }
        if found.is_empty() {
            return Ok(frame);
        }
        frame.filter(cast(named(PROFILE), DataType::Utf8).in_list(found, true)).failed("planning")
    }

    async fn set(&self, profiles: &Table, key: &str, test: &Outside<'_>) -> Result<KeySet, EngineError> {
        match test {
            Outside::Related(related) => self.related(profiles, related).await,
            Outside::Member(segment) => {
                let snapshot = self.request.segments.iter().find(|(name, _)| name == segment);
                let (_, path) = snapshot.ok_or_else(|| {
                    EngineError::Input(format!("segment \"{segment}\" was never refreshed: refresh it first"))
                })?;
                let keys = parquet::all(&self.session, &[path]).await?;
                let keys = keys.select(vec![named("key").alias(KEY)]).failed("planning")?;
                Ok(KeySet { column: key.to_owned(), keys, is_meant: true })
            }
        }
    }
}

impl Ground<'_> {
    /// A column of the profiles that keys of other tables refer to.
    pub(super) fn key(&self, column: &str) -> Result<Expr, EngineError> {
        let place = self.sets.iter().position(|set| set.column == column).ok_or_else(|| unchecked(column))?;
        Ok(self.scope.expr(self.places[place]))
    }

    /// Keeps only the profiles that are in a set, or that are not.
    fn keep(&mut self, set: usize, is_wanted: bool) -> Result<(), EngineError> {
        let (place, keys) = (self.places[set], &self.sets[set]);
        let join = if keys.is_meant == is_wanted { JoinType::RightSemi } else { JoinType::RightAnti };
        let same = key::same((named(KEY), keys.data_type()), self.scope.key(place));
        self.frame = keys.keys.clone().join_on(self.frame.clone(), join, [same]).failed("planning")?;
        Ok(())
    }

    /// Marks every profile with the sets that a tree asks about.
    pub(super) fn mark_all(&mut self, tree: &Tree<'_>) -> Result<(), EngineError> {
        let mut wanted = Vec::new();
        tree.each(&mut |leaf| {
            if let Tree::Outside(set) = leaf {
                wanted.push(*set);
            }
        });
        for set in wanted {
            if std::mem::replace(&mut self.marked[set], true) {
                continue;
            }
            let name = format!("in_set{set}");
            let keys =
                self.sets[set].keys.clone().select(vec![named(KEY).alias(&name)]).failed("planning")?;
            let own = (named(&name), self.sets[set].data_type());
            let same = key::same(own, self.scope.key(self.places[set]));
            self.frame = keys.join_on(self.frame.clone(), JoinType::Right, [same]).failed("planning")?;
        }
        Ok(())
    }

    pub(super) fn filter(&self, tree: &Tree<'_>, context: &Context) -> Result<DataFrame, EngineError> {
        self.frame.clone().filter(self.expr(tree, context)?).failed("planning")
    }

    /// A tree as an expression over the marked profiles.
    pub(super) fn expr(&self, tree: &Tree<'_>, context: &Context) -> Result<Expr, EngineError> {
        let all = |parts: &[Tree<'_>]| {
            parts.iter().map(|part| self.expr(part, context)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match tree {
            Tree::Column(test) => {
                let subject = self.scope.column(&test.column).ok_or_else(|| unchecked(&test.column))?;
                compare::test(&test.test, &subject, context)
            }
            Tree::Outside(set) => {
                let is_in = named(&format!("in_set{set}"));
                if self.sets[*set].is_meant { is_in.is_not_null() } else { is_in.is_null() }
            }
            Tree::Not(inner) => self.expr(inner, context)?.is_not_true(),
            Tree::All(parts) => all(parts)?.into_iter().reduce(Expr::and).unwrap_or_else(|| lit(true)),
            Tree::Any(parts) => compare::any_of(all(parts)?),
        })
    }
}

pub(super) fn stored<'a>(tables: &'a [StoredTable], name: &str) -> Result<&'a StoredTable, EngineError> {
    tables.iter().find(|stored| stored.table.name == name).ok_or_else(|| unchecked(name))
}

/// The first rows of a frame as text.
pub(super) async fn texts(frame: DataFrame, rows: usize) -> Result<Vec<Vec<String>>, EngineError> {
    let stream = frame.execute_stream().await.failed("reading")?;
    let batches: Vec<RecordBatch> = stream.try_collect().await.failed("reading")?;
    let mut found = Vec::new();
    for batch in batches {
        let columns: Vec<Option<Values>> =
            batch.columns().iter().map(|column| Values::of(column, "a column").ok()).collect();
        for row in 0..batch.num_rows() {
            if found.len() == rows {
                return Ok(found);
            }
            let texts = columns.iter().zip(batch.columns()).map(|(values, column)| {
                let text = values.as_ref().map_or_else(String::new, |values| joined(values, row));
                unpadded(text, column.data_type())
            });
            found.push(texts.collect());
        }
    }
    Ok(found)
}

/// A value as it was written: numbers of text files are kept with more digits.
pub(super) fn unpadded(text: String, data_type: &DataType) -> String {
    let is_padded = matches!(data_type, DataType::Decimal128(_, scale) if *scale > 0);
    if is_padded { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A value, or the items of a list with commas between them.
pub(super) fn joined(values: &Values, row: usize) -> String {
    let mut parts: Vec<&str> = Vec::new();
    values.each(row, |part| parts.push(part));
    parts.join(", ")
}

/// Runs an evaluation on a runtime of its own; where memory does not suffice, once more with joins that spill.
pub(super) fn run<T, F>(resources: &Resources, work: impl Fn(bool) -> F) -> Result<T, EngineError>
where
    F: Future<Output = Result<T, EngineError>>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(resources.threads.max(1))
        .enable_all()
        .build()
        .map_err(|source| EngineError::Internal { doing: "starting", source: Box::new(source) })?;
    match runtime.block_on(work(false)) {
        Err(EngineError::OutOfMemory) => runtime.block_on(work(true)),
        other => other,
    }
}
