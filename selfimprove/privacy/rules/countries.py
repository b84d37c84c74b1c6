"""National ids of more countries: the check digits must hold and, where the format is weak, a word must name them."""

from __future__ import annotations

import re

from selfimprove.privacy.rules.identity import valid
from selfimprove.privacy.rules.rule import Rule

# Name, validator of python-stdnum, format, words of which one must be near ("" for none), fewest digits.
_IDS: tuple[tuple[str, str, str, str, int], ...] = (
    ("hetu", "fi.hetu", r"\d{6}[-+ABCDEFYXWVU]\d{3}[0-9A-Y]", "", 9),
    ("personnummer", "se.personnummer", r"(?:\d{2})?\d{6}[-+]?\d{4}", r"person|\bpnr\b", 10),
    ("cpr", "dk.cpr", r"\d{6}-?\d{4}", r"\bcpr\b|person", 10),
    ("fodselsnummer", "no.fodselsnummer", r"\d{6}[ ]?\d{5}", r"fodsel|person|\bfnr\b", 11),
    ("kennitala", "is_.kennitala", r"\d{6}-?\d{4}", r"kennital", 10),
    ("rijksregister", "be.nn", r"(?:\d{2}\.?){3}[- ]?\d{3}\.?\d{2}", r"rijks|registre|national|\bnn\b|\binsz\b", 11),
    ("ahv", "ch.ssn", r"756\.?\d{4}\.?\d{4}\.?\d{2}", "", 13),
    ("vnr", "at.vnr", r"\d{4}[ ]?\d{6}", r"versicherung|\bsvnr\b|\bsv-", 10),
    ("nif_portugal", "pt.nif", r"\d{3}[ ]?\d{3}[ ]?\d{3}", r"\bnif\b|contribuinte", 9),
    ("cartao_cidadao", "pt.cc", r"\d{8}[ ]?\d[ ]?[A-Z0-9]{2}\d", r"cidadao|\bcc\b", 10),
    ("nif_france", "fr.nif", r"[0-3]\d[ ]?\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}", r"fiscal|\bspi\b|impots", 13),
    ("sin", "ca.sin", r"\d{3}[- ]?\d{3}[- ]?\d{3}", r"\bsin\b|social insurance", 9),
    ("tfn", "au.tfn", r"\d{3}[ ]?\d{3}[ ]?\d{3}", r"\btfn\b|tax file", 9),
    ("ird", "nz.ird", r"\d{2,3}-?\d{3}-?\d{3}", r"\bird\b", 8),
    ("curp", "mx.curp", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d", "", 7),
    ("rut", "cl.rut", r"\d{1,2}\.?\d{3}\.?\d{3}-[\dK]", r"\brut\b|\brun\b", 7),
    ("cuit", "ar.cuit", r"\d{2}-?\d{8}-?\d", r"\bcui[tl]\b", 11),
    ("cedula", "co.nit", r"\d{3}\.?\d{3}\.?\d{3}-\d", r"\bnit\b|cedula", 10),
    ("resident_china", "cn.ric", r"\d{17}[\dX]", "", 17),
    ("rrn", "kr.rrn", r"\d{6}-\d{7}", "", 13),
    ("tckimlik", "tr.tckimlik", r"\d{11}", r"kimlik|\btc\b|\btckn\b", 11),
    ("nhs", "gb.nhs", r"\d{3}[- ]?\d{3}[- ]?\d{4}", r"\bnhs\b|health service", 10),
    ("id_south_africa", "za.idnr", r"\d{6}[ ]?\d{4}[ ]?\d{3}", r"\bid\b|identity", 13),
    ("cnp", "ro.cnp", r"[1-9]\d{12}", r"\bcnp\b|numeric personal", 13),
    ("rodne_cislo", "cz.rc", r"\d{6}/\d{3,4}", "", 9),
    ("pan", "in_.pan", r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", r"\bpan\b|permanent account|income tax", 4),
    ("amka", "gr.amka", r"\d{11}", r"amka|αμκα", 11),
    ("pps", "ie.pps", r"\d{7}[A-W][A-IW]?", r"\bpps|personal public", 7),
    ("teudat", "il.idnr", r"\d{8,9}", r"teudat|zehut|\bmispar\b", 8),
    ("oib", "hr.oib", r"\d{11}", r"\boib\b", 11),
    ("asmens", "lt.asmens", r"[3-6]\d{10}", r"asmens", 11),
    ("isikukood", "ee.ik", r"[1-8]\d{10}", r"isikukood|\bik\b", 11),
    ("egn", "bg.egn", r"\d{10}", r"\begn\b|\bегн\b", 10),
    ("cnpj", "br.cnpj", r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}", "", 14),
    ("nip", "pl.nip", r"\d{3}-?\d{3}-?\d{2}-?\d{2}", r"\bnip\b", 10),
    ("stnr", "de.stnr", r"\d{2,3}/\d{3}/\d{4,5}", r"steuer", 10),
    ("itin", "us.itin", r"9\d{2}-\d{2}-\d{4}", "", 9),
    ("ein", "us.ein", r"\d{2}-\d{7}", r"\bein\b|employer id", 9),
    ("inn", "ru.inn", r"\d{12}", r"\binn\b|\bинн\b", 12),
    ("emso", "si.emso", r"\d{13}", r"\bemso\b", 13),
    ("pinfl_thai", "th.pin", r"\d-?\d{4}-?\d{5}-?\d{2}-?\d", r"thai|citizen|\bpin\b", 13),
    ("nric_malaysia", "my.nric", r"\d{6}-\d{2}-\d{4}", r"\bnric\b|mykad|\bic\b", 12),
    ("afm", "gr.vat", r"\d{9}", r"\bafm\b|αφμ", 9),
)


def _rule(name: str, module: str, form: str, words: str, digits: int) -> Rule:
    pattern = rf"(?<![\w-])(?<!\d[./]){form}(?![\w-]|[./]\d)"
    return Rule(f"id_{name}", "NATIONAL_ID", pattern, valid(module, words), (), digits, False, re.IGNORECASE, words)


RULES = tuple(_rule(*entry) for entry in _IDS)
