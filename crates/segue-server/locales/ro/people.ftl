# Persoanele care se pot conecta și tokenurile lor API.

people-about = Cine se poate conecta și ce poate face fiecare.
people-add = Adaugă persoană
people-add-why = Primești un link care funcționează o singură dată, de dat mai departe. Cu el, persoana își setează parola.
people-name = Nume
people-login-hint = Cu el se conectează persoana. Poate fi o adresă de e-mail; nu i se trimite nimic.
people-role = Rol
people-role-hint-viewer = Vede exporturile, segmentele, clienții, tabelele și starea.
people-role-hint-contributor = În plus, modifică tabele și segmente, precum și exporturi pe conexiunile partajate.
people-role-hint-administrator = Poate face orice și decide unde pot ajunge datele.
people-any-role = Orice rol
people-show-all = Arată toate
people-nobody = Nu s-a găsit nimeni.
people-state = Stare
people-enabled = Se poate conecta
people-invited = Încă fără parolă
people-disabled = Dezactivat
people-since = Adăugat
people-you = Tu
people-facts = Despre această persoană
people-what-done = Ce a făcut această persoană
people-may-sign-in = Se poate conecta
people-may-sign-in-hint = Cine nu are voie este deconectat imediat, iar tokenurile sale nu mai funcționează.
people-new-link = Fă un link nou
people-link-why = Cu un link nou, persoana își poate seta altă parolă. Până atunci rămâne valabilă cea veche.
people-link-why-first = Persoana nu și-a setat încă parola. Un link nou îl face inutil pe cel dinainte.
people-link = Link de unică folosință
people-link-what = Dă acest link persoanei { $name } pe o cale sigură, cel mai bine direct sau la telefon. Cine îl are setează parola.
people-link-label = Link
people-link-once = Apare doar acum. Dacă se pierde, fă altul.
people-link-until = Funcționează o singură dată, până la
people-answers-for = { $count ->
    [one] Exporturile pe o conexiune rulează în numele acestei persoane:
    [few] Exporturile pe { $count } conexiuni rulează în numele acestei persoane:
   *[other] Exporturile pe { $count } de conexiuni rulează în numele acestei persoane:
}
people-answers-hint = Se opresc dacă persoana este eliminată, dezactivată sau nu mai este administrator, până când alt administrator devine utilizator de export.
people-done-added = { $name } a fost adăugat(ă).
people-done-link = Linkul nou pentru { $name } este gata. Cele dinainte nu mai funcționează.
people-done-changed = Modificările sunt salvate.
people-done-revoked = Tokenul este revocat.
people-done-removed = Persoana este eliminată.
people-remove = Elimină persoana
people-remove-which = Elimini persoana { $name }?
people-remove-self = Ești chiar tu. Vei fi deconectat și nu te vei mai putea conecta.
people-remove-what = { $login } este deconectat imediat și nu se mai poate conecta.
people-remove-tokens = { $count ->
    [0] Nu există tokenuri API.
    [one] Un token API nu mai funcționează.
    [few] { $count } tokenuri API nu mai funcționează.
   *[other] { $count } de tokenuri API nu mai funcționează.
}
people-remove-instead = Ce a făcut persoana rămâne în jurnalul de audit. Ca să păstrezi contul pentru mai târziu, debifează în schimb „Se poate conecta”.
people-remove-do = Elimină persoana

tokens = Tokenuri API
tokens-about = Cu un token, programele și linia de comandă lucrează în numele tău. Fiecare apare o singură dată.
tokens-none = Niciun token API.
tokens-name = Token
tokens-name-example = Raport de noapte
tokens-scope = Poate
tokens-scope-read = Citi
tokens-scope-write = Citi și modifica
tokens-days = Zile
tokens-make = Fă token
tokens-used = Folosit ultima dată
tokens-until = Funcționează până la
tokens-made = Token nou
tokens-made-what = „{ $name }” este gata. Programele îl trimit ca antetul de mai jos.
tokens-secret = Token
tokens-once = Copiază-l acum: nu mai apare. Dacă se pierde, revocă-l și fă altul.
tokens-revoke = Revocă
tokens-revoke-which = Revoci „{ $name }”?
tokens-revoke-what = Tot ce folosește acest token nu mai funcționează de îndată. Nu se poate anula.
tokens-revoke-do = Revocă tokenul
people-search = Nume sau nume de utilizator
