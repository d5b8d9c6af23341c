# The first page, besides its checklist.

home-sent = Sent in 30 days
home-rejected = { $count ->
    [one] one rejected
   *[other] { $count } rejected
}
home-next-refresh = Next refresh
home-trouble = Needs you
home-mend-export = Open export
home-mend-segment = Open segment
home-mend-refresh = Open status
home-deliveries = Deliveries of the last 30 days
home-no-deliveries = Nothing was delivered in the last 30 days.
home-most = Most on one day: { $count }
home-chart = Deliveries day by day: { $sent } sent and { $rejected } rejected in all
home-day = { $sent } sent, { $rejected } rejected
home-as-table = As a table
home-date = Day
