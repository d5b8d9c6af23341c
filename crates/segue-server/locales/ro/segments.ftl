# Segmente: cine este înăuntru.

segments-about = Grupuri de clienți care rezultă din regulile tale. Fiecare este așa cum era la ultima reîmprospătare.
segments-add = Fă un segment
segments-edit = Modifică { $name }
segments-empty = Încă nu există segmente
segments-empty-what = Spune cine este vizat: toți cei care îndeplinesc condițiile tale. Vezi câți sunt în timp ce îl construiești.
segments-no-tables = Un segment are nevoie de un tabel de clienți cu o cheie. Adaugă întâi unul.
segments-no-profiles = Încă nu există un tabel de clienți
segments-search = Caută după nume sau descriere
segments-every = Oricare
segments-show-all = Arată toate
segments-none-found = Niciun segment nu se potrivește
segments-none-found-what = Caută altceva sau arată toate.
segments-name = Nume
segments-name-hint = O literă, apoi litere, cifre, - și _.
segments-description = Descriere
segments-type = Tip
segments-type-dynamic = Dinamic
segments-type-static = Static
segments-type-hint = Segmentele dinamice urmează fiecare reîmprospătare. Membrii unuia static rămân până îl reîmprospătezi tu.
segments-state = Stare
segments-state-active = Activ
segments-state-inactive = Inactiv
segments-schedule = Program
segments-schedule-refresh = La fiecare reîmprospătare
segments-schedule-by-hand = Manual
segments-schedule-inactive = Inactiv
segments-status = Ultima reîmprospătare
segments-members = Membri
segments-change = Schimbare
segments-change-what = față de reîmprospătarea precedentă
segments-refreshed = Reîmprospătat
segments-refresh = Reîmprospătează
segments-refresh-succeeded = Reușită
segments-refresh-failed = Eșuată
segments-refresh-loaded = Încărcat dintr-o listă
segments-refresh-none = Niciodată reîmprospătat
segments-refresh-failed-what = Ultima reîmprospătare a eșuat. Membrii dinainte rămân valabili.
segments-refresh-mend = Îndreaptă ce se spune aici, apoi reîmprospătează din nou.
segments-check-table = Verifică tabelul { $table }
segments-set-aside = { $count ->
    [one] La ultima reîmprospătare un rând al tabelelor sale nu a putut fi folosit și a fost lăsat deoparte. Verifică tabelul ca să vezi care.
    [few] La ultima reîmprospătare { $count } rânduri ale tabelelor sale nu au putut fi folosite și au fost lăsate deoparte. Verifică tabelele ca să vezi care.
   *[other] La ultima reîmprospătare { $count } de rânduri ale tabelelor sale nu au putut fi folosite și au fost lăsate deoparte. Verifică tabelele ca să vezi care.
}
segments-refreshing = O reîmprospătare așteaptă sau este în curs.
segments-follow = Urmărește-o
segments-compare = Compară
segments-compare-do = Compară cele alese
segments-compare-hint = Alege două sau mai multe peste același tabel ca să vezi cine este în mai multe.
segments-compare-with = Compară cu…
segments-overlap = Cine este în mai multe
segments-overlap-few = Alege cel puțin două segmente
segments-exactly = Membri exact în
segments-profiles = Persoane
segments-in-all = în toate
segments-only-here = doar aici
segments-together = Împreună
segments-broken = Definiția nu se mai potrivește cu tabelele. Nu poate fi reîmprospătat până nu este corectată.
segments-warnings = Probabil nu asta ai vrut
segments-rules = Reguli
segments-rule = Regulă
segments-over = Dintre persoanele din
segments-inspect = Numără fiecare regulă
segments-members-after = Membri după ea
segments-inspect-now = După tabelele așa cum sunt acum.
segments-as-text = Ca text
segments-history = Membri în timp
segments-no-history = Nu a fost încă reîmprospătat.
segments-trend = Membri în timp
segments-trend-text = De la { $first } la { $last }; cel puțin { $least }, cel mult { $most }.
segments-every-refresh = Fiecare reîmprospătare
segments-when = Când
segments-took = A durat
segments-first-members = Primii membri
segments-show-members = Arată primii 100
segments-download-hint = Toți membrii cu toate coloanele. Jurnalul de audit notează cine îi descarcă.
segments-no-members-yet = Reîmprospătează-l ca să vezi cine este înăuntru.
segments-nobody = Nu este nimeni.
segments-why = De ce este sau nu cineva înăuntru?
segments-key = Cheia persoanei
segments-explain = Explică
segments-no-such-key = Nimeni din { $table } nu are această cheie. Verifică cum este scrisă sau caută persoana la Clienți.
segments-why-in = { $key } este în segment
segments-why-out = { $key } nu este în segment
segments-why-static = segmentul este static, iar membrii lui rămân aceiași până îl reîmprospătează cineva
segments-why-meets = îndeplinește condiția { $condition }, care cere
segments-why-required = îndeplinește, cum trebuie oricine, condiția { $condition }, care cere
segments-why-refresh = Era înăuntru când segmentul a fost reîmprospătat ultima dată sau încărcat dintr-o listă
segments-found = este { $value }
segments-found-empty = este gol
segments-found-none = nu există nicio valoare
segments-found-rows = { $count ->
    [0] nu este niciun rând
    [one] este 1 rând
    [few] sunt { $count } rânduri
   *[other] sunt { $count } de rânduri
}
segments-to-person = Mergi la pagina acestei persoane
segments-used-what = segmente și exporturi
segments-uses = Întreabă despre
segments-export-it = Exportă-l
segments-exports = Exporturi
segments-add-to = Adaugă la exportul…
segments-add-to-do = Adaugă
segments-add-to-hint = Exporturile peste același tabel pe care le poți modifica. Formularul se deschide cu segmentul adăugat; rămâne așa după ce salvezi.
segments-take-out = Scoate-l…
segments-more = Altele
segments-activate = Activează
segments-activate-hint = Este din nou reîmprospătat odată cu celelalte.
segments-deactivate = Dezactivează
segments-deactivate-hint = Își păstrează membrii și nu mai este reîmprospătat odată cu celelalte.
segments-make-static = Fă-l static
segments-make-static-hint = Membrii rămân până când îl reîmprospătează cineva manual.
segments-make-dynamic = Fă-l dinamic
segments-make-dynamic-hint = Membrii urmează din nou fiecare reîmprospătare.
segments-copy-name = Numele unei copii
segments-duplicate = Duplică
segments-new-name = Nume nou
segments-rename = Redenumește
segments-rename-hint = Segmentele și exporturile care îl folosesc îl urmează.
segments-done-added = Segmentul este salvat. Reîmprospătează-l ca să vezi cine este înăuntru.
segments-done-changed = Segmentul este modificat. Membrii rămân până la reîmprospătare.
segments-done-refreshing = Este în curs de reîmprospătare.
segments-done-renamed = Are numele nou.
segments-done-copied = Aceasta este copia. Reîmprospăteaz-o ca să vezi cine este înăuntru.
segments-done-removed = Segmentul este eliminat.
segments-remove = Elimini { $name }?
segments-remove-members = { $count ->
    [one] Singurul lui membru nu mai este socotit ca atare.
    [few] Cei { $count } membri ai lui nu mai sunt socotiți ca atare.
   *[other] Cei { $count } de membri ai lui nu mai sunt socotiți ca atare.
}
segments-remove-history = { $count ->
    [one] Singura lui reîmprospătare este uitată.
    [few] Cele { $count } reîmprospătări ale lui sunt uitate.
   *[other] Cele { $count } de reîmprospătări ale lui sunt uitate.
}
segments-remove-stays = Clienții și tabelele rămân. Nu se poate anula.
segments-remove-used = { $count ->
    [one] Acesta folosește segmentul. Modifică-l sau elimină-l întâi:
    [few] Folosesc segmentul aceste { $count } obiecte. Modifică-le sau elimină-le întâi:
   *[other] Folosesc segmentul aceste { $count } de obiecte. Modifică-le sau elimină-le întâi:
}
segments-remove-do = Elimină segmentul
segments-in-use = { $count ->
    [one] Un alt segment sau export folosește acest segment și urmează ce modifici.
    [few] { $count } alte segmente și exporturi folosesc acest segment și urmează ce modifici.
   *[other] { $count } de alte segmente și exporturi folosesc acest segment și urmează ce modifici.
}
segments-counted = { $count ->
    [one] O persoană ar fi înăuntru.
    [few] { $count } persoane ar fi înăuntru.
   *[other] { $count } de persoane ar fi înăuntru.
}
segments-members-now = Membri după tabelele de acum
segments-sample = Arată zece dintre ei
segments-text = Definiția ca text
segments-text-hint = YAML sau JSON. Regulile și textul sunt același lucru: ce schimbi într-o parte se schimbă și în cealaltă.
segments-count = Numără
segments-save-refresh = Salvează și reîmprospătează

