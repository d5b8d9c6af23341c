# Segments: who is in.

segments-about = Groups of customers that follow from your rules. Each is as it was at its last refresh.
segments-add = Make a segment
segments-edit = Edit { $name }
segments-empty = No segments yet
segments-empty-what = Say who is meant: everybody who meets your conditions. You see how many there are while you build it.
segments-no-tables = A segment needs a table of customers with a key. Add one first.
segments-no-profiles = No table of customers yet
segments-search = Search by name or description
segments-every = Any
segments-show-all = Show all
segments-none-found = No segment matches
segments-none-found-what = Search for something else, or show all.
segments-name = Name
segments-name-hint = A letter, then letters, digits, - and _.
segments-description = Description
segments-type = Type
segments-type-dynamic = Dynamic
segments-type-static = Static
segments-type-hint = Dynamic segments follow every refresh. Members of a static one stay until you refresh it yourself.
segments-state = State
segments-state-active = Active
segments-state-inactive = Inactive
segments-schedule = Schedule
segments-schedule-refresh = With every refresh
segments-schedule-by-hand = By hand
segments-schedule-inactive = Inactive
segments-status = Latest refresh
segments-members = Members
segments-change = Change
segments-change-what = since the refresh before
segments-refreshed = Refreshed
segments-refresh = Refresh
segments-refresh-succeeded = Succeeded
segments-refresh-failed = Failed
segments-refresh-loaded = Loaded from a list
segments-refresh-none = Never refreshed
segments-refresh-failed-what = The latest refresh failed. The members before stay in force.
segments-refresh-mend = Mend what is said, then refresh again.
segments-check-table = Check the table { $table }
segments-set-aside = { $count ->
    [one] At the latest refresh one row of its tables could not be used and was set aside. Check the table to see which.
   *[other] At the latest refresh { $count } rows of its tables could not be used and were set aside. Check the tables to see which.
}
segments-refreshing = A refresh waits or is under way.
segments-follow = Follow it
segments-compare = Compare
segments-compare-do = Compare chosen
segments-compare-hint = Choose two or more over one table to see who is in several.
segments-compare-with = Compare with…
segments-overlap = Who is in several
segments-overlap-few = Choose at least two segments
segments-exactly = Members of exactly
segments-profiles = People
segments-in-all = in all
segments-only-here = only here
segments-together = Together
segments-broken = The definition no longer fits the tables. It cannot be refreshed before this is mended.
segments-warnings = This is probably not meant
segments-rules = Rules
segments-rule = Rule
segments-over = Of the people in
segments-inspect = Count each rule
segments-members-after = Members after it
segments-inspect-now = By the tables as they are now.
segments-as-text = As text
segments-history = Members over time
segments-no-history = It was never refreshed.
segments-trend = Members over time
segments-trend-text = From { $first } to { $last }; at least { $least }, at most { $most }.
segments-every-refresh = Every refresh
segments-when = When
segments-took = Took
segments-first-members = First members
segments-show-members = Show first 100
segments-download-hint = All members with all their columns. The audit log notes who downloads them.
segments-no-members-yet = Refresh it to see who is in.
segments-nobody = Nobody is in.
segments-why = Why is somebody in or not?
segments-key = Key of the person
segments-explain = Explain
segments-no-such-key = Nobody in { $table } has this key. Check how it is written, or look the person up under Customers.
segments-why-in = { $key } is in
segments-why-out = { $key } is not in
segments-why-static = the segment is static, and its members stay as they are until somebody refreshes it
segments-why-meets = meets the condition { $condition }, which asks for
segments-why-required = meets, as everybody must, the condition { $condition }, which asks for
segments-why-refresh = Was in when the segment was last refreshed, or loaded from a list
segments-found = it is { $value }
segments-found-empty = it is empty
segments-found-none = there is no value
segments-found-rows = { $count ->
    [0] there are no rows
    [one] there is 1 row
   *[other] there are { $count } rows
}
segments-to-person = Go to the page of this person
segments-used-what = segments and exports
segments-uses = It asks about
segments-export-it = Export it
segments-exports = Exports
segments-add-to = Add to export…
segments-add-to-do = Add
segments-add-to-hint = Exports over the same table that you may change. The form opens with the segment; saving it makes it so.
segments-take-out = Take out…
segments-more = More
segments-activate = Activate
segments-activate-hint = It is refreshed with the others again.
segments-deactivate = Deactivate
segments-deactivate-hint = It keeps its members and is no longer refreshed with the others.
segments-make-static = Make static
segments-make-static-hint = Its members stay until somebody refreshes it by hand.
segments-make-dynamic = Make dynamic
segments-make-dynamic-hint = Its members follow every refresh again.
segments-copy-name = Name of a copy
segments-duplicate = Duplicate
segments-new-name = New name
segments-rename = Rename
segments-rename-hint = Segments and exports that use it follow.
segments-done-added = The segment is saved. Refresh it to see who is in.
segments-done-changed = The segment is changed. Its members stay until it is refreshed.
segments-done-refreshing = It is being refreshed.
segments-done-renamed = It has its new name.
segments-done-copied = This is the copy. Refresh it to see who is in.
segments-done-removed = The segment is removed.
segments-remove = Remove { $name }?
segments-remove-members = { $count ->
    [one] Its only member is no longer counted as one.
   *[other] Its { $count } members are no longer counted as such.
}
segments-remove-history = { $count ->
    [one] Its one refresh is forgotten.
   *[other] Its { $count } refreshes are forgotten.
}
segments-remove-stays = Customers and tables stay. This cannot be undone.
segments-remove-used = { $count ->
    [one] This uses the segment. Change or remove it first:
   *[other] These { $count } use the segment. Change or remove them first:
}
segments-remove-do = Remove the segment
segments-in-use = { $count ->
    [one] One other segment or export uses this segment and follows what you change.
   *[other] { $count } other segments and exports use this segment and follow what you change.
}
segments-counted = { $count ->
    [one] 1 person would be in.
   *[other] { $count } people would be in.
}
segments-members-now = Members by the tables as they are now
segments-sample = Show ten of them
segments-text = Definition as text
segments-text-hint = YAML or JSON. The rules and this text are one: a change of either changes the other.
segments-count = Count
segments-save-refresh = Save and refresh

