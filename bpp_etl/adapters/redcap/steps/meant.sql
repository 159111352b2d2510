-- One row per choice of a variable that is a column of ours: what it tells there. By its label, where all labels of the
-- field are words of ours, else by its code, where all codes are and no label says otherwise, else by its label again,
-- where any is a word of ours; with none it is the code, for the registry to recode. Of a column without words it is
-- the label; a number is that of the label where all are numbers.
with
word as (
    select distinct
        table_name,
        column_name,
        code,
        lower(replace(code, '_', ' ')) as folded
    from our_column
    where code is not null
),

compared as (
    select
        mapped.variable,
        mapped.table_name,
        mapped.column_name,
        mapped.kind,
        choice.place,
        choice.code,
        choice.label,
        by_label.code as word_of_label,
        by_code.code as word_of_code,
        exists (
            from word
            where word.table_name = mapped.table_name and word.column_name = mapped.column_name
        ) as has_words
    from mapped
    inner join choice on choice.variable = mapped.variable
    left join word as by_label
        on
            by_label.table_name = mapped.table_name
            and by_label.column_name = mapped.column_name
            and by_label.folded = lower(replace(choice.label, '_', ' '))
    left join word as by_code
        on
            by_code.table_name = mapped.table_name
            and by_code.column_name = mapped.column_name
            and by_code.folded = lower(replace(choice.code, '_', ' '))
),

field as (
    select
        variable,
        table_name,
        column_name,
        bool_and(word_of_label is not null) as all_labels,
        bool_and(word_of_code is not null)
        and not coalesce(bool_or(word_of_label <> word_of_code), false) as all_codes,
        bool_or(word_of_label is not null) as any_label,
        bool_and(try_cast(label as double) is not null) as all_numbers
    from compared
    group by variable, table_name, column_name
)

select
    compared.variable,
    compared.table_name,
    compared.column_name,
    compared.place,
    compared.code,
    compared.label,
    case
        when compared.has_words and (field.all_labels or (field.any_label and not field.all_codes))
            then coalesce(compared.word_of_label, compared.label)
        when compared.has_words and field.all_codes then compared.word_of_code
        when compared.has_words then compared.code
        when compared.kind in ('number', 'integer') and not field.all_numbers then compared.code
        else compared.label
    end as told
from compared
inner join field
    on
        field.variable = compared.variable
        and field.table_name = compared.table_name
        and field.column_name = compared.column_name
