# Exports: the list, one export, and the page that sets one up.

exports-what = Which segments are kept on which list, and how each export stands.
exports-add = Add export
exports-run-all = Run all
exports-run-all-ask = { $exports ->
    [one] Run one export
   *[other] Run { $exports } exports
}
exports-run-all-lists = { $lists ->
    [one] to one list?
   *[other] to { $lists } lists?
}
exports-run-all-what = Each sends what has changed since its last run, and brakes stop what is too much. Those that wait or run already are not begun twice.
exports-run-all-do = { $exports ->
    [one] Run one export
   *[other] Run { $exports } exports
}
exports-run-all-none = There is no export to run
exports-run-all-hint = “Run all” runs every export that has a schedule and that you may run.
exports-removed = The export is removed.
exports-connect = Connect ActiveCampaign
exports-no-connection-administrator = There is no connection to export to yet.
exports-no-connection-contributor = No connection is shared with you, so there is nowhere to export to. Ask an administrator to share one with you: { $administrators }.
exports-empty = No exports yet
exports-empty-what = An export keeps a list in ActiveCampaign equal to one or more segments. It says which list, what fills the contacts, and when it runs.
exports-search = Name or connection
exports-sort = Sort by
exports-from-end = { $column }, from the end
exports-show-all = Show all
exports-none-found = Nothing found
exports-none-found-what = No export, and no connection of one, is called so.
exports-pages = Pages of exports
exports-column-name = Name
exports-column-status = Status
exports-column-latest-run = Last run
exports-column-next-run = Next run
exports-column-connection = Connection used
exports-column-list = List
exports-column-permission = Your permissions
exports-permission-edit = Edit
exports-permission-view = View
exports-detached = No connection
exports-switched-off = Switched off
exports-does-not-run = does not run

exports-setup = This page
exports-edit-title = Edit export
exports-saving-sends-nothing = Saving sends nothing.
exports-no-segments = There is no segment to export yet
exports-no-segments-what = Exports take segments only. Make one first: everybody who meets your conditions.
exports-make-segment = Make segment
exports-question-what = What do you want to export?
exports-name = Name
exports-segments = Segments
exports-segments-hint = All over one table. Who is in several is one member.
exports-find-segments = Search segments by name or description
exports-find-none = No other segment matches.
exports-segments-shown = { $from } to { $until } of { $all } that are not chosen
exports-segments-before = Those before
exports-segments-next = Next ones
exports-altered-added = “{ $segment }” is added below. Save the export to keep it so.
exports-altered-taken-out = “{ $segment }” is taken out below. Save the export to keep it so.
exports-segment = Segment
exports-segment-members = Members
exports-members = { $members ->
    [one] one member
   *[other] { $members } members
}
exports-members-unknown = not refreshed yet
exports-over-limit = more than the { $limit } of one run
exports-question-where = Where to?
exports-connection = Connection for export
exports-connection-hint = Those that are shared with you. For another one, ask an administrator.
exports-another-connection = Add another connection
exports-choose = Choose…
exports-show-lists = Show its lists
exports-account-silent = The account does not answer, so its lists and custom fields cannot be shown.
exports-list = ActiveCampaign list
exports-list-first = Choose a connection first: its account's lists are shown then.
exports-list-by-id = Type the list's ID. It stands in the address of the list's page in ActiveCampaign.
exports-no-lists = The account has no list that takes e-mail. Create one in ActiveCampaign, then show the lists again.
exports-list-help = How to create a list in ActiveCampaign
exports-question-how = How should changes be kept?
exports-mode = When somebody leaves the segment
exports-mode-add-update = They stay on the list
exports-mode-hint-add-update = Members are added and updated; nobody is taken off.
exports-mode-mirror = They are taken off the list
exports-mode-hint-mirror = Those who left are unsubscribed from this list, if this export had put them there. An import takes nobody back who unsubscribed.
exports-options = More options
exports-blanks = Empty values
exports-blanks-keep = Leave what ActiveCampaign has
exports-blanks-clear = Erase what ActiveCampaign has
exports-automations = Let imports start automations
exports-automations-hint = Automations that begin when somebody joins the list may then send mail to everybody who is new.
exports-required = Every member must also meet
exports-required-hint = Conditions that the table declares, whatever the segments say: consent, for example.
exports-brakes = Brakes
exports-brakes-hint = A run that passes one of these stops before anything is sent.
exports-max-profiles = Most members
exports-max-leaving = Most who may be taken off, in percent
exports-allow-empty = Let a run without any member through
exports-allow-empty-hint = In mirror mode that takes everybody off the list.
exports-question-fields = Which fields should be filled?
exports-fields = Data matching
exports-fields-hint = Only what is named here is sent. Everything else in ActiveCampaign stays as it is.
exports-fields-first = Choose a segment first: the columns of its table are shown then.
exports-show-columns = Show its columns
exports-must = required
exports-add-attribute = Add attribute…
exports-choose-column = Choose a column…
exports-row = row { $number }
exports-row-attribute = Row { $number }: what is filled
exports-row-column = Row { $number }: the column that fills it
exports-another-row = Add attribute
exports-suggest = Fill in suggestions
exports-attribute-email = Email
exports-attribute-first-name = First name
exports-attribute-last-name = Last name
exports-attribute-phone = Phone
exports-attribute-account-name = Company
exports-attribute-tag-column = Tag with the column's value
exports-attribute-field = Custom field { $id }
exports-kind-text = text
exports-kind-number = number
exports-kind-date = date
exports-kind-local-time = time
exports-kind-instant = moment
exports-kind-boolean = yes or no
exports-kind-text-list = list
exports-kind-other = cannot be sent
exports-kind-gone = not in the table
exports-tags = Tags for everybody
exports-tags-hint = With commas between them. Tags are only added, never taken away.
exports-when = When it runs
exports-schedule-follows-refresh = With every system refresh
exports-schedule-when-segments-change = When a refresh has changed its segments
exports-schedule-own = At times of its own
exports-schedule-off = Only when somebody runs it
exports-recap = What it does
exports-recap-do = Update
exports-save = Save export

