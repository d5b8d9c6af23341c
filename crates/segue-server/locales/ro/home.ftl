# Prima pagină, pe lângă lista de pași.

home-profiles = Profiluri
home-profiles-counted = numărate la { $when }
home-profiles-uncounted = Încă nenumărate: verificarea tabelului le numără.
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
home-mend-refresh = Deschide reîmprospătarea
home-mend-brake = Slăbește frâna
home-mend-table = Verifică tabelul
home-advice-segment = Membrii dinainte rămân valabili. Îndreaptă tabelul sau segmentul, apoi reîmprospătează-l din nou.
home-advice-refresh = Membrii dinainte rămân valabili. Îndreaptă tabelul numit, apoi reîmprospătează din nou, la Stare.
home-deliveries = Livrările din ultimele 30 de zile
home-no-deliveries = Nu s-a livrat nimic în ultimele 30 de zile.
home-most = Cel mai mult într-o zi: { $count }
home-chart = Livrări zi de zi: în total { $sent } trimiși și { $rejected } respinși
home-day = { $sent } trimiși, { $rejected } respinși
home-as-table = Ca tabel
home-date = Zi
