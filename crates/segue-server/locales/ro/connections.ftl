# Conexiuni: unde pot ajunge datele.

connections-about = Unde pot ajunge datele. Administratorii decid aici; exporturile folosesc apoi o conexiune fără să-i vadă vreodată cheia.
connections-add = Adaugă conexiune
connections-none = Încă nu este conectat nimic. Alege unde să ajungă segmentele tale.
connections-name = Conexiune
connections-sharing-short = Cine o poate folosi
connections-test = Ultimul test
connections-export-user = Utilizator de export
connections-created = Creată
connections-changed = Modificată
connections-discover = Descoperă
connections-set-up = Configurează
connections-offer-active-campaign = Ține listele egale cu segmentele: contacte cu nume, telefon, câmpuri personalizate și etichete.
connections-sandbox = Simulator
connections-sandbox-badge = pentru încercări
connections-sandbox-about = Un cont simulat în acest server. Nimic nu părăsește mașina, iar la oprirea serverului uită tot.
connections-sandbox-key = Simulatorul nu are nevoie de cheie.
connections-sandbox-user-why = Te face utilizator de export: exporturile către simulator rulează în numele tău.
connections-sandbox-save = Creează conexiunea la simulator
connections-sandbox-do = Încearcă cu simulatorul
connections-done-added = Conexiunea este salvată. Exporturile o pot folosi de acum.
connections-done-changed = Modificările sunt salvate. Exporturile pe această conexiune rămân cum sunt.
connections-done-key = Noile date ale contului funcționează și sunt salvate.
connections-done-export-user = De acum ești utilizatorul de export.
connections-done-removed = Conexiunea este eliminată, iar cheia ei este ștearsă.
connections-done-detached = Detașat.

connections-new = Conexiune nouă
connections-step-name = Ce este și cine o poate folosi
connections-step-account = Contul
connections-step-privacy = Confidențialitatea datelor
connections-step-user = Utilizator de export
connections-step-user-why = Exporturile pe această conexiune rulează în numele unui administrator care răspunde pentru ele. Introdu parola ta din Segue ca să te adaugi.
connections-type = Tip
connections-preview = previzualizare
connections-display-name = Nume afișat
connections-display-name-hint = Spune scopul și destinația, de exemplu „Newsletter magazin, ActiveCampaign”. Poate fi schimbat mai târziu.
connections-sharing = Cine poate folosi această conexiune
connections-sharing-administrators = Administratorii
connections-sharing-administrators-hint = Nimeni altcineva nu o vede.
connections-sharing-contributors = Administratorii și toți contribuitorii
connections-sharing-contributors-hint = Contribuitorii îi văd numele și tipul și gestionează toate exporturile de pe ea.
connections-sharing-people = Administratorii și acești contribuitori
connections-sharing-people-hint = Bifează-i mai jos.
connections-sharing-nobody = Nu există încă niciun contribuitor. Adaugă unul la Persoane.
connections-sharing-count = { $count ->
    [one] Administratorii și un contribuitor
    [few] Administratorii și { $count } contribuitori
   *[other] Administratorii și { $count } de contribuitori
}
connections-host = Gazda API
connections-host-hint = Din Settings → Developer din ActiveCampaign, fără https://.
connections-key = Cheia API
connections-key-hint = De pe aceeași pagină. Aici este sigilată și nu apare nici pe pagini, nici în jurnale.
connections-key-where = Unde găsești gazda și cheia
connections-key-elsewhere = Cheia este păstrată în altă parte
connections-key-from = Unde este cheia
connections-key-from-hint = În locul unei chei scrise aici: env:SEGUE_SECRET_… sau file:/cale, citită ori de câte ori este nevoie de ea.
connections-key-sealed = sigilată în Segue
connections-key-read-from = citită din
connections-key-again = Cheia nu se scrie în pagini: introdu-o încă o dată ca să salvezi.
connections-consent-text = Cer ca Segue să trimită date personale ale membrilor segmentelor către ActiveCampaign, în contul de la { $host }: pentru fiecare membru adresa de e-mail și orice altceva potrivește un export pe această conexiune, precum prenumele, numele de familie, telefonul, câmpuri personalizate și etichete. Aceste date pot fi sensibile. Ele părăsesc această instalare și măsurile ei de protecție. Răspund pentru dreptul de a le folosi și transfera și pentru faptul că ActiveCampaign respectă obligațiile noastre de confidențialitate și securitate. Un administrator poate opri oricând transferul, eliminând această conexiune.
connections-consent-sandbox = Însărcinez Segue să livreze date cu caracter personal ale membrilor segmentelor către simulator, un cont simulat în interiorul acestui server, pentru a încerca totul: adresa de e-mail a fiecărui membru și orice altceva potrivește un export pe această conexiune. Nimic nu părăsește mașina, nimănui nu i se scrie, iar simulatorul uită totul când serverul se oprește. Un administrator poate pune capăt oricând, eliminând această conexiune.
connections-consent-host = gazda de mai sus
connections-consent-policy = Declarația noastră de confidențialitate:
connections-agree = Sunt de acord
connections-agree-if-moved = Sunt de acord (necesar dacă gazda este alta)
connections-connect = Conectare
connections-connect-hint = Întreabă contul cine este și ce liste are. Nu se trimite și nu se salvează nimic.
connections-save-hint = La salvare se conectează încă o dată și se salvează doar ce funcționează.
connections-password = Parola ta din Segue
connections-connected = Conectat la { $host }
connections-key-of = Cheia aparține utilizatorului { $user }.
connections-no-lists = Contul nu are încă liste. Creează una în ActiveCampaign înainte de a exporta.
connections-lists-are = { $count ->
    [one] Are o listă:
    [few] Are { $count } liste:
   *[other] Are { $count } de liste:
}
connections-list-id = ID { $id }
connections-list-no-email = nu primește e-mail

