# Exporturi: lista, un export și pagina care configurează unul.

exports-what = Ce segmente se păstrează pe ce listă și cum stă fiecare export.
exports-add = Adaugă export
exports-run-all = Rulează tot
exports-run-all-ask = { $exports ->
    [one] Rulezi un export
    [few] Rulezi { $exports } exporturi
   *[other] Rulezi { $exports } de exporturi
}
exports-run-all-lists = { $lists ->
    [one] către o listă?
    [few] către { $lists } liste?
   *[other] către { $lists } de liste?
}
exports-run-all-what = Fiecare trimite ce s-a schimbat de la ultima lui rulare, iar frânele opresc ce este prea mult. Cele care așteaptă sau rulează deja nu sunt pornite de două ori.
exports-run-all-do = { $exports ->
    [one] Rulează un export
    [few] Rulează { $exports } exporturi
   *[other] Rulează { $exports } de exporturi
}
exports-run-all-none = Nu există niciun export de rulat
exports-run-all-hint = „Rulează tot” rulează fiecare export care are un program și pe care ai voie să îl rulezi.
exports-removed = Exportul este eliminat.
exports-connect = Conectează ActiveCampaign
exports-no-connection-administrator = Nu există încă nicio conexiune către care să se exporte.
exports-no-connection-contributor = Nicio conexiune nu este partajată cu tine, deci nu ai unde exporta. Cere unui administrator să îți partajeze una: { $administrators }.
exports-empty = Încă niciun export
exports-empty-what = Un export păstrează o listă din ActiveCampaign egală cu unul sau mai multe segmente. El spune ce listă, ce completează contactele și când rulează.
exports-search = Nume sau conexiune
exports-sort = Sortează după
exports-from-end = { $column }, de la sfârșit
exports-show-all = Arată tot
exports-none-found = Nimic găsit
exports-none-found-what = Niciun export și nicio conexiune a vreunuia nu se numește așa.
exports-pages = Paginile exporturilor
exports-column-name = Nume
exports-column-status = Stare
exports-column-latest-run = Ultima rulare
exports-column-next-run = Următoarea rulare
exports-column-connection = Conexiunea folosită
exports-column-list = Listă
exports-column-permission = Permisiunile tale
exports-permission-edit = Editare
exports-permission-view = Vizualizare
exports-detached = Fără conexiune
exports-switched-off = Oprit
exports-does-not-run = nu rulează

