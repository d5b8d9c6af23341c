# Ce stă pe fiecare pagină și paginile despre propria persoană.

skip-to-content = Sari la conținut
menu = Meniu
menu-close = Închide meniul
nav-label = Principal
nav-start = Start
nav-home = Acasă
nav-data = Date
nav-tables = Tabele
nav-customers = Clienți
nav-segments = Segmente
nav-exports = Exporturi
nav-admin = Administrare
nav-connections = Conexiuni
nav-people = Persoane
nav-audit = Jurnal de audit
nav-system = Sistem
nav-status = Stare
nav-schedule = Program
nav-about = Despre
to-home = Înapoi la pagina de start
save = Salvează
cancel = Renunță
copy = Copiază
copied = Copiat
close = Închide
edit = Editează
remove = Elimină
search = Caută
done = Gata
optional = opțional
none = Niciunul
never = Niciodată
yes = Da
no = Nu
next-page = Pagina următoare
first-page = Prima pagină
columns-shown = Coloanele de la { $from } la { $until } din { $all }
columns-before = Coloanele dinainte
columns-next = Coloanele următoare
columns-pages = Alte coloane
form-has-faults = Unele câmpuri nu sunt corecte
unreachable = Serverul nu poate fi contactat. Nu s-a trimis nimic, iar tot ce ai scris este încă aici: încearcă din nou peste o clipă.
try-again = Încearcă din nou
form-stale = Altcineva a schimbat între timp acest obiect. Nu s-a salvat nimic, iar din ce ai scris nu s-a pierdut nimic. Verifică și repetă.
stale-changed = Ce s-a schimbat între timp
stale-field = Câmp
stale-now = Cum este acum
stale-typed = Cum ai scris
stale-over = Dacă salvezi, ce ai scris îi ia locul.

role-viewer = Cititor
role-contributor = Contribuitor
role-administrator = Administrator

sign-in = Conectare
sign-out = Deconectare
login = Nume de utilizator
login-hint = Cu el te conectezi. Poate fi o adresă de e-mail.
password = Parolă
password-hint = Cel puțin 12 caractere. Câteva cuvinte fără legătură între ele se țin minte ușor.
password-forgotten = Ai uitat-o? Un administrator îți poate face un link pentru a seta alta.
wait-seconds = { $seconds ->
    [one] Așteaptă o secundă și încearcă din nou.
    [few] Așteaptă { $seconds } secunde și încearcă din nou.
   *[other] Așteaptă { $seconds } de secunde și încearcă din nou.
}

setup = Bun venit la Segue
setup-why = Ești prima persoană de aici. Devii administrator: cel care decide unde pot ajunge datele.
setup-do = Creează administratorul
setup-password = Setează parola
setup-password-why = Linkul funcționează o singură dată. Apoi te conectezi cu parola nouă.
setup-password-do = Setează parola
setup-spent = Linkul nu mai este valabil
setup-code = Codul din link
setup-code-hint = Ce stă după # în link; poți lipi și linkul întreg.
your-name = Numele tău
language = Limba

session-ended = Sesiunea ta s-a încheiat
session-ended-what = Nimic din ce ai scris nu s-a pierdut.
session-ended-first = Conectează-te din nou, în altă filă.
session-ended-then = Revino aici și trimite din nou.
session-ended-secrets = Parolele și cheile nu se păstrează: ți se vor cere încă o dată.
send-again = Trimite din nou

account = Contul tău
account-about-you = Despre tine
account-sessions = Unde ești conectat
account-sessions-why = Ai rămas conectat undeva? Toate sesiunile tale se încheie, inclusiv aceasta. Tokenurile rămân.
account-sessions-do = Deconectează-mă peste tot
account-done-revoked = Tokenul este revocat.
account-password = Parolă
account-password-do = Schimbă parola
account-done-changed = Modificările sunt salvate.
account-done-password = Parola este schimbată. Toate celelalte sesiuni ale tale s-au încheiat.
password-current = Parola actuală
password-new = Parola nouă

home-begin = De aici până la prima livrare
home-step-table = Adaugă un tabel
home-step-why-table = Profilurile clienților, din fișiere CSV, Parquet sau NDJSON.
home-step-do-table = Adaugă tabel
home-step-key = Dă clienților o cheie
home-step-why-key = Tabelul tău nu are încă una: coloana care îi deosebește pe clienți.
home-step-do-key = Alege cheia
home-step-segment = Fă un segment
home-step-why-segment = Cine este vizat: toți cei care îndeplinesc condițiile tale.
home-step-do-segment = Fă segment
home-step-connection = Conectează ActiveCampaign
home-step-why-connection = Contul tău, sau simulatorul inclus, ca să încerci totul mai întâi.
home-step-do-connection = Conectează
home-step-export = Creează un export
home-step-why-export = Ce segmente merg la ce listă și ce completează contactele.
home-step-do-export = Creează export
home-step-run = Rulează-l
home-step-why-run = O rulare de probă arată întâi ce s-ar trimite.
home-step-do-run = Mergi la exporturi

month-1 = ian.
month-2 = feb.
month-3 = mar.
month-4 = apr.
month-5 = mai
month-6 = iun.
month-7 = iul.
month-8 = aug.
month-9 = sept.
month-10 = oct.
month-11 = nov.
month-12 = dec.

lasted-less = sub o secundă
lasted-seconds = { $seconds } s
lasted-minutes = { $minutes } min { $seconds } s
lasted-hours = { $hours } h { $minutes } min

