from __future__ import annotations

import pytest

from privet.detect.columns.concepts import CONCEPTS
from privet.detect.columns.headers import Blocked, read_header, tokens
from privet.detect.words import read_words
from privet.model.paths import ColumnPath
from privet.policy.categories import CATEGORIES

SAYS = {
    "email": "email e-mail E_Mail EmailAddress emailaddress customer.email emails[] emails[].value "
    "work_email_1 Emailadresse courriel correo_electronico indirizzoEmail eposta 邮箱 メール",
    "phone": "Telefonnummer tel mobileNumber cellphone num_tel phone2 téléphone móvil 電話番号 "
    "телефон komórka homePhone phone_number",
    "name.first": "firstName first_name vorname prénom given_name etunimi имя",
    "name.last": "LASTNAME surname nachname apellidos cognome nazwisko фамилия",
    "name": "customer_name Kundenname full_name user.name display_name 姓名 客户姓名 name_kunde",
    "name.bare": "name nom nombre naam navn",
    "username": "userName login created_by benutzername",
    "street": "Straße STRASSE Hausnr address_line_1 addr_line2 rue ulica street",
    "address": "address indirizzo home_address Anschrift",
    "city": "city city_name Ort woonplaats ville comune",
    "postcode": "zip PLZ ZipCode codigo_postal CAP postal-code 郵便番号",
    "country": "country country_code Land pays país",
    "state": "state Bundesland province",
    "date_of_birth": "DOB date_of_birth geburtsdatum dateNaissance fecha_nacimiento birthYear "
    "geb_datum data_di_nascita födelsedatum 生年月日",
    "age": "age AgeGroup alter edad leeftijd",
    "gender": "sex gender Geschlecht salutation sexo",
    "marital_status": "marital-status Familienstand relationship is_married",
    "ethnicity": "race ethnicity race_ethnicity",
    "religion": "religion Konfession religion_type",
    "health": "diagnosis is_pregnant has_diabetes diagnosis_date Krankheit blood_type",
    "income": "salary income capital-gain gehalt monthly_salary",
    "occupation": "occupation jobTitle beruf profession",
    "national_id": "ssn taxId tax_id codice_fiscale bsn pesel",
    "passport": "passport_no reisepass",
    "driver_licence": "driver_license führerschein",
    "card": "card_number creditCard kreditkartennummer",
    "iban": "iban IBAN_1 customer_iban",
    "bank_account": "account_number kontonummer",
    "ip": "ip ip_address clientIp ipv4",
    "device_id": "device_id mac_address imei",
    "cookie": "session_id cookie",
    "browser": "user_agent UserAgent",
    "location.precise": "lat longitude geo.lat gps_coordinates",
    "secret": "password apiKey password_hash cvv",
    "free_text": "comment body notes email_body message.text description kommentar",
    "nationality": "native-country nationality citizenship",
    "education": "education education-num",
}
ROLES = {
    "customer": "customer_id CustomerID custid Kundennummer kunden_nr id_cliente customer.key "
    "customers[].id",
    "user": "user_id userId user.id uid_user",
    "patient": "patient_no PatientID",
    "client": "client_id num_client",
    "member": "memberKey member_id",
    "account": "account_id",
    "employee": "employee_id emp_no",
}
THINGS = (
    "product_name file_name filename company_name template_id ticket_id order_id "
    "message_id messages[].id job_id hostname store_city plan_name product.name "
    "page_age campaign_name event_id invoice_number school_name Produktname "
    "firmenname order_state customer_order_id table_name"
)
MEASURES = (
    "email_sent phone_model city_count address_count ip_rating is_email has_phone "
    "num_customers number_of_patients nb_clients email_verified phone_type "
    "language_version token_count created_at email_sent_at card_type account_age "
    "emails[].type gender_count"
)


def pairs(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(header, said) for said, headers in table.items() for header in headers.split()]


@pytest.mark.parametrize(("header", "concept"), pairs(SAYS))
def test_a_header_says_what_it_holds(header: str, concept: str) -> None:
    assert read_header(ColumnPath.parse(header)).concept == concept


@pytest.mark.parametrize(("header", "role"), pairs(ROLES))
def test_an_id_of_a_person_names_the_person(header: str, role: str) -> None:
    said = read_header(ColumnPath.parse(header))
    assert (said.concept, said.role) == ("person_id", role)


@pytest.mark.parametrize("header", THINGS.split())
def test_a_word_for_people_does_not_count_beside_a_thing(header: str) -> None:
    said = read_header(ColumnPath.parse(header))
    assert (said.concept, said.blocked) == (None, Blocked.THING)


@pytest.mark.parametrize("header", MEASURES.split())
def test_a_measure_or_date_of_something_personal_is_not_it(header: str) -> None:
    said = read_header(ColumnPath.parse(header))
    assert (said.concept, said.blocked) == (None, Blocked.MEASURE)


@pytest.mark.parametrize(
    "header", ["image", "usage", "storage", "stage", "fnlwgt", "plage", "grid"]
)
def test_a_word_inside_a_word_is_not_heard(header: str) -> None:
    assert not read_header(ColumnPath.parse(header)).known


@pytest.mark.parametrize("header", ["id", "ID", "uuid"])
def test_a_bare_id_is_of_nobody_known(header: str) -> None:
    said = read_header(ColumnPath.parse(header))
    assert (said.concept, said.role, said.is_id) == (None, None, True)


def test_names_are_cut_into_folded_words() -> None:
    assert tokens("eMail_Adresse2") == ("email", "adresse")
    assert tokens("XMLHttpRequest") == ("xml", "http", "request")
    assert tokens("DATE-OF-BIRTH") == ("date", "of", "birth")
    assert tokens("Straße.Größe") == ("strasse", "grosse")
    assert tokens("123_4") == ()


def test_every_listed_concept_is_known_and_has_a_known_category() -> None:
    topics = {
        topic for topic, _ in read_words("columns/header_words.txt") if not topic.startswith("@")
    }
    assert topics <= CONCEPTS.keys()
    assert {concept.category for concept in CONCEPTS.values()} <= CATEGORIES.keys()
