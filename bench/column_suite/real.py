"""Ten tables as systems write them: headers, codes and habits, with people made up by hand."""
# ruff: noqa: ARG005, E501, FBT003 - a column is a line

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import TypeAlias

import pyarrow as pa

from bench.column_suite.tables import Labelled
from bench.column_suite.values import Maker, sections

Column: TypeAlias = tuple[str, str | None, Callable[["Rows"], object]]
ROWS = 150


class Rows:
    """What the columns of one row are made from: one person, and draws that repeat."""

    def __init__(self, language: str, seed: int) -> None:
        self.draw = random.Random(seed)
        self.maker = Maker(language if language != "fr" else "fr", seed)
        self.words = sections("people.txt")[language]
        self.sentences = sections("words.txt").get(language, {})
        self.number = 0
        self.next()

    def next(self) -> None:
        self.number += 1
        self.first, self.last = self.pick("first"), self.pick("last")

    def pick(self, name: str) -> str:
        return self.draw.choice(self.words[name][0])

    def of(self, *values: object) -> object:
        return self.draw.choice(values)

    def digits(self, count: int) -> str:
        return "".join(self.draw.choice("0123456789") for _ in range(count))

    def day(self, first: int, last: int, form: str = "%Y-%m-%d") -> str:
        days = (date(last, 12, 31) - date(first, 1, 1)).days
        return (date(first, 1, 1) + timedelta(days=self.draw.randrange(days))).strftime(form)

    def mail(self) -> str:
        name = f"{self.first}.{self.last}".lower().replace(" ", "").replace("'", "")
        plain = name.encode("ascii", "ignore").decode() or "x"
        return f"{plain}{self.number}@{self.of('web.example', 'post.example', 'acme.example')}"

    def text(self) -> str:
        return " ".join(self.maker.one_of("sentence") for _ in range(self.draw.randint(1, 3)))


def real_tables() -> Iterator[Labelled]:
    """All ten."""
    for number, (name, (language, columns)) in enumerate(SCHEMATA.items()):
        rows, made = Rows(language, 7000 + number), {header: [] for header, _, _ in columns}
        for _ in range(ROWS):
            for header, _, value in columns:
                made[header].append(value(rows))
            rows.next()
        table = pa.table({header: pa.array(values) for header, values in made.items()})
        yield Labelled(f"real {name}", table, {header: truth for header, truth, _ in columns})


