# Clienți: cine sunt, ce s-a trimis despre ei și cum sunt uitați.

customers-about = Ce se știe despre o persoană, ce segmente o cuprind și ce s-a trimis, unde.
customers-table = Tabel
customers-search = Cheie, adresă de e-mail, nume sau telefon
customers-hint = Valoarea întreagă, fără a deosebi majusculele. Cheile exact așa cum sunt.
customers-key = Cheie
customers-attributes = Ce se știe
customers-gone = Tabelul nu mai are această persoană. Ce s-a trimis se știe cât timp se păstrează rândurile rulărilor.
customers-no-segments = Nu există niciun segment peste acest tabel.
customers-segments-hint = După cea mai recentă reîmprospătare a fiecăruia. „De ce?” se uită la tabelele așa cum sunt acum.
customers-in = Membru
customers-not-in = Nu este membru
customers-never-refreshed = Nereîmprospătat încă
customers-why = De ce?
customers-nobody = Nu s-a găsit nimeni
customers-nobody-what = Se compară valori întregi: caută „ana”, nu „an”.
customers-open = Deschide
customers-first = Aceștia sunt primii zece.

customers-sent = Ce s-a trimis
customers-sent-nowhere = Niciun export nu trimite persoane din acest tabel și nimeni nu a împins adresa acestei persoane.
customers-export = Export
customers-push = push
customers-list = Lista
customers-standing = Pe listă prin noi
customers-standing-listed = Pe listă
customers-standing-refused = Respinsă
customers-standing-left = Scoasă de pe listă
customers-standing-never-sent = Niciodată trimisă
customers-since = din
customers-no-member = Nu mai este în segmentele exportului
customers-next-run = Este în segmentele exportului: următoarea rulare se uită la această persoană
customers-last-sent = Ultima trimitere
customers-outcome-created = Adăugată pe listă
customers-outcome-updated = Actualizată
customers-outcome-refused = Respinsă
customers-outcome-left = Dezabonată de la listă
customers-not-known = Nu se mai știe
customers-said = Ce a spus ActiveCampaign
customers-taken = Acceptată fără obiecții
customers-not-sent = Netrimisă
customers-more-exports = Există mai multe exporturi decât sunt arătate aici.

customers-belongs = Ce ține de această persoană
customers-belongs-nothing = Niciun rând dintr-un tabel înrudit nu ține de această persoană.
customers-no-day = Fără zi
customers-more-rows = Acestea sunt cele mai noi; mai sunt și altele.
customers-unread = Aceste tabele nu au putut fi citite, așa că rândurile lor lipsesc aici: { $tables }. Vezi-le la Tabele.