segments-said-first = Cine îndeplinește
segments-said-union = Și cine îndeplinește
segments-said-intersect = Dintre aceștia doar cine îndeplinește și
segments-said-except = Dar nimeni care îndeplinește
segments-joined-all = toate acestea
segments-joined-any = cel puțin una dintre acestea
segments-member-of = este membru în { $segment }
segments-not-member-of = nu este membru în { $segment }
segments-meets = îndeplinește condiția { $condition }
segments-has-any = are rânduri în { $table }
segments-has-none = nu are rânduri în { $table }
segments-of-count = numărul de rânduri din { $table }
segments-of-count-distinct = numărul de { $column } diferite din { $table }
segments-of-sum = suma { $column } din { $table }
segments-of-average = media { $column } din { $table }
segments-of-min = cel mai mic { $column } din { $table }
segments-of-max = cel mai mare { $column } din { $table }
segments-of-first = primul { $column } din { $table }, după { $by },
segments-of-latest = ultimul { $column } din { $table }, după { $by },
segments-where = socotind doar rândurile care îndeplinesc
segments-ignoring-case = fără a deosebi majuscule de minuscule
segments-quoted = „{ $text }”
segments-and = și
segments-today = azi
segments-op-is = este
segments-op-is-not = nu este
segments-op-one-of = este unul dintre
segments-op-none-of = nu este niciunul dintre
segments-op-contains = conține
segments-op-does-not-contain = nu conține
segments-op-starts-with = începe cu
segments-op-ends-with = se termină cu
segments-op-matches = se potrivește cu tiparul
segments-op-less-than = este mai mic decât
segments-op-at-most = este cel mult
segments-op-more-than = este mai mare decât
segments-op-at-least = este cel puțin
segments-op-between = este între
segments-op-on = este pe
segments-op-before = este înainte de
segments-op-after = este după
segments-op-in-last = este în ultimele
segments-op-not-in-last = nu este în ultimele
segments-op-in-next = este în următoarele
segments-op-to-date = este în curs:
segments-op-month-of = este în luna
segments-op-day-of = este în ziua, din orice an,
segments-op-contains-any = are oricare dintre
segments-op-contains-all = are toate:
segments-op-contains-none = nu are niciunul dintre
segments-op-is-empty = este gol
segments-op-is-not-empty = nu este gol
segments-period-week = săptămâna, până azi
segments-period-month = luna, până azi
segments-period-quarter = trimestrul, până azi
segments-period-year = anul, până azi
segments-span-days = { $count ->
    [one] 1 zi
    [few] { $count } zile
   *[other] { $count } de zile
}
segments-span-weeks = { $count ->
    [one] 1 săptămână
    [few] { $count } săptămâni
   *[other] { $count } de săptămâni
}
segments-span-months = { $count ->
    [one] 1 lună
    [few] { $count } luni
   *[other] { $count } de luni
}
segments-span-years = { $count ->
    [one] 1 an
    [few] { $count } ani
   *[other] { $count } de ani
}
