-- One row per table and rule that refused rows of the patient.
with refused as (
    select 'therapy_lines' as table_name, unnest(broken_rules) as rule
    from quarantine.therapy_lines
    union all
    select 'imaging_assessments' as table_name, unnest(broken_rules) as rule
    from quarantine.imaging_assessments
    union all
    select 'bone_lesions' as table_name, unnest(broken_rules) as rule
    from quarantine.bone_lesions
    union all
    select 'lab_results' as table_name, unnest(broken_rules) as rule
    from quarantine.lab_results
    union all
    select 'her2_tests' as table_name, unnest(broken_rules) as rule
    from quarantine.her2_tests
)

select
    table_name,
    rule,
    count(*) as refused
from refused
group by table_name, rule
order by table_name, rule
