-- One row per method of TU, TR and RS: our name of its modality. A method that has none keeps its own.
select
    method,
    case
        when regexp_matches(method, '\bPET[ /-]*CT\b') then 'PET_CT'
        when regexp_matches(method, '\b(PET|SPECT)\b') then method
        when regexp_matches(method, '\b(CT|COMPUTED TOMOGRAPHY)\b') then 'CT'
        when regexp_matches(method, '\b(MRI|MAGNETIC RESONANCE)\b') then 'MRI'
        when regexp_matches(method, '\b(BONE|SKELETAL) (SCAN|SCINTIGRAPHY)\b') then 'BONE_SCAN'
        when regexp_matches(method, '\b(X-?RAY|RADIOGRAPHY)\b') then 'XRAY'
        else method
    end as modality
from (
    select upper(trim(tumethod)) as method from tu
    union
    select upper(trim(trmethod)) as method from tr
    union
    select upper(trim(rsmethod)) as method from rs
)
where method <> ''
