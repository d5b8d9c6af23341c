# The first page, besides its checklist.

home-profiles = Profiles
home-profiles-counted = counted { $when }
home-profiles-uncounted = Not counted yet: checking the table counts them.
home-sent = Sent in 30 days
home-rejected = { $count ->
    [one] one rejected
   *[other] { $count } rejected
}
home-next-refresh = Next refresh
home-trouble = Needs you
home-mend-export = Open export
home-mend-segment = Open segment
home-mend-refresh = Open the refresh
home-mend-brake = Loosen the brake
home-mend-table = Check the table
home-advice-segment = The members before stay in force. Mend the table or the segment, then refresh it again.
home-advice-refresh = The members before stay in force. Mend the table that is named, then refresh again under Status.
home-deliveries = Deliveries of the last 30 days
home-no-deliveries = Nothing was delivered in the last 30 days.
home-most = Most on one day: { $count }
home-chart = Deliveries day by day: { $sent } sent and { $rejected } rejected in all
home-day = { $sent } sent, { $rejected } rejected
home-as-table = As a table
home-date = Day
