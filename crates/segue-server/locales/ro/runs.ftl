# Rulări: una în curs, cele ale unui export și ce se spune despre ele în altă parte.

runs-title = Rulări
runs-pages = Paginile rulărilor
runs-begun = Început
runs-status = Stare
runs-status-not-started = Neînceput
runs-status-queued = În așteptare
runs-status-running = În curs
runs-status-waiting-for-limit = Așteaptă limita
runs-status-succeeded = Reușit
runs-status-succeeded-with-rejections = Reușit, cu respingeri
runs-status-stopped-by-brake = Oprit de o frână
runs-status-skipped = Omis
runs-status-failed = Eșuat
runs-status-cancelled = Anulat
runs-kind-export = Rulare
runs-kind-dry-run = Rulare de probă
runs-kind-segment = Reîmprospătarea unui segment
runs-kind-refresh = Reîmprospătarea sistemului
runs-trigger = De ce
runs-trigger-demand = La cerere
runs-trigger-approval = Plan aprobat
runs-trigger-retry = Cei refuzați, din nou
runs-trigger-schedule = Program
runs-trigger-catch-up = Program, recuperare
runs-trigger-refresh = Reîmprospătarea sistemului
runs-trigger-segments-changed = Segmente schimbate
runs-members = Membri
runs-sent = Trimiși
runs-rejected = Respinși
runs-being-cancelled = Se anulează: nu se mai trimite nimic.
runs-cancelling-waits = Se anulează: nu se mai trimite nimic. Așteaptă { $batches ->
    [one] un lot
    [few] { $batches } loturi
   *[other] { $batches } de loturi
} pe care ActiveCampaign le are deja, pentru că ce se importă din ele trebuie numărat. Durează cât îi ia lui ActiveCampaign.
runs-cancel = Anulează rularea
runs-retry = Trimite din nou doar pe cei refuzați
runs-retry-of = Cei refuzați în
runs-approve = Trimite acest plan
runs-progress = Progres
runs-step = Pas
runs-steps = Pași
runs-step-planning = Planificare
runs-step-recovering = Încheierea a ce a lăsat o rulare anterioară
runs-step-delivering = Trimitere
runs-step-explaining = Aflarea motivelor de refuz
runs-step-settling = Încheiere
runs-step-sources = Verificarea tabelelor
runs-step-segments = Reîmprospătarea segmentelor
runs-step-exports = Pornirea exporturilor
runs-table-drifted = Nu mai este cum a fost declarat:
runs-done-of = { $done } din { $total }
runs-confirmed-of = { $done } din { $total } confirmate
runs-handed-over = { $posted } predate către ActiveCampaign
runs-read = { $done ->
    [one] un profil citit
    [few] { $done } profiluri citite
   *[other] { $done } de profiluri citite
}
runs-rate = { $rate } pe secundă
runs-left = mai durează cam { $time }
runs-limit = Limita ActiveCampaign este atinsă; continuă de la sine imediat ce limita permite.
runs-waits = Își așteaptă rândul.
runs-advice-stopped-by-brake = Nu s-a trimis nimic. Dacă schimbarea este dorită, slăbește frâna în opțiunile exportului și rulează din nou; dacă nu, uită-te întâi la segment.
runs-advice-skipped = Nu s-a trimis nimic. Îndreaptă ce scrie lângă stare, apoi rulează din nou.
runs-advice-failed = Ce s-a făcut înainte de eșec rămâne valabil: exportul trimite restul la următoarea rulare, iar segmentele își păstrează membrii. Îndreaptă ce scrie lângă stare, apoi pornește din nou.
runs-advice-cancelled = Ce s-a confirmat înainte de anulare contează. Următoarea rulare trimite restul.
runs-became = Ce s-a întâmplat cu fiecare
runs-would-become = Ce s-ar întâmpla cu fiecare
runs-compared = Comparat cu
runs-difference = Diferență
runs-fate = Rezultat
runs-profiles = Profiluri
runs-count-created = Creați
runs-count-what-created = Trimiși și noi pe listă prin acest export.
runs-count-create = De creat
runs-count-what-create = S-ar trimite și sunt noi pe listă prin acest export.
runs-count-updated = Actualizați
runs-count-what-updated = Trimiși din nou, pentru că s-a schimbat ceva la ei.
runs-count-update = De actualizat
runs-count-what-update = S-ar trimite din nou, pentru că s-a schimbat ceva la ei.
runs-count-unchanged = Neschimbați
runs-count-what-unchanged = Netrimiși: lista îi are deja, exact așa.
runs-count-invalid = Nevalizi
runs-count-what-invalid = Netrimiși din cauza datelor noastre: noi avem de îndreptat.
runs-count-refused = Refuzați
runs-count-what-refused = Refuzați de ActiveCampaign: ei au de explicat.
runs-count-unsent = Netrimiși
runs-count-what-unsent = Nu le-a venit rândul: îi trimite următoarea rulare.
runs-taken-off = { $left ->
    [one] Un contact care nu mai este membru a fost dezabonat de la listă.
    [few] { $left } contacte care nu mai sunt membri au fost dezabonate de la listă.
   *[other] { $left } de contacte care nu mai sunt membri au fost dezabonate de la listă.
}
runs-would-leave = { $leave ->
    [one] Un contact care nu mai este membru ar fi dezabonat de la listă.
    [few] { $leave } contacte care nu mai sunt membri ar fi dezabonate de la listă.
   *[other] { $leave } de contacte care nu mai sunt membri ar fi dezabonate de la listă.
}
runs-nothing-to-send = Nu este nimic de trimis.
runs-too-little-room = Planul creează până la { $create ->
    [one] un contact
    [few] { $create } contacte
   *[other] { $create } de contacte
}, iar contul are loc pentru { $room ->
    [0] niciunul
    [one] unul
   *[other] { $room }
}: peste limită ActiveCampaign refuză contacte sau nu mai trimite campanii. Mărește limita sau elimină contacte înainte.
runs-cost = Trimiterea cere { $requests ->
    [one] o cerere de import
    [few] { $requests } cereri de import
   *[other] { $requests } de cereri de import
} și cam { $minutes ->
    [one] un minut
    [few] { $minutes } minute
   *[other] { $minutes } de minute
}; apoi ActiveCampaign importă în ritmul său.
runs-rejections = Respingeri
runs-download = Descarcă CSV
runs-invalid-ours = { $count ->
    [one] Unul nevalid: noi avem de îndreptat
    [few] { $count } nevalizi: noi avem de îndreptat
   *[other] { $count } de nevalizi: noi avem de îndreptat
}
runs-refused-theirs = { $count ->
    [one] Unul refuzat: ei au de explicat
    [few] { $count } refuzați: ei au de explicat
   *[other] { $count } de refuzați: ei au de explicat
}
runs-reason = Motiv
runs-what-to-do = Ce este de făcut:
runs-reason-no-email = Fără adresă de e-mail
runs-mend-no-email = completează coloana de e-mail sau lasă profilul deoparte.
runs-reason-invalid-email = O adresă pe care ActiveCampaign nu o primește
runs-mend-invalid-email = corectează adresa la sursă.
runs-reason-duplicate-email = Alt profil are aceeași adresă; se trimite primul
runs-mend-duplicate-email = unește profilurile sau corectează una dintre adrese.
runs-reason-too-large = Mai mare decât poate fi o cerere
runs-mend-too-large = scurtează valorile cele mai lungi sau potrivește mai puține coloane.
runs-reason-invalid-value = O valoare nu se potrivește câmpului particularizat
runs-mend-invalid-value = corectează valoarea sau adaugă opțiunea în ActiveCampaign.
runs-reason-unsubscribed = Dezabonat de la această listă
runs-mend-unsubscribed = nimic: o dezabonare se respectă.
runs-reason-returned = Scos de pe listă de acest export și din nou membru
runs-mend-returned = adaugă contactul pe listă în ActiveCampaign; un import nu aduce pe nimeni înapoi.
runs-reason-bounced = Mesajele către această adresă s-au întors
runs-mend-bounced = cere persoanei altă adresă.
runs-reason-excluded = Pe lista de excludere a contului
runs-mend-excluded = scoate adresa de pe lista de excludere dacă este o greșeală.
runs-reason-not-accepted = Neacceptat de ActiveCampaign
runs-mend-not-accepted = vezi cuvintele sale lângă fiecare rând.
runs-reason-contact-limit = Limita de contacte a contului este atinsă
runs-mend-contact-limit = mărește limita abonamentului sau elimină contacte, apoi rulează din nou.
runs-reason-unexplained = Refuzat fără un motiv care s-a putut afla
runs-mend-unexplained = caută contactul în ActiveCampaign sau trimite din nou pe cei refuzați.
runs-rejections-kept = Respingerile sunt date personale: fișierul se păstrează un timp limitat.
runs-examples = Exemple
runs-examples-what = Cel mult zece de fiecare fel. Sunt persoane: privește, dar nu da mai departe.
runs-examples-gone = Exemplele acestui plan nu se mai păstrează: sunt date personale. Fă altă rulare de probă ca să vezi altele.
runs-example-create = De creat
runs-example-update = De actualizat
runs-example-unchanged = Neschimbați
runs-example-leave = De dezabonat
runs-example-no-email = Nevalid: fără adresă de e-mail
runs-example-invalid-email = Nevalid: o adresă pe care ActiveCampaign nu o primește
runs-example-duplicate-email = Nevalid: aceeași adresă ca alt profil
runs-example-too-large = Nevalid: prea mare
runs-example-invalid-value = Nevalid: o valoare nu se potrivește câmpului particularizat
runs-example-unsubscribed = Refuzat înainte: dezabonat
runs-example-returned = Refuzat înainte: scos de pe listă și din nou membru
runs-example-bounced = Refuzat înainte: mesaje întoarse
runs-example-excluded = Refuzat înainte: pe lista de excludere
runs-example-not-accepted = Refuzat înainte: neacceptat
runs-example-contact-limit = Refuzat înainte: limita de contacte
runs-example-unexplained = Refuzat înainte: motiv necunoscut
runs-profile = Profil
runs-email = E-mail
runs-detail = Ce se trimite sau ce este greșit
runs-tags = Etichete
runs-cleared = (golit)
runs-segment = Segment
runs-segment-before = Înainte
runs-segment-members = Membri
runs-segment-changed = Schimbat
runs-segment-same = Aceiași membri
runs-took = A durat
runs-followers = Exporturi pornite
runs-export = Export
runs-about = Despre această rulare
runs-queued = Pusă în așteptare
runs-started = Pornită
runs-ended = Încheiată
runs-requests = Cereri făcute
runs-of-refresh = Pornită de
runs-of-plan = Planul din
runs-batches = Loturi
runs-batches-what = Fiecare este un import în bloc la ActiveCampaign.
runs-batch = Lot
runs-batch-part = Ce
runs-batch-contacts = Contacte
runs-batch-state = Stare
runs-batch-refused = Refuzate
runs-batch-sent = Trimis
runs-batch-confirmed = Confirmat
runs-batch-provider = ID-ul din ActiveCampaign
runs-part-sends = Trimiteri
runs-part-leaves = Dezabonări
runs-batch-state-sending = Se trimite
runs-batch-state-accepted = Preluat, se importă
runs-batch-state-done = Importat
runs-rows = Rândurile acestei rulări
runs-rows-what = Ce s-a întâmplat cu fiecare sau ce s-ar întâmpla după acest plan.
runs-rows-of-batch = Lotul { $batch }: { $part }.
runs-row-created = Creat
runs-row-members = Toți membrii
runs-row-updated = Actualizat
runs-row-unchanged = Neschimbat
runs-row-left = Scos de pe listă
runs-row-left-alone = Lăsat în pace: nu mai era pe listă sau era acolo dinainte de acest export
runs-row-still-listed = Încă pe listă
runs-row-invalid = Nevalid
runs-row-refused = Refuzat
runs-row-unsent = Netrimis
runs-row-create = De creat
runs-row-update = De actualizat
runs-row-leave = De scos de pe listă
runs-any-fate = Toate
runs-any-reason = Oricare
runs-search = Profil, e-mail sau cuvinte
runs-search-rows = Vezi rândurile
runs-why = De ce
runs-whose-our-data = datele noastre
runs-whose-activecampaign = ActiveCampaign
runs-download-rows = Descarcă aceste rânduri ca CSV
runs-rows-gone = Rândurile acestei rulări nu se mai păstrează: sunt date personale. Numerele rămân.
runs-rows-none = Nimeni
runs-rows-none-what = Niciun rând al acestei rulări nu este așa.
runs-rows-kept = Rândurile sunt date personale: se păstrează un timp limitat.
