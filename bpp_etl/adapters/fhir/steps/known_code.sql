-- One row per code that is read: what it is a code of, and what it means.
-- LOINC: 6768-6 and 17838-4 alkaline phosphatase; 85337-4, 40556-3, 16112-5 estrogen and 85339-0, 40557-1, 16113-3
-- progesterone receptor; HER2 85319-2, 72383-3, 18474-7 and 96893-3 by immunohistochemistry, 85318-4, 31150-6 and
-- 72382-5 by in situ hybridisation, 48676-1 and 74885-5 overall, 49683-6 ratio, 74860-8 copies; 97509-4 disease status.
-- SNOMED CT, ICD-10: secondary malignant neoplasms, C78 and C79 with whatever follows; those of lymph nodes (C77) may be regional and are no metastasis.
select
    listed.subject,
    listed.meaning,
    listed.code
from (
    values
    ('observation', 'ALP_TOTAL', '6768-6'),
    ('observation', 'ALP_BONE', '17838-4'),
    ('observation', 'ER', '85337-4'),
    ('observation', 'ER', '40556-3'),
    ('observation', 'ER', '16112-5'),
    ('observation', 'PR', '85339-0'),
    ('observation', 'PR', '40557-1'),
    ('observation', 'PR', '16113-3'),
    ('observation', 'HER2_IHC', '85319-2'),
    ('observation', 'HER2_IHC', '72383-3'),
    ('observation', 'HER2_IHC', '18474-7'),
    ('observation', 'HER2_ISH', '85318-4'),
    ('observation', 'HER2_ISH', '31150-6'),
    ('observation', 'HER2_ISH', '72382-5'),
    ('observation', 'HER2', '48676-1'),
    ('observation', 'HER2', '74885-5'),
    ('observation', 'HER2', '96893-3'),
    ('observation', 'HER2_RATIO', '49683-6'),
    ('observation', 'HER2_COPIES', '74860-8'),
    ('observation', 'STATUS', '97509-4'),
    ('condition', 'METASTASIS', '128462008'),
    ('condition', 'METASTASIS', '94222008'),
    ('condition', 'METASTASIS', '94602001'),
    ('condition', 'METASTASIS', '94521000'),
    ('condition', 'METASTASIS', '94478006'),
    ('condition', 'METASTASIS', '94220000'),
    ('condition', 'METASTASIS', '94389000'),
    ('condition', 'METASTASIS', '94274006'),
    ('condition', 'METASTASIS', '94250008'),
    ('condition', 'METASTASIS', '94225005'),
    ('condition', 'METASTASIS', '94391008'),
    ('condition', 'METASTASIS', 'C78'),
    ('condition', 'METASTASIS', 'C79'),
    ('receptor', 'positive', '10828004'),
    ('receptor', 'positive', 'LA6576-8'),
    ('receptor', 'negative', '260385009'),
    ('receptor', 'negative', 'LA6577-6'),
    ('her2', 'positive', '10828004'),
    ('her2', 'positive', 'LA6576-8'),
    ('her2', 'negative', '260385009'),
    ('her2', 'negative', 'LA6577-6'),
    ('her2', 'equivocal', 'LA11884-6'),
    ('her2', '0', 'LA6111-4'),
    ('her2', '1+', 'LA11841-6'),
    ('her2', '2+', 'LA11842-4'),
    ('her2', '3+', 'LA11843-2'),
    ('response', 'PD', '271299001'),
    ('response', 'CR', 'LA28366-5'),
    ('response', 'PR', 'LA28369-9'),
    ('response', 'SD', 'LA28371-5'),
    ('response', 'PD', 'LA28370-7'),
    ('response', 'NE', 'LA9348-9')
) as listed (subject, meaning, code)

union

select
    case setting.path when 'codes.metastasis' then 'condition' else 'observation' end as subject,
    case setting.path
        when 'codes.metastasis' then 'METASTASIS'
        when 'codes.her2_ihc' then 'HER2_IHC'
        else 'HER2_ISH'
    end as meaning,
    setting.value as code
from setting
where setting.path in ('codes.metastasis', 'codes.her2_ihc', 'codes.her2_ish')

union

select
    'response' as subject,
    setting.value as meaning,
    setting.name as code
from setting
where setting.path = 'response'
