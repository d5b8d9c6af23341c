# Prima pagină, pe lângă lista de pași.

home-sent = Trimiși în 30 de zile
home-rejected = { $count ->
    [one] unul respins
    [few] { $count } respinși
   *[other] { $count } de respinși
}
home-next-refresh = Următoarea reîmprospătare
home-trouble = Are nevoie de tine
home-mend-export = Deschide exportul
home-mend-segment = Deschide segmentul
home-mend-refresh = Deschide starea
home-deliveries = Livrările din ultimele 30 de zile
home-no-deliveries = Nu s-a livrat nimic în ultimele 30 de zile.
home-most = Cel mai mult într-o zi: { $count }
home-chart = Livrări zi de zi: în total { $sent } trimiși și { $rejected } respinși
home-day = { $sent } trimiși, { $rejected } respinși
home-as-table = Ca tabel
home-date = Zi
