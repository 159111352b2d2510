-- One row per variable of the data dictionary, as REDCap's page or its API writes it; the first is the record id.
select
    lower(trim(coalesce("variable / field name", field_name))) as variable,
    lower(trim(coalesce("form name", form_name))) as form,
    lower(trim(coalesce("field type", field_type))) as kind,
    coalesce("choices, calculations, or slider labels", select_choices_or_calculations) as choices,
    lower(
        trim(
            coalesce("text validation type or show slider number", text_validation_type_or_show_slider_number)
        )
    ) as validation,
    coalesce(lower(trim(coalesce("identifier?", identifier))) = 'y', false) as is_identifier,
    lower(coalesce("field annotation", field_annotation)) as annotation,
    row_number,
    row_number = min(row_number) over () as is_record_id
from data_dictionary
where trim(coalesce("variable / field name", field_name)) <> ''
qualify row_number() over (partition by variable order by row_number) = 1