customers-forget = Uită această persoană…
customers-forget-key = A fost cheia cuiva care nu mai este în tabel? Uită acea persoană…
customers-was-forgotten = Această persoană a fost uitată
customers-was-forgotten-what = Segue nu mai păstrează nimic despre ea și o lasă în afara oricărui segment și export, orice ar conține fișierele sursă.
customers-half-forgotten = Această persoană nu este uitată complet
customers-half-forgotten-what = Segue o lasă deja în afara a tot, dar a fost oprit înainte să șteargă totul. Uit-o din nou ca să se ducă la capăt.
customers-forget-title = Uită o persoană
customers-forget-about = Segue șterge tot ce păstrează despre această persoană și nu o mai trimite niciodată. Nu se poate anula.
customers-forget-who = Cine
customers-forget-not-there = Tabelul nu are (sau nu mai are) această persoană. Ce păstrează Segue de mai înainte se șterge oricum; numește adresele pe care le-a avut și pe care nicio rulare păstrată nu le mai știe, ca să fie găsite și în registre.
customers-forget-what = Ce se va întâmpla
customers-forget-addresses = { $count ->
    [0] Nu se cunoaște nicio adresă de e-mail.
    [one] O adresă de e-mail nu va mai fi trimisă niciodată, sub orice cheie ar reveni.
    [few] { $count } adrese de e-mail nu vor mai fi trimise niciodată, sub orice cheie ar reveni.
   *[other] { $count } de adrese de e-mail nu vor mai fi trimise niciodată, sub orice cheie ar reveni.
}
customers-forget-segments = { $count ->
    [0] Niciun segment nu cuprinde această persoană.
    [one] Un segment pierde acest membru:
    [few] { $count } segmente pierd acest membru:
   *[other] { $count } de segmente pierd acest membru:
}
customers-forget-ledgers = { $count ->
    [0] Niciun registru nu cuprinde această persoană.
    [one] Un registru al unui export se scrie din nou, fără această persoană.
    [few] { $count } registre ale exporturilor se scriu din nou, fără această persoană.
   *[other] { $count } de registre ale exporturilor se scriu din nou, fără această persoană.
}
customers-forget-rejections = { $count ->
    [0] Niciun rând și niciun exemplu al vreunei rulări nu este despre această persoană.
    [one] Se elimină un rând sau un exemplu al unei rulări: ce s-a trimis sau de ce nu s-a trimis.
    [few] Se elimină { $count } rânduri și exemple ale rulărilor: ce s-a trimis și de ce nu s-a trimis.
   *[other] Se elimină { $count } de rânduri și exemple ale rulărilor: ce s-a trimis și de ce nu s-a trimis.
}
customers-forget-from-now-on = De acum, această persoană este lăsată în afara oricărui segment, a oricărei numărători și a oricărui export, înainte de orice altceva. Pentru asta se păstrează doar amprente cu cheie ale cheii și ale adreselor, din care nimeni nu le poate reconstitui.
customers-forget-lists = Registrele care cuprind această persoană
customers-forget-not-listed = Nu este pe listă prin noi
customers-forget-not = Ce nu se va întâmpla
customers-forget-source = Fișierele sursă sunt ale tale: elimină persoana și acolo.
customers-forget-contact = Contactul însuși rămâne în ActiveCampaign, cu istoricul lui. Șterge-l acolo dacă trebuie să dispară.
customers-forget-out-of-reach = { $count ->
    [one] O listă nu poate fi atinsă de aici, pentru că nicio conexiune nu duce acolo: dezabonează persoana acolo.
    [few] { $count } liste nu pot fi atinse de aici, pentru că nicio conexiune nu duce acolo: dezabonează persoana acolo.
   *[other] { $count } de liste nu pot fi atinse de aici, pentru că nicio conexiune nu duce acolo: dezabonează persoana acolo.
}
customers-forget-definitions = { $count ->
    [one] Un segment numește în definiția lui o adresă a acestei persoane și trebuie schimbat de mână:
    [few] { $count } segmente numesc în definițiile lor o adresă a acestei persoane și trebuie schimbate de mână:
   *[other] { $count } de segmente numesc în definițiile lor o adresă a acestei persoane și trebuie schimbate de mână:
}
customers-forget-backups = Copiile de siguranță ale directorului de stare și ale bazei de date, precum și fișierele descărcate de cineva, rămân cum sunt.
customers-forget-now = Uită acum
customers-forget-more = Alte adrese
customers-forget-more-hint = Adrese pe care această persoană le-a avut mai demult, câte una pe rând. Sunt căutate și ele în registre și nu mai sunt trimise niciodată.
customers-forget-look-again = Caută din nou cu acestea
customers-forget-unsubscribe = { $count ->
    [one] Dezabonează întâi persoana de la listă
    [few] Dezabonează întâi persoana de la cele { $count } liste
   *[other] Dezabonează întâi persoana de la cele { $count } de liste
}
customers-forget-unsubscribe-hint = Doar de la listele pe care au pus-o exporturile. Dacă un cont nu poate fi atins, nu se șterge nimic.
customers-forget-confirm = Scrie cheia pentru a confirma
customers-forget-confirm-hint = Ea este
customers-forget-confirm-fault = Aceasta nu este cheia.
customers-forget-do = Uită definitiv

customers-receipts = Dovezi
customers-receipts-about = Ale persoanelor uitate. Nimic de aici nu spune cine au fost.
customers-receipts-none = Încă nu a fost uitat nimeni
customers-receipts-none-what = Când o persoană este uitată, aici stă ce s-a șters și de unde.
customers-receipt = Dovadă
customers-receipt-show = Arată dovada
customers-receipt-of = Dovada unei ștergeri
customers-receipt-nobody = Spune ce s-a șters, nu despre cine a fost vorba: notează-i numărul lângă cerere.
customers-receipt-download = Descarcă
customers-done-forgotten = Persoana este uitată. Notează numărul acestei dovezi lângă cerere.
customers-receipt-id = Număr
customers-receipt-when = Când
customers-receipt-by = De către
customers-receipt-erased = Ce s-a șters
customers-receipt-addresses = Adrese care nu se mai trimit niciodată
customers-receipt-ledgers = Intrări în registre
customers-receipt-rejections = Rânduri și exemple ale rulărilor
customers-receipt-lists = Liste în ActiveCampaign
customers-receipt-became = Ce s-a ales
customers-became-unsubscribed = Dezabonată
customers-became-gone = Nu mai era pe listă
customers-became-not-ours = Lăsată pe listă: era acolo dinainte ca Segue să o fi trimis
customers-became-left-alone = Nu s-a făcut nimic acolo
customers-left-out = { $count ->
    [one] Un rând a fost lăsat deoparte, pentru că persoana a fost uitată. Nu este între membri.
    [few] { $count } rânduri au fost lăsate deoparte, pentru că persoanele au fost uitate. Nu sunt între membri.
   *[other] { $count } de rânduri au fost lăsate deoparte, pentru că persoanele au fost uitate. Nu sunt între membri.
}
