"""What things are called in the eight languages, by concept and language; spelt as folded text is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from selfimprove.privacy.rules.rule import either

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl")
VERBS: Mapping[str, tuple[str, ...]] = {
    "en": ("is", "was"), "de": ("ist", "lautet"), "fr": ("est",), "es": ("es",), "pt": ("e",), "it": ("e",),
    "nl": ("is", "luidt"), "pl": ("to", "jest", "brzmi"),
}  # fmt: skip
_WORDS = {
    "one_time_code": {
        "en": "verification code|one-time code|one-time password|one-time passcode|otp|login code|authentication code|"
        "confirmation code|2fa code|sms code",
        "de": "bestatigungscode|verifizierungscode|einmalcode|einmalpasswort|einmalkennwort|anmeldecode|sms-code|"
        "freischaltcode|tan-nummer",
        "fr": "code de verification|code a usage unique|code de confirmation|code de validation|code sms",
        "es": "codigo de verificacion|codigo de confirmacion|codigo de un solo uso|codigo sms",
        "pt": "codigo de verificacao|codigo de confirmacao|codigo de uso unico|codigo sms",
        "it": "codice di verifica|codice di conferma|codice usa e getta|codice otp|codice sms",
        "nl": "verificatiecode|bevestigingscode|eenmalige code|inlogcode|sms-code",
        "pl": "kod weryfikacyjny|kod potwierdzajacy|kod jednorazowy|haslo jednorazowe|kod sms",
    },
    "card_code": {
        "en": "security code|card verification code|cvv|cvv2|cvc|cvc2",
        "de": "sicherheitscode|prufnummer|prufziffer|kartenprufnummer",
        "fr": "cryptogramme|cryptogramme visuel|code de securite",
        "es": "codigo de seguridad",
        "pt": "codigo de seguranca",
        "it": "codice di sicurezza",
        "nl": "beveiligingscode|veiligheidscode",
        "pl": "kod bezpieczenstwa|kod zabezpieczajacy",
    },
    "card_pin": {
        "en": "pin|pin code|pin number|passcode",
        "de": "geheimzahl|pin-nummer",
        "fr": "code pin|code de ma carte|code de la carte",
        "es": "codigo pin",
        "pt": "codigo pin",
        "it": "codice pin",
        "nl": "pincode",
        "pl": "kod pin",
    },
    "door_code": {
        "en": "door code|gate code|alarm code|entry code|entrance code|garage code|building code|keypad code|"
        "lockbox code|safe code|access code",
        "de": "turcode|hausturcode|torcode|alarmcode|zugangscode|tresorcode|garagencode|schlusselboxcode",
        "fr": "code de la porte|code d'entree|code d'acces|code de l'alarme|code du portail|code de l'immeuble|"
        "digicode|code du coffre",
        "es": "codigo de la puerta|codigo de entrada|codigo de acceso|codigo de la alarma|codigo del porton|"
        "codigo de la caja fuerte",
        "pt": "codigo da porta|codigo de entrada|codigo de acesso|codigo do alarme|codigo do portao|codigo do cofre",
        "it": "codice della porta|codice d'ingresso|codice di accesso|codice dell'allarme|codice del cancello|"
        "codice della cassaforte",
        "nl": "deurcode|toegangscode|alarmcode|poortcode|kluiscode",
        "pl": "kod do drzwi|kod do bramy|kod do alarmu|kod do domofonu|kod do sejfu|kod dostepu",
    },
    "licence": {
        "en": "driver's license|driver's licence|drivers license|drivers licence|driver license|driver licence|"
        "driving license|driving licence|license number|licence number|dl",
        "de": "fuhrerschein|fuhrerscheinnummer|fahrerlaubnis",
        "fr": "permis de conduire",
        "es": "permiso de conducir|carnet de conducir|carne de conducir|licencia de conducir",
        "pt": "carta de conducao|carteira de motorista|carteira de habilitacao|cnh",
        "it": "patente di guida|mia patente|numero di patente|numero della patente",
        "nl": "rijbewijs|rijbewijsnummer",
        "pl": "prawo jazdy|prawa jazdy",
    },
    "identity_card": {
        "en": "identity card|id card|national id",
        "de": "personalausweis|personalausweisnummer|ausweisnummer|ausweis-nr",
        "fr": "carte d'identite|carte nationale d'identite|cni",
        "es": "documento de identidad|carnet de identidad|cedula de identidad|cedula",
        "pt": "bilhete de identidade|cartao de cidadao|carteira de identidade",
        "it": "carta d'identita|carta di identita",
        "nl": "identiteitskaart|identiteitsbewijs|id-kaart",
        "pl": "dowod osobisty|dowodu osobistego|numer dowodu",
    },
    "passport": {
        "en": "passport",
        "de": "reisepass|reisepassnummer|passnummer",
        "fr": "passeport",
        "es": "pasaporte",
        "pt": "passaporte",
        "it": "passaporto",
        "nl": "paspoort|paspoortnummer",
        "pl": "paszport|paszportu",
    },
    "key": {
        "en": "api key|access key|access token|secret",
        "de": "api-schlussel|zugangsschlussel|zugriffsschlussel|zugangstoken|zugriffstoken|geheimschlussel",
        "fr": "cle d'api|cle api|cle secrete|cle d'acces|jeton d'acces|jeton d'api|jeton",
        "es": "clave de api|clave api|clave secreta|clave de acceso|token de acceso",
        "pt": "chave de api|chave da api|chave api|chave secreta|chave de acesso|token de acesso",
        "it": "chiave api|chiave dell'api|chiave segreta|chiave di accesso|token di accesso",
        "nl": "api-sleutel|toegangssleutel|toegangstoken|geheime sleutel",
        "pl": "klucz api|klucz do api|klucz dostepu|tajny klucz|token dostepu",
    },
    "account": {
        "en": "account number|account no",
        "de": "kontonummer|konto-nr",
        "fr": "numero de compte|n° de compte",
        "es": "numero de cuenta",
        "pt": "numero da conta|numero de conta",
        "it": "numero di conto|numero del conto",
        "nl": "rekeningnummer",
        "pl": "numer konta|numer rachunku",
    },
}


def phrases(concept: str, language: str) -> tuple[str, ...]:
    """What it is called in a language."""
    return either(_WORDS[concept][language])


def pattern(*concepts: str) -> str:
    """Any of these concepts' words in any language; a hyphen may be a space or missing."""
    said = {phrase for concept in concepts for language in LANGUAGES for phrase in phrases(concept, language)}
    ordered = sorted(said, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(phrase).replace(r"\-", "[ -]?").replace(r"\ ", "[ ]") for phrase in ordered)


def needs(*concepts: str) -> tuple[str, ...]:
    """Of each of these phrases its longest word, one of which stands in whatever the pattern matches."""
    said = {phrase for concept in concepts for language in LANGUAGES for phrase in phrases(concept, language)}
    return tuple(sorted({max(re.split("[ -]", phrase), key=len) for phrase in said}))


def verb() -> str:
    """Any language's word that stands between a thing and its value."""
    return "|".join(sorted({one for own in VERBS.values() for one in own}))
