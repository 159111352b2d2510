"""What registries write for our codes: words and letters of several languages, to propose a recode.

Not here: the codes (`schemas/codes.py`), and what a proposal looks like (`check/proposals.py`). A proposal is
made by a person's leave: nothing is recoded by this list. What stands for several codes in different houses,
such as 1 and 2 for sex, is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

YES = ("y", "j", "ja", "o", "oui", "s", "si", "sí", "sim", "wahr", "w", "t", "vrai", "x", "是", "有")
NO = ("n", "nein", "non", "não", "falsch", "f", "faux", "否", "无")
POSITIVE = ("pos", "pos.", "positiv", "positif", "positivo", "p", "+", "阳性")
NEGATIVE = ("neg", "neg.", "negativ", "négatif", "negativo", "n", "-", "阴性")
UNKNOWN = ("unbekannt", "unb", "unb.", "u", "unk", "unkn", "inconnu", "desconocido", "k.a.", "99", "9", "未知", "不详")

SPELLINGS: Mapping[str, Sequence[str]] = {
    "female": ("f", "w", "weiblich", "frau", "femme", "féminin", "mujer", "femenino", "woman", "女"),
    "male": ("m", "männlich", "mann", "homme", "masculin", "hombre", "masculino", "man", "男"),
    "positive": POSITIVE,
    "negative": NEGATIVE,
    "equivocal": ("grenzwertig", "borderline", "equiv", "zweifelhaft", "不确定"),
    "unknown": UNKNOWN,
    "true": YES,
    "false": NO,
    "CT": ("computertomographie", "computed tomography", "ct scan", "ct-thorax/abdomen", "tdm", "tc", "scanner"),
    "PET_CT": ("pet/ct", "pet-ct", "petct", "pet ct", "pet", "tep-tdm"),
    "MRI": ("mr", "mrt", "irm", "rm", "mri scan", "kernspin", "magnetic resonance"),
    "BONE_SCAN": ("szintigraphie", "skelettszintigraphie", "knochenszintigraphie", "bone scintigraphy", "nm", "scintigraphy"),
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
    "spine": ("wirbelsäule", "wirbelsaeule", "ws", "bws", "lws", "hws", "vertebra", "vertebrae", "rachis", "columna"),
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
    "ALP_TOTAL": ("alp", "ap", "alkaline phosphatase", "alkalische phosphatase", "alk phos", "phosphatases alcalines", "alkphos"),
    "ALP_BONE": ("bap", "bone alp", "bone-specific alp", "knochen-ap", "ostase", "bsap"),
}


def guess(theirs: str, codes: Sequence[str]) -> str | None:
    """Return the code that a text most likely stands for; None where none or several may be meant."""
    told = theirs.strip().casefold()
    plain = told.replace("-", "_").replace(" ", "_").replace("/", "_")
    found = [code for code in codes if plain == code.casefold() or told in SPELLINGS.get(code, ())]
    if len(found) == 1:
        return found[0]
    if found or len(told) < 5:
        return None
    words = {word: code for code in codes for word in (code.casefold(), *SPELLINGS.get(code, ()))}
    near = {words[word] for word in get_close_matches(told, words, n=3, cutoff=0.86)}
    return near.pop() if len(near) == 1 else None
