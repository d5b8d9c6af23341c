# Tabele: lucrurile despre care pot vorbi segmentele.

tables-about = Clienții tăi și ce ține de ei. Fișierele rămân unde sunt și sunt citite atunci când se cere ceva.
tables-add = Adaugă un tabel
tables-add-what = Un fișier sau mai multe cu aceeași formă. Ce conțin coloanele se află singur; le verifici la pasul următor.
tables-empty = Încă nu există tabele
tables-empty-what = Începe cu tabelul clienților: câte un rând de persoană, cu o coloană care le deosebește.
tables-name = Nume
tables-name-hint = Așa cum îl vor numi segmentele: o literă, apoi litere, cifre, - și _.
tables-path = Unde sunt fișierele
tables-path-hint = Un fișier, un dosar sau un tipar precum orders/*.parquet într-un dosar de date al serverului. Se citesc CSV, Parquet și NDJSON. Sau adresa https a unui fișier, care este adus din nou înaintea fiecărei reîmprospătări.
tables-path-hint-uploads = Numele unui fișier încărcat aici. Sau adresa https a unui fișier, care este adus din nou înaintea fiecărei reîmprospătări. Ca fișierele să fie citite de unde sunt, cere celui care administrează serverul să îl pornească cu dosare de date:
tables-key = Cheie
tables-key-hint = Coloana care deosebește rândurile. Un tabel de clienți are nevoie de ea, la fel și unul de care țin altele.
tables-no-key = Fără cheie
tables-key-suggested = Propusă, pentru că are altă valoare în fiecare rând.
tables-key-doubtful = Această coloană nu deosebește rândurile, iar așa niciun segment al tabelului nu poate fi reîmprospătat. Alege alta sau corectează fișierul. În mai multe rânduri apar:
tables-key-and-files = Cheie și fișiere
tables-columns = Coloane
tables-column = Coloană
tables-used-by = Folosit de
tables-unused = Încă nefolosit
tables-users = { $count ->
    [one] într-un loc
    [few] în { $count } locuri
   *[other] în { $count } de locuri
}
tables-user-segment = Segment
tables-user-export = Export
tables-user-table = Tabel
tables-make-segment = Fă un segment din el
tables-give-key = Dă clienților o cheie
tables-give-key-what = Tabelul { $table } nu are încă o cheie. Spune care coloană îi deosebește pe clienți: segmentele au nevoie de ea.
tables-give-key-do = Alege cheia
tables-no-folder = Acest server nu are un dosar de date.
tables-no-folder-what = Tabelele pot fi citite numai din dosarele numite de cel care îl administrează sau de la o adresă https. Cere pornirea cu:
tables-file = Încarcă un fișier
tables-file-hint = CSV, Parquet sau NDJSON de cel mult { $most } MB. Ajunge în dosarul de date și nu înlocuiește niciodată altul.
tables-file-hint-uploads = CSV, Parquet sau NDJSON de cel mult { $most } MB. Serverul îl păstrează și nu înlocuiește niciodată unul cu altul.
tables-file-done = Fișierul a ajuns.
tables-file-failed = Fișierul nu a fost primit.
tables-continue = Continuă
tables-columns-of = Coloanele tabelului { $name }
tables-columns-what = Iată ce s-a găsit. Spune ce înseamnă coloanele, ca exporturile să știe care este adresa de e-mail.
tables-edit = Modifică { $name }
tables-keep-as-is = Lasă așa
tables-again = Citește din nou coloanele
tables-again-hint = Când fișierele au primit alte coloane. Ce s-a spus despre cele care rămân se păstrează.
tables-kinds-text = Tipurile au fost ghicite din toate valorile. Alege text pentru coduri cu zerouri la început și pentru telefoane.
tables-kinds-file = Aceste fișiere spun singure ce conțin coloanele.
tables-kind = Tip
tables-kind-text = Text
tables-kind-number = Număr
tables-kind-date = Dată
tables-kind-time = Dată și oră
tables-kind-moment = Dată și oră cu fus orar
tables-kind-boolean = Da sau nu
tables-kind-list-of-text = Listă de texte
tables-kind-other = Altul
tables-meaning = Ce înseamnă
tables-meaning-none = Nimic anume
tables-meaning-email = Adresă de e-mail
tables-meaning-first-name = Prenume
tables-meaning-last-name = Nume de familie
tables-meaning-phone = Telefon
tables-meaning-company = Companie
tables-meaning-city = Oraș
tables-meaning-country = Țară
tables-meaning-birthday = Zi de naștere
tables-relationships = Relații
tables-relationships-hint = Mai multe rânduri ale acestui tabel țin de un rând al altuia: facturile de un client, vizitele de o persoană.
tables-no-relationships = Rândurile nu țin de niciun alt tabel.
tables-belonging = Rânduri ale altor tabele care țin de rândurile lui:
tables-no-targets = Niciun tabel nu are o cheie la care rândurile să trimită.
tables-relationship-column = Coloana relației { $number }
tables-relationship-target = Cheia la care duce relația { $number }
tables-choose-column = Alege o coloană
tables-choose-target = Alege o cheie
tables-belongs-to = ține de
tables-conditions = Condiții cu nume
tables-conditions-hint = O condiție sub un nume, precum consent: segmentele o cer pe nume, iar exporturile o pot cere tuturor.
tables-declare = Declară o condiție
tables-condition-name = Nume
tables-condition-text = Condiție
tables-condition-text-hint = Un grup sub all sau any, în YAML sau JSON, ca într-un segment.
tables-take-back = Retrage condiția
tables-take-back-what = Segmentele nu o mai pot cere. Cât timp o folosește ceva, rămâne.
tables-look = Arată rândurile
tables-check = Verifică
tables-checked = Verificarea tabelului
tables-sound = Totul este în regulă
tables-rows = { $rows ->
    [one] un rând
    [few] { $rows } rânduri
   *[other] { $rows } de rânduri
}
tables-lost = Unele coloane nu mai sunt cum au fost declarate
tables-breaks-segments = Segmente care nu mai funcționează:
tables-breaks-exports = Exporturi care nu mai funcționează:
tables-broken = Acestea nu pot fi folosite cu tabelul așa cum este declarat acum:
tables-without-key = { $rows ->
    [one] Un rând nu are cheie și nu este al nimănui.
    [few] { $rows } rânduri nu au cheie și nu sunt ale nimănui.
   *[other] { $rows } de rânduri nu au cheie și nu sunt ale nimănui.
}
tables-duplicate-keys = Chei pe care le au mai multe rânduri:
tables-set-aside = Rânduri care nu au putut fi folosite
tables-profile = Cum sunt completate coloanele
tables-filled = Cu valoare
tables-distinct = Valori diferite
tables-frequent = Cele mai frecvente
tables-sample = Primele rânduri
tables-done-added = Tabelul este adăugat. Verifică-i coloanele.
tables-done-changed = Tabelul este modificat.
tables-done-removed = Tabelul este eliminat. Fișierele sunt unde erau.
tables-done-declared = Condiția este declarată.
tables-done-taken-back = Condiția este retrasă.
tables-remove = Elimini { $name }?
tables-remove-unused = Nimic nu folosește acest tabel.
tables-remove-what = Se elimină declarația; fișierele rămân unde sunt.
tables-remove-used = { $count ->
    [one] Acesta folosește tabelul. Modifică-l sau elimină-l întâi:
    [few] Folosesc tabelul aceste { $count } obiecte. Modifică-le sau elimină-le întâi:
   *[other] Folosesc tabelul aceste { $count } de obiecte. Modifică-le sau elimină-le întâi:
}
tables-remove-do = Elimină tabelul
