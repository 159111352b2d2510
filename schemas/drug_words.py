"""The words by which a regimen names drugs that a rule looks for, in small letters, as regular expressions.

Not here: the rules (`schemas/regimen_laws.py`, `schemas/consistency_laws.py`), and drugs that registries
state (`bpp_etl/landing`). Names: WHO INN and the trade names of EMA, FDA and NMPA.
"""

from __future__ import annotations

BONE_AGENT = (
    "denosumab|xgeva|prolia|zometa|aredia|bondronat|地舒单抗|唑来膦酸|帕米膦酸|伊班膦酸"
    "|(zoledron|pamidron|ibandron|clodron|alendron|risedron)(ic|ate?|ato|ico|ique|säure|saeure)"
)
"""An agent that protects bones, as a whole word."""

BESIDE_BONE_AGENT = (
    "acid[eo]?|ácido|mg|g|q|w|wk|weeks?|monthly|sc|iv|po|disodium|sodium|natrium|and|plus|with|und"
)
"""A word that makes no other agent of it."""

ANTI_HER2 = (
    "trastuzumab|herceptin|herzuma|kanjinti|ogivri|ontruzant|trazimera|zercepac|pertuzumab|perjeta|phesgo"
    "|kadcyla|t-?dm1|lapatinib|tykerb|tyverb|neratinib|nerlynx|tucatinib|tukysa|pyrotinib|margetuximab"
    "|曲妥珠单抗|帕妥珠单抗|恩美曲妥珠|拉帕替尼|奈拉替尼|图卡替尼|吡咯替尼"
)
"""An agent against HER2, somewhere in the regimen."""

ALSO_IF_LOW = "deruxtecan|enhertu|t-?dxd|ds-?8201|vedotin|rezetecan|duocarmazine|德曲妥珠|维迪西妥"
"""A conjugate that is given where HER2 is low, too."""

ENDOCRINE = (
    "letrozole?|femara|anastrozole?|arimidex|exemestane?|aromasin|tamoxifene?|nolvadex|fulvestrant|faslodex"
    "|elacestrant|palbociclib|ibrance|ribociclib|kisqali|abemaciclib|verzenio|dalpiciclib"
    "|来曲唑|阿那曲唑|依西美坦|他莫昔芬|氟维司群|哌柏西利|瑞波西利|阿贝西利|达尔西利"
)
"""An agent against hormone receptors, or one that is given beside them, somewhere in the regimen."""
