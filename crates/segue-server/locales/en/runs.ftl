# Runs: one as it goes on, those of an export, and what is said of them elsewhere.

runs-title = Runs
runs-pages = Pages of runs
runs-begun = Begun
runs-status = Status
runs-status-not-started = Not started
runs-status-queued = Queued
runs-status-running = Running
runs-status-waiting-for-limit = Waiting for the limit
runs-status-succeeded = Succeeded
runs-status-succeeded-with-rejections = Succeeded with rejections
runs-status-stopped-by-brake = Stopped by a brake
runs-status-skipped = Skipped
runs-status-failed = Failed
runs-status-cancelled = Cancelled
runs-kind-export = Run
runs-kind-dry-run = Dry run
runs-kind-segment = Refresh of a segment
runs-kind-refresh = System refresh
runs-trigger = Why
runs-trigger-demand = On demand
runs-trigger-approval = Approved plan
runs-trigger-retry = Refused ones again
runs-trigger-schedule = Schedule
runs-trigger-catch-up = Schedule, catching up
runs-trigger-refresh = System refresh
runs-trigger-segments-changed = Segments changed
runs-members = Members
runs-sent = Sent
runs-rejected = Rejected
runs-being-cancelled = It is being cancelled: nothing more is sent.
runs-cancelling-waits = It is being cancelled: nothing more is sent. It waits for { $batches ->
    [one] one batch
   *[other] { $batches } batches
} that ActiveCampaign already has, since what is imported of them has to count. That takes as long as ActiveCampaign takes.
runs-cancel = Cancel run
runs-retry = Send only the refused ones again
runs-retry-of = Those who were refused in
runs-approve = Send this plan
runs-progress = Progress
runs-step = Step
runs-steps = Steps
runs-step-planning = Planning
runs-step-recovering = Finishing what an earlier run left
runs-step-delivering = Sending
runs-step-explaining = Asking why some were refused
runs-step-settling = Settling
runs-step-sources = Looking at tables
runs-step-segments = Refreshing segments
runs-step-exports = Queueing exports
runs-table-drifted = Not as it was declared:
runs-done-of = { $done } of { $total }
runs-confirmed-of = { $done } of { $total } confirmed
runs-handed-over = { $posted } handed over to ActiveCampaign
runs-read = { $done ->
    [one] one profile read
   *[other] { $done } profiles read
}
runs-rate = { $rate } a second
runs-left = about { $time } left
runs-limit = ActiveCampaign's limit is reached; it goes on by itself as soon as the limit allows.
runs-waits = It waits for its turn.
runs-advice-stopped-by-brake = Nothing was sent. If this change is meant, loosen the brake in the export's options and run it again; if not, look at the segment first.
runs-advice-skipped = Nothing was sent. Mend what stands beside the status, then run it again.
runs-advice-failed = What was done before the failure counts: an export sends the rest at its next run, and segments keep their members. Mend what stands beside the status, then start it again.
runs-advice-cancelled = What was confirmed before it was cancelled counts. The next run sends the rest.
runs-became = What became of everybody
runs-would-become = What would become of everybody
runs-compared = Compared with
runs-difference = Difference
runs-fate = Fate
runs-profiles = Profiles
runs-count-created = Created
runs-count-what-created = Sent, and new to the list by this export.
runs-count-create = To create
runs-count-what-create = Would be sent, and are new to the list by this export.
runs-count-updated = Updated
runs-count-what-updated = Sent again, because something about them changed.
runs-count-update = To update
runs-count-what-update = Would be sent again, because something about them changed.
runs-count-unchanged = Unchanged
runs-count-what-unchanged = Not sent: the list has them already, exactly so.
runs-count-invalid = Invalid
runs-count-what-invalid = Not sent because of our data: ours to mend.
runs-count-refused = Refused
runs-count-what-refused = Turned down by ActiveCampaign: theirs to explain.
runs-count-unsent = Not sent
runs-count-what-unsent = Their turn did not come: the next run sends them.
runs-taken-off = { $left ->
    [one] One contact who is no member any more was unsubscribed from the list.
   *[other] { $left } contacts who are no members any more were unsubscribed from the list.
}
runs-would-leave = { $leave ->
    [one] One contact who is no member any more would be unsubscribed from the list.
   *[other] { $leave } contacts who are no members any more would be unsubscribed from the list.
}
runs-too-little-room = The plan creates up to { $create ->
    [one] one contact
   *[other] { $create } contacts
}, and the account has room for { $room ->
    [0] none
    [one] one
   *[other] { $room }
}: beyond its limit ActiveCampaign refuses contacts, or sends no campaigns any more. Raise the limit or remove contacts first.
runs-nothing-to-send = Nothing is to be sent.
runs-cost = { $requests ->
    [one] Sending this takes one import request
   *[other] Sending this takes { $requests } import requests
} and about { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}; ActiveCampaign then imports in its own time.
runs-rejections = Rejections
runs-download = Download as CSV
runs-invalid-ours = { $count ->
    [one] One invalid: ours to mend
   *[other] { $count } invalid: ours to mend
}
runs-refused-theirs = { $count ->
    [one] One refused: theirs to explain
   *[other] { $count } refused: theirs to explain
}
runs-reason = Reason
runs-what-to-do = What to do:
runs-reason-no-email = No e-mail address
runs-mend-no-email = fill the e-mail column, or leave the profile out.
runs-reason-invalid-email = Not an address that ActiveCampaign takes
runs-mend-invalid-email = correct the address at its source.
runs-reason-duplicate-email = Another profile has the same address; the first one is sent
runs-mend-duplicate-email = merge the profiles, or correct one address.
runs-reason-too-large = Larger than one request may be
runs-mend-too-large = shorten the longest values, or map fewer columns.
runs-reason-invalid-value = A value does not fit its custom field
runs-mend-invalid-value = correct the value, or add the option in ActiveCampaign.
runs-reason-unsubscribed = Unsubscribed from this list
runs-mend-unsubscribed = nothing: an opt-out is kept.
runs-reason-returned = Taken off the list by this export, and a member again
runs-mend-returned = add the contact to the list in ActiveCampaign; an import takes nobody back.
runs-reason-bounced = Mail to this address bounced
runs-mend-bounced = ask the person for another address.
runs-reason-excluded = On the account's exclusion list
runs-mend-excluded = take the address off the exclusion list if that is wrong.
runs-reason-not-accepted = Not accepted by ActiveCampaign
runs-mend-not-accepted = see its words beside each row.
runs-reason-contact-limit = The account's contact limit is reached
runs-mend-contact-limit = raise the plan's limit or remove contacts, then run again.
runs-reason-unexplained = Refused without a reason that could be learned
runs-mend-unexplained = look the contact up in ActiveCampaign, or send refused ones again.
runs-rejections-kept = Rejections are personal data: the download is kept for a limited time.
runs-examples = Examples
runs-examples-what = Up to ten of each kind. They are people: look, and do not pass on.
runs-examples-gone = The examples of this plan are not kept any more: they are personal data. Make another dry run to see new ones.
runs-example-create = To create
runs-example-update = To update
runs-example-unchanged = Unchanged
runs-example-leave = To unsubscribe
runs-example-no-email = Invalid: no e-mail address
runs-example-invalid-email = Invalid: not an address that ActiveCampaign takes
runs-example-duplicate-email = Invalid: the same address as another profile
runs-example-too-large = Invalid: too large
runs-example-invalid-value = Invalid: a value does not fit its custom field
runs-example-unsubscribed = Refused before: unsubscribed
runs-example-returned = Refused before: taken off the list, and a member again
runs-example-bounced = Refused before: mail bounced
runs-example-excluded = Refused before: on the exclusion list
runs-example-not-accepted = Refused before: not accepted
runs-example-contact-limit = Refused before: contact limit
runs-example-unexplained = Refused before: no reason known
runs-profile = Profile
runs-email = E-mail
runs-detail = What is sent, or wrong
runs-tags = Tags
runs-cleared = (cleared)
runs-segment = Segment
runs-segment-before = Before
runs-segment-members = Members
runs-segment-changed = Changed
runs-segment-same = Same members
runs-took = Took
runs-followers = Exports that it began
runs-export = Export
runs-about = About this run
runs-queued = Queued
runs-started = Started
runs-ended = Ended
runs-requests = Requests made
runs-of-refresh = Begun by
runs-of-plan = Plan of
runs-batches = Batches
runs-batches-what = Each is one bulk import at ActiveCampaign.
runs-batch = Batch
runs-batch-part = What
runs-batch-contacts = Contacts
runs-batch-state = State
runs-batch-refused = Refused
runs-batch-sent = Sent
runs-batch-confirmed = Confirmed
runs-batch-provider = ActiveCampaign's ID
runs-part-sends = Sends
runs-part-leaves = Unsubscribes
runs-batch-state-sending = Being sent
runs-batch-state-accepted = Taken, being imported
runs-batch-state-done = Imported
runs-rows = Rows of this run
runs-rows-what = What became of everybody, or would by this plan.
runs-rows-of-batch = Batch { $batch }: { $part }.
runs-row-created = Created
runs-row-members = All members
runs-row-updated = Updated
runs-row-unchanged = Unchanged
runs-row-left = Taken off the list
runs-row-left-alone = Left alone: not on the list any more, or there before this export
runs-row-still-listed = Still on the list
runs-row-invalid = Invalid
runs-row-refused = Refused
runs-row-unsent = Not sent
runs-row-create = To be created
runs-row-update = To be updated
runs-row-leave = To be taken off the list
runs-any-fate = All
runs-any-reason = Any
runs-search = Profile, e-mail or words
runs-search-rows = See rows
runs-why = Why
runs-whose-our-data = our data
runs-whose-activecampaign = ActiveCampaign
runs-download-rows = Download these rows as CSV
runs-rows-gone = The rows of this run are not kept any more: they are personal data. The numbers stay.
runs-rows-none = Nobody
runs-rows-none-what = No row of this run is like that.
runs-rows-kept = Rows are personal data: they are kept for a limited time.
