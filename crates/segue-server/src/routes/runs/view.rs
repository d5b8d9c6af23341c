//! Runs and refreshes as they are shown.

use segue_model::job::{DriftedTable, Headway, Product, RefreshedSegment, Step};
use segue_model::{PlanSummary, ReasonCount, Report};
use segue_store::Job;
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::tables::view::{LostColumn, lost};
use crate::schema;
use crate::time::written;

/// A run of an export, a dry run, or a refresh. One vocabulary of status for all.
#[derive(Serialize, ToSchema)]
#[schema(as = Run)]
pub(crate) struct RunView {
    pub(crate) id: String,
    /// `export`, `dry_run`, `segment` or `refresh`.
    #[schema(schema_with = schema::work)]
    pub(crate) kind: &'static str,
    /// What it is done to: nothing for a refresh of the whole system.
    pub(crate) subject: Option<Subject>,
    /// Why it was begun.
    #[schema(schema_with = schema::trigger)]
    pub(crate) trigger: &'static str,
    /// What there is to say about why; may be empty.
    pub(crate) note: String,
    /// Who asked for it; nobody for what begins by itself.
    pub(crate) by: Option<Person>,
    #[schema(schema_with = schema::status)]
    pub(crate) status: &'static str,
    /// The cause of the status: what it waits for, or why it ended early; may be empty.
    pub(crate) cause: String,
    /// Whether somebody has cancelled it; it ends soon.
    pub(crate) is_cancelled: bool,
    pub(crate) queued_at: String,
    pub(crate) started_at: Option<String>,
    pub(crate) ended_at: Option<String>,
    /// The refresh that has begun it.
    pub(crate) refresh: Option<String>,
    /// The dry run whose plan it carries out.
    pub(crate) plan_of: Option<String>,
    /// The run whose refused contacts it sends again, and nobody else: its numbers are of those.
    pub(crate) retry_of: Option<String>,
    /// How far it has come, while it is under way.
    pub(crate) progress: Option<ProgressView>,
    /// What the plan holds, once there is one.
    pub(crate) plan: Option<PlanView>,
    /// What became of everybody, when it has ended. The numbers add up.
    pub(crate) counts: Option<CountsView>,
    /// Rejections by reason.
    pub(crate) rejections: Vec<ReasonView>,
    /// The tables that a refresh of everything found to be other than they were declared.
    pub(crate) tables: Vec<DriftedView>,
    /// The segments that it refreshed, in their order.
    pub(crate) segments: Vec<SegmentView>,
    /// Its parts in their order; the last one grows while it is under way.
    pub(crate) steps: Vec<StepView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunSubject)]
pub(crate) struct Subject {
    pub(crate) id: String,
    /// Its name when it was queued.
    pub(crate) name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunPerson)]
pub(crate) struct Person {
    pub(crate) id: String,
    /// The name at the time.
    pub(crate) name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunProgress)]
pub(crate) struct ProgressView {
    /// The step that it is in.
    pub(crate) step: String,
    /// Profiles, or segments of a refresh.
    pub(crate) done: u64,
    /// All of them; nothing where that is not known.
    pub(crate) total: Option<u64>,
    /// How many a second, within the last minute or since the step began.
    pub(crate) per_second: Option<f64>,
    /// How long the step still takes, about: at this rate, and no less than the account's limit allows.
    pub(crate) seconds_left: Option<u64>,
    /// Of a delivery, how many profiles ActiveCampaign has taken; `done` counts those of them whose fate is known.
    pub(crate) handed_over: Option<u64>,
    /// Batches that were handed over whose end is not known yet. A run that is cancelled waits for these.
    pub(crate) open_batches: u64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunPlan)]
pub(crate) struct PlanView {
    pub(crate) members: u64,
    pub(crate) create: u64,
    pub(crate) update: u64,
    pub(crate) unchanged: u64,
    pub(crate) invalid: u64,
    /// Refused before, and nothing about them has changed.
    pub(crate) refused: u64,
    /// No members any more: to be unsubscribed from the list.
    pub(crate) leave: u64,
    /// Rows that are left out because the people were forgotten; these are no members.
    pub(crate) forgotten: u64,
    /// Imports that sending it takes.
    pub(crate) requests: u64,
    /// How long the provider's limit makes that, about; it imports in its own time, afterwards.
    pub(crate) minutes: f64,
    /// How many more contacts the account may have; nothing where it does not tell, or where nobody is created.
    pub(crate) room: Option<u64>,
    /// What speaks against sending it, with its figures.
    pub(crate) warnings: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunCounts)]
pub(crate) struct CountsView {
    /// created + updated + unchanged + invalid + refused + unsent.
    pub(crate) members: u64,
    pub(crate) created: u64,
    pub(crate) updated: u64,
    pub(crate) unchanged: u64,
    /// Ours to mend.
    pub(crate) invalid: u64,
    /// Turned down by ActiveCampaign.
    pub(crate) refused: u64,
    /// Their turn did not come: the next run sends them.
    pub(crate) unsent: u64,
    /// Unsubscribed from the list; these are no members.
    pub(crate) left: u64,
    pub(crate) requests: u64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunReason)]
