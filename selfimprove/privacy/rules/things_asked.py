"""What the rules know by its name and people ask each other for, in eight languages over folded text."""

from __future__ import annotations

import re

from selfimprove.privacy.rules import vocabulary
from selfimprove.privacy.rules.rule import either
from selfimprove.privacy.rules.said import KEY, KEY_NEEDS

_CONCEPTS = (
    "one_time_code", "card_code", "card_pin", "licence", "identity_card", "passport", "key", "account",
)  # fmt: skip
_PHONES = (
    r"(?:(?:tele)?phone|cell(?:phone)?|mobile|contact|whatsapp|fax|callback)(?:[ ](?:phone[ ])?number)?|"
    r"(?:telefon|handy|mobil|ruf|ruckruf)-?nummer|handy|numero[ ]de[ ](?:telephone|portable|tel)|telephone|"
    r"(?:numero[ ]de[ ])?(?:telefono|movil|celular|telefone|telemovel)|numero[ ]di[ ](?:telefono|cellulare)|cellulare|"
    r"telefoonnummer|mobiele?[ ]nummer|numer(?:u)?[ ]telefonu|telefon|"
    r"(?<=my )number|(?<=your )number|(?<=his )number|(?<=her )number|(?<=deine )nummer|(?<=ihre )nummer|"
    r"(?<=meine )nummer|(?<=ton )numero|(?<=votre )numero|(?<=tu )numero|(?<=su )numero|(?<=seu )numero|"
    r"(?<=tuo )numero|(?<=suo )numero|(?<=je )nummer|(?<=uw )nummer|(?<=twoj )numer"
)
_BIRTHS = (
    r"dob|date[ ]of[ ]birth|birth ?da(?:te|y)|geburts(?:datum|tag)|date[ ]de[ ]naissance|fecha[ ]de[ ]nacimiento|"
    r"cumpleanos|data[ ]di[ ]nascita|compleanno|data[ ]de[ ]nascimento|aniversario|geboortedatum|verjaardag|"
    r"data[ ]urodzenia|date[ ]urodzenia|daty[ ]urodzenia|urodziny"
)
_IDS = (
    r"ssn|social[ ]security(?:[ ]number)?|tax[ ](?:payer[ ])?(?:id|number)|national[ ]insurance[ ]number|nino|"
    r"steuer-?(?:id|nummer|identifikationsnummer)|sozialversicherungsnummer|"
    r"numero[ ]de[ ]securite[ ]sociale|dni|nie|nif|cpf|rg|codice[ ]fiscale|bsn|burgerservicenummer|pesel|nip|"
    r"nhs[ ]number|aadhaar(?:[ ]number)?|imei|vin"
)
_BANK = r"sort[ ]code|routing[ ]number|blz|bankleitzahl|clabe"
_KEYS = r"(?:[a-z]{2,12}[ -]){0,2}(?:keys?|tokens?)|schlussel|clave|chave|chiave|sleutel|klucz"
_PLATES = (
    r"(?:licen[cs]e|number|registration)[ ]plate(?:[ ]number)?|kennzeichen|nummernschild|immatriculation|matricula|"
    r"targa|kenteken|placa|numer[ ]rejestracyjny"
)
_SEEDS = (
    r"(?:seed|recovery|mnemonic|back-?up|secret)[ ](?:phrase|words)|pass ?phrase|wiederherstellungsphrase|"
    r"frase[ ](?:semilla|de[ ]recuperacion|di[ ]recupero|de[ ]recuperacao)"
)
_NETWORKS = r"(?:insta(?:gram)?|twitter|telegram|discord|snap(?:chat)?|tiktok|skype|reddit|github|steam)"
_HANDLES = (
    rf"(?:(?:user ?|benutzer|nutzer)?name|handle|nick(?:name)?|pseudo|usuario)[ ]"
    rf"(?:on|auf|bei|sur|en|no|na|su|op)[ ]{_NETWORKS}|"
    rf"{_NETWORKS}(?:[ -](?:handle|(?:user ?)?name|account|id|tag|profile?|konto|compte|cuenta|conta|perfil|profilo))?|"
    r"handle"
)
_SENT = (
    r"code(?=,?[ ](?:that[ ])?(?:we|i|you)[ ](?:(?:have|just|ve)[ ]){0,2}(?:sent|texted|emailed|mailed|received|got)\b|"
    r",[ ]den[ ](?:wir|ich|du|sie)\b)"
)
LABEL = re.compile(
    rf"(?<![\w-])(?:{KEY}|{_PHONES}|{_BIRTHS}|{_IDS}|{_BANK}|{_PLATES}|{_SEEDS}|(?P<handle>{_HANDLES})|(?P<sent>{_SENT})|"
    rf"{vocabulary.pattern(*_CONCEPTS)}|{_KEYS})(?![\w-])|(?<=[a-z])(?:passwort|kennwort|wachtwoord)(?![\w-])"
)
_WORDS = (
    *KEY_NEEDS, *vocabulary.needs(*_CONCEPTS),
    *either(
        "phone|fon|cell|mobile|contact|whatsapp|fax|callback|handy|movil|celular|telemovel|portable|nummer|numer|dob|"
        "birth|born|geboren|quand|naci|nasce|sei nat|e nat|geburts|naissance|nacimiento|"
        "cumpleanos|nascita|compleanno|nascimento|aniversario|geboorte|verjaardag|"
        "urodz|ssn|social|tax|insurance|nino|steuer|versicherung|dni|nie|nif|cpf|rg|fiscale|bsn|burgerservice|pesel|"
        "nip|nhs|aadhaar|imei|vin|sort code|routing|blz|bankleit|clabe|plate|kennzeichen|immatriculation|matricula|"
        "targa|kenteken|placa|phrase|words|frase|code|key|token|schlussel|chave|chiave|sleutel|klucz|"
        "insta|twitter|telegram|discord|snap|tiktok|skype|reddit|github|steam|handle"
    ),
)  # fmt: skip
# Of these the ones that hold no other: a sentence without any of them asks for nothing.
NEEDS = tuple(word for word in dict.fromkeys(_WORDS) if not any(one in word and one != word for one in _WORDS))
