# Ce se întâmplă acum și cum au mers reîmprospătările.

status-what = Ce rulează acum, ce așteaptă și cum au mers ultimele reîmprospătări.
status-refresh = Reîmprospătează totul acum
status-queued = Rulările sunt puse în așteptare. Fiecare pornește imediat ce se poate.
status-now = Acum
status-idle = Nu rulează și nu așteaptă nimic.
status-task = Sarcină
status-actions = Acțiuni
status-cancel = Anulează
status-more = { $count ->
    [one] Mai așteaptă una.
    [few] Mai așteaptă { $count }.
   *[other] Mai așteaptă { $count }.
}
status-latest = Ultima reîmprospătare a sistemului
status-timeline = Sarcinile ultimei reîmprospătări a sistemului
status-course = Când
status-history = Reîmprospătări
status-no-history = Încă nu s-a reîmprospătat nimic. O reîmprospătare verifică tabelele, găsește membrii fiecărui segment și rulează exporturile care o urmează.