exports-recap-nobody = No segment is chosen yet.
exports-recap-who = Everybody in { $segments }: { $members ->
    [one] one member
   *[other] { $members } members
 } at the last refresh.
exports-recap-who-several = Everybody in { $segments }: { $members ->
    [one] one member
   *[other] { $members } members
 } at the most, since who is in several counts once.
exports-recap-who-unknown = Everybody in { $segments }. How many that is, a refresh will tell.
exports-recap-nowhere = Connection and list are not chosen yet.
exports-recap-where = They go to the list “{ $list }” of { $connection }.
exports-recap-mode-add-update = New members are added, changed ones updated; who leaves stays on the list.
exports-recap-mode-mirror = New members are added, changed ones updated; who leaves is unsubscribed from the list.
exports-recap-brake = If more than { $percent }% of the list would leave at once, the run stops before anything is sent.
exports-recap-no-email = The column of the e-mail address is not chosen yet.
exports-recap-fields = Filled: { $fields }. Nothing else is touched.
exports-recap-tags = tags { $tags }
exports-recap-clear = Empty values erase what ActiveCampaign has.
exports-recap-automations = Imports may start automations.
exports-recap-required = Whoever does not meet { $conditions } is left out.
exports-recap-by-hand = It runs only when somebody runs it. Who has opted out is never subscribed again.
exports-recap-when = It runs { $when }. Who has opted out is never subscribed again.

exports-recap-no-refresh = It would run with the system refresh, but no refresh is scheduled: it runs only when somebody refreshes or runs it. Who has opted out is never subscribed again.
exports-no-refresh = No refresh is scheduled, so exports that follow it do not run by themselves.
exports-set-refresh = Set one under Schedule
exports-run = Run
exports-dry-run = Dry run
exports-enable = Switch on
exports-disable = Switch off
exports-detach = Detach connection
exports-duplicate = Duplicate
exports-copy-of = Copy of { $name }
exports-copy-name = Name of a copy
exports-copy-hint = A copy begins switched off: two exports that keep one list are seldom meant.
exports-more = More actions
exports-stopped = A brake stopped the latest run before anything was sent.
exports-stopped-what = If this change is meant, let it through; if not, look at the segment first.
exports-warnings = Probably not meant
exports-detached-what = This export has no connection, so it does not run. Edit it and choose one.
exports-latest-runs = Latest runs
exports-all-runs = All runs
exports-no-runs = It has not run yet. A dry run shows what would be sent, and sends nothing.
exports-facts = Facts
exports-updated = Last changed
exports-created = Created
exports-done-created = The export is saved. Nothing was sent: run it, or see first what it would send with a dry run.
exports-done-changed = Your changes are saved. The next run follows them.
exports-done-enabled = The export is switched on.
exports-done-disabled = The export is switched off. It does not run until it is switched on again.
exports-done-detached = The connection is taken from the export. It does not run until it gets another one.
exports-done-copied = This is the copy. It is switched off: edit it, then switch it on.
exports-ask-remove = Remove this export?
exports-ask-detach = Detach the connection?
exports-ask-runs-remove = The export does not run again, and its settings are gone.
exports-ask-runs-detach = The export does not run until an administrator gives it another connection. Its settings stay.
exports-ask-listed = { $listed ->
    [one] One contact
   *[other] { $listed } contacts
 } that it keeps on the list “{ $list }” { $listed ->
    [one] stays there: nobody is unsubscribed.
   *[other] stay there: nobody is unsubscribed.
}
exports-ask-nothing-listed = It has not put anybody on its list yet.
exports-ask-running = A run of it waits or is under way. What waits is skipped; what is under way goes on unless you cancel it first.
exports-ask-stays-remove = { $segments ->
    [one] Its segment, its connection and the audit log stay.
   *[other] Its { $segments } segments, its connection and the audit log stay.
}
exports-ask-stays-detach = The connection and other exports on it stay as they are.
exports-ask-do-remove = Remove export
exports-ask-do-detach = Detach connection
exports-choose-one = Choose { $name }
exports-set-schedules = Set schedule of chosen…
exports-set-schedules-hint = Tick the exports above that are to run at the same times.
exports-scheduled = The chosen exports have their new schedule.
exports-schedules = Schedule of several exports
exports-schedules-what = They run by this schedule from now on. Saving begins no run.
exports-schedules-none = No export is chosen
exports-schedules-none-what = Go back to the exports and tick those whose schedule is to be set. Only exports that you may change can be chosen.
exports-schedules-chosen = { $exports ->
    [one] One chosen export
   *[other] { $exports } chosen exports
}
exports-schedules-now = Until now
exports-schedules-do = { $exports ->
    [one] Set its schedule
   *[other] Set the schedule of { $exports } exports
}
exports-schedules-left = { $changed ->
    [0] No schedule was changed.
    [one] One export has the new schedule.
   *[other] { $changed } exports have the new schedule.
} { $left ->
    [one] This one was left as it is; look at it and save again:
   *[other] These { $left } were left as they are; look at them and save again:
}