connections-works = Conectată
connections-fault-host = Gazda nu răspunde
connections-fault-key = Cheie refuzată
connections-fault-network = Nu a fost contactată
connections-fault-permission = Permisiune lipsă
connections-fault-account = Cont suspendat
connections-fault-provider = Probleme la ActiveCampaign
connections-facts = Detalii
connections-test-again = Testează din nou
connections-change-key = Gazdă și cheie
connections-consent = Acord dat de
connections-consent-version = Versiunea { $version } a textului
connections-policy = declarația de confidențialitate
connections-used-by = Folosită de exporturi
connections-unused = Niciun export nu o folosește încă.
connections-add-export = Creează un export
connections-export-off = oprit
connections-more-exports = Sunt afișate doar primele { $count }.
connections-since = din
connections-you-are-user = Ești chiar tu: exporturile pe această conexiune rulează în numele tău.
connections-become-user = Devino utilizator de export
connections-gone-removed = eliminat
connections-gone-disabled = dezactivat
connections-gone-demoted = nu mai e administrator
connections-shut = Cheia API nu poate fi deschisă
connections-shut-why = Cheia principală care o sigilează nu este aici, așa că exporturile pe această conexiune nu rulează. Pornește Segue cu acea cheie principală sau dă conexiunii din nou cheia API. Dacă cheia principală s-a pierdut, rulează întâi „segue keys rotate --lost” și pornește Segue din nou.
connections-gone-why-removed = Utilizatorul de export a fost eliminat, așa că exporturile pe această conexiune nu rulează. Devino tu utilizatorul ei de export sau roagă alt administrator.
connections-gone-why-disabled = Utilizatorul de export este dezactivat, așa că exporturile pe această conexiune nu rulează. Devino tu utilizatorul ei de export sau roagă alt administrator.
connections-gone-why-demoted = Utilizatorul de export nu mai este administrator, așa că exporturile pe această conexiune nu rulează. Devino tu utilizatorul ei de export sau roagă alt administrator.

connections-edit = Editează conexiunea
connections-edit-why = Exporturile pe această conexiune rămân cum sunt, orice ai schimba aici.
connections-change-key-why = O cheie nouă este încercată înainte de a fi salvată. O cheie păstrată merge doar la gazda ei, așa că altă gazdă cere din nou cheia și acordul.
connections-change-key-do = Conectează și salvează
connections-remove = Elimină conexiunea
connections-remove-which = Elimini „{ $name }”?
connections-remove-first = 1. Exporturile care o folosesc
connections-remove-unused = Niciun export nu folosește această conexiune.
connections-remove-used = { $count ->
    [one] Un export folosește această conexiune.
    [few] { $count } exporturi folosesc această conexiune.
   *[other] { $count } de exporturi folosesc această conexiune.
}
connections-remove-detach = Un export detașat își păstrează setările și nu rulează până nu primește altă conexiune; o rulare în curs se oprește. Detașează sau elimină întâi fiecare export.
connections-detach = Detașează
connections-detach-all = { $count ->
    [one] Detașează-l
    [few] Detașează toate cele { $count }
   *[other] Detașează toate cele { $count } de exporturi
}
connections-remove-then = 2. Conexiunea
connections-remove-what = Cheia ei este ștearsă și nu se mai trimite nimic la { $host }. Ce este pe listele de acolo rămâne. Nu se poate anula.
connections-remove-do = Elimină conexiunea
