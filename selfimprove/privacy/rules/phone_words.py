"""What people say beside a phone number, in eight languages, over folded text."""

from __future__ import annotations

from selfimprove.privacy.rules.rule import words


def _phrases(text: str) -> tuple[str, ...]:
    """Phrases between bars; an underscore is the edge of a word."""
    return tuple(phrase.replace("_", " ").replace("+", " ") for phrase in "".join(text.split()).split("|"))


BEFORE = _phrases("""
    phone|_tel_|_tlf_|_tf_|_ph_|_mob_|digits+are|telef|_mobi|movil|_cell|celular|_fax|_call|dial_|_ring|_text_|
    _texted|_texting|_sms|whatsapp|whats+app|_viber|imessage|facetime|telegram|_signal_|reach|contact|hotline|_handy|rufnummer|
    _ruf_|
    _rufen|_anruf|ruckruf|durchwahl|erreichbar|erreichst|melde+dich|melden+sie|meldet+euch|portable|_appel|_rappel|joindre|
    joignable|numero|llama|_marca|_marque|contacto|chiama|recapito|_ligue|_liga_|_ligar|contato|dzwon|komork|_numer|_bel_|
    _bellen|bereik|_gsm_|_desk_|_office_|message+to|messages+to|number+is_|_my+number|_his+number|_her+number|_our+number|
    _their+number|_new+number|_home+number|_work+number|_number_|answer+at|answering+at|answers+at|answered+at|registered|
    telefoon|_nummer_|_sim_|_tel|_nr+tel|_kom_
""")
AFTER = (
    r"^[\s\\,|(-]{0,4}(?:\(?"
    r"(?:office|fax|mobile|mobil|movil|portable|cell|home\b|work\b|desk|tel\b|phone|privat|whatsapp)|"
    r"is (?:my|his|her|our|the|their) (?:\w{1,8} )?(?:number|phone|cell|mobile|line)|"
    r"(?:is|works) (?:best|the best way)|"
    r"when you (?:arrive|get|land|are)|ist meine|anrufen|erreich|est mon numero|es mi numero)"
)
# What is counted, right after the number.
COUNTED = (
    r"^[ ](?:(?:nano|micro|milli)?(?:seconds?|sekunden|secondes|segundos|secondi|seconden|sekund)|[mn]s|minute[ns]?|"
    r"years|jahre|users?|people|persons?|customers|visitors|views|"
    r"followers|subscribers|downloads|times|arg(?:ument)?s|parameters|bytes|[kmg]b|rows|lines|records|items|entries|files|tokens|words|"
    r"points|dollars|euros?|usd|eur|km|miles|met(?:er|re)s|requests|messages|iterations|steps|samples|units|"
    r"pieces|votes|copies|inhabitants|residents|(?:be)?nutzer|menschen|leute|personen|kunden|einwohner|zeilen|stuck|utilisateurs|"
    r"personnes|gens|fois|habitants|lignes|usuarios|personas|veces|habitantes|pessoas|vezes|utenti|persone|volte|abitanti|"
    r"gebruikers|mensen|keer|inwoners|uzytkownikow|osob|razy|mieszkancow)(?![\w-])"
)
NOT_ONE = (
    r"(?:order|invoice|ticket|case|ids?|isbn|issn|doi|sku|pin|zip|code|account|version|port|line|row|size|total|build|"
    r"amount|population|bestellnummer|rechnungsnummer|commande|pedido|ordine|zamowieni\w{1,2}|ean|upc|asin|pmid|arxiv)"
    r"\W{0,3}(?:number|no|nr|num)?\W{0,3}(?:is\W{1,2})?\Z"
)
DIGITS = words(
    """
    zero oh one two three four five six seven eight nine
    null eins ein zwei zwo drei vier funf sechs sieben acht neun
    un deux trois quatre cinq sept huit neuf
    cero uno dos tres cuatro cinco seis siete ocho nueve
    um dois quatro sete oito nove meia
    due tre quattro cinque sei sette otto
    nul een twee drie vijf zes zeven negen
    jeden dwa trzy cztery piec szesc siedem osiem dziewiec
    """
)
