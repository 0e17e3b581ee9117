"""The people of the demo who are not vendors: customers across Europe, and the marketplace's own staff."""

from __future__ import annotations

from marketplace.demo.parts import CastCustomer, CastStaff


def _customer(name: str, mailbox: str, street: str, city: str, postal_code: str, country: str) -> CastCustomer:
    return CastCustomer(
        name=name,
        email=f"{mailbox}@mail.example",
        street=street,
        city=city,
        postal_code=postal_code,
        country=country,
    )


CUSTOMERS: tuple[CastCustomer, ...] = (
    _customer("Ines Okafor", "ines.okafor", "Torstraße 118", "Berlin", "10119", "DE"),
    _customer("Matthias Brandl", "matthias.brandl", "Sankt-Anna-Platz 4", "München", "80538", "DE"),
    _customer("Thuy Nguyen", "thuy.nguyen", "Schanzenstraße 27", "Hamburg", "20357", "DE"),
    _customer("Emre Aydin", "emre.aydin", "Venloer Straße 331", "Köln", "50823", "DE"),
    _customer("Camille Roussel", "camille.roussel", "14 rue des Martyrs", "Paris", "75009", "FR"),
    _customer("Yacine Belkacem", "yacine.belkacem", "8 quai Saint-Antoine", "Lyon", "69002", "FR"),
    _customer("Soazig Le Goff", "soazig.legoff", "3 place du Champ-Jacquet", "Rennes", "35000", "FR"),
    _customer("Giulia Ferrante", "giulia.ferrante", "Via Mascarella 52", "Bologna", "40126", "IT"),
    _customer("Tommaso Rinaldi", "tommaso.rinaldi", "Via San Gregorio Armeno 9", "Napoli", "80138", "IT"),
    _customer("Lucía Ibáñez", "lucia.ibanez", "Calle del Pez 21", "Madrid", "28004", "ES"),
    _customer("Jordi Casals", "jordi.casals", "Carrer de Verdi 64", "Barcelona", "08012", "ES"),
    _customer("Beatriz Tavares", "beatriz.tavares", "Rua da Boavista 77", "Lisboa", "1200-066", "PT"),
    _customer("Sanne de Wit", "sanne.dewit", "Oudegracht 205", "Utrecht", "3511 NK", "NL"),
    _customer("Ravi Soekhoe", "ravi.soekhoe", "Witte de Withstraat 30", "Rotterdam", "3012 BR", "NL"),
    _customer("Lena Hofstätter", "lena.hofstaetter", "Neubaugasse 42", "Wien", "1070", "AT"),
    _customer("Alma Nyström", "alma.nystrom", "Bondegatan 15", "Stockholm", "116 33", "SE"),
    _customer("Aino Koskela", "aino.koskela", "Fleminginkatu 11", "Helsinki", "00530", "FI"),
    _customer("Kasia Wrona", "kasia.wrona", "ulica Józefa 18", "Kraków", "31-056", "PL"),
    _customer("Eleni Markou", "eleni.markou", "Odos Praxitelous 33", "Athina", "105 60", "GR"),
    _customer("Ciarán Doyle", "ciaran.doyle", "12 Shandon Street", "Cork", "T23 XE40", "IE"),
    _customer("Freya Mortensen", "freya.mortensen", "Jægersborggade 6", "København", "2200", "DK"),
    _customer("Pieter Claes", "pieter.claes", "Serpentstraat 19", "Gent", "9000", "BE"),
    _customer("Reto Zumthor", "reto.zumthor", "Rindermarkt 12", "Zürich", "8001", "CH"),
    _customer("Abigail Osei", "abigail.osei", "41 Gloucester Road", "Bristol", "BS7 8AD", "GB"),
)

STAFF: tuple[CastStaff, ...] = (
    CastStaff(name="Marta Lindgren", email="marta.lindgren@souk.example", role="administrator"),
    CastStaff(name="Osman Keller", email="osman.keller@souk.example", role="accountant"),
    CastStaff(name="Ilse Bakker", email="ilse.bakker@souk.example", role="controller"),
    CastStaff(name="Joana Pires", email="joana.pires@souk.example", role="support"),
)
