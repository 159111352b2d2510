"""What registries write for our codes and columns, in several languages: to propose a recode or a rename.

Not here: the codes (`schemas/codes.py`), and what a proposal looks like (`check/proposals.py`). A proposal is
made by a person's leave: nothing is recoded by this list. What stands for several codes in different houses,
such as 1 and 2 for sex, is not in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

YES = ("y", "j", "ja", "o", "oui", "s", "si", "sí", "sim", "wahr", "w", "t", "vrai", "x", "是", "有")
NO = ("n", "nein", "non", "não", "falsch", "f", "faux", "否", "无")
POSITIVE = ("pos", "pos.", "positiv", "positif", "positivo", "p", "+", "阳性")
NEGATIVE = ("neg", "neg.", "negativ", "négatif", "negativo", "n", "-", "阴性")
UNKNOWN = (
    "unbekannt",
    "unb",
    "unb.",
    "u",
    "unk",
    "unkn",
    "inconnu",
    "desconocido",
    "k.a.",
    "99",
    "9",
    "未知",
    "不详",
)

SPELLINGS: Mapping[str, Sequence[str]] = {
    "female": ("f", "w", "weiblich", "frau", "femme", "féminin", "mujer", "femenino", "woman", "女"),
    "male": ("m", "männlich", "mann", "homme", "masculin", "hombre", "masculino", "man", "男"),
    "positive": POSITIVE,
    "negative": NEGATIVE,
    "equivocal": ("grenzwertig", "borderline", "equiv", "zweifelhaft", "不确定"),
    "unknown": UNKNOWN,
    "true": YES,
    "false": NO,
    "CT": (
        "computertomographie",
        "computed tomography",
        "ct scan",
        "ct-thorax/abdomen",
        "tdm",
        "tc",
        "scanner",
    ),
    "PET_CT": ("pet/ct", "pet-ct", "petct", "pet ct", "pet", "tep-tdm"),
    "MRI": ("mr", "mrt", "irm", "rm", "mri scan", "kernspin", "magnetic resonance"),
    "BONE_SCAN": (
        "szintigraphie",
        "skelettszintigraphie",
        "knochenszintigraphie",
        "bone scintigraphy",
        "nm",
        "scintigraphy",
    ),
    "XRAY": ("röntgen", "x-ray", "x ray", "rx", "radiographie", "cr", "dx"),
    "PD": ("progress", "progression", "progressive disease", "progredient", "progressive"),
    "SD": ("stable", "stable disease", "stabil", "no change", "nc"),
    "PR": ("partial response", "partial remission", "partielle remission", "teilremission"),
    "CR": ("complete response", "complete remission", "vollremission", "komplette remission"),
    "NON_CR_NON_PD": ("non-cr/non-pd", "non cr/non pd", "non-cr-non-pd", "ir/sd"),
    "NE": ("not evaluable", "nicht beurteilbar", "non evaluable", "n.b.", "ne"),
    "osteoblastic": ("blastic", "sclerotic", "osteoblastisch", "sklerotisch", "blastisch", "dense", "成骨性"),
    "osteolytic": ("lytic", "osteolytisch", "lytisch", "lytique", "溶骨性"),
    "mixed": ("gemischt", "mixte", "mixto", "混合性"),
    "baseline": ("ausgangsbefund", "initial"),
    "new": ("neu", "nouveau", "nuevo", "新发"),
    "stable": ("stabil", "unchanged", "unverändert", "gleich", "稳定"),
    "larger": ("größer", "grösser", "zunehmend", "increased", "progressive", "progredient", "增大"),
    "smaller": ("kleiner", "abnehmend", "decreased", "regredient", "regressive", "缩小"),
    "resolved": ("verschwunden", "disappeared", "nicht mehr nachweisbar", "gone", "消失"),
    "none": ("keine", "no", "nein", "unchanged", "unverändert", "aucun", "无"),
    "increased": ("zunehmend", "zunahme", "more", "progressive", "progredient", "larger"),
    "decreased": ("abnehmend", "abnahme", "less", "regredient", "smaller"),
    "spine": (
        "wirbelsäule",
        "wirbelsaeule",
        "ws",
        "bws",
        "lws",
        "hws",
        "vertebra",
        "vertebrae",
        "rachis",
        "columna",
    ),
    "pelvis": ("becken", "bassin", "ilium", "sacrum", "acetabulum", "os ilium"),
    "rib": ("rippe", "rippen", "ribs", "côte", "costa"),
    "sternum": ("brustbein", "manubrium"),
    "skull": ("schädel", "kalotte", "calvaria", "crâne"),
    "femur": ("oberschenkel", "oberschenkelknochen", "hip"),
    "humerus": ("oberarm", "oberarmknochen"),
    "scapula": ("schulterblatt", "scapulae"),
    "clavicle": ("schlüsselbein", "clavicula"),
    "other": ("andere", "sonstige", "sonst", "autre", "otro"),
    "primary": ("primär", "primärtumor", "primary tumor", "primary tumour", "breast", "mamma", "p"),
    "metastasis": ("metastase", "metastatic", "métastase", "met", "m"),
    "progression": ("progress", "progredienz", "pd", "progressive disease"),
    "toxicity": ("toxizität", "nebenwirkung", "nebenwirkungen", "adverse event", "ae", "tox"),
    "completed": ("regulär", "abgeschlossen", "planmäßig", "regular end"),
    "patient_choice": ("patientenwunsch", "patient's wish", "patient decision", "withdrawal"),
    "death": ("tod", "verstorben", "died", "dead", "exitus"),
    "0": ("negativ", "negative", "0 (negative)"),
    "1+": ("1", "+", "1 +"),
    "2+": ("2", "++", "2 +"),
    "3+": ("3", "+++", "3 +"),
    "ALP_TOTAL": (
        "alp",
        "ap",
        "alkaline phosphatase",
        "alkalische phosphatase",
        "alk phos",
        "phosphatases alcalines",
        "alkphos",
    ),
    "ALP_BONE": ("bap", "bone alp", "bone-specific alp", "knochen-ap", "ostase", "bsap"),
}


COLUMNS: Mapping[str, Sequence[str]] = {
    "patient_id": (
        "patient",
        "pid",
        "pat_id",
        "patientid",
        "patienten_id",
        "patientennummer",
        "patient_number",
        "pseudonym",
        "subject_id",
        "subjid",
        "usubjid",
        "fall_id",
        "患者编号",
    ),
    "sex": ("gender", "geschlecht", "sexe", "sexo", "性别"),
    "birth_date": (
        "date_of_birth",
        "dob",
        "birthdate",
        "geburtsdatum",
        "geb_datum",
        "gebdat",
        "date_de_naissance",
        "fecha_nacimiento",
        "出生日期",
    ),
    "metastatic_diagnosis_date": (
        "date_of_metastasis",
        "metastasis_date",
        "m1_date",
        "metastasierung_datum",
        "datum_metastasierung",
        "fernmetastasen_datum",
        "metastatic_date",
    ),
    "er_status": ("er", "estrogen_receptor", "oestrogen_receptor", "östrogenrezeptor", "oestrogenrezeptor"),
    "pr_status": ("pr", "pgr", "progesterone_receptor", "progesteronrezeptor"),
    "last_contact_date": (
        "last_contact",
        "last_follow_up",
        "last_seen",
        "date_last_contact",
        "letzter_kontakt",
        "letzter_kontakt_datum",
        "lebt_datum",
        "末次随访日期",
    ),
    "death_date": ("date_of_death", "dod", "sterbedatum", "todesdatum", "deathdate", "死亡日期"),
    "line_number": ("line", "line_of_therapy", "lot", "linie", "therapielinie", "linien_nr", "liniennummer"),
    "regimen": ("therapy", "treatment", "drugs", "therapie", "schema", "protokoll", "substanzen"),
    "start_date": (
        "start",
        "date_start",
        "therapy_start",
        "beginn",
        "therapiebeginn",
        "startdatum",
        "beginn_datum",
    ),
    "end_date": ("end", "stop_date", "date_end", "ende", "therapieende", "enddatum", "ende_datum"),
    "end_reason": (
        "reason",
        "stop_reason",
        "discontinuation_reason",
        "ende_grund",
        "abbruchgrund",
        "endegrund",
    ),
    "cycle_length_days": (
        "cycle_days",
        "cycle_length",
        "zykluslänge",
        "zykluslaenge",
        "zyklus_tage",
        "zykluslaenge_tage",
    ),
    "assessment_id": (
        "assessment",
        "exam_id",
        "scan_id",
        "imaging_id",
        "accession",
        "untersuchung_id",
        "untersuchungs_id",
        "befund_id",
    ),
    "assessment_date": (
        "exam_date",
        "scan_date",
        "imaging_date",
        "untersuchungsdatum",
        "untersuchung_datum",
        "befunddatum",
        "检查日期",
    ),
    "modality": ("method", "modalität", "modalitaet", "verfahren", "untersuchungsart"),
    "is_bone_window": ("bone_window", "knochenfenster"),
    "is_evaluable": ("evaluable", "beurteilbar", "auswertbar"),
    "extraosseous_response": (
        "response",
        "soft_tissue_response",
        "ansprechen",
        "ansprechen_extraossär",
        "extraossaer",
        "recist",
    ),
    "lesion_id": ("lesion", "läsion_id", "laesion_id", "läsion", "laesion", "herd_id"),
    "site": ("location", "bone", "lokalisation", "ort", "knochen"),
    "morphology": ("type", "lesion_type", "typ", "morphologie", "läsionstyp", "laesionstyp"),
    "status": ("lesion_status", "verlauf", "zustand"),
    "lysis_change": ("lysis", "lyse", "lyse_änderung", "lyse_aenderung", "lyseverlauf"),
    "is_equivocal": ("equivocal", "unsicher", "fraglich"),
    "analyte": ("test", "test_name", "parameter", "analyt", "component", "loinc", "检验项目"),
    "specimen_date": (
        "sample_date",
        "collection_date",
        "entnahmedatum",
        "abnahmedatum",
        "probe_datum",
        "probendatum",
    ),
    "value": ("result", "result_value", "wert", "ergebnis", "messwert"),
    "unit": ("units", "result_unit", "einheit", "maßeinheit"),
    "upper_limit_normal": (
        "uln",
        "upper_limit",
        "ref_high",
        "normal_high",
        "referenz_oben",
        "normwert_oben",
        "obergrenze",
        "og",
    ),
    "laboratory": ("lab", "lab_name", "labor", "laboratoire"),
    "test_date": ("her2_date", "testdatum", "date", "datum", "befunddatum"),
    "specimen_site": ("tissue", "sample_site", "material", "probenort", "gewebe", "entnahmeort"),
    "ihc_score": ("ihc", "her2_ihc", "score", "ihc_wert"),
    "ish_result": ("ish", "fish", "her2_ish", "her2_fish", "fish_ergebnis"),
    "her2_cep17_ratio": ("ratio", "her2_ratio", "fish_ratio", "quotient"),
    "her2_copy_number": ("copy_number", "her2_copies", "kopienzahl"),
    "reported_status": ("her2", "her2_status", "her2_gesamt"),
}
FEWEST_LETTERS = 5
"""Of shorter texts a resemblance says nothing."""


def guess(theirs: str, codes: Sequence[str]) -> str | None:
    """Return the code that a text most likely stands for; None where none or several may be meant."""
    return _nearest(theirs, {code: (code, *SPELLINGS.get(code, ())) for code in codes})


def guess_column(theirs: str, columns: Sequence[str]) -> str | None:
    """Return the column of ours that a name most likely stands for; None where it is not sure."""
    return _nearest(theirs, {column: (column, *COLUMNS.get(column, ())) for column in columns})


def _nearest(theirs: str, known: Mapping[str, Sequence[str]]) -> str | None:
    told = _folded(theirs)
    found = [ours for ours, words in known.items() if told in map(_folded, words)]
    if len(found) == 1:
        return found[0]
    if found or len(told) < FEWEST_LETTERS:
        return None
    words = {_folded(word): ours for ours, listed in known.items() for word in listed}
    near = {words[word] for word in get_close_matches(told, words, n=3, cutoff=0.86)}
    return near.pop() if len(near) == 1 else None


def _folded(text: str) -> str:
    """Fold case and what parts words; a sign alone stays as it is."""
    told = text.strip().casefold()
    return re.sub(r"[\W_]+", "_", told).strip("_") or told