SCHEMATA: Mapping[str, tuple[str, tuple[Column, ...]]] = {
    "crm": (
        "en",
        (
            ("Id", None, lambda r: "003" + hashlib.md5(str(r.number).encode()).hexdigest()[:15]),
            ("Salutation", "gender", lambda r: r.of("Mr.", "Ms.", "Mrs.")),
            ("FirstName", "name.first", lambda r: r.first),
            ("LastName", "name.last", lambda r: r.last),
            (
                "AccountName",
                None,
                lambda r: f"{r.of('North', 'Delta', 'Blue')} {r.of('Steel', 'Foods', 'Bank')} Ltd",
            ),
            (
                "Title",
                "occupation",
                lambda r: r.of("Buyer", "Head of Sales", "CEO", "Engineer", "Clerk"),
            ),
            ("Email", "email", Rows.mail),
            ("Phone", "phone", lambda r: f"+44 20 7946 0{r.digits(3)}"),
            ("MobilePhone", "phone", lambda r: f"07700 900{r.digits(3)}"),
            ("MailingStreet", "street", lambda r: f"{r.draw.randrange(1, 90)} {r.pick('street')}"),
            ("MailingCity", "city", lambda r: r.pick("city")),
            (
                "MailingPostalCode",
                "postcode",
                lambda r: (
                    f"{r.of('BS', 'LS', 'EX')}{r.of(1, 2, 6)} {r.of(1, 4, 7)}{r.of('AB', 'QT', 'RW')}"
                ),
            ),
            ("LeadSource", None, lambda r: r.of("Web", "Trade Show", "Partner")),
            ("CreatedDate", None, lambda r: r.day(2019, 2025) + "T10:15:00.000+0000"),
            ("LastActivityDate", None, lambda r: r.day(2023, 2025)),
            ("HasOptedOutOfEmail", None, lambda r: r.of(True, False)),
            ("Description", "free_text", Rows.text),
        ),
    ),
    "hospital": (
        "en",
        (
            ("encounter_id", None, lambda r: r.digits(8)),
            ("patient_nbr", "person_id", lambda r: r.digits(7)),
            ("mrn", "health.record", lambda r: f"M{r.digits(7)}"),
            ("pt_surname", "name.last", lambda r: r.last),
            ("pt_forename", "name.first", lambda r: r.first),
            ("dob", "date_of_birth", lambda r: r.day(1930, 2020)),
            ("race", "ethnicity", lambda r: r.of("Caucasian", "AfricanAmerican", "Asian", "Other")),
            ("gender", "gender", lambda r: r.of("Female", "Male")),
            ("age", "age", lambda r: r.of("[70-80)", "[60-70)", "[40-50)", "[30-40)", "[80-90)")),
            ("admission_type_id", None, lambda r: r.draw.randrange(1, 9)),
            ("time_in_hospital", None, lambda r: r.draw.randrange(1, 15)),
            ("diag_1", "health", lambda r: r.of("250.83", "276", "648", "V27", "428", "414")),
            ("insulin", "health", lambda r: r.of("No", "Up", "Down", "Steady")),
            ("diabetesMed", "health", lambda r: r.of("Yes", "No")),
            ("discharge_date", None, lambda r: r.day(2022, 2024)),
            ("ward", None, lambda r: r.of("A1", "A2", "ICU", "B4")),
        ),
    ),
    "payroll": (
        "en",
        (
            ("EmpNo", "person_id", lambda r: 10_000 + r.number),
            ("EmployeeName", "name", lambda r: f"{r.last.upper()}, {r.first.upper()}"),
            (
                "SSN",
                "national_id",
                lambda r: f"{r.draw.randrange(100, 665)}-{r.draw.randrange(10, 99)}-{r.digits(3)}7",
            ),
            (
                "JobTitle",
                "occupation",
                lambda r: r.of("Captain", "Deputy", "Transit Operator", "Firefighter", "Nurse"),
            ),
            ("BasePay", "income", lambda r: round(r.draw.uniform(2e4, 2e5), 2)),
            ("OvertimePay", "income", lambda r: round(r.draw.uniform(0, 2e4), 2)),
            ("HireDate", None, lambda r: r.day(1995, 2024, "%m/%d/%Y")),
            ("Dept", None, lambda r: r.of("Police", "Fire", "Transit", "Health")),
            ("CostCenter", None, lambda r: f"CC{r.draw.randrange(10, 30)}0"),
            ("RoutingNumber", "bank_account", lambda r: f"0{r.digits(8)}"),
            ("AccountNumber", "bank_account", lambda r: r.digits(10)),
            ("MaritalStatus", "marital_status", lambda r: r.of("S", "M", "D", "W")),
            ("PayPeriod", None, lambda r: f"2024-{r.draw.randrange(1, 27):02d}"),
        ),
    ),
    "web log": (
        "en",
        (
            (
                "remote_addr",
                "ip",
                lambda r: (
                    f"{r.of(81, 92, 203)}.{r.draw.randrange(256)}.{r.draw.randrange(256)}.{r.draw.randrange(1, 255)}"
                ),
            ),
            ("remote_user", "username", lambda r: f"{r.first[0]}{r.last}".lower().replace(" ", "")),
            ("time_local", None, lambda r: r.day(2024, 2024, "%d/%b/%Y") + ":10:02:03 +0000"),
            (
                "request",
                None,
                lambda r: f"GET /{r.of('shop', 'cart', 'img')}/{r.draw.randrange(900)} HTTP/1.1",
            ),
            ("status", None, lambda r: r.of(200, 301, 404, 500)),
            ("body_bytes_sent", None, lambda r: r.draw.randrange(100_000)),
            (
                "http_referer",
                None,
                lambda r: f"https://shop.example/{r.of('a', 'b')}/{r.draw.randrange(90)}",
            ),
            (
                "http_user_agent",
                "browser",
                lambda r: (
                    f"Mozilla/5.0 (X11; Linux x86_64; rv:{r.draw.randrange(90, 130)}.0) Gecko/20100101 Firefox/{r.draw.randrange(90, 130)}.0"
                ),
            ),
            ("request_time", None, lambda r: round(r.draw.random(), 3)),
            ("upstream_host", None, lambda r: f"app-{r.draw.randrange(9)}"),
            ("request_id", None, lambda r: hashlib.md5(str(r.number).encode()).hexdigest()),
            ("session_id", "cookie", lambda r: hashlib.sha1(str(r.number).encode()).hexdigest()),
        ),
    ),
    "school": (
        "fr",
        (
            ("INE", "national_id", lambda r: f"{r.digits(9)}{r.of('A', 'K', 'H')}{r.of('B', 'C')}"),
            ("nom_eleve", "name.last", lambda r: r.last.upper()),
            ("prenom_eleve", "name.first", lambda r: r.first),
            ("date_naissance", "date_of_birth", lambda r: r.day(2005, 2014, "%d/%m/%Y")),
            ("lieu_naissance", "city", lambda r: r.pick("city")),
            ("classe", None, lambda r: r.of("6A", "6B", "5A", "4C", "3B")),
            ("regime", None, lambda r: r.of("DP", "EXT", "INT")),
            ("nom_responsable", "name.last", lambda r: r.last.upper()),
            (
                "tel_responsable",
                "phone",
                lambda r: f"06 {r.digits(2)} {r.digits(2)} {r.digits(2)} {r.digits(2)}",
            ),
            ("mail_responsable", "email", Rows.mail),
            ("adresse", "street", lambda r: f"{r.draw.randrange(1, 90)} {r.pick('street')}"),
            ("commune", "city", lambda r: r.pick("city")),
            ("moyenne_generale", None, lambda r: round(r.draw.uniform(6, 19), 1)),
            ("matiere", None, lambda r: r.of("Maths", "Physique", "Anglais", "Histoire")),
            ("annee_scolaire", None, lambda r: r.of("2023-2024", "2024-2025")),
        ),
    ),
    "bank statement": (
        "de",
        (
            ("Buchungstag", None, lambda r: r.day(2024, 2024, "%d.%m.%Y")),
            ("Valutadatum", None, lambda r: r.day(2024, 2024, "%d.%m.%Y")),
            ("Buchungstext", None, lambda r: r.of("LASTSCHRIFT", "GUTSCHRIFT", "DAUERAUFTRAG")),
            ("Verwendungszweck", "free_text", Rows.text),
            ("Auftraggeber/Empfänger", "name", lambda r: f"{r.first} {r.last}"),
            ("Kontonummer/IBAN", "iban", lambda r: r.maker.fake.iban()),
            ("BIC", None, lambda r: r.of("DEUTDEFFXXX", "COBADEFFXXX", "GENODEF1M03")),
            ("Betrag", None, lambda r: f"{r.draw.uniform(-900, 900):.2f}".replace(".", ",")),
            ("Währung", None, lambda r: "EUR"),
            ("Saldo", None, lambda r: f"{r.draw.uniform(0, 9000):.2f}".replace(".", ",")),
            ("Kategorie", None, lambda r: r.of("Miete", "Lebensmittel", "Gehalt", "Freizeit")),
        ),
    ),
    "clinical trial": (
        "en",
        (
            ("STUDYID", None, lambda r: "ABC-301"),
            (
                "USUBJID",
                "person_id",
                lambda r: f"ABC-301-{r.of('101', '102', '205')}-{r.number:04d}",
            ),
            ("SITEID", None, lambda r: r.of("101", "102", "205")),
            ("BRTHDTC", "date_of_birth", lambda r: r.day(1935, 2004)),
            ("AGE", "age", lambda r: r.draw.randrange(18, 88)),
            ("AGEU", None, lambda r: "YEARS"),
            ("SEX", "gender", lambda r: r.of("M", "F")),
            ("RACE", "ethnicity", lambda r: r.of("WHITE", "ASIAN", "BLACK OR AFRICAN AMERICAN")),
            ("ETHNIC", "ethnicity", lambda r: r.of("HISPANIC OR LATINO", "NOT HISPANIC OR LATINO")),
            ("ARMCD", None, lambda r: r.of("PBO", "TRT10", "TRT20")),
            ("COUNTRY", "country", lambda r: r.of("USA", "DEU", "FRA", "POL")),
            (
                "AETERM",
                "health",
                lambda r: r.of("HEADACHE", "NAUSEA", "DIZZINESS", "RASH", "FATIGUE"),
            ),
            ("VSORRES", None, lambda r: str(r.draw.randrange(50, 180))),
            ("VISITNUM", None, lambda r: r.draw.randrange(1, 12)),
            ("RFSTDTC", None, lambda r: r.day(2021, 2023)),
        ),
    ),
    "shop orders": (
        "es",
        (
            ("order_id", None, lambda r: r.digits(9)),
            ("line_item_sku", None, lambda r: f"SKU-{r.digits(5)}"),
            ("product_title", None, lambda r: r.maker.one_of("product")),
            ("quantity", None, lambda r: r.draw.randrange(1, 9)),
            ("unit_price", None, lambda r: round(r.draw.uniform(3, 400), 2)),
            ("currency", None, lambda r: "EUR"),
            ("customer_email", "email", Rows.mail),
            ("billing_name", "name", lambda r: f"{r.first} {r.last}"),
            (
                "billing_address1",
                "street",
                lambda r: f"{r.pick('street')} {r.draw.randrange(1, 90)}",
            ),
            ("billing_city", "city", lambda r: r.pick("city")),
            ("billing_zip", "postcode", lambda r: r.digits(5)),
            (
                "shipping_phone",
                "phone",
                lambda r: f"+34 6{r.digits(2)} {r.digits(3)} {r.digits(3)}",
            ),
            ("payment_method", None, lambda r: r.of("card", "paypal", "transfer")),
            ("warehouse_city", None, lambda r: r.pick("city")),
            ("tracking_number", None, lambda r: f"1Z{r.digits(16)}"),
            ("created_at", None, lambda r: r.day(2024, 2025) + " 09:30:11"),
            ("discount_code", None, lambda r: r.of("SUMMER10", "WELCOME", "")),
        ),
    ),
    "personnel": (
        "de",
        (
            ("PersNr", "person_id", lambda r: f"{r.number:08d}"),
            ("Anrede", "gender", lambda r: r.of("Herr", "Frau")),
            ("Name", "name.last", lambda r: r.last),
            ("Vorname", "name.first", lambda r: r.first),
            ("Geb.-Datum", "date_of_birth", lambda r: r.day(1958, 2004, "%d.%m.%Y")),
            ("Geburtsort", "city", lambda r: r.pick("city")),
            ("Familienst.", "marital_status", lambda r: r.of("led.", "verh.", "gesch.")),
            ("Konfession", "religion", lambda r: r.of("rk", "ev", "--")),
            (
                "SV-Nummer",
                "national_id",
                lambda r: f"{r.digits(2)}{r.day(1960, 2000, '%d%m%y')}{r.last[0]}{r.digits(3)}",
            ),
            ("Steuerklasse", None, lambda r: r.of("I", "II", "III", "IV")),
            ("Kostenstelle", None, lambda r: r.digits(4)),
            ("Eintritt", None, lambda r: r.day(1990, 2024, "%d.%m.%Y")),
            ("Bruttogehalt", "income", lambda r: r.draw.randrange(2200, 9000)),
            ("IBAN", "iban", lambda r: r.maker.fake.iban()),
            ("Durchwahl", "phone", lambda r: r.digits(3)),
            ("Abteilung", None, lambda r: r.of("Einkauf", "Vertrieb", "IT", "Lager")),
            ("Schwerbehinderung", "health", lambda r: r.of("ja", "nein")),
        ),
    ),
    "members": (
        "nl",
        (
            ("lidnummer", "person_id", lambda r: 50_000 + r.number),
            ("naam", "name", lambda r: f"{r.first} {r.last}"),
            ("straat", "street", lambda r: f"{r.pick('street')} {r.draw.randrange(1, 200)}"),
            (
                "postcode",
                "postcode",
                lambda r: f"{r.draw.randrange(1000, 9999)} {r.of('AB', 'KL', 'XZ')}",
            ),
            ("plaats", "city", lambda r: r.pick("city")),
            ("telefoon", "phone", lambda r: f"06-{r.digits(8)}"),
            ("emailadres", "email", Rows.mail),
            ("geboren", "date_of_birth", lambda r: r.day(1945, 2012, "%d-%m-%Y")),
            ("contributie", None, lambda r: r.of(45, 90, 120)),
            ("betaald", None, lambda r: r.of("ja", "nee")),
            ("lid_sinds", None, lambda r: r.day(2000, 2024)),
            ("team", None, lambda r: r.of("JO11", "JO13", "VR1", "1e")),
            ("rugnummer", None, lambda r: r.draw.randrange(1, 30)),
        ),
    ),
}