exports-setup = Această pagină
exports-edit-title = Editează exportul
exports-saving-sends-nothing = Salvarea nu trimite nimic.
exports-no-segments = Nu există încă niciun segment de exportat
exports-no-segments-what = Se exportă doar segmente. Fă întâi unul: toți cei care îndeplinesc condițiile tale.
exports-make-segment = Fă segment
exports-question-what = Ce vrei să exporți?
exports-name = Nume
exports-segments = Segmente
exports-segments-hint = Toate peste același tabel. Cine este în mai multe este un singur membru.
exports-find-segments = Caută segmente după nume sau descriere
exports-find-none = Niciun alt segment nu se potrivește.
exports-segments-shown = De la { $from } la { $until } din { $all } nealese
exports-segments-before = Cele dinainte
exports-segments-next = Următoarele
exports-altered-added = „{ $segment }” este adăugat mai jos. Salvează exportul ca să rămână așa.
exports-altered-taken-out = „{ $segment }” este scos mai jos. Salvează exportul ca să rămână așa.
exports-segment = Segment
exports-segment-members = Membri
exports-members = { $members ->
    [one] un membru
    [few] { $members } membri
   *[other] { $members } de membri
}
exports-members-unknown = încă nereîmprospătat
exports-over-limit = mai mult decât cei { $limit } ai unei rulări
exports-question-where = Unde?
exports-connection = Conexiune pentru export
exports-connection-hint = Cele partajate cu tine. Pentru alta, cere unui administrator.
exports-another-connection = Adaugă altă conexiune
exports-choose = Alege…
exports-show-lists = Arată listele ei
exports-account-silent = Contul nu răspunde, așa că listele și câmpurile lui particularizate nu pot fi arătate.
exports-list = Lista ActiveCampaign
exports-list-first = Alege întâi o conexiune: apoi se arată listele contului ei.
exports-list-by-id = Scrie ID-ul listei. El apare în adresa paginii listei din ActiveCampaign.
exports-no-lists = Contul nu are nicio listă care primește e-mail. Creează una în ActiveCampaign, apoi arată din nou listele.
exports-list-help = Cum se creează o listă în ActiveCampaign
exports-question-how = Cum se păstrează schimbările?
exports-mode = Când cineva iese din segment
exports-mode-add-update = Rămâne pe listă
exports-mode-hint-add-update = Membrii se adaugă și se actualizează; nimeni nu este scos.
exports-mode-mirror = Este scos de pe listă
exports-mode-hint-mirror = Cei care au ieșit sunt dezabonați de la această listă, dacă acest export i-a pus acolo. Un import nu aduce înapoi pe nimeni care s-a dezabonat.
exports-options = Mai multe opțiuni
exports-blanks = Valori goale
exports-blanks-keep = Lasă ce are ActiveCampaign
exports-blanks-clear = Șterge ce are ActiveCampaign
exports-automations = Importurile pot porni automatizări
exports-automations-hint = Automatizările care pornesc când cineva intră pe listă pot trimite atunci mesaje tuturor celor noi.
exports-required = Fiecare membru trebuie să îndeplinească și
exports-required-hint = Condiții pe care le declară tabelul, orice ar spune segmentele: consimțământul, de exemplu.
exports-brakes = Frâne
exports-brakes-hint = O rulare care depășește una dintre ele se oprește înainte să se trimită ceva.
exports-max-profiles = Cel mult membri
exports-max-leaving = Cel mult scoși de pe listă, în procente
exports-allow-empty = Lasă să treacă o rulare fără niciun membru
exports-allow-empty-hint = În modul oglindă, aceasta scoate pe toată lumea de pe listă.
exports-question-fields = Ce câmpuri se completează?
exports-fields = Potrivirea datelor
exports-fields-hint = Se trimite doar ce este numit aici. Tot restul din ActiveCampaign rămâne cum este.
exports-fields-first = Alege întâi un segment: apoi se arată coloanele tabelului său.
exports-show-columns = Arată coloanele
exports-must = obligatoriu
exports-add-attribute = Adăugare atribut…
exports-choose-column = Alege o coloană…
exports-row = rândul { $number }
exports-row-attribute = Rândul { $number }: ce se completează
exports-row-column = Rândul { $number }: coloana care completează
exports-another-row = Adăugare atribut
exports-suggest = Completează sugestiile
exports-attribute-email = E-mail
exports-attribute-first-name = Prenume
exports-attribute-last-name = Nume de familie
exports-attribute-phone = Telefon
exports-attribute-account-name = Companie
exports-attribute-tag-column = Etichetă din valoarea coloanei
exports-attribute-field = Câmpul particularizat { $id }
exports-kind-text = text
exports-kind-number = număr
exports-kind-date = dată
exports-kind-local-time = oră
exports-kind-instant = moment
exports-kind-boolean = da sau nu
exports-kind-text-list = listă
exports-kind-other = nu se poate trimite
exports-kind-gone = nu este în tabel
exports-tags = Etichete pentru toți
exports-tags-hint = Cu virgule între ele. Etichetele doar se adaugă, niciodată nu se scot.
exports-when = Când rulează
exports-schedule-follows-refresh = Cu fiecare reîmprospătare a sistemului
exports-schedule-when-segments-change = Când o reîmprospătare i-a schimbat segmentele
exports-schedule-own = La ore proprii
exports-schedule-off = Doar când îl rulează cineva
exports-recap = Ce face
exports-recap-do = Actualizează
exports-save = Salvează exportul

exports-recap-nobody = Încă nu este ales niciun segment.
exports-recap-who = Toți din { $segments }: { $members ->
    [one] un membru
    [few] { $members } membri
   *[other] { $members } de membri
 } la ultima reîmprospătare.
exports-recap-who-several = Toți din { $segments }: cel mult { $members ->
    [one] un membru
    [few] { $members } membri
   *[other] { $members } de membri
 }, pentru că cine este în mai multe se numără o dată.
exports-recap-who-unknown = Toți din { $segments }. Câți sunt, va spune o reîmprospătare.
exports-recap-nowhere = Conexiunea și lista nu sunt încă alese.
exports-recap-where = Ajung pe lista „{ $list }” din { $connection }.
exports-recap-mode-add-update = Membrii noi se adaugă, cei schimbați se actualizează; cine iese rămâne pe listă.
exports-recap-mode-mirror = Membrii noi se adaugă, cei schimbați se actualizează; cine iese este dezabonat de la listă.
exports-recap-brake = Dacă ar ieși deodată mai mult de { $percent }% din listă, rularea se oprește înainte să se trimită ceva.
exports-recap-no-email = Coloana adresei de e-mail nu este încă aleasă.
exports-recap-fields = Se completează: { $fields }. Nimic altceva nu se atinge.
exports-recap-tags = etichetele { $tags }
exports-recap-clear = Valorile goale șterg ce are ActiveCampaign.
exports-recap-automations = Importurile pot porni automatizări.
exports-recap-required = Cine nu îndeplinește { $conditions } este lăsat deoparte.
exports-recap-by-hand = Rulează doar când cineva îl pornește. Cine s-a dezabonat nu este abonat din nou niciodată.
exports-recap-when = Rulează { $when }. Cine s-a dezabonat nu este abonat din nou niciodată.

