# What goes on, and how refreshes went.

status-what = What runs now, what waits, and how the latest refreshes went.
status-refresh = Refresh everything now
status-queued = The runs are queued. Each begins as soon as a worker is free.
status-now = Now
status-idle = Nothing runs, and nothing waits.
status-task = Task
status-actions = Actions
status-cancel = Cancel
status-more = { $count ->
    [one] One more waits.
   *[other] { $count } more wait.
}
status-latest = Latest system refresh
status-timeline = Tasks of the latest system refresh
status-course = When
status-history = Refreshes
status-no-history = Nothing has been refreshed yet. A refresh looks at the tables, finds the members of every segment, and runs the exports that follow it.