segments-said-first = Who meets
segments-said-union = And also who meets
segments-said-intersect = Of these only who also meets
segments-said-except = But nobody who meets
segments-joined-all = all of these
segments-joined-any = at least one of these
segments-member-of = is a member of { $segment }
segments-not-member-of = is not a member of { $segment }
segments-meets = meets the condition { $condition }
segments-has-any = has rows in { $table }
segments-has-none = has no rows in { $table }
segments-of-count = number of rows in { $table }
segments-of-count-distinct = number of different { $column } in { $table }
segments-of-sum = sum of { $column } in { $table }
segments-of-average = average of { $column } in { $table }
segments-of-min = smallest { $column } in { $table }
segments-of-max = largest { $column } in { $table }
segments-of-first = first { $column } in { $table }, by { $by },
segments-of-latest = latest { $column } in { $table }, by { $by },
segments-where = counting only rows that meet
segments-ignoring-case = upper and lower case alike
segments-quoted = “{ $text }”
segments-and = and
segments-today = today
segments-op-is = is
segments-op-is-not = is not
segments-op-one-of = is one of
segments-op-none-of = is none of
segments-op-contains = contains
segments-op-does-not-contain = does not contain
segments-op-starts-with = starts with
segments-op-ends-with = ends with
segments-op-matches = matches the pattern
segments-op-less-than = is less than
segments-op-at-most = is at most
segments-op-more-than = is more than
segments-op-at-least = is at least
segments-op-between = is between
segments-op-on = is on
segments-op-before = is before
segments-op-after = is after
segments-op-in-last = is in the last
segments-op-not-in-last = is not in the last
segments-op-in-next = is in the next
segments-op-to-date = is in the current
segments-op-month-of = is in the month
segments-op-day-of = is on the day, of any year,
segments-op-contains-any = has any of
segments-op-contains-all = has all of
segments-op-contains-none = has none of
segments-op-is-empty = is empty
segments-op-is-not-empty = is not empty
segments-period-week = week, up to today
segments-period-month = month, up to today
segments-period-quarter = quarter, up to today
segments-period-year = year, up to today
segments-span-days = { $count ->
    [one] day
   *[other] { $count } days
}
segments-span-weeks = { $count ->
    [one] week
   *[other] { $count } weeks
}
segments-span-months = { $count ->
    [one] month
   *[other] { $count } months
}
segments-span-years = { $count ->
    [one] year
   *[other] { $count } years
}
