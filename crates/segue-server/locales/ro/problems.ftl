# Fiecare cod din docs/errors.md: ce s-a întâmplat și ce e de făcut.

problem-malformed = Cererea nu poate fi citită
advice-malformed = Vezi detaliul și docs/api.md.

problem-unknown-cursor = Locul cerut nu este din această listă
advice-unknown-cursor = Începe din nou cu prima pagină.

problem-sign-in-required = Nu este nimeni conectat, sau sesiunea ori tokenul s-a încheiat
advice-sign-in-required = Conectează-te din nou sau folosește alt token.
problem-token-expired = Tokenul a expirat
advice-token-expired = Creează unul nou cu segue tokens add sau, după conectare, la Contul tău.

problem-wrong-credentials = Numele de utilizator sau parola este greșită
advice-wrong-credentials = Încearcă din nou sau cere unui administrator un link pentru a seta o parolă nouă.

problem-cross-site = Cererea vine de la alt site
advice-cross-site = Trimite-o de la adresa lui Segue sau cu un token.

problem-forbidden = Rolul tău nu permite acest lucru
advice-forbidden = Întreabă un administrator.

problem-read-only-token = Tokenul poate doar să citească
advice-read-only-token = Folosește un token cu drept de scriere.

problem-session-required = Aici este nevoie de o persoană conectată, nu de un token
advice-session-required = Conectează-te cu nume de utilizator și parolă.

problem-not-found = Nu este nimic la această adresă
advice-not-found = Uită-te din nou în listă.

problem-wrong-method = Adresa nu primește această metodă
advice-wrong-method = Vezi antetul Allow.

problem-taken = Numele este luat
advice-taken = Alege altul.

problem-in-use = Altceva folosește acest obiect
advice-in-use = Modifică, detașează sau elimină întâi tot ce îl folosește.

problem-cannot-run = Acum nu poate fi rulat
advice-cannot-run = Vezi detaliul.

problem-key-reused = Cheia de idempotență a fost folosită pentru altă cerere
advice-key-reused = Folosește o cheie nouă pentru fiecare cerere.
problem-under-way = O rulare sau o reîmprospătare este în desfășurare
advice-under-way = Las-o să se termine, sau anuleaz-o, și cere din nou.

problem-export-user-gone = Nimeni nu răspunde pentru ce trimite conexiunea
advice-export-user-gone = Un administrator trebuie să devină utilizatorul ei de export.

problem-last-administrator = Acesta este ultimul administrator care se poate conecta
advice-last-administrator = Fă întâi pe altcineva administrator.

problem-too-many = Sunt deja câte pot fi
advice-too-many = Elimină ce nu mai este nevoie.

problem-not-kept = Sunt date personale, care nu se mai păstrează
advice-not-kept = Rulează exportul din nou ca să le ai iar.

problem-spent-link = Linkul a fost folosit deja sau a expirat
advice-spent-link = Cere altul unui administrator.

problem-stale = Altcineva a schimbat între timp acest obiect
advice-stale = Citește-l din nou și repetă modificarea.

problem-too-large = Conținutul trimis este prea mare
advice-too-large = Trimite mai puțin.

problem-not-json = Conținutul trimis nu este JSON
advice-not-json = Trimite-l ca application/json.

problem-invalid-fields = Unele câmpuri nu sunt corecte
advice-invalid-fields = Vezi erorile: fiecare numește un câmp și ce este greșit.

problem-connect-host = ActiveCampaign nu răspunde la această gazdă
advice-connect-host = Copiază URL-ul API din Settings → Developer din ActiveCampaign.

problem-connect-key = ActiveCampaign a refuzat cheia API
advice-connect-key = Copiaz-o din nou din Settings → Developer din ActiveCampaign.

problem-connect-permission = Utilizatorului cheii API îi lipsește o permisiune
advice-connect-permission = Dă grupului său permisiunea sau folosește cheia altui utilizator.

problem-connect-account = Contul ActiveCampaign este suspendat sau neplătit
advice-connect-account = Conectează-te la el ca să vezi de ce.

problem-version-required = Cererea nu spune ce versiune schimbă
advice-version-required = Trimite ETag-ul citit ca If-Match.

problem-too-many-attempts = Au fost prea multe încercări de conectare
advice-too-many-attempts = Așteaptă cât spune Retry-After.

problem-defect = Segue a dat greș
advice-defect = Repetă; dacă se întâmplă din nou, raportează-l cu X-Request-Id.

problem-connect-network = ActiveCampaign nu poate fi contactat de aici
advice-connect-network = Verifică rețeaua mașinii pe care rulează Segue.

problem-connect-provider = ActiveCampaign are probleme sau este ocupat
advice-connect-provider = Încearcă mai târziu.

problem-store-unavailable = Baza de date nu răspunde
advice-store-unavailable = Încearcă din nou; jurnalul spune mai mult.

problem-secret-unavailable = Un secret nu poate fi citit
advice-secret-unavailable = Vezi detaliul.

problem-too-slow = Răspunsul a durat prea mult
advice-too-slow = Încearcă mai târziu. Dă fișierele text mari ca Parquet, care nu trebuie citite în întregime.

problem-disk-full = Discul este plin
advice-disk-full = Eliberează spațiu.

problem-never-refreshed = Segmentul nu a fost încă reîmprospătat
advice-never-refreshed = Reîmprospătează-l întâi.

problem-no-data-folder = Acest server nu are un dosar de date
advice-no-data-folder = Cere celui care îl administrează să îl pornească cu --data-folder.

problem-unusable = Un tabel nu poate fi citit așa cum este declarat
advice-unusable = Vezi detaliul; repară-i fișierele sau modifică tabelul.

problem-busy = Se răspunde deja la câte întrebări se poate
advice-busy = Încearcă din nou peste câte secunde spune Retry-After.

problem-out-of-memory = Este nevoie de mai multă memorie decât este permis
advice-out-of-memory = Întreabă mai puțin deodată sau cere să se mărească --memory.