pub(crate) struct ReasonView {
    #[schema(example = "invalid_email")]
    pub(crate) reason: &'static str,
    /// `our data` or `ActiveCampaign`.
    pub(crate) whose: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) what_to_do: &'static str,
    pub(crate) count: u64,
}

/// A table that is not as it was declared, and what that breaks.
#[derive(Serialize, ToSchema)]
#[schema(as = RunTable)]
pub(crate) struct DriftedView {
    pub(crate) name: String,
    /// Why its files cannot be read at all; may be empty.
    pub(crate) cause: String,
    /// Columns that are gone or of another kind.
    pub(crate) lost_columns: Vec<LostColumn>,
    /// Segments that this breaks, by name.
    pub(crate) broken_segments: Vec<String>,
    /// Exports that this breaks, by name.
    pub(crate) broken_exports: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunSegment)]
pub(crate) struct SegmentView {
    pub(crate) name: String,
    pub(crate) before: Option<u64>,
    /// None if it failed: those before stay in force.
    pub(crate) members: Option<u64>,
    pub(crate) is_changed: bool,
    /// Why it failed; may be empty.
    pub(crate) cause: String,
    pub(crate) milliseconds: u64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunStep)]
pub(crate) struct StepView {
    #[schema(example = "delivering")]
    pub(crate) name: String,
    pub(crate) milliseconds: u64,
}

/// A run as it is shown.
pub(crate) fn view(job: Job) -> RunView {
    let Product { report, plan, tables, segments, .. } = job.product.unwrap_or_default();
    let rejections = match (&report, &plan) {
        (Some(report), _) => report.rejections.as_slice(),
        (None, Some(plan)) => plan.rejected.as_slice(),
        (None, None) => &[],
    };
    let subject = Some(job.work.subject()).filter(|subject| !subject.is_empty());
    RunView {
        kind: job.work.kind(),
        subject: subject.map(|id| Subject { id: id.to_owned(), name: job.name }),
        trigger: job.trigger.word(),
        note: job.note,
        by: job.person.map(|(id, name)| Person { id, name }),
        status: job.status.word(),
        cause: job.words,
        is_cancelled: job.is_unwanted,
        queued_at: written(job.queued_ms),
        started_at: job.started_ms.map(written),
        ended_at: job.ended_ms.map(written),
        refresh: job.parent,
        plan_of: job.plan,
        retry_of: job.retries,
        progress: job.headway.filter(|_| job.status.is_under_way()).map(|headway| progress(&headway)),
        rejections: rejections.iter().map(reason).collect(),
        plan: plan.as_ref().map(planned),
        counts: report.as_ref().map(counts),
        tables: tables.into_iter().map(drifted).collect(),
        segments: segments.into_iter().map(segment).collect(),
        steps: job.steps.into_iter().map(step).collect(),
        id: job.id,
    }
}

fn drifted(table: DriftedTable) -> DriftedView {
    DriftedView {
        name: table.name,
        cause: table.words,
        lost_columns: table.columns.into_iter().map(lost).collect(),
        broken_segments: table.segments,
        broken_exports: table.exports,
    }
}

fn progress(headway: &Headway) -> ProgressView {
    ProgressView {
        step: headway.step.clone(),
        done: headway.done,
        total: Some(headway.total).filter(|total| *total > 0),
        per_second: Some(headway.per_second).filter(|rate| *rate > 0.0),
        seconds_left: headway.seconds_left,
        handed_over: headway.handed_over,
        open_batches: headway.open_batches,
    }
}

fn planned(plan: &PlanSummary) -> PlanView {
    let counts = plan.counts;
    PlanView {
        members: counts.members,
        create: counts.create,
        update: counts.update,
        unchanged: counts.unchanged,
        invalid: counts.invalid,
        refused: counts.refused,
        leave: counts.leave,
        forgotten: counts.forgotten,
        requests: plan.imports(),
        minutes: plan.minutes(),
        room: plan.room,
        warnings: plan.warning().into_iter().collect(),
    }
}

fn counts(report: &Report) -> CountsView {
    CountsView {
        members: report.members,
        created: report.created,
        updated: report.updated,
        unchanged: report.unchanged,
        invalid: report.invalid,
        refused: report.refused,
        unsent: report.unsent,
        left: report.left,
        requests: report.requests,
    }
}

fn reason(counted: &ReasonCount) -> ReasonView {
    let reason = counted.reason;
    ReasonView {
        reason: reason.code(),
        whose: reason.owner().words(),
        meaning: reason.meaning(),
        what_to_do: reason.advice(),
        count: counted.count,
    }
}

fn segment(segment: RefreshedSegment) -> SegmentView {
    SegmentView {
        name: segment.name,
        before: segment.before,
        members: segment.members,
        is_changed: segment.is_changed,
        cause: segment.words,
        milliseconds: segment.millis,
    }
}

fn step(step: Step) -> StepView {
    StepView { name: step.name, milliseconds: step.millis }
}