exports-recap-no-refresh = Ar rula odată cu reîmprospătarea sistemului, dar nicio reîmprospătare nu este programată: rulează doar când cineva reîmprospătează sau îl pornește. Cine s-a dezabonat nu este abonat din nou niciodată.
exports-no-refresh = Nicio reîmprospătare nu este programată, deci exporturile care o urmează nu rulează singure.
exports-set-refresh = Stabilește una la Program
exports-run = Rulează
exports-dry-run = Rulare de probă
exports-enable = Pornește
exports-disable = Oprește
exports-detach = Detașează conexiunea
exports-duplicate = Duplică
exports-copy-of = Copie a { $name }
exports-copy-name = Numele unei copii
exports-copy-hint = O copie începe oprită: rareori se doresc două exporturi care păstrează aceeași listă.
exports-more = Alte acțiuni
exports-stopped = O frână a oprit ultima rulare înainte să se trimită ceva.
exports-stopped-what = Dacă schimbarea este voită, las-o să treacă; dacă nu, uită-te întâi la segment.
exports-warnings = Probabil nedorit
exports-detached-what = Acest export nu are conexiune, deci nu rulează. Editează-l și alege una.
exports-latest-runs = Ultimele rulări
exports-all-runs = Toate rulările
exports-no-runs = Nu a rulat încă. O rulare de probă arată ce s-ar trimite și nu trimite nimic.
exports-facts = Date
exports-updated = Ultima modificare
exports-created = Creat
exports-done-created = Exportul este salvat. Nu s-a trimis nimic: rulează-l sau vezi întâi, cu o rulare de probă, ce ar trimite.
exports-done-changed = Modificările sunt salvate. Următoarea rulare le urmează.
exports-done-enabled = Exportul este pornit.
exports-done-disabled = Exportul este oprit. Nu rulează până nu este pornit din nou.
exports-done-detached = Conexiunea este luată de la export. Nu rulează până nu primește alta.
exports-done-copied = Aceasta este copia. Este oprită: editeaz-o, apoi pornește-o.
exports-ask-remove = Elimini acest export?
exports-ask-detach = Detașezi conexiunea?
exports-ask-runs-remove = Exportul nu mai rulează, iar setările lui se pierd.
exports-ask-runs-detach = Exportul nu rulează până când un administrator îi dă altă conexiune. Setările lui rămân.
exports-ask-listed = { $listed ->
    [one] Un contact pe care îl păstrează pe lista „{ $list }” rămâne acolo: nimeni nu este dezabonat.
    [few] { $listed } contacte pe care le păstrează pe lista „{ $list }” rămân acolo: nimeni nu este dezabonat.
   *[other] { $listed } de contacte pe care le păstrează pe lista „{ $list }” rămân acolo: nimeni nu este dezabonat.
}
exports-ask-nothing-listed = Nu a pus încă pe nimeni pe lista sa.
exports-ask-running = O rulare a lui așteaptă sau este în curs. Ce așteaptă este omis; ce este în curs continuă dacă nu o anulezi întâi.
exports-ask-stays-remove = { $segments ->
    [one] Segmentul, conexiunea și jurnalul de audit rămân.
    [few] Cele { $segments } segmente, conexiunea și jurnalul de audit rămân.
   *[other] Cele { $segments } de segmente, conexiunea și jurnalul de audit rămân.
}
exports-ask-stays-detach = Conexiunea și celelalte exporturi care o folosesc rămân cum sunt.
exports-ask-do-remove = Elimină exportul
exports-ask-do-detach = Detașează conexiunea
exports-choose-one = Alege { $name }
exports-set-schedules = Setează programul celor alese…
exports-set-schedules-hint = Bifează mai sus exporturile care trebuie să ruleze la aceleași ore.
exports-scheduled = Exporturile alese au noul program.
exports-schedules = Programul mai multor exporturi
exports-schedules-what = De acum rulează după acest program. Salvarea nu pornește nicio rulare.
exports-schedules-none = Nu este ales niciun export
exports-schedules-none-what = Întoarce-te la exporturi și bifează-le pe cele al căror program trebuie setat. Se pot alege doar exporturile pe care le poți schimba.
exports-schedules-chosen = { $exports ->
    [one] Un export ales
    [few] { $exports } exporturi alese
   *[other] { $exports } de exporturi alese
}
exports-schedules-now = Până acum
exports-schedules-do = { $exports ->
    [one] Setează-i programul
    [few] Setează programul pentru { $exports } exporturi
   *[other] Setează programul pentru { $exports } de exporturi
}
exports-schedules-left = { $changed ->
    [0] Nu s-a schimbat niciun program.
    [one] Un export are noul program.
    [few] { $changed } exporturi au noul program.
   *[other] { $changed } de exporturi au noul program.
} { $left ->
    [one] Acesta a rămas cum era; uită-te la el și salvează din nou:
    [few] Acestea { $left } au rămas cum erau; uită-te la ele și salvează din nou:
   *[other] Acestea { $left } au rămas cum erau; uită-te la ele și salvează din nou:
}
