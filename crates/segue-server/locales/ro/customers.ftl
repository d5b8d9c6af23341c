# Clienți: cine sunt.

customers-about = Ce se știe despre o persoană și de ce segmentele o cuprind sau nu.
customers-table = Tabel
customers-search = Cheie, adresă de e-mail, nume sau telefon
customers-hint = Valoarea întreagă, fără a deosebi majusculele. Cheile exact așa cum sunt.
customers-attributes = Ce se știe
customers-no-segments = Nu există niciun segment peste acest tabel.
customers-segments-hint = După tabelele așa cum sunt acum.
customers-why = Este sau nu?
customers-nobody = Nu s-a găsit nimeni
customers-nobody-what = Se compară valori întregi: caută „ana”, nu „an”.
customers-open = Deschide
customers-first = Aceștia sunt primii zece.
